---@meta _
---@class dnn
local dnn = {}

-- ## Activations

---Probabilities that are larger the smaller X is: A = exp(-X) / sum of exp(-X), over the features of an example or the
---channels of a position.
---
---Shapes: A has X's. Backward: dX = -A (dA - sum of A dA).
---
---```lua
---print(dnn.Softmin()(dnn.Matrix{0, 0, 0, 0})(1, 1))   --> 0.25
---```
---@return dnn.Layer
function dnn.Softmin() end
