-- What is said of convolutions and poolings that do not fit.
local dnn = require "dnn"
local mistakes = dofile "tests/lua/mistakes.lua"

local function on(shape, layer)
  return function() dnn.Sequential({layer}, {input = shape}) end
end

describe("a mistake with convolutions and poolings:", function()
  mistakes(it, {
    {"a window longer than the sequence", on({6, 2}, dnn.Conv1d(2, 3, 4, {dilation = 3, padding = 1})),
      "network: layer 1, Conv1d(2 -> 3, kernel_size = 4, padding = 1, dilation = 3): its window of 10 steps (dilated) "
        .. "is longer than the sequence of 8 (padded)"},
    {"an image for Conv1d", on({6, 6, 2}, dnn.Conv1d(2, 3, 4)),
      "network: layer 1, Conv1d(2 -> 3, kernel_size = 4): needs a sequence of steps x features, but its input is "
        .. "6 x 6 x 2"},
    {"groups that do not divide the channels", function() dnn.Conv1d(4, 6, 3, {groups = 4}) end,
      "Conv1d: groups = 4 must divide in_channels = 4 and out_channels = 6"},
    {"too much output_padding", function() dnn.ConvTranspose2d(2, 3, 3, {output_padding = 2}) end,
      "ConvTranspose2d: output_padding = 2 must be less than stride = 1 or dilation = 1"},
    {"padding that leaves nothing", on({2, 3, 1}, dnn.ConvTranspose2d(1, 2, 2, {padding = 2})),
      "network: layer 1, ConvTranspose2d(1 -> 2, kernel_size = 2 x 2, padding = 2 x 2): padding 2 x 2 leaves nothing "
        .. "of its output, which would be 3 x 4 without it"},
    {"pooling over a longer window", on({6, 2}, dnn.MaxPool1d(9)),
      "network: layer 1, MaxPool1d(kernel_size = 9): its window of 9 steps is longer than the sequence of 6"},
    {"pooling with too much padding", on({6, 2}, dnn.AvgPool1d(3, {padding = 2})),
      "network: layer 1, AvgPool1d(kernel_size = 3, padding = 2): pooling: padding 0 x 2 is more than half of the "
        .. "kernel, 1 x 3"},
    {"no size to adapt to", function() dnn.AdaptiveAvgPool2d(0) end,
      "AdaptiveAvgPool2d: output_size must be a whole number of at least 1, or a pair of them, {height, width}, got 0"},
    {"a vector for GlobalAvgPool", on({6}, dnn.GlobalAvgPool()),
      "network: layer 1, GlobalAvgPool: needs an image or a sequence, but its input is 6; start the network with "
        .. "dnn.Input(height, width, channels)"},
    {"a size and a scale", function() dnn.Upsample(4, {scale_factor = 2}) end,
      "Upsample: give size or scale_factor, not both"},
    {"no size and no scale", on({2, 2, 1}, dnn.Upsample{mode = "bilinear"}),
      "network: layer 1, Upsample(mode = bilinear): needs size or scale_factor, as in dnn.Upsample{scale_factor = 2}"},
    {"corners of the nearest element", function() dnn.Upsample{scale_factor = 2, align_corners = true} end,
      "Upsample: align_corners is an option of mode = \"bilinear\" and \"linear\""},
    {"an image of no size", on({2, 2, 1}, dnn.Upsample{scale_factor = 0.1}),
      "network: layer 1, Upsample(scale_factor = 0.1 x 0.1): its output would be 0 x 0 pixels"},
    {"three sides", function() dnn.ZeroPad2d{1, 2, 3} end,
      "ZeroPad2d: padding must be a number or four, {left, right, top, bottom}, got table"},
    {"a larger reflection than the image", on({3, 5, 1}, dnn.ReflectionPad2d{4, 4, 0, 3}),
      "network: layer 1, ReflectionPad2d(padding = {4, 4, 0, 3}): can only reflect fewer pixels than the image has: "
        .. "3 on the bottom is not less than its height of 3"},
    {"a longer way round than the sequence", on({3, 1}, dnn.CircularPad1d{1, 4}),
      "network: layer 1, CircularPad1d(padding = {1, 4}): can wrap around the sequence once at most: 4 on the right "
        .. "is more than its length of 3"},
    {"a longer reflection than the sequence", on({3, 1}, dnn.ReflectionPad1d(3)),
      "network: layer 1, ReflectionPad1d(padding = {3, 3}): can only reflect fewer steps than the sequence has: "
        .. "3 on the left is not less than its length of 3"},
    {"three ends", function() dnn.ConstantPad1d({1, 2, 3}, 0) end,
      "ConstantPad1d: padding must be a number or a pair, {left, right}, got table"},
    {"a sequence for an image's padding", on({3, 1}, dnn.ZeroPad2d(1)),
      "network: layer 1, ZeroPad2d(padding = {1, 1, 1, 1}): needs an image of height x width x channels, but "
        .. "its input is 3 x 1"},
    {"as large as the input with a stride", function() dnn.Conv2d(1, 1, 3, {padding = "same", stride = 2}) end,
      "Conv2d: padding = 'same' needs stride = 1; with a stride of 2 A is not as large as X"},
    {"padding by another word", function() dnn.Conv1d(1, 1, 3, {padding = "full"}) end,
      "Conv1d: padding must be a whole number of at least 0, or 'same', or 'valid', got 'full'"},
    {"padding below 0", function() dnn.Conv2d(1, 1, 3, {padding = -1}) end,
      "Conv2d: padding must be a whole number of at least 0, or a pair of them, {height, width}, or 'same', or "
        .. "'valid', got -1"},
    {"a word for a transposed one", function() dnn.ConvTranspose1d(1, 1, 3, {padding = "same"}) end,
      "ConvTranspose1d: padding must be a number, got 'same'"},
    {"a padding mode of another library", function() dnn.Conv2d(1, 1, 3, {padding_mode = "symmetric"}) end,
      "Conv2d: padding_mode must be one of zeros, reflect, replicate, circular, got 'symmetric'"},
    {"more to reflect than there is", on({3, 1}, dnn.Conv1d(1, 1, 3, {padding = 3, padding_mode = "reflect"})),
      "network: layer 1, Conv1d(1 -> 1, kernel_size = 3, padding = 3, padding_mode = reflect): can only reflect fewer "
        .. "steps than the sequence has: 3 on the left is not less than its length of 3"},
    {"transposed padding that leaves nothing", on({2, 1}, dnn.ConvTranspose1d(1, 2, 2, {padding = 2})),
      "network: layer 1, ConvTranspose1d(1 -> 2, kernel_size = 2, padding = 2): padding 2 leaves nothing of "
        .. "its output, which would be 3 steps long without it"},
    {"a divisor of 0", function() dnn.AvgPool2d(2, {divisor_override = 0}) end,
      "AvgPool2d: divisor_override must be a whole number of at least 1, got 0"},
    {"a factor of 0", function() dnn.Upsample{scale_factor = {2, 0}} end, "Upsample: scale_factor must be more than 0"},
    {"three factors", function() dnn.Upsample{scale_factor = {2, 1, 3}} end,
      "Upsample: scale_factor must be a number or a pair, {height, width}, got table"},
    {"bilinear of a sequence", on({3, 1}, dnn.Upsample{scale_factor = 2, mode = "bilinear"}),
      "network: layer 1, Upsample(scale_factor = 2 x 2, mode = bilinear): its input is 3 x 1, for which the "
        .. "mode is 'linear', not 'bilinear'"},
    {"a height for a sequence", on({3, 1}, dnn.Upsample{size = {2, 3}}),
      "network: layer 1, Upsample(size = 2 x 3): its input is a sequence, 3 x 1, for which size is one number"},
    {"a vector to upsample", on({3}, dnn.Upsample(2)),
      "network: layer 1, Upsample(size = 2 x 2): needs an image, height x width x channels, or a sequence, steps x "
        .. "features, and its input is 3"},
    {"a sequence of one step to normalise", on({1, 3}, dnn.InstanceNorm1d(3)),
      "network: layer 1, InstanceNorm1d(num_features = 3): needs sequences of more than one step, as a single "
        .. "one becomes 0"},
    {"groups that cannot be shuffled", on({4}, dnn.ChannelShuffle(3)),
      "network: layer 1, ChannelShuffle(groups = 3): has 3 groups, which do not divide the channels of its "
        .. "input, 4"},
    {"an odd number to halve", on({2, 2, 3}, dnn.GLU()),
      "network: layer 1, GLU: needs an even number of channels, but its input is 2 x 2 x 3"},
    {"a slope that falls", function() dnn.RReLU(0.5, 0.2) end, "RReLU: lower, 0.5, must not be above upper, 0.2"},
    {"channels that make no blocks", on({3, 5, 6}, dnn.PixelShuffle(2)),
      "network: layer 1, PixelShuffle(upscale_factor = 2): needs channels that upscale_factor squared, 4, divides, but "
        .. "its input has 6"},
    {"pixels that make no blocks", on({3, 4, 1}, dnn.PixelUnshuffle(2)),
      "network: layer 1, PixelUnshuffle(downscale_factor = 2): needs a height and width that downscale_factor = 2 "
        .. "divides, but its input is 3 x 4"},
  })
end)
