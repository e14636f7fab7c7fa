---@meta _
---@class dnn
local dnn = {}

-- ## Activations

---A smooth rectifier, A = X tanh(log(1 + exp(X))) (Misra 2019).
---
---Shapes: A has X's. Backward: dX = dA (T + X (1 - T^2) / (1 + exp(-X))) with T = tanh(log(1 + exp(X))).
---
---```lua
---print(("%.4f"):format(dnn.Mish()(dnn.Matrix{1})(1, 1)))   --> 0.8651
---```
---@return dnn.Layer
function dnn.Mish() end
