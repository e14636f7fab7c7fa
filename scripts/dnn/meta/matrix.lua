---@meta _

-- # Matrices
--
-- The one data type is the Matrix: two dimensions, column-major, float32, float64 or (for stored data and ids) uint8 or
-- int32. A column is one example, so a minibatch is a view of columns without a copy. A matrix may be empty, with 0
-- rows or columns.
--
-- Operators:
--
-- - `A * B` is the matrix product; a number on either side multiplies every element.
-- - `A % B` is the elementwise product, `A / B` the quotient, `A + B`, `A - B`, `-A` and `A ^ p` go by elements too.
--   Either side may be a number, and shapes are broadcast: m x n goes with m x 1, 1 x n and 1 x 1.
-- - `A == B` is one boolean: same type, shape and elements. `dnn.eq(A, B)` compares element by element.
-- - `A(i, j)` is an element, `#A` the number of elements.
--
-- Operands must be of one type; the error says how to convert. Two shapes that do not fit are an error that names
-- both and, where it can, the fix.
--
-- `tostring(A)` gives type, shape and the elements with four decimals; of more than 20 rows the first and last
-- three, and as many columns as fit the width that the environment's COLUMNS says, else 80 characters.
--
-- The memory of a matrix is Lua's: the collector sees it and frees it.

---@class dnn
local dnn = {}

-- ## Making matrices
--
-- Rows and columns are whole numbers; 0 is allowed.

---@class dnn.zeros.Options
---@field dtype? dnn.Dtype type of the elements; that of `dnn.set_default_dtype` by default

---@class dnn.rand.Options
---@field dtype? "float32"|"float64" type of the elements; that of `dnn.set_default_dtype` by default
---@field random? dnn.Random stream to draw from; the global one by default

---A matrix of the numbers in nested tables, row by row; a flat table becomes a column.
---
---Errors: rows of different lengths, and anything that is not a number, named by row and column.
---
---```lua
---local A = dnn.Matrix{{1, 2}, {3, 4}}
---print(A(2, 1))                          --> 3.0
---print(dnn.Matrix{1, 2, 3}:size())       --> 3	1
---local B = dnn.Matrix({{1, 2}}, {dtype = "float64"})
---```
---@param t number[][]|number[]
---@param options? dnn.zeros.Options
---@return dnn.Matrix
function dnn.Matrix(t, options) end

---A matrix of zeros.
---
---Errors: a size that is not a whole number >= 0; unknown options and types; more memory than there is.
---
---```lua
---print(dnn.zeros(2, 3):sum())   --> 0.0
---```
---@param rows integer
---@param cols integer
---@param options? dnn.zeros.Options
---@return dnn.Matrix
function dnn.zeros(rows, cols, options) end

---A matrix of ones.
---
---Errors: a size that is not a whole number >= 0; unknown options and types; more memory than there is.
---
---```lua
---print(dnn.ones(2, 3):sum())   --> 6.0
---```
---@param rows integer
---@param cols integer
---@param options? dnn.zeros.Options
---@return dnn.Matrix
function dnn.ones(rows, cols, options) end

---A matrix with the same number everywhere.
---
---Errors: a size that is not a whole number >= 0; unknown options and types; more memory than there is.
---
---```lua
---print(dnn.full(2, 2, 0.5):sum())   --> 2.0
---```
---@param rows integer
---@param cols integer
---@param value number
---@param options? dnn.zeros.Options
---@return dnn.Matrix
function dnn.full(rows, cols, value, options) end

---The identity, 1 on the diagonal and 0 elsewhere.
---
---Errors: a size that is not a whole number >= 0; unknown options and types; more memory than there is.
---
---```lua
---local A = dnn.randn(3, 3)
---print(A * dnn.eye(3) == A)   --> true
---```
---@param n integer rows and columns
---@param options? dnn.zeros.Options
---@return dnn.Matrix
function dnn.eye(n, options) end

---An uninitialised matrix, to be filled right away.
---
---Errors: a size that is not a whole number >= 0; unknown options and types; more memory than there is.
---
---```lua
---local A = dnn.empty(2, 3):fill_(7)
---```
---@param rows integer
---@param cols integer
---@param options? dnn.zeros.Options
---@return dnn.Matrix
function dnn.empty(rows, cols, options) end

---A matrix of numbers uniform in [0, 1).
---
---Errors: a size that is not a whole number >= 0; unknown options and types; more memory than there is.
---
---```lua
---local A = dnn.rand(2, 3, {random = dnn.Random(1)})
---print(A:min() >= 0 and A:max() <= 1)   --> true
---```
---@param rows integer
---@param cols integer
---@param options? dnn.rand.Options
---@return dnn.Matrix
function dnn.rand(rows, cols, options) end

---A matrix of standard normal numbers.
---
---Errors: a size that is not a whole number >= 0; unknown options and types; more memory than there is.
---
---```lua
---local W = dnn.randn(20, 12288) * 0.01
---```
---@param rows integer
---@param cols integer
---@param options? dnn.rand.Options
---@return dnn.Matrix
function dnn.randn(rows, cols, options) end

---The numbers first, first + step, ... up to last, as a column.
---
---`last` is included if a step comes within a millionth of a step of it.
---
---Errors: a step of 0, and bounds that are not finite.
---
---```lua
---print(dnn.arange(1, 4):sum())           --> 10.0
---print(#dnn.arange(0, 1, 0.1))           --> 11
---print(#dnn.arange(3, 1))                --> 0
---```
---@param first number
---@param last number
---@param step? number 1 by default; may be negative, and may be left out before options
---@param options? dnn.zeros.Options
---@return dnn.Matrix column
function dnn.arange(first, last, step, options) end

---n numbers in equal steps from first to last, both ends exact, as a column.
---
---```lua
---print(dnn.linspace(0, 1, 5)(2, 1))   --> 0.25
---```
---@param first number
---@param last number
---@param n integer
---@param options? dnn.zeros.Options
---@return dnn.Matrix column
function dnn.linspace(first, last, n, options) end

-- ## Elements

---A two-dimensional array of numbers. `A * B` is the matrix product, `A % B` the elementwise one, `A(i, j)` an element,
---`#A` the number of elements; see the chapter on matrices.
---@class dnn.Matrix
---@field rows integer number of rows
---@field cols integer number of columns
---@field dtype dnn.Dtype type of the elements
---@field requires_grad boolean whether what is computed from it is recorded, for `backward`
---@field grad dnn.Matrix? its gradient, once a backward has reached it
---@operator mul(dnn.Matrix): dnn.Matrix
---@operator mul(number): dnn.Matrix
---@operator mod(dnn.Matrix): dnn.Matrix
---@operator mod(number): dnn.Matrix
---@operator div(dnn.Matrix): dnn.Matrix
---@operator div(number): dnn.Matrix
---@operator add(dnn.Matrix): dnn.Matrix
---@operator add(number): dnn.Matrix
---@operator sub(dnn.Matrix): dnn.Matrix
---@operator sub(number): dnn.Matrix
---@operator pow(dnn.Matrix): dnn.Matrix
---@operator pow(number): dnn.Matrix
---@operator unm: dnn.Matrix
---@operator len: integer
---@overload fun(i: integer, j: integer): number
local A = {}

---Numbers of rows and columns, or the one along an axis.
---
---```lua
---print(dnn.zeros(2, 3):size())    --> 2	3
---print(dnn.zeros(2, 3):size(2))   --> 3
---```
---@param axis? 1|2 1: rows alone; 2: columns alone
---@return integer rows
---@return integer cols
function A:size(axis) end

---The element in row i and column j; `A(i, j)` is the same.
---
---Errors: an element outside the matrix.
---
---```lua
---local A = dnn.Matrix{{1, 2}, {3, 4}}
---print(A:get(1, 2), A(1, 2))   --> 2.0	2.0
---```
---@param i integer from 1 to A.rows
---@param j integer from 1 to A.cols
---@return number
function A:get(i, j) end

---Sets the element in row i and column j.
---
---uint8 and int32 round to the nearest whole number and saturate at the ends of their range.
---
---```lua
---local A = dnn.zeros(2, 2)
---A:set(1, 2, 5)
---print(A(1, 2))   --> 5.0
---```
---@param i integer from 1 to A.rows
---@param j integer from 1 to A.cols
---@param value number
---@return nil
function A:set(i, j, value) end

-- ## The matrix product

---@class dnn.mm.Options
---@field ta? boolean whether A is transposed first
---@field tb? boolean whether B is transposed first
---@field out? dnn.Matrix where the result goes, instead of a new matrix; not A or B

---The matrix product, of A or its transpose with B or its transpose.
---
---Shapes: (m x k) * (k x n) is m x n. Big products are cut into pieces by their shape, so results have the same bits
---on any number of threads.
---
---Errors: shapes that do not fit, with the transpose that would.
---
---```lua
---local X, dZ = dnn.ones(3, 10), dnn.ones(2, 10)
---print(dnn.mm(dZ, X, {tb = true}):size())   --> 2	3
---```
---@param A dnn.Matrix
---@param B dnn.Matrix
---@param options? dnn.mm.Options
---@return dnn.Matrix
function dnn.mm(A, B, options) end
A.mm = dnn.mm
