---@meta _
---@class dnn
local dnn = {}

-- ## Activations

---The sigmoid linear unit, also called Swish, A = X / (1 + exp(-X)) (Elfwing, Uchibe & Doya 2017; Ramachandran, Zoph &
---Le 2017).
---
---Shapes: A has X's. Backward: dX = dA S (1 + X (1 - S)) with S = 1 / (1 + exp(-X)).
---
---```lua
---print(("%.4f"):format(dnn.SiLU()(dnn.Matrix{1})(1, 1)))   --> 0.7311
---```
---@return dnn.Layer
function dnn.SiLU() end
