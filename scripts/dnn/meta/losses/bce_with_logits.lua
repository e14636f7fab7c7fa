---@meta _
---@class dnn
local dnn = {}

-- ## Kinds

---@class dnn.BCEWithLogitsLoss.Options
---@field reduction? "mean"|"sum"|"none" "mean" by default: divided by the number of elements
---how much the targets 1 of each row count, or one number for all rows: negatives by positives of an unbalanced class
---@field pos_weight? dnn.Matrix|number

---Binary cross entropy of logits: a `dnn.BCELoss` after a Sigmoid, finite for logits of any size.
---
---With p = sigmoid(A) and w = pos_weight it is the mean of -(w Y log p + (1 - Y) log(1 - p)).
---
---Shapes: Y has A's, its values lie in 0..1; pos_weight is one number for each row.
---
---Errors: targets outside 0..1; a pos_weight of another length.
---
---```lua
---local loss = dnn.BCEWithLogitsLoss()
---print(loss(dnn.Matrix{{1000}}, dnn.Matrix{{1}}))   --> 0.0
---loss = dnn.BCEWithLogitsLoss{pos_weight = 3}
---print(loss(dnn.zeros(1, 1), dnn.ones(1, 1)) > 2)   --> true
---```
---@param options? dnn.BCEWithLogitsLoss.Options
---@return dnn.Loss
function dnn.BCEWithLogitsLoss(options) end
