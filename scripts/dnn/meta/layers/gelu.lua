---@meta _
---@class dnn
local dnn = {}

-- ## Activations

---@class dnn.GELU.Options
---@field approximate? "none"|"tanh" how the normal distribution is computed, "none" (by erf) by default

---The Gaussian error linear unit, A = X (1 + erf(X / sqrt(2))) / 2 (Hendrycks & Gimpel 2016).
---
---With {approximate = "tanh"} it is X (1 + tanh(sqrt(2 / pi) (X + 0.044715 X^3))) / 2, as in GPT-2.
---
---Shapes: A has X's. Backward: dX = dA (P(X) + X p(X)) with the normal distribution P and its density p.
---
---Errors: an unknown form, with those that are known.
---
---```lua
---local exact, tanh = dnn.GELU(), dnn.GELU{approximate = "tanh"}
---print(("%.4f"):format(exact(dnn.Matrix{1})(1, 1)))   --> 0.8413
---print(("%.4f"):format(tanh(dnn.Matrix{1})(1, 1)))   --> 0.8412
---```
---@param options? dnn.GELU.Options
---@return dnn.Layer
function dnn.GELU(options) end
