---@meta _
---@class dnn
local dnn = {}

-- ## Activations

---@class dnn.Hardshrink.Options
---@field lambd? number how far from 0 X must be to be kept, instead of the first argument; 0.5 by default

---A = X where X is farther from 0 than lambd, else 0.
---
---Shapes: A has X's. Backward: dX = dA where A is not 0, else 0.
---
---```lua
---print(dnn.Hardshrink(1)(dnn.Matrix{-3, 0.5, 2}):sum())   --> -1.0
---```
---@param lambd? number 0.5 by default
---@param options? dnn.Hardshrink.Options
---@return dnn.Layer
function dnn.Hardshrink(lambd, options) end
