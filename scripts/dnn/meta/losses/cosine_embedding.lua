---@meta _
---@class dnn
local dnn = {}

-- ## Kinds

---@class dnn.CosineEmbeddingLoss.Options
---@field reduction? "mean"|"sum"|"none" "mean" by default: divided by the number of examples
---@field margin? number the cosine up to which unlike pairs cost nothing, 0 by default

---Pairs of columns, alike (Y = 1) or not (Y = -1): the mean of 1 - cos(A, B), or of max(0, cos(A, B) - margin).
---
---It takes two matrices and gives two gradients: `loss:forward(A, B, Y)` and `dA, dB = loss:backward()`.
---
---Shapes: B has A's, Y is 1 x m of -1 and 1. Where one network gives both, A and B are columns of its output, and the
---gradients side by side are its dA.
---
---Errors: targets other than -1 and 1.
---
---```lua
---local A, B = dnn.Matrix{{1, 0}, {0, 2}}, dnn.Matrix{{1, 1}, {0, 0}}
---local loss = dnn.CosineEmbeddingLoss()
---print(loss:forward(A, B, dnn.Matrix{{1, 1}}) - 0.5 < 1e-6)   --> true
---local dA, dB = loss:backward()
---```
---@param options? dnn.CosineEmbeddingLoss.Options
---@return dnn.Loss
function dnn.CosineEmbeddingLoss(options) end
