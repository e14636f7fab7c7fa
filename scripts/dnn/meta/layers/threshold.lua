---@meta _
---@class dnn
local dnn = {}

-- ## Activations

---@class dnn.Threshold.Options
---@field threshold? number instead of the first argument
---@field value? number instead of the second argument

---A = X where X > threshold, else value.
---
---Shapes: A has X's. Backward: dX = dA where X > threshold, else 0.
---
---```lua
---print(dnn.Threshold(0.5, -1)(dnn.Matrix{0.2, 2}):sum())   --> 1.0
---```
---@param threshold number what X must be above to be kept
---@param value number what replaces the others
---@param options? dnn.Threshold.Options
---@return dnn.Layer
function dnn.Threshold(threshold, value, options) end
