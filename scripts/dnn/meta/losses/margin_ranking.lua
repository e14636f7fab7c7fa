---@meta _
---@class dnn
local dnn = {}

-- ## Kinds

---@class dnn.MarginRankingLoss.Options
---@field reduction? "mean"|"sum"|"none" "mean" by default: divided by the number of elements
---@field margin? number by how much the higher one has to lead, 0 by default

---Which of two scores should be higher, A (Y = 1) or B (Y = -1): the mean of max(0, margin - Y (A - B)).
---
---It takes two matrices and gives two gradients: `loss:forward(A, B, Y)` and `dA, dB = loss:backward()`.
---
---Shapes: B and Y have A's; Y holds -1 and 1.
---
---Errors: targets other than -1 and 1.
---
---```lua
---local A, B = dnn.Matrix{{2, 0}}, dnn.Matrix{{1, 0.5}}
---local loss = dnn.MarginRankingLoss()
---print(loss:forward(A, B, dnn.Matrix{{1, 1}}))   --> 0.25
---local dA, dB = loss:backward()
---```
---@param options? dnn.MarginRankingLoss.Options
---@return dnn.Loss
function dnn.MarginRankingLoss(options) end
