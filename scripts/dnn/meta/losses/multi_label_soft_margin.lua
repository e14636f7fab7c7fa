---@meta _
---@class dnn
local dnn = {}

-- ## Kinds

---@class dnn.MultiLabelSoftMarginLoss.Options
---@field reduction? "mean"|"sum"|"none" "mean" by default: divided by the number of examples
---@field weight? dnn.Matrix a weight for each class, 1 each by default

---Several classes at a time, of logits: the mean over classes and examples of log(1 + exp(A)) - Y A, where Y is 1 for
---the classes of an example and 0 for the others.
---
---It is `dnn.BCEWithLogitsLoss` whose costs are means over the classes; the two differ with "sum" and "none".
---
---Shapes: A is classes x m, Y the same, of 0, 1 or a probability.
---
---Errors: targets outside 0..1; weights that are not one for each class.
---
---```lua
---local A, Y = dnn.zeros(2, 1), dnn.Matrix{1, 0}
---local loss = dnn.MultiLabelSoftMarginLoss()
---print(loss(A, Y) - math.log(2) < 1e-6)   --> true
---```
---@param options? dnn.MultiLabelSoftMarginLoss.Options
---@return dnn.Loss
function dnn.MultiLabelSoftMarginLoss(options) end
