---@meta _
---@class dnn
local dnn = {}

-- ## Activations

---A piecewise linear logistic function, A = (X + 3) / 6, but at least 0 and at most 1 (Howard et al. 2019).
---
---Shapes: A has X's. Backward: dX = dA / 6 between -3 and 3, else 0.
---
---```lua
---print(dnn.Hardsigmoid()(dnn.Matrix{-4, 0, 4}):sum())   --> 1.5
---```
---@return dnn.Layer
function dnn.Hardsigmoid() end
