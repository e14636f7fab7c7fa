---@meta _
---@class dnn
local dnn = {}

-- ## Activations

---The logarithm of the logistic function, A = -log(1 + exp(-X)), which does not overflow.
---
---Shapes: A has X's. Backward: dX = dA / (1 + exp(X)).
---
---```lua
---print(("%.4f"):format(dnn.LogSigmoid()(dnn.Matrix{0})(1, 1)))   --> -0.6931
---```
---@return dnn.Layer
function dnn.LogSigmoid() end
