---@meta _
---@class dnn
local dnn = {}

-- ## Activations

---@class dnn.ELU.Options
---@field alpha? number how far below 0 it goes, instead of the first argument; 1 by default

---The exponential linear unit, A = X where X > 0, else alpha (exp(X) - 1) (Clevert, Unterthiner & Hochreiter 2015).
---
---Shapes: A has X's. Backward: dX = dA where X > 0, else dA alpha exp(X).
---
---```lua
---print(dnn.ELU(0.5)(dnn.Matrix{-100, 2}):sum())   --> 1.5
---```
---@param alpha? number 1 by default
---@param options? dnn.ELU.Options
---@return dnn.Layer
function dnn.ELU(alpha, options) end
