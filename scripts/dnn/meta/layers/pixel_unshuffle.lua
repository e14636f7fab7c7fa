---@meta _
---@class dnn
local dnn = {}

-- ## Resizing and padding

---@class dnn.PixelUnshuffle.Options
---@field downscale_factor? integer instead of the first argument

---Blocks of r x r pixels as groups of r x r channels: what dnn.PixelShuffle undoes.
---
---Shapes: X is {height, width, channels}, A {height / r, width / r, channels r r} with r = downscale_factor.
---Channel (c - 1) r r + (i - 1) r + j of a pixel comes from channel c of pixel (i, j) of its block, as in PyTorch.
---Backward: dA moved back.
---
---Errors: a height or width that r does not divide; an input that is not an image.
---
---```lua
---local net = dnn.Sequential{dnn.Input(4, 4, 1), dnn.PixelUnshuffle(2)}
---print(table.concat(net[1].output_shape, " x "))   --> 2 x 2 x 4
---```
---@param downscale_factor integer
---@param options? dnn.PixelUnshuffle.Options
---@return dnn.Layer
function dnn.PixelUnshuffle(downscale_factor, options) end
