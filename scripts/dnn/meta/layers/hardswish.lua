---@meta _
---@class dnn
local dnn = {}

-- ## Activations

---A piecewise Swish, A = X (X + 3) / 6 between -3 and 3, below it 0, above it X (Howard et al. 2019).
---
---Shapes: A has X's. Backward: dX = dA (2 X + 3) / 6 between -3 and 3, below it 0, above it dA.
---
---```lua
---print(dnn.Hardswish()(dnn.Matrix{-4, 0, 4}):sum())   --> 4.0
---```
---@return dnn.Layer
function dnn.Hardswish() end
