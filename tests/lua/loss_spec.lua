-- Losses as Lua objects: values against the formulas, gradients against differences, options.
local dnn = require "dnn"

local float64 = {dtype = "float64"}

-- A loss by its formula in Lua matrices, and arguments that it allows.
local function rows()
  local logits, random = dnn.randn(3, 5, float64), dnn.rand(3, 5, float64)
  local labels = dnn.Matrix({{1, 3, 2, 2, 1}}, float64)
  return {
    BCELoss = {dnn.rand(3, 5, float64) * 0.8 + 0.1, random, function(A, Y)
      return -(Y % A:log() + (1 - Y) % (1 - A):log()):mean()
    end},
    BCEWithLogitsLoss = {logits, random, function(A, Y)
      local P = A:sigmoid()
      return -(Y % P:log() + (1 - Y) % (1 - P):log()):mean()
    end},
    MSELoss = {logits, random, function(A, Y) return ((A - Y) ^ 2):mean() end},
    CrossEntropyLoss = {logits, labels, function(A, Y)
      local P, total = A:exp() / A:exp():sum(1), 0
      for j = 1, A.cols do total = total - math.log(P(Y(1, j) // 1 | 0, j)) end
      return total / A.cols
    end},
  }
end

describe("a loss", function()
  it("is the formula's value and has the gradient of its differences", function()
    for name, row in pairs(rows()) do
      local A, Y, formula = table.unpack(row)
      local loss = dnn[name]()
      assert.near(formula(A, Y), loss:forward(A, Y), 1e-12)
      local dA, h = loss:backward():copy(), 1e-6
      for i = 1, A.rows do
        local a = A(i, 2)
        A:set(i, 2, a + h)
        local above = loss:forward(A, Y)
        A:set(i, 2, a - h)
        local below = loss:forward(A, Y)
        A:set(i, 2, a)
        assert.near((above - below) / (2 * h), dA(i, 2), 1e-8)
      end
    end
  end)

  it("with reduction sum is the mean times the number of elements (of examples)", function()
    for name, row in pairs(rows()) do
      local A, Y = table.unpack(row)
      local mean, sum = dnn[name](), dnn[name]{reduction = "sum"}
      local count = name == "CrossEntropyLoss" and A.cols or #A
      assert.near(count * mean:forward(A, Y), sum:forward(A, Y), 1e-10)
      assert.is_true((count * mean:backward() - sum:backward()):norm() < 1e-10)
    end
  end)

  it("with reduction none gives the cost of each example, and takes their gradient", function()
    for name, row in pairs(rows()) do
      local A, Y = table.unpack(row)
      local none, sum = dnn[name]{reduction = "none"}, dnn[name]{reduction = "sum"}
      local costs = none(A, Y)
      assert.same({1, A.cols}, {costs.rows, costs.cols})
      for j = 1, A.cols do assert.near(sum(A:col(j), Y:col(j)), costs(1, j), 1e-12) end
      assert.near(sum(A, Y), costs:sum(), 1e-12)
      assert.is_true((none:backward() - sum:backward()):norm() == 0)
      local dcosts = dnn.Matrix({{1, 0, -2, 0.5, 3}}, float64)
      none(A, Y)
      local weighted = none:backward(dcosts):copy()
      sum(A, Y, {weights = dcosts})
      assert.is_true((weighted - sum:backward()):norm() < 1e-14)
    end
  end)

  it("multiplies the cost and gradient of each example by its weight", function()
    for name, row in pairs(rows()) do
      local A, Y = table.unpack(row)
      local loss, none = dnn[name](), dnn[name]{reduction = "none"}
      local weights = dnn.Matrix({{0, 1, 2.5, 0.125, 3}}, float64)
      local count = name == "CrossEntropyLoss" and A.cols or #A
      assert.near((none(A, Y) % weights):sum() / count, loss(A, Y, {weights = weights}), 1e-12)
      assert.near(0, (none(A, Y, {weights = weights}) - none(A, Y) % weights):norm(), 1e-12)
      local plain = dnn[name]()
      plain(A, Y)
      loss(A, Y, {weights = weights})
      assert.is_true((plain:backward() % weights - loss:backward()):norm() < 1e-14)
      loss(A, Y) -- the weights of an earlier forward are gone
      assert.is_true(loss:backward() == plain:backward())
    end
  end)

  it("stays finite for logits of 10,000", function()
    local A = dnn.Matrix{{1e4, -1e4}, {-1e4, 1e4}, {0, 0}}
    for name, Y in pairs{BCEWithLogitsLoss = dnn.Matrix{{0, 1}, {1, 0}, {1, 0}},
                         CrossEntropyLoss = dnn.Matrix{{2, 1}}} do
      local loss = dnn[name]()
      local cost = loss:forward(A, Y)
      assert.is_true(cost > 1000 and cost < math.huge)
      assert.is_true(loss:backward():isfinite():all())
    end
  end)

  it("reuses its gradient for the same shape and keeps it for as long as it is held", function()
    local loss = dnn.MSELoss()
    loss:forward(dnn.ones(2, 3), dnn.zeros(2, 3))
    local dA = loss:backward()
    assert.is_true(rawequal(dA, loss:backward()))
    loss:forward(dnn.ones(2, 4), dnn.zeros(2, 4))
    assert.is_false(rawequal(dA, loss:backward()))
    assert.is_true((dA - dnn.full(2, 3, 1 / 3)):norm() < 1e-6)
  end)

  it("keeps A and Y until backward", function()
    local loss = dnn.MSELoss()
    loss:forward(dnn.full(20, 20, 3), dnn.full(20, 20, 1))
    collectgarbage()
    for _ = 1, 20 do dnn.full(20, 20, 9) end
    assert.near(0, (loss:backward() - 2 * 2 / 400):norm(), 1e-6)
  end)

  it("can be called, and has its name and options as fields", function()
    local loss = dnn.MSELoss{reduction = "sum"}
    assert.equal(6, loss(dnn.ones(2, 3), dnn.zeros(2, 3)))
    assert.equal("MSELoss", loss.name)
    assert.equal("sum", loss.reduction)
    assert.equal("MSELoss(reduction = sum)", tostring(loss))
  end)

  it("takes targets stored as uint8 or int32", function()
    local Y = dnn.Matrix{{0, 1, 1}}
    local A = dnn.Matrix{{0.2, 0.7, 0.9}}
    for _, loss in ipairs{dnn.BCELoss(), dnn.BCEWithLogitsLoss(), dnn.MSELoss()} do
      local cost = loss:forward(A, Y)
      local dA = loss:backward():copy()
      for _, stored in ipairs{Y:byte(), Y:int()} do
        assert.equal(cost, loss:forward(A, stored))
        assert.is_true(loss:backward() == dA)
      end
    end
  end)

  it("keeps the weights of its classes, whatever becomes of the Matrix that it was given", function()
    local weight = dnn.Matrix{1, 2, 4}
    local loss = dnn.CrossEntropyLoss{weight = weight, reduction = "sum"}
    local A, Y = dnn.zeros(3, 3), dnn.Matrix{{1, 2, 3}}
    local cost = loss(A, Y)
    weight:fill_(100)
    assert.equal(cost, loss(A, Y))
    assert.near(7 * math.log(3), cost, 1e-6)
    assert.same({1, 2, 4}, {loss.weight(1, 1), loss.weight(2, 1), loss.weight(3, 1)})
    assert.is_nil(dnn.CrossEntropyLoss().weight)
    assert.is_true(dnn.gradcheck(dnn.Sequential({dnn.Linear(2, 3)}, {dtype = "float64"}), loss,
      dnn.randn(2, 3, {dtype = "float64"}), Y))
  end)
end)
