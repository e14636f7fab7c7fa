---@meta _
---@class dnn
local dnn = {}

-- ## Regularisation

---@class dnn.Dropout.Options
---@field p? number probability of an element to be dropped, instead of the first argument; 0.5 by default

---In training each element is 0 with probability p and divided by 1 - p otherwise; in evaluation A is X (Srivastava et
---al. 2014).
---
---The mask is drawn from the global stream of random numbers (`dnn.manual_seed`), and is the same on any number of
---threads.
---
---Shapes: A has X's. Backward: dX = dA by the same mask.
---
---```lua
---local net = dnn.Sequential{dnn.Dropout(0.5)}
---print(net:predict(dnn.ones(2, 3)):sum())   --> 6.0
---```
---@param p? number 0.5 by default
---@param options? dnn.Dropout.Options
---@return dnn.Layer
function dnn.Dropout(p, options) end
