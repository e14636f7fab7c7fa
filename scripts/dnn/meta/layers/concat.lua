---@meta _
---@class dnn
local dnn = {}

-- ## Containers

---Layers side by side on the same input; A has the channels of all their outputs, one after the other.
---
---Shapes: all sizes but the last must agree.
---
---```lua
---local block = dnn.Concat{dnn.Conv2d(3, 4, 1), dnn.Conv2d(3, 8, 1)}
---print(dnn.Sequential{dnn.Input(5, 5, 3), block}.output_shape[3])   --> 12
---```
---@param layers dnn.Layer[]
---@return dnn.Layer
function dnn.Concat(layers) end
