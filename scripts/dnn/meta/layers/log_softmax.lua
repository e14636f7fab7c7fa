---@meta _
---@class dnn
local dnn = {}

-- ## Activations

---Logarithms of probabilities: A = X - log(sum of exp(X)), over the features of an example or the channels of a
---position.
---
---Shapes: A has X's. Backward: dX = dA - exp(A) (sum of dA). `dnn.CrossEntropyLoss` has a softmax of its own: give it
---the output without this layer.
---
---```lua
---local A = dnn.LogSoftmax()(dnn.Matrix{0, 0})
---print(("%.4f"):format(A(1, 1)))   --> -0.6931
---```
---@return dnn.Layer
function dnn.LogSoftmax() end
