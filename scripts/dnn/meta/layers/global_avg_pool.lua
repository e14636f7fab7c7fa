---@meta _
---@class dnn
local dnn = {}

-- ## Convolution and pooling

---The mean of each channel over all pixels of an image, or over all steps of a sequence.
---
---In PyTorch it is `nn.AdaptiveAvgPool2d(1)` and `nn.Flatten()`, or `x.mean((2, 3))`.
---
---Shapes: X is {height, width, channels} or {steps, channels}, A {channels}. Backward: dA divided among all positions.
---
---Errors: an input that is a vector.
---
---```lua
---local net = dnn.Sequential{dnn.Input(2, 2, 1), dnn.GlobalAvgPool()}
---print(net(dnn.Matrix{1, 2, 3, 6})(1, 1))   --> 3.0
---```
---@return dnn.Layer
function dnn.GlobalAvgPool() end
