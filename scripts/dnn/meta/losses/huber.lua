---@meta _
---@class dnn
local dnn = {}

-- ## Kinds

---@class dnn.HuberLoss.Options
---@field reduction? "mean"|"sum"|"none" "mean" by default: divided by the number of elements
---@field delta? number where squares end, 1 by default

---Squares near the target and lines away from it, so that outliers pull less (Huber 1964).
---
---With d = A - Y the mean of d^2 / 2 where |d| <= delta, else of delta (|d| - delta / 2).
---
---Shapes: Y has A's.
---
---Errors: a delta that is not above 0.
---
---```lua
---local loss = dnn.HuberLoss{delta = 2}
---local zero = dnn.Matrix{0}
---print(loss(dnn.Matrix{3}, zero), loss(dnn.Matrix{1}, zero))   --> 4.0	0.5
---```
---@param options? dnn.HuberLoss.Options
---@return dnn.Loss
function dnn.HuberLoss(options) end
