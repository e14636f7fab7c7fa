---@meta _
---@class dnn
local dnn = {}

-- ## Convolution and pooling

---@class dnn.AvgPool2d.Options
---@field kernel_size? integer|integer[] instead of the first argument
---@field stride? integer|integer[] pixels from one window to the next, kernel_size by default
---@field padding? integer|integer[] zeros on each side, at most half of the window; 0 by default
---@field ceil_mode? boolean whether a window may reach beyond the image, false by default
---@field count_include_pad? boolean whether a mean counts the padding in its window, true by default
---@field divisor_override? integer what the sum of a window is divided by, instead of its pixels

---The mean of each window, channel by channel.
---
---Shapes: X is {height, width, channels}, A the same with fewer pixels. Backward: dA divided among its window.
---
---```lua
---local net = dnn.Sequential{dnn.Input(2, 2, 1), dnn.AvgPool2d(2)}
---print(net(dnn.Matrix{1, 2, 3, 6})(1, 1))   --> 3.0
---```
---@param kernel_size integer|integer[]
---@param options? dnn.AvgPool2d.Options
---@return dnn.Layer
function dnn.AvgPool2d(kernel_size, options) end
