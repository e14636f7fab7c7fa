---@meta _
---@class dnn
local dnn = {}

---@class dnn.Matrix
local A = {}

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
