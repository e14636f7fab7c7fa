---@meta _
---@class dnn
local dnn = {}

-- ## Kinds

---@class dnn.HingeEmbeddingLoss.Options
---@field reduction? "mean"|"sum"|"none" "mean" by default: divided by the number of elements
---@field margin? number the distance beyond which unlike pairs cost nothing, 1 by default

---Distances A of pairs that are alike (Y = 1) or not (Y = -1): the mean of A, and of max(0, margin - A).
---
---Shapes: Y has A's and holds -1 and 1.
---
---Errors: targets other than -1 and 1.
---
---```lua
---local distances, Y = dnn.Matrix{{2, 0.5}}, dnn.Matrix{{1, -1}}
---print(dnn.HingeEmbeddingLoss()(distances, Y))   --> 1.25
---```
---@param options? dnn.HingeEmbeddingLoss.Options
---@return dnn.Loss
function dnn.HingeEmbeddingLoss(options) end
