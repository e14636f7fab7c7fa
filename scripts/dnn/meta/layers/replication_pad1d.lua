---@meta _
---@class dnn
local dnn = {}

-- ## Resizing and padding

---@class dnn.ReplicationPad1d.Options
---@field padding? integer|integer[] instead of the first argument

---Sequences whose first and last steps are repeated: 1 1 | 1 2 3 | 3 3.
---
---Shapes: X is {steps, channels}, A {steps + left + right, channels}; padding is a number for both ends, or {left,
---right}. Backward: each element of dX is the sum of dA over all places that it was copied to.
---
---Errors: an input that is not a sequence.
---
---```lua
---local net = dnn.Sequential{dnn.Input(3, 1), dnn.ReplicationPad1d(1)}
---print(net(dnn.Matrix{1, 2, 3})(1, 1))   --> 1.0
---```
---@param padding integer|integer[]
---@param options? dnn.ReplicationPad1d.Options
---@return dnn.Layer
function dnn.ReplicationPad1d(padding, options) end
