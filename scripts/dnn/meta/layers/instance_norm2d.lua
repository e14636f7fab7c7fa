---@meta _
---@class dnn
local dnn = {}

-- ## Normalisation

---@class dnn.InstanceNorm2d.Options
---@field num_features? integer instead of the first argument
---@field eps? number added to the variance, 1e-5 by default
---@field affine? boolean whether a weight and a bias are learnt, false by default

---Each channel of each image with mean 0 and variance 1, A = (X - mean) / sqrt(var + eps) (Ulyanov, Vedaldi &
---Lempitsky 2016).
---
---With {affine = true} it is multiplied by a weight and a bias is added, both learnt. It is a `dnn.GroupNorm` with a
---group for each channel.
---
---Shapes: A has X's, an image; weight and bias are num_features x 1. Backward: as for `dnn.GroupNorm`.
---
---Errors: images of a single pixel; another number of channels.
---
---```lua
---local net = dnn.Sequential{dnn.Input(4, 4, 3), dnn.InstanceNorm2d(3)}
---print(net:forward(dnn.rand(48, 1)):size())   --> 48	1
---```
---@param num_features integer channels of X
---@param options? dnn.InstanceNorm2d.Options
---@return dnn.Layer
function dnn.InstanceNorm2d(num_features, options) end
