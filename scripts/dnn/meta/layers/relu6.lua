---@meta _
---@class dnn
local dnn = {}

-- ## Activations

---A rectifier with an upper bound, A = min(max(X, 0), 6) (Krizhevsky 2010).
---
---Shapes: A has X's. Backward: dX = dA between 0 and 6, else 0.
---
---```lua
---print(dnn.ReLU6()(dnn.Matrix{-1, 2, 9}):sum())   --> 8.0
---```
---@return dnn.Layer
function dnn.ReLU6() end
