-- Numbers at the ends of what a type holds: the upper end of random numbers, places above 2^24 in float32, matrices
-- that are singular to working precision.
local dnn = require "dnn"
local program = dofile "tests/lua/program.lua"

local TOP <const> = 2^24       -- float32 holds this whole number and not the next

local function message(f, ...)
  local ok, text = pcall(f, ...)
  assert.is_false(ok, "no error")
  return text
end

-- A stream whose 28th number is 1 - 1.9e-8, which is 1 in float32.
local function near_one()
  local random = dnn.Random(158)
  random:set_state(158, 476600)
  return random
end

describe("a random number", function()
  it("of [0, 1) is below 1 in every type", function()
    for _, dtype in ipairs{"float32", "float64"} do
      local A = dnn.rand(10, 10, {dtype = dtype, random = near_one()})
      assert.is_true(A:max() > 0.99999994 - 1e-7 and A:max() < 1, dtype)
      assert.is_true(dnn.empty(10, 10, {dtype = dtype}):uniform_(0, 1, near_one()):max() < 1)
    end
  end)

  it("of another interval is below its upper end, and not below its lower one", function()
    for _, ends in ipairs{{-1, 0}, {0, 1000}, {0.7, 0.8}, {-0.3, 0.3}, {1, 1 + 2^-22}} do
      local A = dnn.empty(100, 100):uniform_(ends[1], ends[2], near_one())
      assert.is_true(A:min() >= ends[1] and A:max() < ends[2], ("%g .. %g"):format(ends[1], ends[2]))
    end
    local random = dnn.Random(1)
    for _ = 1, 100 do assert.equal(1, random:uniform(1, 1 + 2^-52)) end
    assert.equal(5, random:uniform(5, 5))
  end)

  it("of an interval that is none is refused", function()
    local random = dnn.Random(1)
    assert.matches("uniform: expected finite low <= high, got low = 2.0 and high = 1.0; usage: random:uniform",
      message(random.uniform, random, 2, 1))
    assert.has_error(function() random:uniform(0, 1 / 0) end)
    assert.has_error(function() dnn.zeros(1, 1):uniform_(1, 0) end)
  end)
end)

describe("a place above 2^24", function()
  it("in a whole float32 matrix is right", function()
    local A = dnn.zeros(1, TOP + 3)
    A:set(1, TOP + 2, 1)
    assert.equal(TOP + 2, A:argmax())
    A:set(1, TOP + 2, -1)
    assert.equal(TOP + 2, A:argmin())
  end)

  it("along an axis of float32 is refused, with the cure", function()
    for _, name in ipairs{"argmax", "argmin"} do
      assert.matches(name .. ": float32 holds places up to 16777216 only.*convert it with :double%(%)",
        message(dnn[name], dnn.zeros(1, TOP + 1), 2))
      assert.matches("axis 1 of this 16777217 x 1", message(dnn[name], dnn.zeros(TOP + 1, 1), 1))
    end
  end)

  it("in a range of float32 is refused, with the cure, and right in float64", function()
    assert.matches('arange: float32 holds whole numbers up to 16777216 only, .*take {dtype = "float64"}',
      message(dnn.arange, TOP - 1, TOP + 1))
    assert.has_error(function() dnn.arange(-TOP - 3, -TOP) end)
    assert.has_error(function() dnn.arange(2 * TOP, 2 * TOP + 9, 3) end)
    assert.equal(TOP + 1, dnn.arange(TOP - 1, TOP + 1, {dtype = "float64"})(3, 1))
    assert.equal(TOP, dnn.arange(TOP - 1, TOP)(2, 1))
    assert.equal(2 * TOP + 4, dnn.arange(2 * TOP, 2 * TOP + 4, 4)(2, 1)) -- steps that float32 holds
  end)

  it("as a column to gather is right from a table and float64, and refused from float32", function()
    local A = dnn.zeros(1, TOP + 2, {dtype = "uint8"})
    A:set(1, TOP + 1, 7)
    assert.equal(7, A:gather({TOP + 1})(1, 1))
    assert.equal(7, A:gather(dnn.Matrix({TOP + 1}, {dtype = "float64"}))(1, 1))
    assert.equal(7, A:gather(dnn.Matrix({TOP + 1}, {dtype = "int32"}))(1, 1))
    assert.matches("gather: column .* is in a Matrix of float32, which cannot tell it from its neighbours",
      message(A.gather, A, dnn.Matrix{TOP + 1}))
  end)
end)

describe("a matrix that is nearly singular", function()
  it("is warned of once by solve and once by inv, and others are not", function()
    local out, err, status = program.run("-", [[
      local dnn = require "dnn"
      for _, dtype in ipairs{"float32", "float64"} do
        local A = dnn.Matrix({{1, 2}, {3, 4}}, {dtype = dtype})
        dnn.linalg.solve(A, A)
        dnn.linalg.inv(A)
        local epsilon = dtype == "float32" and 2^-23 or 2^-52
        local near = dnn.Matrix({{1, 1}, {1, 1 + epsilon}}, {dtype = dtype})
        dnn.linalg.solve(near, A)
        dnn.linalg.inv(near)
      end
      print "done"]])
    assert.same({"done\n", 0}, {out, status})
    assert.matches("^dnn: solve: A is singular to working precision %(condition number %d.%de%+%d+%): no digit of the "
      .. "result is certain; dnn.linalg.lstsq finds[^\n]*\ndnn: inv: A is singular to working precision[^\n]*\n$", err)
  end)

  it("has its condition number", function()
    assert.equal(4, dnn.linalg.cond(dnn.Matrix{{1, 0}, {0, 0.25}}))
    assert.equal(1 / 0, dnn.linalg.cond(dnn.ones(2, 2):fill_(0)))
    assert.is_true(dnn.linalg.cond(dnn.ones(3, 3)) > 1e6)
    -- The Hilbert matrix of order 5 has the condition number 476607.25 (Higham, Accuracy and Stability, chapter 28).
    local H = dnn.zeros(5, 5, {dtype = "float64"})
    for i = 1, 5 do
      for j = 1, 5 do H:set(i, j, 1 / (i + j - 1)) end
    end
    assert.is_near(476607.25, dnn.linalg.cond(H), 0.01)
    assert.equal(1, dnn.linalg.cond(dnn.zeros(0, 0)))
  end)
end)

describe("numbers that are not finite", function()
  it("are named by every function of dnn.linalg, and not called lack of memory", function()
    for _, value in ipairs{0 / 0, 1 / 0, -1 / 0} do
      local A = dnn.eye(3)
      A:set(2, 1, value)
      for _, name in ipairs{"inv", "det", "cholesky", "qr", "svd", "eigh", "eig", "pinv", "rank", "cond"} do
        local text = message(dnn.linalg[name], A)
        assert.matches(name .. ": A%(2, 1%) is %-?%a+, and all elements must be finite", text)
      end
      for _, name in ipairs{"solve", "lstsq"} do
        assert.matches(name .. ": A%(2, 1%) is", message(dnn.linalg[name], A, dnn.eye(3)))
        assert.matches(name .. ": B%(2, 1%) is", message(dnn.linalg[name], dnn.eye(3), A))
      end
    end
  end)

  it("that arise on the way are called an overflow", function()
    local A = dnn.Matrix({{1e-310, 1}, {1e-310, 1}}, {dtype = "float64"}) + dnn.Matrix({{0, 0}, {0, 1}},
      {dtype = "float64"})
    assert.matches("inv: numbers overflow on the way", message(dnn.linalg.inv, A))
    assert.matches("solve: numbers overflow on the way", message(dnn.linalg.solve, A, dnn.eye(2):double()))
  end)
end)
