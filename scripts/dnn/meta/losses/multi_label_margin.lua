---@meta _
---@class dnn
local dnn = {}

-- ## Kinds

---@class dnn.MultiLabelMarginLoss.Options
---@field reduction? "mean"|"sum"|"none" "mean" by default: divided by the number of examples

---The hinge of several classes at a time: the mean over examples of sum max(0, 1 - A[y] + A[i]) / classes, over the
---labels y of an example and the classes i that are none of them.
---
---Shapes: A is classes x m scores. Y has a column of labels for each example, from 1, and a 0 ends those that are
---fewer than its rows; PyTorch's end with -1.
---
---Errors: a label outside 1..classes, or after a 0.
---
---```lua
---local A = dnn.Matrix{3, 2.5, 0}
---local loss = dnn.MultiLabelMarginLoss()
---print(loss(A, dnn.Matrix{1, 2, 0}))   --> 0.0
---```
---@param options? dnn.MultiLabelMarginLoss.Options
---@return dnn.Loss
function dnn.MultiLabelMarginLoss(options) end
