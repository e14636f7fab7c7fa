---@meta _
---@class dnn
local dnn = {}

-- ## Convolution and pooling

---@class dnn.AdaptiveAvgPool2d.Options
---@field output_size? integer|integer[] instead of the first argument

---The mean of each of height x width parts of an image, channel by channel.
---
---So images of any size become images of one size. Row i of n comes from rows floor((i - 1) height / n) + 1 to
---ceil(i height / n), and the same for columns; neighbours may overlap.
---
---Shapes: X is {height, width, channels}, A {output height, output width, channels}; output_size is a number for both,
---or a pair {height, width}. Backward: dA divided among its part.
---
---Errors: sizes below 1; an input that is not an image.
---
---```lua
---local net = dnn.Sequential{dnn.Input(9, 12, 3), dnn.AdaptiveAvgPool2d{2, 3}}
---print(table.concat(net[1].output_shape, " x "))   --> 2 x 3 x 3
---```
---@param output_size integer|integer[]
---@param options? dnn.AdaptiveAvgPool2d.Options
---@return dnn.Layer
function dnn.AdaptiveAvgPool2d(output_size, options) end
