---@meta _

-- # Functions of one matrix
--
-- Element by element too, in the forms of the elementwise operations: `dnn.exp(A)`, `A:exp()`, both with the option
-- `{out = B}`, and `A:exp_()` in place.

---@class dnn
local dnn = {}

---@class dnn.Matrix
local A = {}

----A.
---
---Errors: uint8, which is for stored data only.
---
---```lua
---print(dnn.neg(dnn.Matrix{1, -2}):sum())   --> 1.0
---```
---@param A dnn.Matrix
---@param options? dnn.add.Options
---@return dnn.Matrix
function dnn.neg(A, options) end
A.neg = dnn.neg

---Changes the sign of every element.
---
---Errors: uint8, which is for stored data only.
---
---```lua
---print(dnn.Matrix{1, -2}:neg_():sum())   --> 1.0
---```
---@return dnn.Matrix A itself
function A:neg_() end

---e to the power of every element.
---
---Errors: uint8, which is for stored data only.
---
---```lua
---print(dnn.exp(dnn.zeros(2, 2)):sum())   --> 4.0
---```
---@param A dnn.Matrix
---@param options? dnn.add.Options
---@return dnn.Matrix
function dnn.exp(A, options) end
A.exp = dnn.exp

---Replaces every element x by e^x.
---
---Errors: uint8, which is for stored data only.
---
---```lua
---print(dnn.zeros(2, 2):exp_():sum())   --> 4.0
---```
---@return dnn.Matrix A itself
function A:exp_() end

---The natural logarithm; of 0 it is -inf, of negative numbers NaN.
---
---Errors: uint8, which is for stored data only.
---
---```lua
---print(dnn.log(dnn.ones(2, 2)):sum())   --> 0.0
---```
---@param A dnn.Matrix
---@param options? dnn.add.Options
---@return dnn.Matrix
function dnn.log(A, options) end
A.log = dnn.log

---Replaces every element by its natural logarithm.
---
---Errors: uint8, which is for stored data only.
---
---```lua
---print(dnn.ones(2, 2):log_():sum())   --> 0.0
---```
---@return dnn.Matrix A itself
function A:log_() end

---The square root; of negative numbers it is NaN.
---
---Errors: uint8, which is for stored data only.
---
---```lua
---print(dnn.sqrt(dnn.Matrix{4, 9}):sum())   --> 5.0
---```
---@param A dnn.Matrix
---@param options? dnn.add.Options
---@return dnn.Matrix
function dnn.sqrt(A, options) end
A.sqrt = dnn.sqrt

---Replaces every element by its square root.
---
---Errors: uint8, which is for stored data only.
---
---```lua
---print(dnn.Matrix{4, 9}:sqrt_():sum())   --> 5.0
---```
---@return dnn.Matrix A itself
function A:sqrt_() end

---The absolute value.
---
---Errors: uint8, which is for stored data only.
---
---```lua
---print(dnn.abs(dnn.Matrix{1, -2}):sum())   --> 3.0
---```
---@param A dnn.Matrix
---@param options? dnn.add.Options
---@return dnn.Matrix
function dnn.abs(A, options) end
A.abs = dnn.abs

---Replaces every element by its absolute value.
---
---Errors: uint8, which is for stored data only.
---
---```lua
---print(dnn.Matrix{1, -2}:abs_():sum())   --> 3.0
---```
---@return dnn.Matrix A itself
function A:abs_() end

----1, 0 or 1 by the sign of every element; NaN stays NaN.
---
---Errors: uint8, which is for stored data only.
---
---```lua
---print(dnn.sign(dnn.Matrix{5, -2, 0}):sum())   --> 0.0
---```
---@param A dnn.Matrix
---@param options? dnn.add.Options
---@return dnn.Matrix
function dnn.sign(A, options) end
A.sign = dnn.sign

---Replaces every element by -1, 0 or 1, its sign.
---
---Errors: uint8, which is for stored data only.
---
---```lua
---print(dnn.Matrix{5, 3, 0}:sign_():sum())   --> 2.0
---```
---@return dnn.Matrix A itself
function A:sign_() end

---The hyperbolic tangent.
---
---Errors: uint8, which is for stored data only.
---
---```lua
---print(dnn.tanh(dnn.zeros(1, 2)):sum())   --> 0.0
---```
---@param A dnn.Matrix
---@param options? dnn.add.Options
---@return dnn.Matrix
function dnn.tanh(A, options) end
A.tanh = dnn.tanh

---Replaces every element by its hyperbolic tangent.
---
---Errors: uint8, which is for stored data only.
---
---```lua
---print(dnn.zeros(1, 2):tanh_():sum())   --> 0.0
---```
---@return dnn.Matrix A itself
function A:tanh_() end

---1 / (1 + exp(-x)), without overflow for any x.
---
---Errors: uint8, which is for stored data only.
---
---```lua
---print(dnn.sigmoid(dnn.zeros(1, 2)):sum())   --> 1.0
---```
---@param A dnn.Matrix
---@param options? dnn.add.Options
---@return dnn.Matrix
function dnn.sigmoid(A, options) end
A.sigmoid = dnn.sigmoid

---Replaces every element x by 1 / (1 + exp(-x)).
---
---Errors: uint8, which is for stored data only.
---
---```lua
---print(dnn.zeros(1, 2):sigmoid_():sum())   --> 1.0
---```
---@return dnn.Matrix A itself
function A:sigmoid_() end

---max(0, x) of every element; NaN stays NaN.
---
---Errors: uint8, which is for stored data only.
---
---```lua
---print(dnn.relu(dnn.Matrix{1, -2}):sum())   --> 1.0
---```
---@param A dnn.Matrix
---@param options? dnn.add.Options
---@return dnn.Matrix
function dnn.relu(A, options) end
A.relu = dnn.relu

---Replaces negative elements by 0; NaN stays NaN.
---
---Errors: uint8, which is for stored data only.
---
---```lua
---print(dnn.Matrix{1, -2}:relu_():sum())   --> 1.0
---```
---@return dnn.Matrix A itself
function A:relu_() end

---1 where an element is finite, 0 where it is infinite or NaN.
---
---Errors: uint8, which is for stored data only.
---
---```lua
---print(dnn.isfinite(dnn.Matrix{1, 1 / 0}):all())   --> false
---```
---@param A dnn.Matrix
---@param options? dnn.add.Options
---@return dnn.Matrix
function dnn.isfinite(A, options) end
A.isfinite = dnn.isfinite

---Replaces every element by 1 where it is finite, else by 0.
---
---Errors: uint8, which is for stored data only.
---
---```lua
---print(dnn.Matrix{1, 1 / 0}:isfinite_():sum())   --> 1.0
---```
---@return dnn.Matrix A itself
function A:isfinite_() end

---Every element brought into the range low..high; NaN stays NaN.
---
---Errors: low above high.
---
---```lua
---print(dnn.clamp(dnn.Matrix{-3, 0.5, 3}, -1, 1):sum())   --> 0.5
---print(dnn.clamp(dnn.Matrix{-3, 3}, nil, 1):sum())       --> -2.0
---```
---@param A dnn.Matrix
---@param low? number no bound by default
---@param high? number no bound by default
---@param options? dnn.add.Options
---@return dnn.Matrix
function dnn.clamp(A, low, high, options) end
A.clamp = dnn.clamp

---Brings every element of A into the range low..high.
---
---```lua
---local gradient = dnn.randn(3, 3):clamp_(-1, 1)
---```
---@param low? number no bound by default
---@param high? number no bound by default
---@return dnn.Matrix A itself
function A:clamp_(low, high) end
