---@meta _
---@class dnn
local dnn = {}

-- ## Kinds

---@class dnn.DiceLoss.Options
---@field reduction? "mean"|"sum"|"none" "mean" by default: divided by the number of examples
---@field smooth? number added to both sums, so that empty sets agree; 1 by default

---How little two sets of pixels overlap: the mean over examples of 1 - 2 sum(A Y) / (sum A + sum Y).
---
---For masks in which few pixels count (Milletari et al. 2016); `smooth` is added above and below.
---
---Shapes: Y has A's; both lie in 0..1.
---
---Errors: A or Y outside 0..1.
---
---```lua
---local Y = dnn.Matrix{1, 1, 0, 0}
---print(dnn.DiceLoss()(Y, Y), dnn.DiceLoss()(1 - Y, Y))   --> 0.0	0.8
---```
---@param options? dnn.DiceLoss.Options
---@return dnn.Loss
function dnn.DiceLoss(options) end
