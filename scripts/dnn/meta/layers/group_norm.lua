---@meta _
---@class dnn
local dnn = {}

-- ## Normalisation

---@class dnn.GroupNorm.Options
---@field num_groups? integer instead of the first argument
---@field num_channels? integer instead of the second argument
---@field eps? number added to the variance, 1e-5 by default
---@field affine? boolean whether a weight and a bias are learnt, true by default

---Groups of channels of each example with mean 0 and variance 1, A = weight (X - mean) / sqrt(var + eps) + bias (Wu &
---He 2018).
---
---Mean and variance are over all positions and the channels of a group, of one example: a batch of one works, and
---training and evaluation are the same.
---
---Shapes: A has X's; weight and bias are num_channels x 1. Backward, with x = (X - mean) / sqrt(var + eps), g = weight
---dA and means over a group: dX = (g - mean of g - x mean of g x) / sqrt(var + eps), dbias = sum of dA, dweight = sum
---of dA x.
---
---Errors: groups that do not divide the channels; an X with another number of channels.
---
---```lua
---local net = dnn.Sequential{dnn.Input(8, 8, 6), dnn.GroupNorm(3, 6)}
---print(net:forward(dnn.rand(384, 1)):size())   --> 384	1
---```
---@param num_groups integer groups, which divide the channels
---@param num_channels integer channels of X
---@param options? dnn.GroupNorm.Options
---@return dnn.Layer
function dnn.GroupNorm(num_groups, num_channels, options) end
