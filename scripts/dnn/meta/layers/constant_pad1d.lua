---@meta _
---@class dnn
local dnn = {}

-- ## Resizing and padding

---@class dnn.ConstantPad1d.Options
---@field padding? integer|integer[] instead of the first argument
---@field value? number instead of the second argument

---Sequences with a constant at their ends.
---
---Shapes: X is {steps, channels}, A {steps + left + right, channels}; padding is a number for both ends, or {left,
---right}. Backward: dX is the inner part of dA.
---
---Errors: an input that is not a sequence.
---
---```lua
---local net = dnn.Sequential{dnn.Input(3, 1), dnn.ConstantPad1d(1, 9)}
---print(net(dnn.Matrix{1, 2, 3})(1, 1))   --> 9.0
---```
---@param padding integer|integer[]
---@param value number
---@param options? dnn.ConstantPad1d.Options
---@return dnn.Layer
function dnn.ConstantPad1d(padding, value, options) end
