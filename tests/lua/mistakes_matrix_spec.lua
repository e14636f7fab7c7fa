-- What is said to those who take a Matrix for a tensor, an array or a table.
local dnn = require "dnn"
local mistakes = dofile "tests/lua/mistakes.lua"

describe("a mistake with a Matrix:", function()
  local A = dnn.ones(3, 2)
  mistakes(it, {
    {"indexing it as a table of rows", function() return A[1][2] end,
      "Matrix 3 x 2: an element is A(i, j), a column A:col(j), a row A:row(i)"},
    {"setting an element as one of a table", function() A[1] = 5 end,
      "Matrix: cannot set '1'; an element is set by A:set(i, j, value)"},
    {"indexing it as Torch7 does", function() return A[{1, 2}] end,
      "Matrix 3 x 2: an element is A(i, j), a column A:col(j), a row A:row(i)"},
    {"setting an element as Torch7 does", function() A[{1, 2}] = 5 end,
      "Matrix: an element is set by A:set(i, j, value)"},
    {"looping over it as over a table", function() return pairs(A) end,
      "Matrix: pairs is for tables; loop over the columns with for j = 1, A.cols do local x = A:col(j) ... end, or "
        .. "over "
        .. "the numbers of A:table()"},
    {"counting its elements as Torch7 does", function() return A:nElement() end,
      "Matrix has no field 'nElement'; it is #A here; A:size() gives rows and columns"},
    {"setting it to zero as Torch7 does", function() A:zero() end, "Matrix has no field 'zero'; it is A:fill_(0) here"},
    {"selecting a column as Torch7 does", function() return A:select(2, 1) end,
      "Matrix has no field 'select'; a column is A:col(j) here, a row A:row(i)"},
    {"clipping as NumPy does", function() return dnn.clip(A, 0, 1) end,
      "dnn has no 'clip'; it is dnn.clamp(A, low, high) here"},
    {"counting from 0", function() return A(0, 1) end,
      "Matrix 3 x 2: row 0 is outside 1..3 (indices start at 1)"},
    {"going past the last column", function() return A:col(3) end,
      "Matrix 3 x 2: column 3 is outside 1..2 (indices start at 1)"},
    {"one index for two", function() return A(4) end, "Matrix 3 x 2: row 4 is outside 1..3 (indices start at 1)"},
    {"a range without its last column", function() return A:cols_range(0, 1) end,
      "Matrix 3 x 2: columns 0..1 are outside 1..2 (ranges include both ends)"},
    {"* for the product element by element", function() return A * A end,
      "matrix product: 3 x 2 times 3 x 2 do not fit: the left has 2 columns, the right 3 rows (element by element it "
        .. "is "
        .. "A % B; else transpose the second: B:t(), 2 x 3)"},
    {"a product without the transpose", function() return dnn.ones(4, 3) * dnn.ones(5, 3) end,
      "matrix product: 4 x 3 times 5 x 3 do not fit: the left has 3 columns, the right 5 rows (transpose the second: "
        .. "B:t(), 3 x 5)"},
    {"a sum without the transpose", function() return A + dnn.ones(2, 3) end,
      "add: 3 x 2 and 2 x 3 do not fit: each dimension must agree or be 1 (the transpose of the second, 3 x 2, would "
        .. "fit: B:t())"},
    {"two types in one sum", function() return A + A:double() end,
      "add: float32 and float64 do not mix; convert one with :float() or :double()"},
    {"a table for a matrix in a sum", function() return A + {1, 2} end,
      "Matrix + table: expected a number or a Matrix; dnn.Matrix{...} makes one of a table"},
    {"a name that is not set, in a sum", function() return A + nil end,
      "Matrix + nil: expected a number or a Matrix"},
    {"comparing with <", function() return A < A end,
      "Matrix: matrices have no order; compare element by element: A:lt(B), A:le(B), "
        .. "A:gt(B), A:ge(B)"},
    {"comparing with a number", function() return A > 0 end,
      "Matrix: matrices have no order; compare element by element: A:lt(B), A:le(B), "
        .. "A:gt(B), A:ge(B)"},
    {"joining it to a text", function() return "cost " .. A end,
      "Matrix: .. joins strings; use tostring(A) for a matrix as text, A(i, j) for a number, "
        .. "dnn.cat({A, B}, axis) to join matrices"},
    {"writing into a view of another size", function() A:col(1):copy_(dnn.ones(2, 1)) end,
      "copy_: A is 3 x 1, B is 2 x 1; they need the same shape"},
    {"writing a row into a column", function() A:col(1):copy_(dnn.ones(1, 3)) end,
      "copy_: A is 3 x 1, B is 1 x 3; they need the same shape (transpose B: B:t())"},
    {"a text for an element", function() A:set(1, 1, "x") end,
      "set: value must be a number, got 'x'; usage: A:set(i, j, value)"},
    {"a shape with another number of elements", function() return A:reshape(4, 4) end,
      "reshape: 3 x 2 has 6 elements and cannot become 4 x 4"},
    {"NumPy's axis 0", function() return A:sum(0) end,
      "sum: axis must be 1 (over rows) or 2 (over columns), got 0; axes are counted from 1: NumPy's axis 0 is 1 here; "
        .. "usage: A:sum([axis] [, options])"},
    {"sizes instead of numbers", function() return dnn.Matrix(3, 2) end,
      "Matrix: t must be a table of rows, as in dnn.Matrix{{1, 2}, {3, 4}}, got 3; dnn.zeros(rows, cols) makes one by "
        .. "its size; usage: dnn.Matrix(t [, options])"},
    {"rows of different lengths", function() return dnn.Matrix{{1, 2}, {3}} end,
      "Matrix: row 2 has 1 numbers, row 1 has 2"},
    {"a text among the numbers", function() return dnn.Matrix{{1, "2"}} end,
      "Matrix: row 1, column 2 must be a number, got '2'"},
    {"a shape in a table", function() return dnn.zeros{3, 2} end,
      "zeros: rows and cols are two numbers, got a table; usage: dnn.zeros(rows, cols [, options])"},
    {"a type that is not in a table of options", function() return dnn.zeros(3, 2, "float64") end,
      "zeros: expected a table of options, as in {dtype = ...}, got 'float64'; usage: dnn.zeros(rows, cols "
        .. "[, options])"},
    {"PyTorch's double", function() return dnn.zeros(3, 2, {dtype = "double"}) end,
      "unknown dtype 'double'; known: float32, float64, uint8, int32 (did you mean 'float64'?)"},
    {"an option misspelt", function() return dnn.zeros(3, 2, {dtpye = "float64"}) end,
      "zeros: unknown option 'dtpye'; known: dtype (did you mean 'dtype'?)"},
    {"an option under another library's name", function() return dnn.mm(A, A, {transpose_a = true}) end,
      "mm: unknown option 'transpose_a'; known: ta, tb, out (did you mean 'ta'?)"},
    {"NumPy's arange", function() return dnn.arange(5) end,
      "arange: last is missing; it counts from first to last, both included; usage: "
        .. "dnn.arange(first, last [, step] [, options])"},
    {"a dot for a colon", function() return A.exp() end,
      "exp: A must be a Matrix, got nothing; methods take a colon, as in A:exp(...); usage: dnn.exp(A [, options])"},
    {"a table for a matrix", function() return dnn.exp{1, 2} end,
      "exp: A must be a Matrix, got table; dnn.Matrix{...} makes one of a table; usage: dnn.exp(A [, options])"},
    {"a name that is not set", function() return dnn.exp(nil) end,
      "exp: A must be a Matrix, got nil; check the name, or whether a load failed: it returns nil and a message; "
        .. "usage: dnn.exp(A [, options])"},
    {"matrices to join that are not in a table", function() return dnn.cat(A, A) end,
      "cat: matrices must be a table, as in dnn.cat({A, B}, 2), got dnn.Matrix; usage: dnn.cat(matrices, axis)"},
    {"PyTorch's shape", function() return A.shape end,
      "Matrix has no field 'shape'; it is A:size() here, or A.rows and A.cols"},
    {"NumPy's T", function() return A.T end, "Matrix has no field 'T'; it is A:t() here"},
    {"PyTorch's clone", function() return A:clone() end, "Matrix has no field 'clone'; it is A:copy() here"},
    {"item of many", function() return A:item() end, "item: this Matrix is 3 x 2; only a 1 x 1 Matrix is a number"},
    {"PyTorch's view", function() return A:view(2, 3) end,
      "Matrix has no field 'view'; it is A:reshape(rows, cols) here"},
    {"a method misspelt", function() return A:reshpae(2, 3) end,
      "Matrix has no field 'reshpae'; did you mean 'reshape'?"},
    {"torch.tensor", function() return dnn.tensor{1, 2} end, "dnn has no 'tensor'; it is dnn.Matrix{...} here"},
    {"np.dot", function() return dnn.dot(A, A) end, "dnn has no 'dot'; it is A * B here, or dnn.mm(A, B)"},
    {"a matrix without an inverse by its shape", function() return dnn.linalg.inv(A) end,
      "inv: the matrix must be square, not 3 x 2 (pinv takes any shape)"},
    {"a stream's method misspelt", function() dnn.Random(1):unifrom() end,
      "Random has no field 'unifrom'; did you mean 'uniform'?"},
    {"a seed that is a text", function() dnn.manual_seed "7" end,
      "manual_seed: seed must be a whole number, got '7'"},
  })
end)
