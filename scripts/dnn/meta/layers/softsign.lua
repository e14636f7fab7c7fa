---@meta _
---@class dnn
local dnn = {}

-- ## Activations

---A slow sigmoid from -1 to 1, A = X / (1 + |X|) (Bergstra et al. 2009).
---
---Shapes: A has X's. Backward: dX = dA / (1 + |X|)^2.
---
---```lua
---print(dnn.Softsign()(dnn.Matrix{-1, 3}):sum())   --> 0.25
---```
---@return dnn.Layer
function dnn.Softsign() end
