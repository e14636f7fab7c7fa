---@meta _
---@class dnn
local dnn = {}

-- ## Resizing and padding

---@class dnn.ReflectionPad2d.Options
---@field padding? integer|integer[] instead of the first argument

---Images mirrored at their edges, which are not repeated: 3 2 | 1 2 3 | 2 1.
---
---Shapes: X is {height, width, channels}, A {height + top + bottom, width + left + right, channels}; padding is a
---number for all four sides, or {left, right, top, bottom}. Backward: each element of dX is the sum of dA over all
---places that it was copied to.
---
---Errors: padding that is not less than the image; an input that is not an image.
---
---```lua
---local net = dnn.Sequential{dnn.Input(2, 2, 1), dnn.ReflectionPad2d(1)}
---print(net(dnn.Matrix{1, 2, 3, 4})(1, 1))   --> 4.0
---```
---@param padding integer|integer[]
---@param options? dnn.ReflectionPad2d.Options
---@return dnn.Layer
function dnn.ReflectionPad2d(padding, options) end
