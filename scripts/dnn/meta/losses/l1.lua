---@meta _
---@class dnn
local dnn = {}

-- ## Kinds

---@class dnn.L1Loss.Options
---@field reduction? "mean"|"sum"|"none" "mean" by default: divided by the number of elements

---The mean absolute error, the mean of |A - Y|.
---
---Shapes: Y has A's.
---
---Errors: a reduction other than mean, sum and none.
---
---```lua
---print(dnn.L1Loss()(dnn.Matrix{1, 2}, dnn.Matrix{1, 4}))   --> 1.0
---```
---@param options? dnn.L1Loss.Options
---@return dnn.Loss
function dnn.L1Loss(options) end
