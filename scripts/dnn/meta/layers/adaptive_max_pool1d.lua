---@meta _
---@class dnn
local dnn = {}

-- ## Convolution and pooling

---@class dnn.AdaptiveMaxPool1d.Options
---@field output_size? integer instead of the first argument

---The largest element of each of output_size parts of a sequence, channel by channel: sequences of any length become
---sequences of one length.
---
---Step i of n comes from steps floor((i - 1) steps / n) + 1 to ceil(i steps / n); neighbours may overlap.
---
---Shapes: X is {steps, channels}, A {output_size, channels}. Backward: all of dA goes to the element that was the
---largest, the first of equal ones.
---
---Errors: a size below 1; an input that is not a sequence.
---
---```lua
---local net = dnn.Sequential{dnn.Input(9, 4), dnn.AdaptiveMaxPool1d(2)}
---print(table.concat(net[1].output_shape, " x "))   --> 2 x 4
---```
---@param output_size integer steps of A
---@param options? dnn.AdaptiveMaxPool1d.Options
---@return dnn.Layer
function dnn.AdaptiveMaxPool1d(output_size, options) end
