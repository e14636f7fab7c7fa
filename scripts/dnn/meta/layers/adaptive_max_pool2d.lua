---@meta _
---@class dnn
local dnn = {}

-- ## Convolution and pooling

---@class dnn.AdaptiveMaxPool2d.Options
---@field output_size? integer|integer[] instead of the first argument

---The largest element of each of height x width parts of an image, channel by channel.
---
---So images of any size become images of one size. Row i of n comes from rows floor((i - 1) height / n) + 1 to
---ceil(i height / n), and the same for columns; neighbours may overlap.
---
---Shapes: X is {height, width, channels}, A {output height, output width, channels}; output_size is a number for both,
---or a pair {height, width}. Backward: all of dA goes to the element that was the largest, the first of equal ones.
---
---Errors: sizes below 1; an input that is not an image.
---
---```lua
---local net = dnn.Sequential{dnn.Input(9, 12, 3), dnn.AdaptiveMaxPool2d{2, 3}}
---print(table.concat(net[1].output_shape, " x "))   --> 2 x 3 x 3
---```
---@param output_size integer|integer[]
---@param options? dnn.AdaptiveMaxPool2d.Options
---@return dnn.Layer
function dnn.AdaptiveMaxPool2d(output_size, options) end
