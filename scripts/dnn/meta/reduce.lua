---@meta _

-- # Sums, means, extremes
--
-- Without an axis they reduce the whole matrix to a number (`any` and `all` to a boolean). Axis 1 reduces over rows and
-- gives a row, a value per column, so a value per example; axis 2 reduces over columns and gives a column. Each is a
-- method and a function: `A:sum(2)`, `dnn.sum(A, 2)`.
--
-- Sums are added pairwise in double precision, in an order that depends on the shape alone. uint8 has `any` and `all`,
-- and without an axis `sum`, `mean`, `max` and `min`.

---@class dnn
local dnn = {}

---@class dnn.Matrix
local A = {}

---@class dnn.sum.Options
---@field out? dnn.Matrix where the row or column goes, instead of a new matrix; needs an axis

---@class dnn.std.Options
---@field unbiased? boolean whether it divides by n - 1, true by default; false: by n
---@field out? dnn.Matrix where the row or column goes, instead of a new matrix; needs an axis

---The sum; 0 for an empty matrix.
---
---Errors: an axis other than 1 and 2.
---
---```lua
---local A = dnn.Matrix{{1, 2}, {3, 4}}
---print(A:sum(), A:sum(1)(1, 1), A:sum(2)(1, 1))   --> 10.0	4.0	3.0
---```
---@param A dnn.Matrix
---@param axis? 1|2 1: over rows, a row; 2: over columns, a column; may be left out before options
---@param options? dnn.sum.Options
---@return number|dnn.Matrix # a number without an axis
function dnn.sum(A, axis, options) end
A.sum = dnn.sum

---The arithmetic mean; NaN for an empty matrix.
---
---Errors: an axis other than 1 and 2.
---
---```lua
---local X = dnn.Matrix{{1, 3}, {5, 7}}
---print(X:mean(), X:mean(2)(1, 1))   --> 4.0	2.0
---```
---@param A dnn.Matrix
---@param axis? 1|2 1: over rows, a row; 2: over columns, a column; may be left out before options
---@param options? dnn.sum.Options
---@return number|dnn.Matrix # a number without an axis
function dnn.mean(A, axis, options) end
A.mean = dnn.mean

---The largest element; NaN if any is NaN.
---
---Errors: a matrix without elements.
---
---```lua
---print(dnn.Matrix{{1, 5}, {7, 3}}:max(1)(1, 2))   --> 5.0
---```
---@param A dnn.Matrix
---@param axis? 1|2 1: over rows, a row; 2: over columns, a column; may be left out before options
---@param options? dnn.sum.Options
---@return number|dnn.Matrix # a number without an axis
function dnn.max(A, axis, options) end
A.max = dnn.max

---The smallest element; NaN if any is NaN.
---
---Errors: a matrix without elements.
---
---```lua
---print(dnn.Matrix{{1, 5}, {7, 3}}:min())   --> 1.0
---```
---@param A dnn.Matrix
---@param axis? 1|2 1: over rows, a row; 2: over columns, a column; may be left out before options
---@param options? dnn.sum.Options
---@return number|dnn.Matrix # a number without an axis
function dnn.min(A, axis, options) end
A.min = dnn.min

---Where the largest element is, counted from 1: the first of equals, and the first NaN if there is one.
---
---Along axis 1 that is the row in each column, so the class of each example; without an axis places are counted in
---column-major order.
---
---Errors: a matrix without elements.
---
---```lua
---local scores = dnn.Matrix{{0.1, 0.7}, {0.9, 0.3}}
---print(scores:argmax(1)(1, 1), scores:argmax())   --> 2.0	2
---```
---@param A dnn.Matrix
---@param axis? 1|2 1: over rows, a row; 2: over columns, a column; may be left out before options
---@param options? dnn.sum.Options
---@return integer|dnn.Matrix # an integer without an axis
function dnn.argmax(A, axis, options) end
A.argmax = dnn.argmax

---Where the smallest element is, counted from 1: the first of equals, and the first NaN if there is one.
---
---Errors: a matrix without elements.
---
---```lua
---print(dnn.Matrix{{4, 2}, {3, 5}}:argmin(1)(1, 1))   --> 2.0
---```
---@param A dnn.Matrix
---@param axis? 1|2 1: over rows, a row; 2: over columns, a column; may be left out before options
---@param options? dnn.sum.Options
---@return integer|dnn.Matrix # an integer without an axis
function dnn.argmin(A, axis, options) end
A.argmin = dnn.argmin

---The Euclidean norm, without overflow or underflow of the squares.
---
---Errors: an axis other than 1 and 2; uint8.
---
---```lua
---print(dnn.Matrix{3, 4}:norm())   --> 5.0
---```
---@param A dnn.Matrix
---@param axis? 1|2 1: over rows, a row; 2: over columns, a column; may be left out before options
---@param options? dnn.sum.Options
---@return number|dnn.Matrix # a number without an axis
function dnn.norm(A, axis, options) end
A.norm = dnn.norm

---The standard deviation, with divisor n - 1 as in PyTorch.
---
---Errors: an axis other than 1 and 2; uint8.
---
---```lua
---print(dnn.Matrix{1, 3}:std{unbiased = false})   --> 1.0
---print(dnn.Matrix{{1, 3}}:std(2, {unbiased = false})(1, 1))   --> 1.0
---```
---@param A dnn.Matrix
---@param axis? 1|2 1: over rows, a row; 2: over columns, a column; may be left out before options
---@param options? dnn.std.Options
---@return number|dnn.Matrix # a number without an axis
function dnn.std(A, axis, options) end
A.std = dnn.std

---Whether any element is not 0; along an axis 1 or 0.
---
---Errors: an axis other than 1 and 2.
---
---```lua
---print(dnn.zeros(2, 2):any())   --> false
---```
---@param A dnn.Matrix
---@param axis? 1|2 1: over rows, a row; 2: over columns, a column; may be left out before options
---@param options? dnn.sum.Options
---@return boolean|dnn.Matrix # a boolean without an axis
function dnn.any(A, axis, options) end
A.any = dnn.any

---Whether no element is 0; along an axis 1 or 0.
---
---Errors: an axis other than 1 and 2.
---
---```lua
---print(dnn.isfinite(dnn.ones(2, 2)):all())   --> true
---```
---@param A dnn.Matrix
---@param axis? 1|2 1: over rows, a row; 2: over columns, a column; may be left out before options
---@param options? dnn.sum.Options
---@return boolean|dnn.Matrix # a boolean without an axis
function dnn.all(A, axis, options) end
A.all = dnn.all
