---@meta _
---@class dnn
local dnn = {}

-- ## Regularisation

---@class dnn.Dropout1d.Options
---@field p? number instead of the first argument

---In training each of the features of a sequence is 0 as a whole with probability p, and divided by 1 - p otherwise;
---in evaluation A is X (Tompson et al. 2015).
---
---Neighbouring positions resemble each other, so that `dnn.Dropout` of single elements takes little away. The mask is
---drawn as there.
---
---Shapes: A has X's, a sequence. Backward: dX = dA by the same mask.
---
---```lua
---local net = dnn.Sequential{dnn.Input(2, 3), dnn.Dropout1d(0.5)}
---print(net:predict(dnn.ones(6, 1)):sum())   --> 6.0
---```
---@param p? number probability to be dropped, 0.5 by default
---@param options? dnn.Dropout1d.Options
---@return dnn.Layer
function dnn.Dropout1d(p, options) end
