---@meta _
---@class dnn
local dnn = {}

-- ## Layers with parameters

---@class dnn.Bilinear.Options
---@field in1_features? integer instead of the first argument
---@field in2_features? integer instead of the second argument
---@field out_features? integer instead of the third argument
---@field bias? boolean whether a bias is added, true by default

---A product of two inputs, A[o] = X1' weight[o] X2 + bias[o], at each position. A `dnn.Merge` gives it both.
---
---Shapes: X1 has in1_features, X2 in2_features, A out_features; weight is out_features x (in1_features * in2_features),
---the features of X1 fastest, (out, in1, in2) in files. Backward: dX1 = sum over o of dA[o] weight[o] X2,
---dX2 = sum of dA[o] weight[o]' X1, dweight[o] = dA[o] X1 X2', dbias = dA.
---
---Errors: inputs of other sizes; a single input.
---
---```lua
---local product = dnn.Bilinear(2, 2, 1)
---local net = dnn.Merge{dnn.Slice(1, 2), dnn.Slice(3, 4), with = product}
---print(net(dnn.rand(4, 3)):size())   --> 1	3
---```
---@param in1_features integer features of the first input
---@param in2_features integer features of the second input
---@param out_features integer features of A
---@param options? dnn.Bilinear.Options
---@return dnn.Layer
function dnn.Bilinear(in1_features, in2_features, out_features, options) end
