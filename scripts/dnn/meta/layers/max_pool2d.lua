---@meta _
---@class dnn
local dnn = {}

-- ## Convolution and pooling

---@class dnn.MaxPool2d.Options
---@field kernel_size? integer|integer[] instead of the first argument
---@field stride? integer|integer[] pixels from one window to the next, kernel_size by default
---@field padding? integer|integer[] pixels added on each side, at most half of the window; 0 by default
---@field ceil_mode? boolean whether a window may reach beyond the image, false by default
---@field dilation? integer|integer[] pixels from one element of the window to the next, 1 by default

---The largest element of each window, channel by channel.
---
---Shapes: X is {height, width, channels}, A the same with fewer pixels. Backward: all of dA goes to the element that
---was the largest, the first of equal ones.
---
---```lua
---local net = dnn.Sequential{dnn.Input(8, 8, 3), dnn.MaxPool2d(2)}
---print(table.concat(net[1].output_shape, " x "))   --> 4 x 4 x 3
---```
---@param kernel_size integer|integer[]
---@param options? dnn.MaxPool2d.Options
---@return dnn.Layer
function dnn.MaxPool2d(kernel_size, options) end
