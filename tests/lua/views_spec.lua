-- Views: they share the memory of their base and keep it alive.
package.path = "tests/lua/?.lua;" .. package.path
local dnn = require "dnn"
local program = require "program"

local function numbered(rows, cols)
  return dnn.arange(1, rows * cols):reshape(cols, rows):t() -- 1, 2, 3, ... row by row
end

describe("a view", function()
  it("of a row, a column, ranges and a block shows those elements", function()
    local A = numbered(3, 4)
    assert.same({{1, 2, 3, 4}, {5, 6, 7, 8}, {9, 10, 11, 12}}, A:table())
    assert.same({{5, 6, 7, 8}}, A:row(2):table())
    assert.same({{3}, {7}, {11}}, A:col(3):table())
    assert.same({{5, 6, 7, 8}, {9, 10, 11, 12}}, A:rows_range(2, 3):table())
    assert.same({{2, 3}, {6, 7}, {10, 11}}, A:cols_range(2, 3):table())
    assert.same({{6, 7}, {10, 11}}, A:block(2, 3, 2, 3):table())
    assert.same({{11}}, A:block(2, 3, 2, 3):row(2):col(2):table())
  end)

  it("shares memory in both directions", function()
    local A = dnn.zeros(3, 3)
    local column, block = A:col(2), A:block(2, 3, 2, 3)
    column:fill_(7)
    assert.equal(7, A(3, 2))
    assert.equal(7, block(1, 1))
    A:set(3, 3, 5)
    assert.equal(5, block(2, 2))
    block:add_(1)
    assert.same({{0, 7, 0}, {0, 8, 1}, {0, 8, 6}}, A:table())
  end)

  it("of an empty range is empty", function()
    local A = numbered(2, 3)
    assert.same({2, 0}, {A:cols_range(2, 1):size()})
    assert.same({0, 3}, {A:rows_range(3, 2):size()})
    assert.equal(0, A:cols_range(4, 3):sum())
  end)

  it("outside its base is an error that names both", function()
    local A = numbered(2, 3)
    local function message(f, ...)
      local ok, text = pcall(f, A, ...)
      assert.is_false(ok)
      return text
    end
    assert.equal("Matrix 2 x 3: row 3 is outside 1..2 (indices start at 1)", message(A.row, 3))
    assert.equal("Matrix 2 x 3: column 0 is outside 1..3 (indices start at 1)", message(A.col, 0))
    assert.equal("Matrix 2 x 3: columns 2..4 are outside 1..3 (ranges include both ends)",
      message(A.cols_range, 2, 4))
    assert.equal("Matrix 2 x 3: rows 0..1 are outside 1..2 (ranges include both ends)",
      message(A.block, 0, 1, 1, 1))
    assert.equal("Matrix 2 x 3: columns 3..1 are outside 1..3 (ranges include both ends)",
      message(A.cols_range, 3, 1))
    assert.equal("rows_range: last must be a whole number, got nothing; usage: A:rows_range(first, last)",
      message(A.rows_range, 1))
    assert.has_error(function() A:cols_range(math.mininteger, 1) end)
    assert.has_error(function() A:cols_range(1, math.maxinteger) end)
    assert.has_error(function() A:cols_range(math.maxinteger, math.mininteger) end)
  end)

  it("keeps its base alive, also as a view of a view", function()
    local function view()
      local A = numbered(100, 100)
      return A:cols_range(11, 20):rows_range(2, 3):col(1)
    end
    local v = view()
    for _ = 1, 20 do
      collectgarbage()
      dnn.full(100, 100, -1)
    end
    assert.same({{111}, {211}}, v:table())
  end)

  it("does not keep the views between it and its base alive", function()
    local A = dnn.zeros(4, 4)
    local between = A:cols_range(1, 3)
    local last = between:col(2)
    local weak = setmetatable({between}, {__mode = "v"})
    between = nil
    collectgarbage()
    collectgarbage()
    assert.is_nil(between or weak[1])
    assert.equal(4, #last)
  end)
end)

describe("a file of a view", function()
  local folder, path

  before_each(function()
    folder = program.folder()
    path = folder .. "/file"
  end)
  after_each(function() program.remove(folder) end)

  local A = dnn.rand(6, 8)
  local views = {row = A:row(2), column = A:col(3), rows = A:rows_range(2, 4), cols = A:cols_range(2, 5),
                 block = A:block(2, 5, 3, 6), empty = A:rows_range(3, 2)}
  local writers = {
    ["dnn.save"] = function(view) return dnn.save(path, {view = view}, {metadata = {["dnn.checksum"] = ""}}) end,
    ["dnn.checkpoint.save"] = function(view) return dnn.checkpoint.save(path, {view = view}) end,
    ["dnn.data.write_npy"] = function(view) return dnn.data.write_npy(path, view) end,
    ["dnn.data.write_csv"] = function(view) return dnn.data.write_csv(path, view) end,
    ["dnn.data.write_png"] = function(view)
      return view.rows < 4 or dnn.data.write_png(path, view:block(2, 4, 1, 1), 3, 1)
    end,
    ["A:tobytes"] = function(view)
      program.write_all(path, view:tobytes())
      return true
    end,
  }
  for name, write in pairs(writers) do
    it("is that of a copy: " .. name, function()
      for kind, view in pairs(views) do
        program.write_all(path, "")
        assert(write(view))
        local of_view = program.read_all(path)
        assert(write(view:copy()))
        assert.is_true(program.read_all(path) == of_view, kind)
      end
    end)
  end
end)

describe("reshape", function()
  it("of a contiguous matrix is a view in column-major order", function()
    local A = dnn.Matrix {{1, 3, 5}, {2, 4, 6}}
    local B = A:reshape(3, 2)
    assert.same({{1, 4}, {2, 5}, {3, 6}}, B:table())
    B:set(1, 1, 9)
    assert.equal(9, A(1, 1))
  end)

  it("of a block is a copy", function()
    local A = numbered(3, 3)
    local B = A:block(1, 2, 1, 2):reshape(4, 1)
    assert.same({{1}, {4}, {2}, {5}}, B:table())
    B:fill_(0)
    assert.equal(1, A(1, 1))
  end)

  it("to another number of elements is an error", function()
    assert.error_matches(function() dnn.zeros(2, 3):reshape(4, 2) end, "2 x 3")
  end)
end)

describe("a copy", function()
  it("shares nothing", function()
    local A = numbered(2, 2)
    local B = A:copy()
    B:fill_(0)
    assert.equal(1, A(1, 1))
  end)

  it("transposed has rows for columns", function()
    local A = dnn.randn(37, 53)
    local B = A:t()
    assert.same({53, 37}, {B:size()})
    for _ = 1, 100 do
      local i, j = math.random(37), math.random(53)
      assert.equal(A(i, j), B(j, i))
    end
    assert.is_true(B:t() == A)
    assert.is_true(A:block(3, 9, 5, 20):t() == A:block(3, 9, 5, 20):copy():t())
  end)

  it("of the diagonal is a column", function()
    assert.same({{1}, {6}, {11}}, numbered(3, 4):diag():table())
    assert.same({{1}, {5}, {9}}, numbered(4, 3):cols_range(1, 3):rows_range(1, 3):diag():table())
    assert.same({{1}}, numbered(1, 4):diag():table())
    assert.equal(0, dnn.zeros(0, 3):diag().rows)
    local A = numbered(2, 2)
    A:diag():fill_(0)
    assert.equal(1, A(1, 1))
  end)

  it("into a matrix converts to its type", function()
    local A = dnn.zeros(2, 2, {dtype = "uint8"})
    assert.is_true(rawequal(A, A:copy_(dnn.Matrix {{1.2, 300}, {-4, 7}})))
    assert.same({{1, 255}, {0, 7}}, A:table())
    assert.error_matches(function() A:copy_(dnn.zeros(2, 3)) end, "2 x 3")
  end)
end)
