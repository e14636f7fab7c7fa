---@meta _
---@class dnn
local dnn = {}

-- ## Kinds

---@class dnn.BCELoss.Options
---@field reduction? "mean"|"sum"|"none" "mean" by default: divided by the number of elements

---Binary cross entropy of probabilities: the mean of -(Y log A + (1 - Y) log(1 - A)).
---
---Shapes: Y has A's, its values lie in 0..1. A logarithm counts as -100 at least, and in backward A (1 - A) as 1e-12 at
---least, as in PyTorch, so both stay finite where A has saturated.
---
---Errors: A or Y outside 0..1.
---
---```lua
---local cost = dnn.BCELoss()(dnn.full(1, 2, 0.5), dnn.Matrix{{0, 1}})
---print(math.abs(cost - math.log(2)) < 1e-6)   --> true
---```
---@param options? dnn.BCELoss.Options
---@return dnn.Loss
function dnn.BCELoss(options) end
