---@meta _
---@class dnn
local dnn = {}

-- ## Activations

---@class dnn.CELU.Options
---@field alpha? number how far below 0 it goes, instead of the first argument; 1 by default

---The continuously differentiable exponential linear unit, A = X where X > 0, else alpha (exp(X / alpha) - 1) (Barron
---2017).
---
---Shapes: A has X's. Backward: dX = dA where X > 0, else dA exp(X / alpha).
---
---```lua
---print(dnn.CELU(0.5)(dnn.Matrix{-100, 2}):sum())   --> 1.5
---```
---@param alpha? number 1 by default
---@param options? dnn.CELU.Options
---@return dnn.Layer
function dnn.CELU(alpha, options) end
