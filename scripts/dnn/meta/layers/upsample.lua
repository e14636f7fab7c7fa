---@meta _
---@class dnn
local dnn = {}

-- ## Resizing and padding

---@class dnn.Upsample.Options
---@field size? integer|integer[] height and width of A, where it is not the first argument; or scale_factor
---@field scale_factor? number how many times larger A is, as 2 or 1.5; or size
---"nearest", the element there, which it is when not given, or "bilinear", between the four around it
---@field mode? "nearest"|"bilinear"
---bilinear: whether the corners of A are those of X, rather than the edges; false when not given
---@field align_corners? boolean

---Images of another size, by the nearest pixel or by interpolation.
---
---With s = 1 / scale_factor, or height / output height where the size is given, row o of A, from 0, lies at row o s of
---X, rounded down (nearest), at (o + 1/2) s - 1/2, but not before row 0 (bilinear), or at
---o (height - 1) / (output height - 1) (align_corners); the same for columns.
---
---Shapes: X is {height, width, channels}, A the same with size, or floor(scale_factor height) and so on. Backward: dA
---to the pixels that it came from.
---
---Errors: neither size nor scale_factor, or both; align_corners of nearest; an input that is no image.
---
---```lua
---local up = dnn.Upsample{scale_factor = 2, mode = "bilinear"}
---local net = dnn.Sequential{dnn.Input(4, 6, 3), up}
---print(table.concat(net[1].output_shape, " x "))   --> 8 x 12 x 3
---```
---@param size? integer|integer[]
---@param options? dnn.Upsample.Options
---@return dnn.Layer
function dnn.Upsample(size, options) end
