---@meta _
---@class dnn
local dnn = {}

-- ## Regularisation

---@class dnn.Dropout2d.Options
---@field p? number instead of the first argument

---In training each of the channels of an image is 0 as a whole with probability p, and divided by 1 - p otherwise; in
---evaluation A is X (Tompson et al. 2015).
---
---Neighbouring positions resemble each other, so that `dnn.Dropout` of single elements takes little away. The mask is
---drawn as there.
---
---Shapes: A has X's, an image. Backward: dX = dA by the same mask.
---
---```lua
---local net = dnn.Sequential{dnn.Input(2, 2, 3), dnn.Dropout2d(0.5)}
---print(net:predict(dnn.ones(12, 1)):sum())   --> 12.0
---```
---@param p? number probability to be dropped, 0.5 by default
---@param options? dnn.Dropout2d.Options
---@return dnn.Layer
function dnn.Dropout2d(p, options) end
