---@meta _
---@class dnn
local dnn = {}

-- ## Activations

---The self-normalising exponential linear unit, A = 1.0507 X where X > 0, else 1.0507 * 1.6733 (exp(X) - 1) (Klambauer
---et al. 2017).
---
---Its two constants keep mean 0 and variance 1 from layer to layer in a network of `dnn.Linear`; pair it with
---{init = "1/sqrt(n)"}.
---
---Shapes: A has X's. Backward: dX = 1.0507 dA where X > 0, else 1.0507 * 1.6733 dA exp(X).
---
---```lua
---print(("%.4f"):format(dnn.SELU()(dnn.Matrix{1})(1, 1)))   --> 1.0507
---```
---@return dnn.Layer
function dnn.SELU() end
