---@meta _
---@class dnn
local dnn = {}

-- ## Containers

---@class dnn.PairwiseDistance.Options
---@field p? number of the norm, instead of the first argument; 2 by default
---@field eps? number added to differences, 1e-6 by default

---The distance between two inputs at each position, A = |X1 - X2 + eps|. A `dnn.Merge` gives it both.
---
---Shapes: X1 and X2 are alike; A has one channel: one number of vectors, one for each step of sequences. Backward,
---with d = X1 - X2 + eps: dX1 = dA sign(d) (|d| / A)^(p - 1), dX2 = -dX1.
---
---Errors: inputs of different shapes; a p below 1.
---
---```lua
---local compare = dnn.PairwiseDistance()
---local net = dnn.Merge{dnn.Slice(1, 2), dnn.Slice(3, 4), with = compare}
---print(net(dnn.Matrix{3, 0, 0, 4})(1, 1) - 5 < 1e-5)   --> true
---```
---@param p? number 2 by default
---@param options? dnn.PairwiseDistance.Options
---@return dnn.Layer
function dnn.PairwiseDistance(p, options) end
