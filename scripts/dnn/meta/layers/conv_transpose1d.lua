---@meta _
---@class dnn
local dnn = {}

-- ## Convolution and pooling

---@class dnn.ConvTranspose1d.Options
---@field in_channels? integer instead of the first argument
---@field out_channels? integer instead of the second argument
---@field kernel_size? integer instead of the third argument
---@field stride? integer steps of A from one step of X to the next, 1 by default
---@field padding? integer steps of A that are left out at each end, 0 by default
---steps of A that are added at the end, less than stride or dilation; 0 by default
---@field output_padding? integer
---@field dilation? integer steps from one element of the window to the next, 1 by default
---@field groups? integer parts of the channels that do not see each other, 1 by default
---@field bias? boolean whether a bias is added, true by default; it starts at 0
---variance of the normal starting weights, with in = steps of X that an element of A sums, on average: "he" 2 / in,
---which it is by default, "xavier" 2 / (in + out), "1/sqrt(n)" 1 / in
---@field init? "he"|"xavier"|"1/sqrt(n)"

---A transposed convolution, which makes sequences longer: each step of X adds its multiple of the weight's window to A.
---
---With the settings of a Conv1d it turns that one's output shape into its input shape, and its forward is that one's
---gradient.
---
---Shapes: X is {steps, in_channels}, A {out steps, out_channels} with out = (steps - 1) stride - 2 padding + dilation
---(kernel - 1) + output_padding + 1. weight is a Matrix of in_channels x (kernel * out_channels / groups); files have
---PyTorch's order (in, out, kernel).
---
---Errors: padding that leaves nothing of A, output_padding that is not less than stride or dilation, groups that do not
---divide the channels, an input that is not a sequence.
---
---```lua
---local up = dnn.ConvTranspose1d(16, 8, 4, {stride = 2, padding = 1})
---local net = dnn.Sequential{dnn.Input(7, 16), up}
---print(table.concat(net[1].output_shape, " x "))   --> 14 x 8
---```
---@param in_channels integer
---@param out_channels integer
---@param kernel_size integer
---@param options? dnn.ConvTranspose1d.Options
---@return dnn.Layer
function dnn.ConvTranspose1d(in_channels, out_channels, kernel_size, options) end
