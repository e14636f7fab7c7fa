---@meta _
---@class dnn
local dnn = {}

-- ## Convolution and pooling

---@class dnn.Conv1d.Options
---@field in_channels? integer instead of the first argument
---@field out_channels? integer instead of the second argument
---@field kernel_size? integer instead of the third argument
---@field stride? integer steps from one window to the next, 1 by default
---steps at each end of the sequence, 0 by default; "same": as many as A needs to be as large as X, one more at the end
---where they are odd; "valid": none
---@field padding? integer|"same"|"valid"
---what the padding holds: "zeros" by default; "reflect", X mirrored at its edge without repeating it; "replicate", the
---edge itself; "circular", the other end
---@field padding_mode? "zeros"|"reflect"|"replicate"|"circular"
---@field dilation? integer steps from one element of the window to the next, 1 by default
---@field groups? integer parts of the channels that do not see each other, 1 by default
---@field bias? boolean whether a bias is added, true by default; it starts at 0
---variance of the normal starting weights, with in = elements of a window: "he" 2 / in, which it is by default,
---"xavier" 2 / (in + out), "1/sqrt(n)" 1 / in
---@field init? "he"|"xavier"|"1/sqrt(n)"

---A convolution of sequences: at each step, weight times the window there, plus bias.
---
---Shapes: X is {steps, in_channels}, A {out steps, out_channels} with out = floor((steps + 2 padding - dilation (kernel
---- 1) - 1) / stride) + 1. weight is a Matrix of out_channels x (kernel * in_channels / groups), channels fastest;
---files have PyTorch's order (out, in, kernel).
---
---Errors: padding "same" with a stride; more padding to reflect or wrap than there is; a window longer than the padded
---sequence, groups that do not divide the channels, an input that is not a sequence.
---
---```lua
---local conv = dnn.Conv1d(8, 16, 5, {stride = 2})
---local net = dnn.Sequential{dnn.Input(100, 8), conv}
---print(table.concat(net[1].output_shape, " x "))   --> 48 x 16
---```
---@param in_channels integer
---@param out_channels integer
---@param kernel_size integer
---@param options? dnn.Conv1d.Options
---@return dnn.Layer
function dnn.Conv1d(in_channels, out_channels, kernel_size, options) end
