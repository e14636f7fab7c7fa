---@meta _
---@class dnn
local dnn = {}

-- ## Shapes

---@class dnn.Permute.Options
---@field axis1? integer instead of the first argument
---@field axis2? integer instead of the second argument
---@field axis3? integer instead of the third argument

---The axes of an example in another order: axis i of A is axis order[i] of X. `dnn.Permute(2, 1)` turns steps x
---features into features x steps.
---
---Shapes: X is a sequence (two axes) or an image (three). Backward: dX is dA with its axes in the old order.
---
---Errors: axes that are not the numbers 1 to 2, or 1 to 3, in some order.
---
---```lua
---local net = dnn.Sequential{dnn.Input(5, 4, 3), dnn.Permute(3, 1, 2)}
---print(table.unpack(net.output_shape))   --> 3	5	4
---```
---@param axis1 integer the axis of X that comes first, from 1
---@param axis2 integer the one that comes second
---@param axis3? integer the one that comes third, of an image
---@param options? dnn.Permute.Options
---@return dnn.Layer
function dnn.Permute(axis1, axis2, axis3, options) end
