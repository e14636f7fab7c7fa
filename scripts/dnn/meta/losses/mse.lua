---@meta _
---@class dnn
local dnn = {}

-- ## Kinds

---@class dnn.MSELoss.Options
---@field reduction? "mean"|"sum"|"none" "mean" by default: divided by the number of elements

---The mean squared error, the mean of (A - Y)^2.
---
---Shapes: Y has A's.
---
---Errors: a reduction other than mean, sum and none.
---
---```lua
---print(dnn.MSELoss()(dnn.Matrix{1, 2}, dnn.Matrix{1, 4}))   --> 2.0
---```
---@param options? dnn.MSELoss.Options
---@return dnn.Loss
function dnn.MSELoss(options) end
