---@meta _
---@class dnn
local dnn = {}

-- ## Kinds

---@class dnn.HingeLoss.Options
---@field reduction? "mean"|"sum"|"none" "mean" by default: divided by the number of elements
---@field margin? number how far on the right side costs nothing, 1 by default

---The hinge of support vector machines (Cortes & Vapnik 1995): the mean of max(0, margin - Y A).
---
---Shapes: Y has A's and holds -1 and 1. PyTorch has no loss of this name; for several classes there is
---`dnn.MultiMarginLoss`.
---
---Errors: targets other than -1 and 1.
---
---```lua
---print(dnn.HingeLoss()(dnn.Matrix{{2, 0.5}}, dnn.Matrix{{1, 1}}))   --> 0.25
---```
---@param options? dnn.HingeLoss.Options
---@return dnn.Loss
function dnn.HingeLoss(options) end
