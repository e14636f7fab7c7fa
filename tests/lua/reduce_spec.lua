-- Sums, means, extremes, norms along rows, columns and everything, against Lua's own loops.
local dnn = require "dnn"

local A = dnn.randn(5, 7, {dtype = "float64"})

local function values(M)
  local t = {}
  for j = 1, M.cols do
    for i = 1, M.rows do t[#t + 1] = M(i, j) end
  end
  return t
end

local function sum(t)
  local s = 0
  for _, v in ipairs(t) do s = s + v end
  return s
end

local function position(t, better)
  local best = 1
  for k = 2, #t do
    if better(t[k], t[best]) then best = k end
  end
  return best
end

local by_hand = {
  sum = sum,
  mean = function(t) return sum(t) / #t end,
  max = function(t) return math.max(table.unpack(t)) end,
  min = function(t) return math.min(table.unpack(t)) end,
  argmax = function(t) return position(t, function(a, b) return a > b end) end,
  argmin = function(t) return position(t, function(a, b) return a < b end) end,
  norm = function(t)
    local s = 0
    for _, v in ipairs(t) do s = s + v * v end
    return math.sqrt(s)
  end,
  std = function(t)
    local mean, s = sum(t) / #t, 0
    for _, v in ipairs(t) do s = s + (v - mean) ^ 2 end
    return math.sqrt(s / (#t - 1))
  end,
}

describe("a reduction", function()
  for name, f in pairs(by_hand) do
    it(name .. " of everything is a number", function()
      assert.near(f(values(A)), A[name](A), 1e-13)
      assert.near(f(values(A)), dnn[name](A), 1e-13)
      assert.near(f(values(A:block(2, 4, 3, 5))), A:block(2, 4, 3, 5)[name](A:block(2, 4, 3, 5)), 1e-13)
    end)

    it(name .. " along 1 gives a row, along 2 a column", function()
      local row, column = A[name](A, 1), dnn[name](A, 2)
      assert.same({1, 7}, {row:size()})
      assert.same({5, 1}, {column:size()})
      for j = 1, 7 do assert.near(f(values(A:col(j))), row(1, j), 1e-13) end
      for i = 1, 5 do assert.near(f(values(A:row(i))), column(i, 1), 1e-13) end
    end)

    it(name .. " writes into a given matrix", function()
      local out = dnn.empty(1, 7, {dtype = "float64"})
      assert.is_true(rawequal(out, A[name](A, 1, {out = out})))
      assert.is_true(out == A[name](A, 1))
    end)
  end

  it("std divides by n - 1, or by n when it is not to be unbiased", function()
    local B = dnn.Matrix {{1, 2, 3, 4}}
    assert.near(math.sqrt(5 / 3), B:std(), 1e-7)
    assert.near(math.sqrt(5 / 4), B:std {unbiased = false}, 1e-7)
    assert.near(math.sqrt(5 / 4), B:std(2, {unbiased = false})(1, 1), 1e-7)
  end)

  it("any and all of everything are booleans, along an axis 1 or 0", function()
    local B = dnn.Matrix {{0, 1}, {0, 2}}
    assert.is_true(B:any())
    assert.is_false(B:all())
    assert.is_true(dnn.ones(2, 2):all())
    assert.is_false(dnn.zeros(2, 2):any())
    assert.same({{0, 1}}, B:all(1):table())
    assert.same({{1}, {1}}, B:any(2):table())
  end)

  it("argmax and argmin give whole numbers that index", function()
    assert.equal("integer", math.type(A:argmax()))
    local k = A:argmax()
    assert.equal(A:max(), A((k - 1) % A.rows + 1, (k - 1) // A.rows + 1))
  end)

  it("takes stored bytes for sums and means", function()
    local B = dnn.full(300, 300, 255, {dtype = "uint8"})
    assert.equal(255 * 90000, B:sum())
    assert.equal(255, B:mean())
  end)

  it("of float32 adds up in double", function()
    assert.near(1e6 * 0.1, dnn.full(1000, 1000, 0.1):sum(), 0.01)
  end)

  it("norm neither overflows nor underflows", function()
    assert.near(5e300, dnn.Matrix({3e300, 4e300}, {dtype = "float64"}):norm(), 1e286)
    assert.near(5, dnn.Matrix({3e-300, 4e-300}, {dtype = "float64"}):norm() * 1e300, 1e-14)
  end)

  it("of nothing is 0 for sums and an error for extremes", function()
    assert.equal(0, dnn.zeros(0, 3):sum())
    assert.same({{0, 0, 0}}, dnn.zeros(0, 3):sum(1):table())
    assert.has_error(function() dnn.zeros(0, 3):max() end)
    assert.has_error(function() dnn.zeros(0, 3):argmin(1) end)
  end)

  it("refuses other axes and options", function()
    assert.error_matches(function() A:sum(3) end,
      "sum: axis must be 1 (over rows) or 2 (over columns), got 3", 1, true)
    assert.error_matches(function() A:mean("rows") end,
      "mean: axis must be 1 (over rows) or 2 (over columns), got 'rows'", 1, true)
    assert.error_matches(function() A:sum {out = A} end,
      "sum: out needs an axis, 1 (over rows) or 2 (over columns)", 1, true)
    assert.error_matches(function() A:sum(1, {unbiased = true}) end,
      "sum: unknown option 'unbiased'; known: out", 1, true)
    assert.error_matches(function() A:std(1, {unbiased = 0}) end,
      "std: unbiased must be true or false, got 0", 1, true)
    assert.has_error(function() A:sum(1, {out = dnn.zeros(1, 7)}) end)
  end)
end)
