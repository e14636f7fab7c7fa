---@meta _
---@class dnn
local dnn = {}

-- ## Kinds

---@class dnn.PoissonNLLLoss.Options
---@field reduction? "mean"|"sum"|"none" "mean" by default: divided by the number of elements
---@field log_input? boolean whether A is the logarithm of the mean, true by default
---@field full? boolean whether Stirling's formula for log Y! is added, where Y > 1; false by default
---@field eps? number added to A inside the logarithm where log_input is false, 1e-8 by default

---Counts Y of Poisson distributions with means exp(A): the mean of exp(A) - Y A, the negative log-likelihood without
---what does not depend on A.
---
---With {log_input = false} A is the mean itself, and the cost A - Y log(A + eps).
---
---Shapes: Y has A's.
---
---Errors: targets below 0.
---
---```lua
---local loss = dnn.PoissonNLLLoss()
---print(loss(dnn.zeros(1, 2), dnn.Matrix{{3, 0}}))   --> 1.0
---```
---@param options? dnn.PoissonNLLLoss.Options
---@return dnn.Loss
function dnn.PoissonNLLLoss(options) end
