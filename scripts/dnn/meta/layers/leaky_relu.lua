---@meta _
---@class dnn
local dnn = {}

-- ## Activations

---@class dnn.LeakyReLU.Options
---@field negative_slope? number factor of negative elements, instead of the first argument; 0.01 by default

---The leaky rectifier, A = X where X > 0, else negative_slope X (Maas, Hannun & Ng 2013).
---
---Shapes: A has X's. Backward: dX = dA where X > 0, else negative_slope dA.
---
---```lua
---print(dnn.LeakyReLU(0.1)(dnn.Matrix{-10, 2}):sum())   --> 1.0
---```
---@param negative_slope? number 0.01 by default
---@param options? dnn.LeakyReLU.Options
---@return dnn.Layer
function dnn.LeakyReLU(negative_slope, options) end
