---@meta _
---@class dnn
local dnn = {}

-- ## Shapes

---A = X, for a place that needs a layer but no change: one side of a `dnn.Merge`, a head that was removed.
---
---Shapes: A has X's. Backward: dX = dA.
---
---```lua
---local compare = dnn.PairwiseDistance()
---local net = dnn.Merge{dnn.Linear(3, 3), dnn.Identity(), with = compare}
---print(net(dnn.rand(3, 2)):size())   --> 1	2
---```
---@return dnn.Layer
function dnn.Identity() end
