---@meta _
---@class dnn
local dnn = {}

-- ## Containers

---@class dnn.CosineSimilarity.Options
---@field eps? number the least length that a vector counts as, 1e-8 by default

---The cosine of the angle between two inputs at each position, A = X1 . X2 / (|X1| |X2|). A `dnn.Merge` gives it
---both.
---
---Shapes: X1 and X2 are alike; A has one channel: one number of vectors, one for each step of sequences. Backward:
---dX1 = dA (X2 / (|X1| |X2|) - A X1 / |X1|^2), and dX2 likewise.
---
---Errors: inputs of different shapes.
---
---```lua
---local compare = dnn.CosineSimilarity()
---local net = dnn.Merge{dnn.Slice(1, 2), dnn.Slice(3, 4), with = compare}
---print(net(dnn.Matrix{1, 0, 0, 1})(1, 1))   --> 0.0
---```
---@param options? dnn.CosineSimilarity.Options
---@return dnn.Layer
function dnn.CosineSimilarity(options) end
