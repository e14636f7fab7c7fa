---@meta _
---@class dnn
local dnn = {}

-- ## Resizing and padding

---@class dnn.CircularPad1d.Options
---@field padding? integer|integer[] instead of the first argument

---Sequences that wrap around: 2 3 | 1 2 3 | 1 2.
---
---Shapes: X is {steps, channels}, A {steps + left + right, channels}; padding is a number for both ends, or {left,
---right}. Backward: each element of dX is the sum of dA over all places that it was copied to.
---
---Errors: padding of more than the sequence; an input that is not a sequence.
---
---```lua
---local net = dnn.Sequential{dnn.Input(3, 1), dnn.CircularPad1d(1)}
---print(net(dnn.Matrix{1, 2, 3})(1, 1))   --> 3.0
---```
---@param padding integer|integer[]
---@param options? dnn.CircularPad1d.Options
---@return dnn.Layer
function dnn.CircularPad1d(padding, options) end
