---@meta _
---@class dnn
local dnn = {}

-- ## Activations

---Probabilities: A = exp(X) / sum of exp(X), over the features of an example or the channels of a position.
---
---Shapes: A has X's. Backward: dX = A (dA - sum of A dA). `dnn.CrossEntropyLoss` has a softmax of its own: give it the
---output without this layer.
---
---```lua
---print(dnn.Softmax()(dnn.Matrix{0, 0, 0, 0})(1, 1))   --> 0.25
---```
---@return dnn.Layer
function dnn.Softmax() end
