---@meta _
---@class dnn
local dnn = {}

-- ## Normalisation

---@class dnn.InstanceNorm1d.Options
---@field num_features? integer instead of the first argument
---@field eps? number added to the variance, 1e-5 by default
---@field affine? boolean whether a weight and a bias are learnt, false by default

---Each feature of each sequence with mean 0 and variance 1 over its steps, A = (X - mean) / sqrt(var + eps) (Ulyanov,
---Vedaldi & Lempitsky 2016).
---
---With {affine = true} it is multiplied by a weight and a bias is added, both learnt. It is a `dnn.GroupNorm` with a
---group for each feature.
---
---Shapes: A has X's, {steps, num_features}; weight and bias are num_features x 1. Backward: as for `dnn.GroupNorm`.
---
---Errors: sequences of a single step; another number of features.
---
---```lua
---local net = dnn.Sequential{dnn.Input(6, 3), dnn.InstanceNorm1d(3)}
---print(net:forward(dnn.rand(18, 1)):size())   --> 18	1
---```
---@param num_features integer features of X
---@param options? dnn.InstanceNorm1d.Options
---@return dnn.Layer
function dnn.InstanceNorm1d(num_features, options) end
