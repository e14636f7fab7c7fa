-- Operators, their named forms, forms in place and forms that write into a given matrix, against the
-- same arithmetic done by Lua number by number.
local dnn = require "dnn"

local double = {dtype = "float64"}

-- The matrix of f(a(i, j), b(i, j)) with both broadcast; a and b are matrices or numbers.
local function by_hand(f, a, b)
  local function at(x, i, j)
    if type(x) == "number" then return x end
    return x(x.rows == 1 and 1 or i, x.cols == 1 and 1 or j)
  end
  local rows, cols = 1, 1
  for _, x in ipairs {a, b} do
    if type(x) ~= "number" then
      rows, cols = math.max(rows, x.rows), math.max(cols, x.cols)
    end
  end
  local t = {}
  for i = 1, rows do
    t[i] = {}
    for j = 1, cols do
      t[i][j] = f(at(a, i, j), at(b, i, j))
    end
  end
  return dnn.Matrix(t, double)
end

local function one_if(f)
  return function(a, b) return f(a, b) and 1 or 0 end
end

local binary = {
  add = function(a, b) return a + b end,
  sub = function(a, b) return a - b end,
  cmul = function(a, b) return a * b end,
  div = function(a, b) return a / b end,
  pow = function(a, b) return a ^ b end,
  maximum = math.max,
  minimum = math.min,
  lt = one_if(function(a, b) return a < b end),
  le = one_if(function(a, b) return a <= b end),
  gt = one_if(function(a, b) return a > b end),
  ge = one_if(function(a, b) return a >= b end),
  eq = one_if(function(a, b) return a == b end),
  ne = one_if(function(a, b) return a ~= b end),
}

local operators = {
  add = function(a, b) return a + b end,
  sub = function(a, b) return a - b end,
  cmul = function(a, b) return a % b end,
  div = function(a, b) return a / b end,
  pow = function(a, b) return a ^ b end,
}

local unary = {
  neg = function(x) return -x end,
  exp = math.exp,
  log = function(x) return math.log(x) end, -- its second argument is a base
  sqrt = math.sqrt,
  abs = math.abs,
  sign = function(x) return x > 0 and 1 or x < 0 and -1 or 0 end,
  tanh = function(x) return 1 - 2 / (math.exp(2 * x) + 1) end,
  sigmoid = function(x) return 1 / (1 + math.exp(-x)) end,
  relu = function(x) return math.max(0, x) end,
  isfinite = function() return 1 end,
}

local function positive(rows, cols, options)
  return dnn.rand(rows, cols, options) + 0.5
end

local function difference(A, B)
  assert.same({A:size()}, {B:size()})
  return (A:double() - B:double()):abs():max()
end

describe("a binary operation", function()
  local A, B = positive(3, 4, double), positive(3, 4, double)
  local column, row, single = positive(3, 1, double), positive(1, 4, double), positive(1, 1, double)
  B:set(2, 2, A(2, 2)) -- so that eq finds a pair
  local pairs_of_operands = {
    {A, B}, {A, column}, {column, A}, {A, row}, {row, A}, {column, row}, {A, single}, {single, A},
    {A, 1.5}, {1.5, A}, {A:t(), B:t()}, {A:block(1, 2, 2, 3), B:block(2, 3, 1, 2)},
  }

  for name, f in pairs(binary) do
    it(name .. " agrees with Lua's arithmetic, broadcast and with scalars on either side", function()
      for _, pair in ipairs(pairs_of_operands) do
        local a, b = pair[1], pair[2]
        local expected = by_hand(f, a, b)
        assert.is_true(difference(expected, dnn[name](a, b)) < 1e-13)
        if operators[name] then
          assert.is_true(difference(expected, operators[name](a, b)) < 1e-13)
        end
        if type(a) ~= "number" then
          assert.is_true(difference(expected, a[name](a, b)) < 1e-13)
        end
        local out = dnn.empty(expected.rows, expected.cols, double)
        assert.is_true(rawequal(out, dnn[name](a, b, {out = out})))
        assert.is_true(difference(expected, out) < 1e-13)
      end
    end)

    it(name .. "_ changes its object and returns it", function()
      for _, b in ipairs {B, column, row, single, 1.5} do
        local C = A:copy()
        assert.is_true(rawequal(C, C[name .. "_"](C, b)))
        assert.is_true(difference(by_hand(f, A, b), C) < 1e-13)
      end
    end)

    it(name .. " in float32 agrees with float64 to its precision", function()
      local a, b = positive(5, 7), positive(5, 7)
      assert.is_true(difference(by_hand(f, a, b), dnn[name](a, b)) < 1e-5)
    end)
  end
end)

describe("a unary operation", function()
  local A = positive(3, 5, double)

  for name, f in pairs(unary) do
    it(name .. " agrees with Lua's arithmetic as function, method, in place and with out", function()
      local expected = by_hand(f, A, 0)
      assert.is_true(difference(expected, dnn[name](A)) < 1e-14)
      assert.is_true(difference(expected, A[name](A)) < 1e-14)
      local out = dnn.empty(3, 5, double)
      assert.is_true(rawequal(out, dnn[name](A, {out = out})))
      assert.is_true(difference(expected, out) < 1e-14)
      local C = A:copy()
      assert.is_true(rawequal(C, C[name .. "_"](C)))
      assert.is_true(difference(expected, C) < 1e-14)
    end)
  end

  it("-A is the negative", function()
    assert.is_true(-A == A:neg())
    assert.is_true((-A + A):abs():max() == 0)
  end)

  it("isfinite finds infinities and NaN", function()
    local B = dnn.Matrix {{1, 1 / 0, -1 / 0, 0 / 0}}
    assert.same({{1, 0, 0, 0}}, B:isfinite():table())
  end)

  it("sigmoid and tanh are finite for numbers of any size", function()
    local B = dnn.Matrix {{-1e4, 1e4}}
    assert.same({{0, 1}}, B:sigmoid():table())
    assert.same({{-1, 1}}, B:tanh():table())
  end)
end)

describe("clamp", function()
  local A = dnn.Matrix {{-2, 0.5, 3}}

  it("limits from both sides, and a bound that is nil is none", function()
    assert.same({{-1, 0.5, 1}}, A:clamp(-1, 1):table())
    assert.same({{0, 0.5, 3}}, dnn.clamp(A, 0):table())
    assert.same({{-2, 0.5, 1}}, A:clamp(nil, 1):table())
    assert.equal(A, A:clamp())
    assert.equal(A, dnn.clamp(A))
    assert.equal(A, A:copy():clamp_())
    local B = A:copy()
    assert.is_true(rawequal(B, B:clamp_(0, 1)))
    assert.same({{0, 0.5, 1}}, B:table())
    local out = dnn.zeros(1, 3)
    assert.is_true(rawequal(out, dnn.clamp(A, 0, 2, {out = out})))
    assert.same({{0, 0.5, 2}}, out:table())
  end)

  it("refuses bounds in the wrong order", function()
    assert.has_error(function() A:clamp(1, -1) end)
  end)
end)

describe("where", function()
  local C = dnn.Matrix {{1, 0}, {0, 1}}
  local A, B = dnn.Matrix {{1, 2}, {3, 4}}, dnn.Matrix {{-1, -2}, {-3, -4}}

  it("chooses by the condition, with scalars and broadcasting", function()
    assert.same({{1, -2}, {-3, 4}}, dnn.where(C, A, B):table())
    assert.same({{1, 9}, {9, 4}}, dnn.where(C, A, 9):table())
    assert.same({{8, 9}, {9, 8}}, dnn.where(C, 8, 9):table())
    assert.same({{1, -1}, {-3, 3}}, dnn.where(C, A:col(1), B:col(1)):table())
    assert.same({{5, 1}, {5, 2}}, dnn.where(dnn.Matrix {{1, 0}}, 5, dnn.Matrix {1, 2}):table())
    local out = dnn.zeros(2, 2)
    assert.is_true(rawequal(out, dnn.where(C, A, B, {out = out})))
    assert.same({{1, -2}, {-3, 4}}, out:table())
  end)
end)

describe("the product", function()
  local function product_by_hand(A, B)
    local t = {}
    for i = 1, A.rows do
      t[i] = {}
      for j = 1, B.cols do
        local sum = 0
        for k = 1, A.cols do sum = sum + A(i, k) * B(k, j) end
        t[i][j] = sum
      end
    end
    return dnn.Matrix(t, double)
  end

  it("A * B agrees with the sums of the definition", function()
    for _, shape in ipairs {{1, 1, 1}, {2, 3, 4}, {7, 5, 3}, {1, 9, 2}, {20, 33, 17}} do
      local m, k, n = table.unpack(shape)
      local A, B = dnn.randn(m, k, double), dnn.randn(k, n, double)
      assert.is_true(difference(product_by_hand(A, B), A * B) < 1e-13)
      assert.is_true(difference(A * B, A:float() * B:float()) < 1e-4)
    end
  end)

  it("mm transposes, and writes into its out", function()
    local A, B = dnn.randn(3, 5, double), dnn.randn(3, 4, double)
    local expected = A:t() * B
    assert.is_true(difference(expected, dnn.mm(A, B, {ta = true})) < 1e-14)
    assert.is_true(difference(expected, A:t():mm(B:t(), {tb = true})) < 1e-14)
    assert.is_true(difference(expected, dnn.mm(A, B:t(), {ta = true, tb = true})) < 1e-14)
    local out = dnn.empty(5, 4, double)
    assert.is_true(rawequal(out, dnn.mm(A, B, {ta = true, out = out})))
    assert.is_true(difference(expected, out) < 1e-14)
  end)

  it("of views is the product of their copies", function()
    local A, B = dnn.randn(9, 9, double), dnn.randn(9, 9, double)
    local a, b = A:block(2, 5, 3, 8), B:block(1, 6, 7, 8)
    assert.is_true(difference(a:copy() * b:copy(), a * b) < 1e-14)
  end)

  it("over no columns is zero", function()
    assert.same({{0, 0}}, (dnn.zeros(1, 0) * dnn.zeros(0, 2)):table())
  end)

  it("with a scalar on either side scales", function()
    local A = dnn.Matrix {{1, 2}}
    assert.same({{3, 6}}, (A * 3):table())
    assert.same({{3, 6}}, (3 * A):table())
  end)
end)

describe("==", function()
  it("is one boolean: the same type, shape and numbers", function()
    local A = dnn.Matrix {{1, 2}}
    assert.is_true(A == dnn.Matrix {{1, 2}})
    assert.is_false(A == dnn.Matrix {{1, 3}})
    assert.is_false(A == dnn.Matrix {1, 2})
    assert.is_false(A == A:double())
    assert.is_false(A == dnn.Random(1))
    assert.is_false(A == 3)
    local nan = dnn.full(1, 1, 0 / 0)
    assert.is_false(nan == nan:copy())
  end)
end)

describe("a wrong call", function()
  local A, B = dnn.zeros(2, 3), dnn.zeros(4, 5)

  local function message(f)
    local ok, text = pcall(f)
    assert.is_false(ok)
    assert.matches("^[^:]*operators_spec.lua:%d+: ", text)
    return (text:gsub("^.-:%d+: ", ""))
  end

  it("of an operator names both operands", function()
    assert.equal("Matrix * nil: expected a number or a Matrix", message(function() return A * nil end))
    assert.equal("Matrix + string: expected a number or a Matrix", message(function() return A + "1" end))
    assert.equal("Matrix % table: expected a number or a Matrix; dnn.Matrix{...} makes one of a table",
      message(function() return A % {} end))
    assert.equal("Matrix / boolean: expected a number or a Matrix",
      message(function() return A / true end))
    assert.equal("Matrix - dnn.Random: expected a number or a Matrix",
      message(function() return A - dnn.Random(1) end))
  end)

  it("of a named form does too", function()
    assert.equal("add(Matrix, nil): expected a number or a Matrix; usage: A:add(B [, options])",
      message(function() A:add() end))
    assert.equal("cmul_(Matrix, string): expected a number or a Matrix; usage: A:cmul_(B)",
      message(function() A:cmul_("2") end))
    assert.equal("maximum(number, number): expected a Matrix on at least one side; usage: "
      .. "dnn.maximum(A, B [, options])", message(function() dnn.maximum(1, 2) end))
  end)

  it("with shapes that do not fit names both shapes", function()
    for _, f in ipairs {
      function() return A + B end, function() return A % B end, function() return A * B end,
      function() A:add_(B) end, function() dnn.mm(A, B) end, function() dnn.where(A, A, B) end,
    } do
      local text = message(f)
      assert.matches("2 x 3", text)
      assert.matches("4 x 5", text)
    end
  end)

  it("with mixed types names both types", function()
    local text = message(function() return A + A:double() end)
    assert.matches("float32", text)
    assert.matches("float64", text)
    text = message(function() return A * dnn.zeros(3, 2, double) end)
    assert.matches("float32", text)
    assert.matches("float64", text)
  end)

  it("with stored bytes says that they are to be converted", function()
    assert.matches("uint8", message(function() return A:byte() + 1 end))
    assert.matches("uint8", message(function() return A:byte():exp() end))
  end)

  it("in place may broadcast the argument but not the object", function()
    local row = dnn.zeros(1, 3)
    assert.equal("add_: the result is 2 x 3 and does not fit into the Matrix 1 x 3 that it should " ..
      "change; write A = A:add(B)", message(function() row:add_(A) end))
  end)

  it("with an out of another shape or type is refused", function()
    assert.matches("2 x 3", message(function() dnn.add(A, 1, {out = dnn.zeros(3, 2)}) end))
    assert.matches("float64", message(function() dnn.exp(A, {out = dnn.zeros(2, 3, double)}) end))
    assert.equal("add: expected a table of options, as in {out = ...}, got 5; usage: dnn.add(A, B [, options])",
      message(function() dnn.add(A, 1, 5) end))
    assert.equal("mm: out must be a Matrix, got 3; usage: dnn.mm(A, B [, options])",
      message(function() dnn.mm(A, A, {out = 3}) end))
    assert.equal("mm: ta must be true or false, got 1; usage: dnn.mm(A, B [, options])",
      message(function() dnn.mm(A, A, {ta = 1}) end))
  end)

  it("with an out that overlaps an operand otherwise than element by element is refused", function()
    local C = dnn.rand(3, 3)
    assert.has_error(function() dnn.add(C:block(1, 2, 1, 3), 1, {out = C:block(2, 3, 1, 3)}) end)
    assert.has_error(function() dnn.mm(C, C, {out = C}) end)
    assert.has_no_error(function() dnn.add(C, 1, {out = C}) end)
  end)
end)
