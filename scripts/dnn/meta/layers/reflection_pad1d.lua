---@meta _
---@class dnn
local dnn = {}

-- ## Resizing and padding

---@class dnn.ReflectionPad1d.Options
---@field padding? integer|integer[] instead of the first argument

---Sequences mirrored at their ends, which are not repeated: 3 2 | 1 2 3 | 2 1.
---
---Shapes: X is {steps, channels}, A {steps + left + right, channels}; padding is a number for both ends, or {left,
---right}. Backward: each element of dX is the sum of dA over all places that it was copied to.
---
---Errors: padding that is not less than the sequence; an input that is not a sequence.
---
---```lua
---local net = dnn.Sequential{dnn.Input(3, 1), dnn.ReflectionPad1d(1)}
---print(net(dnn.Matrix{1, 2, 3})(1, 1))   --> 2.0
---```
---@param padding integer|integer[]
---@param options? dnn.ReflectionPad1d.Options
---@return dnn.Layer
function dnn.ReflectionPad1d(padding, options) end
