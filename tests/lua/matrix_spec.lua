-- The Matrix: construction, elements, conversions, text, and the messages of wrong calls.
local dnn = require "dnn"

describe("constructors", function()
  it("make a Matrix of nested rows that comes back as the same rows", function()
    local rows = {{1, 2, 3}, {4, 5, 6}}
    local A = dnn.Matrix(rows)
    assert.equal(2, A.rows)
    assert.equal(3, A.cols)
    assert.equal("float32", A.dtype)
    assert.equal(6, A(2, 3))
    assert.same(rows, A:table())
  end)

  it("make a column of a flat table", function()
    assert.same({{1}, {2}, {3}}, dnn.Matrix{1, 2, 3}:table())
  end)

  it("take empty tables as 0 x 0 and as rows without columns", function()
    assert.same({0, 0}, {dnn.Matrix{}:size()})
    assert.same({2, 0}, {dnn.Matrix{{}, {}}:size()})
  end)

  it("fill with zeros, ones, a value, the identity", function()
    assert.same({{0, 0}}, dnn.zeros(1, 2):table())
    assert.same({{1}, {1}}, dnn.ones(2, 1):table())
    assert.same({{2.5, 2.5}}, dnn.full(1, 2, 2.5):table())
    assert.same({{1, 0}, {0, 1}}, dnn.eye(2):table())
    assert.same({3, 4}, {dnn.empty(3, 4):size()})
  end)

  it("count from first to last, the last included", function()
    assert.same({{1}, {2}, {3}}, dnn.arange(1, 3):table())
    assert.same({{3}, {1}, {-1}}, dnn.arange(3, -1, -2):table())
    assert.same({{0}, {2}, {4}}, dnn.arange(0, 5, 2):table())
    assert.equal(11, dnn.arange(0, 1, 0.1, {dtype = "float64"}).rows)
    assert.equal(0, dnn.arange(2, 1).rows)
  end)

  it("space numbers evenly with both ends exact", function()
    local A = dnn.linspace(-1, 0.3, 7, {dtype = "float64"})
    assert.equal(-1, A(1, 1))
    assert.equal(0.3, A(7, 1))
    assert.near(-1 + 3 * 1.3 / 6, A(4, 1), 1e-15)
    assert.same({{5}}, dnn.linspace(5, 9, 1):table())
    assert.equal(0, dnn.linspace(5, 9, 0).rows)
  end)

  it("take a dtype", function()
    for _, dtype in ipairs {"float32", "float64", "uint8", "int32"} do
      local options = {dtype = dtype}
      assert.equal(dtype, dnn.Matrix({{1}}, options).dtype)
      assert.equal(dtype, dnn.zeros(1, 1, options).dtype)
      assert.equal(dtype, dnn.full(1, 1, 7, options).dtype)
      assert.equal(dtype, dnn.empty(1, 1, options).dtype)
      assert.equal(7, dnn.full(1, 1, 7, options)(1, 1))
    end
    assert.equal("float64", dnn.arange(1, 2, {dtype = "float64"}).dtype)
  end)

  it("follow the default dtype", function()
    assert.equal("float32", dnn.get_default_dtype())
    dnn.set_default_dtype("float64")
    local A = dnn.rand(1, 1)
    dnn.set_default_dtype("float32")
    assert.equal("float64", A.dtype)
    assert.error_matches(function() dnn.set_default_dtype("uint8") end,
      "set_default_dtype: uint8 is for stored data only; use float32 or float64", 1, true)
  end)

  it("refuse sizes that are none, with the name of the argument and the script's line", function()
    local function refused(call, message)
      local ok, text = pcall(call)
      assert.is_false(ok)
      assert.matches("matrix_spec.lua:%d+: ", text)
      assert.equal(message, (text:gsub("^.-:%d+: ", "")))
    end
    refused(function() local _ = dnn.zeros(2.5, 1) end, "zeros: rows must be a whole number >= 0, got 2.5; usage: "
      .. "dnn.zeros(rows, cols [, options])")
    refused(function() local _ = dnn.ones(2, -1) end, "ones: cols must be a whole number >= 0, got -1; usage: "
      .. "dnn.ones(rows, cols [, options])")
    refused(function() local _ = dnn.zeros(2) end, "zeros: cols must be a whole number >= 0, got nothing; usage: "
      .. "dnn.zeros(rows, cols [, options])")
    refused(function() local _ = dnn.rand("2", 2) end, "rand: rows must be a whole number >= 0, got '2'; usage: "
      .. "dnn.rand(rows, cols [, options])")
    refused(function() local _ = dnn.eye(nil) end, "eye: n must be a whole number >= 0, got nil; usage: "
      .. "dnn.eye(n [, options])")
    refused(function() local _ = dnn.arange(1, 2, 0) end, "arange: step must not be 0")
    refused(function() local _ = dnn.linspace(0, 1 / 0, 3) end, "linspace: last must be finite, got inf; usage: "
      .. "dnn.linspace(first, last, n [, options])")
  end)

  it("refuse a size that no memory holds", function()
    assert.has_error(function() dnn.zeros(1 << 40, 1 << 40) end)
    assert.error_matches(function() dnn.zeros(1 << 30, 1 << 20) end,
      "^not enough memory for a Matrix 1073741824 x 1048576 of float32: 4294967296 MiB")
    assert.has_error(function() dnn.zeros(math.maxinteger, 1) end)
  end)

  it("refuse unknown options and say which there are", function()
    assert.error_matches(function() dnn.rand(2, 2, {dtpye = "float64"}) end,
      "rand: unknown option 'dtpye'; known: dtype, random (did you mean 'dtype'?)", 1, true)
    assert.error_matches(function() dnn.zeros(2, 2, "float64") end,
      "zeros: expected a table of options, as in {dtype = ...}, got 'float64'", 1, true)
    assert.error_matches(function() dnn.zeros(2, 2, {"float64"}) end,
      "zeros: options are named, as in {dtype = ...}, but the table has the key 1", 1, true)
    assert.error_matches(function() dnn.zeros(2, 2, {dtype = "float16"}) end,
      "unknown dtype 'float16'; known: float32, float64, uint8, int32", 1, true)
  end)

  it("refuse ragged rows and entries that are not numbers, naming the place", function()
    local function message(t)
      local _, text = pcall(dnn.Matrix, t)
      return text
    end
    assert.equal("Matrix: row 3 has 2 numbers, row 1 has 3",
      message {{1, 2, 3}, {4, 5, 6}, {7, 8}})
    assert.equal("Matrix: row 2, column 1 must be a number, got 'x'", message {{1}, {"x"}})
    assert.equal("Matrix: row 2, column 2 must be a number, got nil",
      (message {{1, 2, 3}, {1, nil, 3}}))
    assert.equal("Matrix: row 2 must be a table of numbers, got 3", message {{1}, 3})
    assert.equal("Matrix: row 2, column 1 must be a number, got table", message {1, {2}})
    assert.equal("Matrix: expected rows of numbers, got a table with the key 'rows'", message {rows = 2})
  end)
end)

describe("elements", function()
  local A = dnn.Matrix {{1, 2, 3, 4}, {5, 6, 7, 8}, {9, 10, 11, 12}}

  it("are read by A(i, j) and A:get(i, j) and set by A:set(i, j, v)", function()
    local B = A:copy()
    B:set(3, 2, -1)
    assert.equal(-1, B(3, 2))
    assert.equal(-1, B:get(3, 2))
    assert.equal(10, A(3, 2))
  end)

  it("are counted by #A, and the shape is given by size()", function()
    assert.equal(12, #A)
    assert.same({3, 4}, {A:size()})
  end)

  it("exist only inside the shape", function()
    local function message(...)
      return select(2, pcall(A.get, A, ...))
    end
    assert.equal("Matrix 3 x 4: row 5 is outside 1..3 (indices start at 1)", message(5, 1))
    assert.equal("Matrix 3 x 4: row 0 is outside 1..3 (indices start at 1)", message(0, 1))
    assert.equal("Matrix 3 x 4: row -1 is outside 1..3 (indices start at 1)", message(-1, 1))
    assert.equal("Matrix 3 x 4: column 5 is outside 1..4 (indices start at 1)", message(1, 5))
    assert.equal("get: i must be a whole number, got 1.5; usage: A:get(i, j)", message(1.5, 1))
    assert.equal("get: j must be a whole number, got nothing; usage: A:get(i, j)", message(1))
  end)

  it("of int32 are whole numbers up to the ends of the range", function()
    local ids = dnn.Matrix({{2147483647, -2147483648, 2.5}}, {dtype = "int32"})
    assert.same({{2147483647, -2147483648, 2}}, ids:table())
    assert.same({{255, 0, 2}}, ids:byte():table())
    assert.equal("int32", ids:copy():t():row(1).dtype)
    assert.equal(ids, ids:double():int())
    assert.equal("float32", ids:gather({1}, {scale = 2}).dtype)
    assert.error_matches(function() return ids + ids end, "int32 is for stored data only", 1, true)
  end)

  it("of uint8 are rounded and saturate", function()
    local B = dnn.zeros(1, 3, {dtype = "uint8"})
    B:set(1, 1, 300)
    B:set(1, 2, -5)
    B:set(1, 3, 1.6)
    assert.same({{255, 0, 2}}, B:table())
  end)
end)

describe("fields", function()
  local A = dnn.zeros(2, 3)

  it("that do not exist are an error with the nearest name", function()
    local function message(name)
      local ok, text = pcall(function() return A[name] end)
      assert.is_false(ok)
      return (text:gsub("^.-:%d+: ", ""))
    end
    assert.equal("Matrix has no field 'row_count'; did you mean 'rows'?", message "row_count")
    assert.equal("Matrix has no field 'szie'; did you mean 'size'?", message "szie")
    assert.equal("Matrix has no field 'sigmiod'; did you mean 'sigmoid'?", message "sigmiod")
    assert.equal("Matrix has no field 'zzz'", message "zzz")
    assert.equal("Matrix 2 x 3: an element is A(i, j), a column A:col(j), a row A:row(i)", message(1))
  end)

  it("cannot be set", function()
    assert.error_matches(function() A.rows = 3 end,
      "Matrix: cannot set 'rows'; an element is set by A:set(i, j, value)", 1, true)
  end)
end)

describe("conversions", function()
  it("between types give copies, and the matrix itself where nothing changes", function()
    local A = dnn.Matrix {{0.5, 1.5}, {-3, 300}}
    assert.equal("float64", A:double().dtype)
    assert.is_true(rawequal(A, A:float()))
    assert.is_true(rawequal(A, A:to "float32"))
    assert.same({{0, 2}, {0, 255}}, A:byte():table()) -- halves to even
    assert.is_true(A:double():float() == A)
  end)

  it("to an unknown type are an error", function()
    assert.error_matches(function() dnn.zeros(1, 1):to "int" end, "unknown dtype 'int'; known: float32, ",
      1, true)
  end)
end)

describe("tostring", function()
  it("says type and shape and shows the numbers", function()
    local text = tostring(dnn.Matrix {{1, 2}, {3, 4.5}})
    assert.matches("^Matrix float32 2 x 2\n", text)
    assert.matches("4%.5", text)
  end)

  it("is short for a large matrix", function()
    local text = tostring(dnn.zeros(10000, 1000, {dtype = "uint8"}))
    assert.is_true(#text < 2000)
    for line in text:gmatch("[^\n]+") do
      assert.is_true(#line <= 80, line)
    end
  end)
end)

describe("cat", function()
  local A, B = dnn.Matrix {{1, 2}, {3, 4}}, dnn.Matrix {{5, 6}}

  it("appends rows along 1 and columns along 2", function()
    assert.same({{1, 2}, {3, 4}, {5, 6}}, dnn.cat({A, B}, 1):table())
    assert.same({{1, 2, 1}, {3, 4, 3}}, dnn.cat({A, A:col(1)}, 2):table())
    assert.same(A:table(), dnn.cat({A}, 1):table())
  end)

  it("refuses what does not fit", function()
    assert.error_matches(function() dnn.cat({A, B}, 2) end, "1 x 2")
    assert.error_matches(function() dnn.cat({A, 3}, 2) end, "cat: part 2 must be a Matrix, got 3")
    assert.error_matches(function() dnn.cat({}, 2) end, "cat: the table holds no matrices")
    assert.error_matches(function() dnn.cat({A}) end,
      "cat: axis must be 1 (rows appended) or 2 (columns appended), got nothing", 1, true)
  end)
end)

describe("gather", function()
  local A = dnn.Matrix {{1, 2, 3}, {4, 5, 6}}

  it("takes columns in the order asked for, by table or by Matrix", function()
    assert.same({{3, 1, 3}, {6, 4, 6}}, A:gather({3, 1, 3}):table())
    assert.same({{2}, {5}}, A:gather(dnn.Matrix {2}):table())
    assert.same({{3, 2}, {6, 5}}, A:gather(dnn.Matrix {{3, 2}}):table())
    assert.same({2, 0}, {A:gather({}):size()})
  end)

  it("turns stored bytes into scaled numbers on the way", function()
    local pixels = dnn.Matrix({{0, 255}, {51, 102}}, {dtype = "uint8"})
    local X = pixels:gather({2, 1}, {scale = 1 / 255, dtype = "float64"})
    assert.equal("float64", X.dtype)
    assert.near(1, X(1, 1), 1e-15)
    assert.near(0.2, X(2, 2), 1e-15)
    assert.equal("uint8", pixels:gather({1}).dtype)
    assert.equal("float32", pixels:gather({1}, {scale = 2, shift = -1}).dtype)
  end)

  it("writes into a given matrix", function()
    local out = dnn.zeros(2, 2)
    assert.is_true(rawequal(out, A:gather({1, 2}, {out = out})))
    assert.same({{1, 2}, {4, 5}}, out:table())
    assert.error_matches(function() A:gather({1}, {out = out}) end,
      "gather: out is 2 x 2, but the result has 1 columns of 2 rows")
  end)

  it("refuses columns that are not there", function()
    assert.error_matches(function() A:gather({4}) end,
      "gather: column 4 is not one of 1..3 of a Matrix 2 x 3")
    assert.error_matches(function() A:gather({0}) end, "gather: column 0 is not one of 1..3")
    assert.error_matches(function() A:gather({1.5}) end, "gather: column 1.5 is not one of 1..3")
    assert.error_matches(function() A:gather({"1"}) end, "gather: index 1 must be a number, got '1'")
    assert.error_matches(function() A:gather(A) end,
      "gather: indices must be a row or a column, got a Matrix 2 x 3")
    assert.error_matches(function() A:gather(2) end, "gather: indices must be a table or a Matrix, got 2")
  end)
end)

describe("threads", function()
  it("are counted from 1", function()
    local before = dnn.get_num_threads()
    dnn.set_num_threads(1)
    assert.equal(1, dnn.get_num_threads())
    dnn.set_num_threads(before)
    assert.error_matches(function() dnn.set_num_threads(0) end,
      "set_num_threads: n must be from 1 to 256, got 0")
  end)
end)
