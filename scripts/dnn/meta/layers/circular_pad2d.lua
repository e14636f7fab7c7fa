---@meta _
---@class dnn
local dnn = {}

-- ## Resizing and padding

---@class dnn.CircularPad2d.Options
---@field padding? integer|integer[] instead of the first argument

---Images that wrap around: 2 3 | 1 2 3 | 1 2.
---
---Shapes: X is {height, width, channels}, A {height + top + bottom, width + left + right, channels}; padding is a
---number for all four sides, or {left, right, top, bottom}. Backward: each element of dX is the sum of dA over all
---places that it was copied to.
---
---Errors: padding of more than the image; an input that is not an image.
---
---```lua
---local net = dnn.Sequential{dnn.Input(2, 2, 1), dnn.CircularPad2d(1)}
---print(net(dnn.Matrix{1, 2, 3, 4})(1, 1))   --> 4.0
---```
---@param padding integer|integer[]
---@param options? dnn.CircularPad2d.Options
---@return dnn.Layer
function dnn.CircularPad2d(padding, options) end
