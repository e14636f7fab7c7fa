---@meta _
---@class dnn
local dnn = {}

-- ## Convolution and pooling

---@class dnn.AdaptiveAvgPool1d.Options
---@field output_size? integer instead of the first argument

---The mean of each of output_size parts of a sequence, channel by channel: sequences of any length become sequences of
---one length.
---
---Step i of n comes from steps floor((i - 1) steps / n) + 1 to ceil(i steps / n); neighbours may overlap.
---
---Shapes: X is {steps, channels}, A {output_size, channels}. Backward: dA divided among its part.
---
---Errors: a size below 1; an input that is not a sequence.
---
---```lua
---local net = dnn.Sequential{dnn.Input(9, 4), dnn.AdaptiveAvgPool1d(2)}
---print(table.concat(net[1].output_shape, " x "))   --> 2 x 4
---```
---@param output_size integer steps of A
---@param options? dnn.AdaptiveAvgPool1d.Options
---@return dnn.Layer
function dnn.AdaptiveAvgPool1d(output_size, options) end
