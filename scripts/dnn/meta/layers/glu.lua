---@meta _
---@class dnn
local dnn = {}

-- ## Activations

---Gated linear units (Dauphin et al. 2017): of the channels the first half is multiplied by the sigmoid of the
---second, A = X1 sigmoid(X2).
---
---Shapes: A has half of X's channels (features of a vector or of each step). Backward: dX1 = dA sigmoid(X2), dX2 = dA
---X1 sigmoid(X2) (1 - sigmoid(X2)).
---
---Errors: an odd number of channels.
---
---```lua
---local net = dnn.Sequential{dnn.Linear(3, 8), dnn.GLU()}
---print(net(dnn.rand(3, 2)):size())   --> 4	2
---```
---@return dnn.Layer
function dnn.GLU() end
