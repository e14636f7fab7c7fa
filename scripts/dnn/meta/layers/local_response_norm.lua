---@meta _
---@class dnn
local dnn = {}

-- ## Normalisation

---@class dnn.LocalResponseNorm.Options
---@field size? integer channels of a neighbourhood, itself included, instead of the first argument
---@field alpha? number how much the neighbours' mean square counts, 1e-4 by default
---@field beta? number the power of the divisor, 0.75 by default
---@field k? number what the divisor is without neighbours, 1 by default

---Each channel divided by what its neighbours hold (Krizhevsky, Sutskever & Hinton 2012): A = X / (k + alpha / size *
---sum of squares)^beta, over `size` channels, from size / 2 before it.
---
---Shapes: A has X's, whose channels are normalised at each position. Backward, with s what the power is taken of:
---dX[c] = dA[c] s[c]^-beta - 2 alpha beta / size X[c] times the sum of dA[j] X[j] s[j]^(-beta - 1) over the j that
---have c for a neighbour.
---
---```lua
---local net = dnn.Sequential{dnn.Input(4, 4, 8), dnn.LocalResponseNorm(5)}
---print(net(dnn.rand(128, 1)):size())   --> 128	1
---```
---@param size integer channels of a neighbourhood
---@param alpha? number 1e-4 by default
---@param beta? number 0.75 by default
---@param k? number 1 by default
---@param options? dnn.LocalResponseNorm.Options
---@return dnn.Layer
function dnn.LocalResponseNorm(size, alpha, beta, k, options) end
