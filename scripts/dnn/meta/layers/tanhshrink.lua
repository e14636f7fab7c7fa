---@meta _
---@class dnn
local dnn = {}

-- ## Activations

---A = X - tanh(X): what a Tanh removes.
---
---Shapes: A has X's. Backward: dX = dA tanh(X)^2.
---
---```lua
---print(dnn.Tanhshrink()(dnn.zeros(2, 1)):sum())   --> 0.0
---```
---@return dnn.Layer
function dnn.Tanhshrink() end
