---@meta _
---@class dnn
local dnn = {}

-- ## Activations

---@class dnn.Softplus.Options
---@field beta? number how sharp its bend at 0 is, instead of the first argument; 1 by default
---@field threshold? number A is X where beta X is above it, instead of the second argument; 20 by default

---A smooth rectifier, A = log(1 + exp(beta X)) / beta, and X where beta X > threshold (Dugas et al. 2000).
---
---Shapes: A has X's. Backward: dX = dA / (1 + exp(-beta X)), and dA where beta X > threshold.
---
---```lua
---print(("%.4f"):format(dnn.Softplus()(dnn.Matrix{0})(1, 1)))   --> 0.6931
---```
---@param beta? number 1 by default
---@param threshold? number 20 by default
---@param options? dnn.Softplus.Options
---@return dnn.Layer
function dnn.Softplus(beta, threshold, options) end
