---@meta _
---@class dnn
local dnn = {}

-- ## Kinds

---@class dnn.NLLLoss.Options
---@field reduction? "mean"|"sum"|"none" "mean" by default: divided by the number of labels, or by their weights
---@field weight? dnn.Matrix a weight for each class, 1 each by default
---@field ignore_index? integer the label of positions that do not count, such as padding; -100 by default

---Negative log-likelihood of log-probabilities A: the mean of -A[label].
---
---After a `dnn.LogSoftmax` it is `dnn.CrossEntropyLoss`, in two steps.
---
---Shapes: A is classes x m, Y 1 x m labels from 1; of a sequence A is (steps * classes) x m and Y steps x m.
---
---Errors: those of `dnn.CrossEntropyLoss`.
---
---```lua
---local A = dnn.Matrix{{-0.5, -1}, {-1, -0.25}}
---print(dnn.NLLLoss()(A, dnn.Matrix{{1, 2}}))   --> 0.375
---```
---@param options? dnn.NLLLoss.Options
---@return dnn.Loss
function dnn.NLLLoss(options) end
