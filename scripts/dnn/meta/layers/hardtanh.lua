---@meta _
---@class dnn
local dnn = {}

-- ## Activations

---@class dnn.Hardtanh.Options
---@field min_val? number the least that A can be, instead of the first argument; -1 by default
---@field max_val? number the most that A can be, instead of the second argument; 1 by default

---X between two bounds, A = min(max(X, min_val), max_val) (Collobert 2004).
---
---Shapes: A has X's. Backward: dX = dA between the bounds, else 0.
---
---Errors: a min_val that is not below max_val.
---
---```lua
---print(dnn.Hardtanh(-2, 2)(dnn.Matrix{-5, 1.5}):sum())   --> -0.5
---```
---@param min_val? number -1 by default
---@param max_val? number 1 by default
---@param options? dnn.Hardtanh.Options
---@return dnn.Layer
function dnn.Hardtanh(min_val, max_val, options) end
