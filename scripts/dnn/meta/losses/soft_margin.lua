---@meta _
---@class dnn
local dnn = {}

-- ## Kinds

---@class dnn.SoftMarginLoss.Options
---@field reduction? "mean"|"sum"|"none" "mean" by default: divided by the number of elements

---Two classes of logits A, targets -1 and 1: the mean of log(1 + exp(-Y A)).
---
---Shapes: Y has A's and holds -1 and 1. With targets 0 and 1 it is `dnn.BCEWithLogitsLoss`.
---
---Errors: targets other than -1 and 1.
---
---```lua
---local loss = dnn.SoftMarginLoss()
---print(loss(dnn.Matrix{{100}}, dnn.Matrix{{1}}) < 1e-9)   --> true
---```
---@param options? dnn.SoftMarginLoss.Options
---@return dnn.Loss
function dnn.SoftMarginLoss(options) end
