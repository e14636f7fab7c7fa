---@meta _
---@class dnn
local dnn = {}

-- ## Kinds

---@class dnn.MultiMarginLoss.Options
---@field reduction? "mean"|"sum"|"none" "mean" by default: divided by the number of examples
---@field margin? number by how much the score of the label has to be above the others, 1 by default
---@field p? integer the power of what is missing, 1 or 2; 1 by default
---@field weight? dnn.Matrix a weight for each class, 1 each by default

---The hinge of several classes (Crammer & Singer 2001): the mean of sum max(0, margin - A[label] + A[i])^p / classes.
---
---Shapes: A is classes x m scores, Y 1 x m labels from 1.
---
---Errors: a label outside 1..classes; a p other than 1 and 2.
---
---```lua
---local A = dnn.Matrix{3, 2.5, 0}
---print(dnn.MultiMarginLoss()(A, dnn.Matrix{1}) - 0.5 / 3 < 1e-6)   --> true
---```
---@param options? dnn.MultiMarginLoss.Options
---@return dnn.Loss
function dnn.MultiMarginLoss(options) end
