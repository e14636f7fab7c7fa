---@meta _
---@class dnn
local dnn = {}

-- ## Convolution and pooling

---@class dnn.AvgPool1d.Options
---@field kernel_size? integer instead of the first argument
---@field stride? integer steps from one window to the next, kernel_size by default
---@field padding? integer zeros added at each end, at most half of the window; 0 by default
---@field ceil_mode? boolean whether a window may reach beyond the end, false by default
---@field count_include_pad? boolean whether a mean counts the padding in its window, true by default

---The mean of each window, channel by channel.
---
---Shapes: X is {steps, channels}, A the same with fewer steps. Backward: dA divided among its window.
---
---Errors: a window longer than the padded sequence; padding of more than half of the window; an input that is not a
---sequence.
---
---```lua
---local net = dnn.Sequential{dnn.Input(6, 1), dnn.AvgPool1d(3)}
---local A = net(dnn.Matrix{1, 3, 2, 6, 4, 5})
---print(A(1, 1), A(2, 1))   --> 2.0	5.0
---```
---@param kernel_size integer
---@param options? dnn.AvgPool1d.Options
---@return dnn.Layer
function dnn.AvgPool1d(kernel_size, options) end
