---@meta _
---@class dnn
local dnn = {}

-- ## Normalisation

---@class dnn.LayerNorm.Options
---@field normalized_shape? integer instead of the first argument
---@field eps? number added to the variance, 1e-5 by default
---@field elementwise_affine? boolean whether a weight and a bias are learnt, true by default
---@field bias? boolean whether there is a bias where there is a weight, true by default

---The features of each position with mean 0 and variance 1, A = weight (X - mean) / sqrt(var + eps) + bias (Ba, Kiros &
---Hinton 2016).
---
---A batch of one example works, and training and evaluation are the same. The features are the last axis of an example:
---those of a vector or of each step, or the channels of each pixel. With as many as a whole example has elements, all
---of it is normalised at once; files then have the weight as PyTorch has it, (channels, height, width) for an image.
---
---Shapes: A has X's; weight and bias are normalized_shape x 1. Backward, with x = (X - mean) / sqrt(var + eps),
---g = weight dA and means over the n features: dbias = sum of dA, dweight = sum of dA x,
---dX = (g - mean of g - x mean of g x) / sqrt(var + eps).
---
---Errors: an X with another number of features.
---
---```lua
---local layer = dnn.LayerNorm(4)
---print(layer:forward(dnn.Matrix{1, 3, 5, 7}):sum())   --> 0.0
---```
---@param normalized_shape integer features or channels of X, or all elements of an example
---@param options? dnn.LayerNorm.Options
---@return dnn.Layer
function dnn.LayerNorm(normalized_shape, options) end
