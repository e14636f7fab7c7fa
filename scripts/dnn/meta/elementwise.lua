---@meta _

-- # Elementwise operations
--
-- Each has three forms: a function, `dnn.add(A, B)`; a method, `A:add(B)`; and one in place, `A:add_(B)`, which returns
-- A. The first two take a matrix to write into as an option, `{out = C}`, which may be an operand itself. Operands are
-- float32 or float64 and of one type.
--
-- Shapes are broadcast: a dimension of 1 is repeated, so m x n goes with m x 1 (a value per row), 1 x n (a value per
-- column) and 1 x 1. In place B may be broadcast to A's shape, not A to B's.

---@class dnn
local dnn = {}

---@class dnn.Matrix
local A = {}

-- ## Arithmetic

---@class dnn.add.Options
---@field out? dnn.Matrix where the result goes, instead of a new matrix

---A + B, element by element.
---
---Errors: shapes that do not fit, which it names; float32 with float64; uint8.
---
---```lua
---print(dnn.add(dnn.ones(2, 2), 1)(1, 1))   --> 2.0
---```
---@param A number|dnn.Matrix a number on one side at most
---@param B number|dnn.Matrix
---@param options? dnn.add.Options
---@return dnn.Matrix
function dnn.add(A, B, options) end
A.add = dnn.add

---Adds B to A.
---
---Errors: a B that does not fit A's shape; float32 with float64; uint8.
---
---```lua
---local A = dnn.zeros(2, 3)
---A:add_(dnn.Matrix{1, 2})
---print(A:sum())   --> 9.0
---```
---@param B number|dnn.Matrix of A's shape, or one that is broadcast to it
---@return dnn.Matrix A itself
function A:add_(B) end

---A - B, element by element.
---
---Errors: shapes that do not fit, which it names; float32 with float64; uint8.
---
---```lua
---print(dnn.sub(1, dnn.ones(2, 2))(1, 1))   --> 0.0
---```
---@param A number|dnn.Matrix a number on one side at most
---@param B number|dnn.Matrix
---@param options? dnn.add.Options
---@return dnn.Matrix
function dnn.sub(A, B, options) end
A.sub = dnn.sub

---Subtracts B from A.
---
---Errors: a B that does not fit A's shape; float32 with float64; uint8.
---
---```lua
---local W, dW = dnn.ones(2, 2), dnn.ones(2, 2)
---W:sub_(0.1 * dW)
---```
---@param B number|dnn.Matrix of A's shape, or one that is broadcast to it
---@return dnn.Matrix A itself
function A:sub_(B) end

---The elementwise product, as `A % B`; `A * B` is the matrix product.
---
---Errors: shapes that do not fit, which it names; float32 with float64; uint8.
---
---```lua
---print(dnn.cmul(dnn.Matrix{2, 3}, dnn.Matrix{4, 5}):sum())   --> 23.0
---```
---@param A number|dnn.Matrix a number on one side at most
---@param B number|dnn.Matrix
---@param options? dnn.add.Options
---@return dnn.Matrix
function dnn.cmul(A, B, options) end
A.cmul = dnn.cmul

---Multiplies A by B element by element.
---
---Errors: a B that does not fit A's shape; float32 with float64; uint8.
---
---```lua
---local A = dnn.ones(2, 2):cmul_(3)
---print(A:sum())   --> 12.0
---```
---@param B number|dnn.Matrix of A's shape, or one that is broadcast to it
---@return dnn.Matrix A itself
function A:cmul_(B) end

---A / B, element by element.
---
---Errors: shapes that do not fit, which it names; float32 with float64; uint8.
---
---```lua
---print(dnn.div(dnn.Matrix{6, 8}, 2):sum())   --> 7.0
---```
---@param A number|dnn.Matrix a number on one side at most
---@param B number|dnn.Matrix
---@param options? dnn.add.Options
---@return dnn.Matrix
function dnn.div(A, B, options) end
A.div = dnn.div

---Divides A by B element by element.
---
---Errors: a B that does not fit A's shape; float32 with float64; uint8.
---
---```lua
---local A = dnn.Matrix{6, 8}:div_(2)
---print(A:sum())   --> 7.0
---```
---@param B number|dnn.Matrix of A's shape, or one that is broadcast to it
---@return dnn.Matrix A itself
function A:div_(B) end

---A to the power of B, as `A ^ B`.
---
---Errors: shapes that do not fit, which it names; float32 with float64; uint8.
---
---```lua
---print(dnn.pow(dnn.Matrix{2, 3}, 2):sum())   --> 13.0
---```
---@param A number|dnn.Matrix a number on one side at most
---@param B number|dnn.Matrix
---@param options? dnn.add.Options
---@return dnn.Matrix
function dnn.pow(A, B, options) end
A.pow = dnn.pow

---Raises A to the power of B.
---
---Errors: a B that does not fit A's shape; float32 with float64; uint8.
---
---```lua
---local A = dnn.Matrix{2, 3}:pow_(2)
---print(A:sum())   --> 13.0
---```
---@param B number|dnn.Matrix of A's shape, or one that is broadcast to it
---@return dnn.Matrix A itself
function A:pow_(B) end

---The larger of two elements; NaN if either is NaN.
---
---Errors: shapes that do not fit, which it names; float32 with float64; uint8.
---
---```lua
---print(dnn.maximum(dnn.Matrix{-1, 2}, 0):sum())   --> 2.0
---```
---@param A number|dnn.Matrix a number on one side at most
---@param B number|dnn.Matrix
---@param options? dnn.add.Options
---@return dnn.Matrix
function dnn.maximum(A, B, options) end
A.maximum = dnn.maximum

---Replaces each element by the larger of it and B's; NaN if either is NaN.
---
---Errors: a B that does not fit A's shape; float32 with float64; uint8.
---
---```lua
---local A = dnn.Matrix{-1, 2}:maximum_(0)
---print(A:sum())   --> 2.0
---```
---@param B number|dnn.Matrix of A's shape, or one that is broadcast to it
---@return dnn.Matrix A itself
function A:maximum_(B) end

---The smaller of two elements; NaN if either is NaN.
---
---Errors: shapes that do not fit, which it names; float32 with float64; uint8.
---
---```lua
---print(dnn.minimum(dnn.Matrix{-1, 2}, 0):sum())   --> -1.0
---```
---@param A number|dnn.Matrix a number on one side at most
---@param B number|dnn.Matrix
---@param options? dnn.add.Options
---@return dnn.Matrix
function dnn.minimum(A, B, options) end
A.minimum = dnn.minimum

---Replaces each element by the smaller of it and B's; NaN if either is NaN.
---
---Errors: a B that does not fit A's shape; float32 with float64; uint8.
---
---```lua
---local A = dnn.Matrix{-1, 2}:minimum_(0)
---print(A:sum())   --> -1.0
---```
---@param B number|dnn.Matrix of A's shape, or one that is broadcast to it
---@return dnn.Matrix A itself
function A:minimum_(B) end

-- ## Comparisons
--
-- They give 1 and 0 in the operands' type, so that results can be counted and multiplied. Lua's own `==` compares
-- whole matrices and gives one boolean.

---1 where A's element is less than B's, else 0.
---
---Errors: shapes that do not fit, which it names; float32 with float64; uint8.
---
---```lua
---print(dnn.lt(dnn.Matrix{1, 2, 3}, 2):sum())   --> 1.0
---```
---@param A number|dnn.Matrix a number on one side at most
---@param B number|dnn.Matrix
---@param options? dnn.add.Options
---@return dnn.Matrix
function dnn.lt(A, B, options) end
A.lt = dnn.lt

---Replaces each element by 1 where it is less than B's, else by 0.
---
---Errors: a B that does not fit A's shape; float32 with float64; uint8.
---
---```lua
---print(dnn.Matrix{1, 2, 3}:lt_(2):sum())   --> 1.0
---```
---@param B number|dnn.Matrix of A's shape, or one that is broadcast to it
---@return dnn.Matrix A itself
function A:lt_(B) end

---1 where A's element is at most B's, else 0.
---
---Errors: shapes that do not fit, which it names; float32 with float64; uint8.
---
---```lua
---print(dnn.le(dnn.Matrix{1, 2, 3}, 2):sum())   --> 2.0
---```
---@param A number|dnn.Matrix a number on one side at most
---@param B number|dnn.Matrix
---@param options? dnn.add.Options
---@return dnn.Matrix
function dnn.le(A, B, options) end
A.le = dnn.le

---Replaces each element by 1 where it is at most B's, else by 0.
---
---Errors: a B that does not fit A's shape; float32 with float64; uint8.
---
---```lua
---print(dnn.Matrix{1, 2, 3}:le_(2):sum())   --> 2.0
---```
---@param B number|dnn.Matrix of A's shape, or one that is broadcast to it
---@return dnn.Matrix A itself
function A:le_(B) end

---1 where A's element is greater than B's, else 0.
---
---Errors: shapes that do not fit, which it names; float32 with float64; uint8.
---
---```lua
---print(dnn.gt(dnn.Matrix{1, 2, 3}, 2):sum())   --> 1.0
---```
---@param A number|dnn.Matrix a number on one side at most
---@param B number|dnn.Matrix
---@param options? dnn.add.Options
---@return dnn.Matrix
function dnn.gt(A, B, options) end
A.gt = dnn.gt

---Replaces each element by 1 where it is greater than B's, else by 0.
---
---Errors: a B that does not fit A's shape; float32 with float64; uint8.
---
---```lua
---print(dnn.Matrix{1, 2, 3}:gt_(2):sum())   --> 1.0
---```
---@param B number|dnn.Matrix of A's shape, or one that is broadcast to it
---@return dnn.Matrix A itself
function A:gt_(B) end

---1 where A's element is at least B's, else 0.
---
---Errors: shapes that do not fit, which it names; float32 with float64; uint8.
---
---```lua
---print(dnn.ge(dnn.Matrix{1, 2, 3}, 2):sum())   --> 2.0
---```
---@param A number|dnn.Matrix a number on one side at most
---@param B number|dnn.Matrix
---@param options? dnn.add.Options
---@return dnn.Matrix
function dnn.ge(A, B, options) end
A.ge = dnn.ge

---Replaces each element by 1 where it is at least B's, else by 0.
---
---Errors: a B that does not fit A's shape; float32 with float64; uint8.
---
---```lua
---print(dnn.Matrix{1, 2, 3}:ge_(2):sum())   --> 2.0
---```
---@param B number|dnn.Matrix of A's shape, or one that is broadcast to it
---@return dnn.Matrix A itself
function A:ge_(B) end

---1 where A's element is equal to B's, else 0.
---
---Errors: shapes that do not fit, which it names; float32 with float64; uint8.
---
---```lua
---print(dnn.eq(dnn.Matrix{1, 2, 3}, 2):sum())   --> 1.0
---```
---@param A number|dnn.Matrix a number on one side at most
---@param B number|dnn.Matrix
---@param options? dnn.add.Options
---@return dnn.Matrix
function dnn.eq(A, B, options) end
A.eq = dnn.eq

---Replaces each element by 1 where it is equal to B's, else by 0.
---
---Errors: a B that does not fit A's shape; float32 with float64; uint8.
---
---```lua
---print(dnn.Matrix{1, 2, 3}:eq_(2):sum())   --> 1.0
---```
---@param B number|dnn.Matrix of A's shape, or one that is broadcast to it
---@return dnn.Matrix A itself
function A:eq_(B) end

---1 where A's element differs from B's, else 0.
---
---Errors: shapes that do not fit, which it names; float32 with float64; uint8.
---
---```lua
---print(dnn.ne(dnn.Matrix{1, 2, 3}, 2):sum())   --> 2.0
---```
---@param A number|dnn.Matrix a number on one side at most
---@param B number|dnn.Matrix
---@param options? dnn.add.Options
---@return dnn.Matrix
function dnn.ne(A, B, options) end
A.ne = dnn.ne

---Replaces each element by 1 where it differs from B's, else by 0.
---
---Errors: a B that does not fit A's shape; float32 with float64; uint8.
---
---```lua
---print(dnn.Matrix{1, 2, 3}:ne_(2):sum())   --> 2.0
---```
---@param B number|dnn.Matrix of A's shape, or one that is broadcast to it
---@return dnn.Matrix A itself
function A:ne_(B) end

---A where C is not 0, else B; all three are broadcast.
---
---```lua
---local A = dnn.Matrix{-1, 2}
---print(dnn.where(dnn.lt(A, 0), 0, A):sum())   --> 2.0
---```
---@param C dnn.Matrix the condition, of the type of the others
---@param A number|dnn.Matrix
---@param B number|dnn.Matrix
---@param options? dnn.add.Options
---@return dnn.Matrix
function dnn.where(C, A, B, options) end
