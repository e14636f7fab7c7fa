---@meta _
---@class dnn
local dnn = {}

-- ## Resizing and padding

---@class dnn.Upsample.Options
---@field size? integer|integer[] height and width of A, or its steps, instead of the first argument; or scale_factor
---@field scale_factor? number|number[] how many times larger A is, as 2, 1.5, or {2, 3} of height and width; or size
---"nearest", the element there, which it is by default; "bilinear", between the four pixels around it; "linear",
---between the two steps around it
---@field mode? "nearest"|"bilinear"|"linear"
---bilinear and linear: whether the corners of A are those of X, rather than the edges; false by default
---@field align_corners? boolean

---Images and sequences of another size, by the nearest element or by interpolation.
---
---With s = 1 / scale_factor, or height / output height where the size is given, row o of A, from 0, lies at row o s of
---X, rounded down (nearest), at (o + 1/2) s - 1/2, but not before row 0 (bilinear, linear), or at
---o (height - 1) / (output height - 1) (align_corners); the same for columns and steps.
---
---Shapes: X is {height, width, channels}, A the same with size, or floor(scale_factor height) and so on; or X is
---{steps, channels}, and A has other steps. Backward: dA to the elements that it came from.
---
---Errors: neither size nor scale_factor, or both; align_corners of nearest; bilinear of a sequence, linear of an image;
---an input that is neither.
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
