---@meta _
---@class dnn
local dnn = {}

-- ## Shapes

---@class dnn.Slice.Options
---@field first? integer instead of the first argument
---@field last? integer instead of the second argument

---Features first to last of a vector or of each step, or those channels of each pixel; both ends are included.
---
---Shapes: all sizes but the last are X's. Backward: dX is dA in those features, and 0 in the others.
---
---Errors: a last before first, or beyond X's features.
---
---```lua
---print(dnn.Slice(2, 3)(dnn.Matrix{1, 2, 4, 8}):sum())   --> 6.0
---```
---@param first integer the first feature, from 1
---@param last integer the last one
---@param options? dnn.Slice.Options
---@return dnn.Layer
function dnn.Slice(first, last, options) end
