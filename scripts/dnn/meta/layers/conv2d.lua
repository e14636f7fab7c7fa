---@meta _
---@class dnn
local dnn = {}

-- ## Convolution and pooling

---@class dnn.Conv2d.Options
---@field in_channels? integer instead of the first argument
---@field out_channels? integer instead of the second argument
---@field kernel_size? integer|integer[] instead of the third argument
---@field stride? integer|integer[] pixels from one window to the next, 1 by default
---pixels on each side of the image, 0 by default; "same": as many as A needs to be as large as X, one more at the
---bottom or on the right where they are odd; "valid": none
---@field padding? integer|integer[]|"same"|"valid"
---what the padding holds: "zeros" by default; "reflect", X mirrored at its edge without repeating it; "replicate", the
---edge itself; "circular", the other edge
---@field padding_mode? "zeros"|"reflect"|"replicate"|"circular"
---@field dilation? integer|integer[] pixels from one element of the window to the next, 1 by default
---@field groups? integer parts of the channels that do not see each other, 1 by default
---@field bias? boolean whether a bias is added, true by default; it starts at 0
---variance of the normal starting weights, with in = elements of a window: "he" 2 / in, which it is by default,
---"xavier" 2 / (in + out), "1/sqrt(n)" 1 / in
---@field init? "he"|"xavier"|"1/sqrt(n)"

---A convolution of images: at each place, weight times the window there, plus bias.
---
---Sizes are a number, or a pair {height, width}.
---
---Shapes: X is {height, width, in_channels}, A {out height, out width, out_channels} with out = floor((size + 2 padding
---- dilation (kernel - 1) - 1) / stride) + 1. weight is a Matrix of out_channels x (kernel height * kernel width *
---in_channels / groups), channels fastest; files have PyTorch's order (out, in, height, width).
---
---Errors: padding "same" with a stride; more padding to reflect or wrap than there is; a kernel larger than the padded
---image, groups that do not divide the channels, an input that is not an image.
---
---```lua
---local conv = dnn.Conv2d(3, 16, 3, {padding = 1})
---local net = dnn.Sequential{dnn.Input(8, 8, 3), conv}
---print(table.concat(net[1].output_shape, " x "))   --> 8 x 8 x 16
---```
---@param in_channels integer
---@param out_channels integer
---@param kernel_size integer|integer[]
---@param options? dnn.Conv2d.Options
---@return dnn.Layer
function dnn.Conv2d(in_channels, out_channels, kernel_size, options) end
