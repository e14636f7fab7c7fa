---@meta _
---@class dnn
local dnn = {}

-- ## Activations

---@class dnn.PReLU.Options
---@field num_parameters? integer instead of the first argument
---@field init? number instead of the second argument

---A leaky rectifier whose slope is learnt, A = X where X > 0, else weight X (He et al. 2015).
---
---Shapes: A has X's; weight is num_parameters x 1. Backward: dX = dA where X > 0, else weight dA; dweight = sum of dA
---X where X is not above 0, over all elements or those of a channel.
---
---Errors: more than one weight, and another number of channels.
---
---```lua
---print(dnn.PReLU()(dnn.Matrix{-4, 2}):sum())   --> 1.0
---```
---@param num_parameters? integer 1 (by default), or the number of channels of X: a weight for each
---@param init? number the weights' starting value, 0.25 by default
---@param options? dnn.PReLU.Options
---@return dnn.Layer
function dnn.PReLU(num_parameters, init, options) end
