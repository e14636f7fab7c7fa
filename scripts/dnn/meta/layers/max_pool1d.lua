---@meta _
---@class dnn
local dnn = {}

-- ## Convolution and pooling

---@class dnn.MaxPool1d.Options
---@field kernel_size? integer instead of the first argument
---@field stride? integer steps from one window to the next, kernel_size by default
---@field padding? integer steps added at each end, at most half of the window; 0 by default
---@field ceil_mode? boolean whether a window may reach beyond the end, false by default
---@field dilation? integer steps from one element of the window to the next, 1 by default

---The largest element of each window, channel by channel.
---
---Shapes: X is {steps, channels}, A the same with fewer steps. Backward: all of dA goes to the element that was
---the largest, the first of equal ones.
---
---Errors: a window longer than the padded sequence; padding of more than half of the window; an input that is not a
---sequence.
---
---```lua
---local net = dnn.Sequential{dnn.Input(6, 1), dnn.MaxPool1d(3)}
---local A = net(dnn.Matrix{1, 3, 2, 6, 4, 5})
---print(A(1, 1), A(2, 1))   --> 3.0	6.0
---```
---@param kernel_size integer
---@param options? dnn.MaxPool1d.Options
---@return dnn.Layer
function dnn.MaxPool1d(kernel_size, options) end
