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

-- ## Views
--
-- A view shares the memory of the matrix that it was taken from, and keeps that alive. What is written into one is
-- seen in the other. Ranges include both ends and may be empty: `A:cols_range(2, 1)`.

---Row i as a view, 1 x cols.
---
---```lua
---local A = dnn.Matrix{{1, 2}, {3, 4}}
---A:row(1):fill_(0)
---print(A(1, 2))   --> 0.0
---```
---@param i integer
---@return dnn.Matrix view
function A:row(i) end

---Column j, one example, as a view, rows x 1.
---
---```lua
---print(dnn.Matrix{{1, 2}, {3, 4}}:col(2):sum())   --> 6.0
---```
---@param j integer
---@return dnn.Matrix view
function A:col(j) end

---Rows first..last as a view.
---
---```lua
---print(dnn.zeros(5, 3):rows_range(2, 4):size())   --> 3	3
---```
---@param first integer
---@param last integer
---@return dnn.Matrix view
function A:rows_range(first, last) end

---Columns first..last, a minibatch, as a view.
---
---```lua
---print(dnn.zeros(5, 30):cols_range(1, 10):size())   --> 5	10
---```
---@param first integer
---@param last integer
---@return dnn.Matrix view
function A:cols_range(first, last) end

---The block of rows i1..i2 and columns j1..j2 as a view.
---
---```lua
---local A = dnn.zeros(3, 3)
---A:block(1, 2, 1, 2):fill_(1)
---print(A:sum())   --> 4.0
---```
---@param i1 integer first row
---@param i2 integer last row
---@param j1 integer first column
---@param j2 integer last column
---@return dnn.Matrix view
function A:block(i1, i2, j1, j2) end

---The same elements in column-major order in another shape.
---
---It is a view where A's memory is contiguous (a range of columns is, too), else a view of a copy.
---
---Errors: a shape with another number of elements.
---
---```lua
---print(dnn.arange(1, 6):reshape(2, 3)(1, 2))   --> 3.0
---```
---@param rows integer
---@param cols integer
---@return dnn.Matrix view
function A:reshape(rows, cols) end

-- ## Copies and conversions

---A copy of A.
---
---```lua
---local A = dnn.zeros(1, 1)
---local B = A:copy():fill_(1)
---print(A(1, 1))   --> 0.0
---```
---@return dnn.Matrix
function A:copy() end

---Copies B's elements into A, converted to A's type.
---
---Errors: another shape; memory that overlaps without being the same.
---
---```lua
---local A = dnn.zeros(2, 2, {dtype = "float64"})
---A:copy_(dnn.ones(2, 2))
---```
---@param B dnn.Matrix of A's shape
---@return dnn.Matrix A itself
function A:copy_(B) end

---Sets every element to a number.
---
---```lua
---print(dnn.empty(2, 2):fill_(3):sum())   --> 12.0
---```
---@param value number
---@return dnn.Matrix A itself
function A:fill_(value) end

---The transpose, a copy.
---
---A product needs none: `dnn.mm(A, B, {ta = true})`.
---
---```lua
---print(dnn.zeros(2, 3):t():size())   --> 3	2
---```
---@return dnn.Matrix
function A:t() end

---The diagonal, copied into a column.
---
---```lua
---print(dnn.Matrix{{1, 2}, {3, 4}}:diag():sum())   --> 5.0
---```
---@return dnn.Matrix column
function A:diag() end

---A in float32; A itself if it already is.
---
---```lua
---print(dnn.zeros(1, 1, {dtype = "uint8"}):float().dtype)   --> float32
---```
---@return dnn.Matrix
function A:float() end

---A in float64; A itself if it already is.
---
---```lua
---print(dnn.zeros(1, 1):double().dtype)   --> float64
---```
---@return dnn.Matrix
function A:double() end

---A in uint8, rounded to nearest and saturated, NaN as 0; A itself if it already is.
---
---```lua
---print(dnn.Matrix{300, -1, 2.6}:byte():table()[1][1])   --> 255.0
---```
---@return dnn.Matrix
function A:byte() end

---A in int32, rounded to nearest and saturated, NaN as 0; A itself if it already is.
---
---```lua
---local A = dnn.Matrix{{2.5, -3.6, 1e10}}:int()
---print(A.dtype, A(1, 1), A(1, 2), A(1, 3))   --> int32	2.0	-4.0	2147483647.0
---```
---@return dnn.Matrix
function A:int() end

---A in that type; A itself if it already is.
---
---```lua
---local A = dnn.zeros(2, 2)
---print(A:to "float64".dtype, A:to "float32" == A)   --> float64	true
---```
---@param dtype dnn.Dtype
---@return dnn.Matrix
function A:to(dtype) end

---The elements as a table of rows.
---
---```lua
---local t = dnn.Matrix{{1, 2}, {3, 4}}:table()
---print(t[2][1])   --> 3.0
---```
---@return number[][]
function A:table() end

---Matrices one above the other (axis 1) or side by side (axis 2).
---
---Errors: parts of another type, or that do not fit, named by their number.
---
---```lua
---local A = dnn.zeros(2, 3)
---print(dnn.cat({A, A}, 1):size())   --> 4	3
---print(dnn.cat({A, A}, 2):size())   --> 2	6
---```
---@param matrices dnn.Matrix[]
---@param axis 1|2 1 appends rows, 2 columns
---@return dnn.Matrix
function dnn.cat(matrices, axis) end

---@class dnn.Matrix.gather.Options
---@field scale? number factor, 1 by default
---@field shift? number what is added afterwards, 0 by default
---@field dtype? dnn.Dtype type of the result; A's by default, or the default one where uint8 or int32 is scaled
---@field out? dnn.Matrix where the result goes, instead of a new matrix

---The columns with these numbers, in this order, as scale * column + shift.
---
---It makes a minibatch of any examples, and converts bytes of images to floats on the way. Numbers may repeat.
---
---Errors: numbers outside 1..A.cols.
---
---```lua
---local X = dnn.Matrix({{0, 51, 255}}, {dtype = "uint8"})
---print(X:gather({3, 2}, {scale = 1 / 255}):sum() - 1.2 < 1e-6)   --> true
---local shuffled = X:gather(dnn.randperm(3))
---```
---@param indices integer[]|dnn.Matrix column numbers from 1: a table, a row or a column
---@param options? dnn.Matrix.gather.Options
---@return dnn.Matrix
function A:gather(indices, options) end

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
