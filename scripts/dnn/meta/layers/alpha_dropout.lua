---@meta _
---@class dnn
local dnn = {}

-- ## Regularisation

---@class dnn.AlphaDropout.Options
---@field p? number probability of an element to be dropped, instead of the first argument; 0.5 by default

---Dropout for networks of SELU, which keeps mean 0 and variance 1 (Klambauer et al. 2017).
---
---In training an element becomes SELU's least value, -1.7581, with probability p, and then all are scaled and
---shifted: A = s (X or -1.7581) + 1.7581 s p with s = 1 / sqrt((1 - p) (1 + 3.0909 p)). In evaluation A is X. The
---mask is drawn from the global stream of random numbers.
---
---Shapes: A has X's. Backward: dX = s dA, or 0.
---
---```lua
---local net = dnn.Sequential{dnn.SELU(), dnn.AlphaDropout(0.1)}
---print(net(dnn.rand(3, 2)):size())   --> 3	2
---```
---@param p? number 0.5 by default
---@param options? dnn.AlphaDropout.Options
---@return dnn.Layer
function dnn.AlphaDropout(p, options) end
