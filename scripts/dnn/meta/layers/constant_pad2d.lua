---@meta _
---@class dnn
local dnn = {}

-- ## Resizing and padding

---@class dnn.ConstantPad2d.Options
---@field padding? integer|integer[] instead of the first argument
---@field value? number instead of the second argument

---Images with a constant around them.
---
---Shapes: X is {height, width, channels}, A {height + top + bottom, width + left + right, channels}; padding is a
---number for all four sides, or {left, right, top, bottom}. Backward: dX is the inner part of dA.
---
---Errors: an input that is not an image.
---
---```lua
---local net = dnn.Sequential{dnn.Input(2, 2, 1), dnn.ConstantPad2d(1, 9)}
---print(net(dnn.Matrix{1, 2, 3, 4})(1, 1))   --> 9.0
---```
---@param padding integer|integer[]
---@param value number
---@param options? dnn.ConstantPad2d.Options
---@return dnn.Layer
function dnn.ConstantPad2d(padding, value, options) end
