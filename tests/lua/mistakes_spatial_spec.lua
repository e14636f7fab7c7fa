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
      "network: layer 1, Conv1d(2 -> 3, kernel_size = 4): needs a sequence of steps x features, and its input is "
        .. "6 x 6 x 2"},
    {"groups that do not divide the channels", function() dnn.Conv1d(4, 6, 3, {groups = 4}) end,
      "Conv1d: groups = 4 must divide in_channels = 4 and out_channels = 6"},
    {"output_padding that another pixel would fill", function() dnn.ConvTranspose2d(2, 3, 3, {output_padding = 2}) end,
      "ConvTranspose2d: output_padding = 2 must be less than stride = 1 or dilation = 1"},
    {"padding that leaves nothing", on({2, 3, 1}, dnn.ConvTranspose2d(1, 2, 2, {padding = 2})),
      "network: layer 1, ConvTranspose2d(1 -> 2, kernel_size = 2 x 2, padding = 2 x 2): padding 2 x 2 leaves nothing of "
        .. "its output, which would be 3 x 4 without it"},
    {"pooling over a longer window", on({6, 2}, dnn.MaxPool1d(9)),
      "network: layer 1, MaxPool1d(kernel_size = 9): its window of 9 steps is longer than the sequence of 6"},
    {"pooling with too much padding", on({6, 2}, dnn.AvgPool1d(3, {padding = 2})),
      "network: layer 1, AvgPool1d(kernel_size = 3, padding = 2): pooling: padding 0 x 2 is more than half of the "
        .. "kernel, 1 x 3"},
    {"no size to adapt to", function() dnn.AdaptiveAvgPool2d(0) end,
      "AdaptiveAvgPool2d: output_size must be a whole number of at least 1, or a pair of them, {height, width}, got 0"},
    {"a vector for GlobalAvgPool", on({6}, dnn.GlobalAvgPool()),
      "network: layer 1, GlobalAvgPool: needs an image or a sequence, and its input is 6; open the network with "
        .. "dnn.Input(height, width, channels)"},
  })
end)
