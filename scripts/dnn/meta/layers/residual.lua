---@meta _
---@class dnn
local dnn = {}

-- ## Containers

---Layers whose output is added to their input, A = layers(X) + X (He et al. 2016).
---
---Where they change the shape, `shortcut = layer` brings X to it: A = layers(X) + layer(X). `net[i].shortcut` is that
---layer, `net[i][1]` the first of the others.
---
---```lua
---local block = dnn.Residual{
---  dnn.Conv2d(8, 16, 1), dnn.BatchNorm2d(16), dnn.ReLU(),
---  shortcut = dnn.Conv2d(8, 16, 1),
---}
---print(dnn.Sequential{dnn.Input(4, 4, 8), block}.output_shape[3])   --> 16
---```
---@param layers table layers in order, and `shortcut` where it is wanted
---@return dnn.Layer
function dnn.Residual(layers) end
