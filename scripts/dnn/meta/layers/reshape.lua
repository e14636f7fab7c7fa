---@meta _
---@class dnn
local dnn = {}

-- ## Shapes

---@class dnn.Reshape.Options
---@field size1? integer instead of the first argument
---@field size2? integer instead of the second argument
---@field size3? integer instead of the third argument

---An example under another shape of as many elements: {size1, size2, size3} is an image, two sizes are a sequence, one
---is a vector.
---
---Nothing is moved. The elements stay in their order, the last axis fastest, in files as well; PyTorch has an image's
---channels first.
---
---Errors: another number of elements.
---
---```lua
---local net = dnn.Sequential{dnn.Linear(10, 32), dnn.Reshape(4, 4, 2)}
---print(table.unpack(net.output_shape))   --> 4	4	2
---```
---@param size1 integer features of a vector, steps of a sequence, height of an image
---@param size2? integer features of a sequence, width of an image
---@param size3? integer channels of an image
---@param options? dnn.Reshape.Options
---@return dnn.Layer
function dnn.Reshape(size1, size2, size3, options) end
