-- A loss that the script writes as a function of A and Y.
local dnn = require "dnn"

describe("a loss that is a function", function()
  before_each(function() dnn.manual_seed(1) end)

  local function squares(A, Y) return ((A - Y) ^ 2):mean() end

  it("trains as the loss of the same formula does", function()
    local X, Y = dnn.randn(2, 40), dnn.randn(1, 40)
    local costs = {}
    for i, loss in ipairs{dnn.MSELoss(), squares} do
      local net = dnn.Sequential({dnn.Linear(2, 4), dnn.Tanh(), dnn.Linear(4, 1)}, {random = dnn.Random(3)})
      local history = dnn.fit{net = net, data = {X = X, Y = Y}, loss = loss, epochs = 3, shuffle = false,
        optimiser = dnn.optim.SGD(net:parameters(), {lr = 0.1}), progress = false, validation = {X = X, Y = Y}}
      costs[i] = history.cost.train[3]
    end
    assert.is_true(math.abs(costs[1] - costs[2]) < 1e-6)
  end)

  it("measures", function()
    local net, X = dnn.Sequential{dnn.Linear(2, 1)}, dnn.randn(2, 10)
    local Y = dnn.zeros(1, 10)
    local cost = dnn.evaluate(net, {X = X, Y = Y}, {loss = squares, batch_size = 4}).cost
    assert.is_true(math.abs(cost - dnn.evaluate(net, {X = X, Y = Y}, {loss = dnn.MSELoss()}).cost) < 1e-6)
  end)

  it("measures without a gradient, also in dnn.no_grad", function()
    local net, X = dnn.Sequential{dnn.Linear(3, 1)}, dnn.randn(3, 8)
    local set = {X = X, Y = dnn.gt(X:row(1), 0)}
    local function share_of_errors(A, Y) return dnn.ne(dnn.gt(A, 0), Y):mean() end
    local cost = dnn.evaluate(net, set, {loss = share_of_errors}).cost
    assert.is_true(cost >= 0 and cost <= 1)
    dnn.no_grad(function() assert.equal(cost, dnn.evaluate(net, set, {loss = share_of_errors}).cost) end)
  end)

  it("says what it must return", function()
    local net = dnn.Sequential{dnn.Linear(2, 1)}
    local function message(f)
      local options = {net = net, data = {X = dnn.ones(2, 4), Y = dnn.ones(1, 4)}, loss = f, progress = false}
      return select(2, pcall(dnn.fit, options))
    end
    assert.matches("the loss must return a Matrix of 1 x 1, computed from A, it returned 3",
      message(function() return 3 end))
    assert.matches("it returned one of 1 x 4", message(function(A) return A * 2 end))
    assert.matches("does not depend on A", message(function() return dnn.ones(1, 1) end))
  end)
end)
