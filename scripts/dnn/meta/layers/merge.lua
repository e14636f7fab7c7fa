---@meta _
---@class dnn
local dnn = {}

-- ## Containers

---Layers side by side, whose outputs are the inputs of one more, `with`: how a network uses a layer with several
---inputs.
---
---A batch is one matrix, so examples of several parts have them one after the other: X is `dnn.cat({X1, X2}, 1)`, and
---`dnn.Slice` takes a part out. What a container is given goes to its first layer. `net[i].with` is the layer that
---takes the outputs, `net[i][1]` the first of the others.
---
---Errors: no `with`, or one that takes another number of inputs.
---
---```lua
---local net = dnn.Sequential{dnn.Merge{
---  dnn.Slice(1, 3), dnn.Slice(4, 7), with = dnn.Bilinear(3, 4, 2),
---}}
---local X1, X2 = dnn.rand(3, 5), dnn.rand(4, 5)
---print(net:forward(dnn.cat({X1, X2}, 1)):size())   --> 2	5
---```
---@param layers table layers side by side, and `with`
---@return dnn.Layer
function dnn.Merge(layers) end
