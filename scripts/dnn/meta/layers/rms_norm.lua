---@meta _
---@class dnn
local dnn = {}

-- ## Normalisation

---@class dnn.RMSNorm.Options
---@field normalized_shape? integer instead of the first argument
---@field eps? number added to the mean square, 2^-23 by default (PyTorch's for float32)
---@field elementwise_affine? boolean whether a weight is learnt, true by default

---The features of each position divided by their root mean square, A = weight X / sqrt(mean of X^2 + eps) (Zhang &
---Sennrich 2019).
---
---Which features those are is as for `dnn.LayerNorm`.
---
---Shapes: A has X's; weight is normalized_shape x 1. Backward, with r = sqrt(mean of X^2 + eps), x = X / r and
---g = weight dA: dweight = sum of dA x, dX = (g - x mean of g x) / r.
---
---Errors: an X with another number of features.
---
---```lua
---print(dnn.RMSNorm(2, {eps = 0}):forward(dnn.Matrix{3, 3}):sum())   --> 2.0
---```
---@param normalized_shape integer features or channels of X, or all elements of an example
---@param options? dnn.RMSNorm.Options
---@return dnn.Layer
function dnn.RMSNorm(normalized_shape, options) end
