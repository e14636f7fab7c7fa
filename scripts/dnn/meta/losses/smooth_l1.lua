---@meta _
---@class dnn
local dnn = {}

-- ## Kinds

---@class dnn.SmoothL1Loss.Options
---@field reduction? "mean"|"sum"|"none" "mean" by default: divided by the number of elements
---@field beta? number where squares end, 1 by default; 0: `dnn.L1Loss`

---Squares near the target and absolute values away from it (Girshick 2015).
---
---With d = A - Y the mean of d^2 / (2 beta) where |d| < beta, else of |d| - beta / 2.
---
---Shapes: Y has A's.
---
---Errors: a beta below 0.
---
---```lua
---local loss = dnn.SmoothL1Loss{beta = 2}
---local zero = dnn.Matrix{0}
---print(loss(dnn.Matrix{3}, zero), loss(dnn.Matrix{1}, zero))   --> 2.0	0.25
---```
---@param options? dnn.SmoothL1Loss.Options
---@return dnn.Loss
function dnn.SmoothL1Loss(options) end
