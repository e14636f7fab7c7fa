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
      "network: layer 1, GlobalAvgPool: needs an image or a sequence, but its input is 6; open the network with "
        .. "dnn.Input(height, width, channels)"},
    {"a size and a scale", function() dnn.Upsample(4, {scale_factor = 2}) end,
      "Upsample: give size or scale_factor, not both"},
    {"no size and no scale", on({2, 2, 1}, dnn.Upsample{mode = "bilinear"}),
      "network: layer 1, Upsample(mode = bilinear): needs size or scale_factor, as in dnn.Upsample{scale_factor = 2}"},
    {"corners of the nearest element", function() dnn.Upsample{scale_factor = 2, align_corners = true} end,
      "Upsample: align_corners is an option of mode = \"bilinear\""},
    {"an image of no size", on({2, 2, 1}, dnn.Upsample{scale_factor = 0.1}),
      "network: layer 1, Upsample(scale_factor = 0.1): its output would be 0 x 0 pixels"},
    {"three sides", function() dnn.ZeroPad2d{1, 2, 3} end,
      "ZeroPad2d: padding must be a number or four, {left, right, top, bottom}, got table"},
    {"a larger reflection than the image", on({3, 5, 1}, dnn.ReflectionPad2d{4, 4, 0, 3}),
      "network: layer 1, ReflectionPad2d(padding = {4, 4, 0, 3}): can only reflect fewer pixels than the image has: "
        .. "3 on the bottom is not less than its height of 3"},
    {"channels that make no blocks", on({3, 5, 6}, dnn.PixelShuffle(2)),
      "network: layer 1, PixelShuffle(upscale_factor = 2): needs channels that upscale_factor squared, 4, divides, but "
        .. "its input has 6"},
    {"pixels that make no blocks", on({3, 4, 1}, dnn.PixelUnshuffle(2)),
      "network: layer 1, PixelUnshuffle(downscale_factor = 2): needs a height and width that downscale_factor = 2 "
        .. "divides, but its input is 3 x 4"},
  })
end)
