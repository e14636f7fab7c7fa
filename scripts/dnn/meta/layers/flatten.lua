---@meta _
---@class dnn
local dnn = {}

-- ## Shapes

---An image or a sequence as a vector. Nothing is copied: an example is a column in any case.
---
---Shapes: A is {elements of X}. In files the weights of what follows are in PyTorch's order, channels before positions.
---
---```lua
---local net = dnn.Sequential{dnn.Input(4, 4, 2), dnn.Flatten()}
---print(net[1].output_shape[1])   --> 32
---```
---@return dnn.Layer
function dnn.Flatten() end
