---@meta _
---@class dnn
local dnn = {}

-- ## Normalisation

---@class dnn.BatchNorm2d.Options
---@field num_features? integer instead of the first argument
---@field eps? number added to the variance, 1e-5 by default
---@field momentum? number how far the running values move towards a batch's, 0.1 by default
---@field affine? boolean whether a weight and a bias are learnt, true by default

---Every channel with mean 0 and variance 1 over the batch, A = weight (X - mean) / sqrt(var + eps) + bias (Ioffe &
---Szegedy 2015).
---
---In training mean and variance are the batch's, and `running_mean` and `running_var` move towards them; in evaluation
---they are the running ones. `num_batches_tracked` counts batches.
---
---Shapes: X is {height, width, channels}, A has X's; weight, bias and running values are num_features x 1. Backward,
---with x = (X - mean) / sqrt(var + eps) and N values of a channel: dbias = sum of dA, dweight = sum of dA x, dX =
---weight / sqrt(var + eps) (dA - dbias / N - x dweight / N).
---
---Errors: a batch with a single value of each channel in training.
---
---```lua
---local layer = dnn.BatchNorm2d(3)
---print(layer.running_var:sum())   --> 3.0
---```
---@param num_features integer channels of X
---@param options? dnn.BatchNorm2d.Options
---@return dnn.Layer
function dnn.BatchNorm2d(num_features, options) end
