---@meta _
---@class dnn
local dnn = {}

-- ## Resizing and padding

---@class dnn.ZeroPad2d.Options
---@field padding? integer|integer[] instead of the first argument

---Images with zeros around them.
---
---Shapes: X is {height, width, channels}, A {height + top + bottom, width + left + right, channels}; padding is a
---number for all four sides, or {left, right, top, bottom}. Backward: dX is the inner part of dA.
---
---Errors: an input that is not an image.
---
---```lua
---local net = dnn.Sequential{dnn.Input(2, 2, 1), dnn.ZeroPad2d(1)}
---print(net(dnn.Matrix{1, 2, 3, 4})(1, 1))   --> 0.0
---```
---@param padding integer|integer[]
---@param options? dnn.ZeroPad2d.Options
---@return dnn.Layer
function dnn.ZeroPad2d(padding, options) end
