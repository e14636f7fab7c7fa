---@meta _
---@class dnn
local dnn = {}

-- ## Activations

---@class dnn.Softshrink.Options
---@field lambd? number how far X is drawn towards 0, instead of the first argument; 0.5 by default

---X drawn towards 0: A = X - lambd where X > lambd, X + lambd where X < -lambd, else 0.
---
---Shapes: A has X's. Backward: dX = dA where A is not 0, else 0.
---
---```lua
---print(dnn.Softshrink(1)(dnn.Matrix{-3, 0.5, 2}):sum())   --> -1.0
---```
---@param lambd? number 0.5 by default
---@param options? dnn.Softshrink.Options
---@return dnn.Layer
function dnn.Softshrink(lambd, options) end
