---@meta _
---@class dnn
local dnn = {}

-- ## Resizing and padding

---@class dnn.PixelShuffle.Options
---@field upscale_factor? integer instead of the first argument

---Groups of r x r channels as blocks of r x r pixels: a convolution before it makes images r times larger.
---
---Shapes: X is {height, width, channels}, A {height r, width r, channels / (r r)} with r = upscale_factor.
---Channel (c - 1) r r + (i - 1) r + j of a pixel becomes channel c of pixel (i, j) of its block, as in PyTorch.
---Backward: dA moved back.
---
---Errors: channels that r r does not divide; an input that is not an image.
---
---```lua
---local net = dnn.Sequential{dnn.Input(2, 2, 4), dnn.PixelShuffle(2)}
---print(table.concat(net[1].output_shape, " x "))   --> 4 x 4 x 1
---```
---@param upscale_factor integer
---@param options? dnn.PixelShuffle.Options
---@return dnn.Layer
function dnn.PixelShuffle(upscale_factor, options) end
