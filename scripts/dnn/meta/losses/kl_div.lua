---@meta _
---@class dnn
local dnn = {}

-- ## Kinds

---@class dnn.KLDivLoss.Options
---@field reduction? "mean"|"batchmean"|"sum"|"none" "mean" by default; "batchmean" is the divergence of an example
---@field log_target? boolean whether Y holds logarithms of probabilities, too; false by default

---Kullback-Leibler divergence of log-probabilities A from the distribution Y: Y (log Y - A).
---
---"mean" divides by the number of elements, as PyTorch's, "batchmean" by that of examples.
---
---Shapes: Y has A's; A comes from a `dnn.LogSoftmax`.
---
---Errors: targets outside 0..1, without log_target.
---
---```lua
---local Y = dnn.Matrix{0.25, 0.75}
---print(dnn.KLDivLoss{reduction = "batchmean"}(Y:log(), Y))   --> 0.0
---```
---@param options? dnn.KLDivLoss.Options
---@return dnn.Loss
function dnn.KLDivLoss(options) end
