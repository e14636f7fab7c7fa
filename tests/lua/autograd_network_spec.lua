-- Networks called on a matrix that requires a gradient: the same numbers and gradients as their own forward and
-- backward, as often as they are called.
local dnn = require "dnn"

local NETWORKS <const> = {
  {"Linear", {4}, function() return {dnn.Linear(4, 5), dnn.Tanh(), dnn.Linear(5, 3)} end},
  {"BatchNorm1d", {4}, function() return {dnn.Linear(4, 5), dnn.BatchNorm1d(5), dnn.ReLU(), dnn.Linear(5, 3)} end},
  {"Conv2d", {6, 6, 2}, function()
    return {dnn.Conv2d(2, 3, 3), dnn.BatchNorm2d(3), dnn.ReLU(), dnn.MaxPool2d(2), dnn.Flatten(), dnn.Linear(12, 3)}
  end},
  {"Residual", {4}, function()
    return {dnn.Residual{dnn.Linear(4, 4), dnn.Sigmoid()}, dnn.Concat{dnn.Linear(4, 2), dnn.Tanh()}, dnn.Linear(6, 3)}
  end},
  {"LSTM", {5, 3}, function() return {dnn.LSTM(3, 4), dnn.Flatten(), dnn.Linear(20, 3)} end},
  {"Dropout in evaluation", {4}, function() return {dnn.Linear(4, 5), dnn.Dropout(0.5), dnn.Linear(5, 3)} end, true},
}

local function make(row, seed)
  local layers = row[3]()
  table.insert(layers, 1, dnn.Input(table.unpack(row[2])))
  local net = dnn.Sequential(layers, {dtype = "float64", random = dnn.Random(seed or 1)})
  if row[4] then net:eval() net.keep = true end
  return net
end

local function input(row, seed)
  local rows = 1
  for _, n in ipairs(row[2]) do rows = rows * n end
  return dnn.randn(rows, 6, {dtype = "float64", random = dnn.Random(seed)})
end

local function near(wanted, got, what)
  local difference = (wanted - got):abs():max()
  assert(difference < 1e-12, ("%s differs by %g"):format(what, difference))
end

describe("a recorded network", function()
  for _, row in ipairs(NETWORKS) do
    it("is its own forward and backward: " .. row[1], function()
      local net, twin, X = make(row), make(row), input(row, 2)
      local dA = dnn.randn(3, 6, {dtype = "float64", random = dnn.Random(3)})
      local A = twin(X):copy()
      local dX = twin:backward(dA, {input_gradient = true})
      local x = X:copy():requires_grad_()
      local out = net(x)
      near(A, out:detach(), "output")
      out:backward(dA)
      near(dX, x.grad, "dX")
      near(twin:parameters().grads, net:parameters().grads, "gradients")
      for name, value in pairs(twin:state_dict()) do near(value, net:state_dict()[name], name) end
    end)

    it("is right by differences: " .. row[1], function()
      local net = make(row)
      assert(dnn.gradcheck(function(x) return net(x % x) end, {input(row, 4)}))
    end)
  end

  it("is called as often as one likes in an expression", function()
    local net = make(NETWORKS[1])
    local x, y = input(NETWORKS[1], 5):requires_grad_(), input(NETWORKS[1], 6):requires_grad_()
    local grads = {}
    for n, X in ipairs{x, y} do
      net(X):sum():backward()
      grads[n] = net:parameters().grads:copy()
      net:zero_grad()
    end
    (net(x) + net(y)):sum():backward()
    near(grads[1] + grads[2], net:parameters().grads, "the sum of both")
  end)

  it("trains with a cost written as an expression, beside matrices", function()
    local net, scale = make(NETWORKS[1]), dnn.ones(3, 1):double():requires_grad_()
    local X, Y = input(NETWORKS[1], 7):requires_grad_(), dnn.rand(3, 6, {random = dnn.Random(8)}):double()
    local opt = dnn.optim.Adam({net:parameters(), scale}, {lr = 0.05})
    local first, last
    for _ = 1, 100 do
      local cost = ((net(X) % scale - Y) ^ 2):mean() + net(X):abs():mean() * 0.001
      cost:backward()
      opt:step()
      first, last = first or cost:item(), cost:item()
    end
    assert.is_true(last < first / 20, last)
  end)

  it("whose parameters a step has moved since is an error", function()
    local net, x = make(NETWORKS[1]), input(NETWORKS[1], 5):requires_grad_()
    local opt = dnn.optim.SGD(net:parameters(), {lr = 0.1})
    for _, step in ipairs{function() opt:step() end, function() net:update(0.1) end} do
      net(x):sum():backward()
      local cost = net(x):sum()
      step()
      assert.error_matches(function() cost:backward() end, "a step has moved the parameters", 1, true)
    end
  end)

  it("that is closed before backward is an error", function()
    local net, x = make(NETWORKS[1]), input(NETWORKS[1], 5):requires_grad_()
    local cost = net(x):sum()
    net:close()
    net = nil -- luacheck: ignore
    collectgarbage()
    assert.error_matches(function() cost:backward() end, "that the expression has called is closed", 1, true)
  end)
end)

describe("what follows from backward", function()
  it("is a function with its gradients", function()
    local f = dnn.grad(function(a, b) return (a % b):sum() end)
    local a, b = dnn.Matrix{1, 2}, dnn.Matrix{3, 4}
    local value, da, db = f(a, b)
    assert.equal(11, value)
    assert.equal(b, da)
    assert.equal(a, db)
    assert.is_false(a.requires_grad)
    assert.error_matches(function() f(1, 2) end, "grad: argument 1 of the function must be a Matrix, got 1", 1, true)
  end)

  it("is a Jacobian", function()
    local x = dnn.randn(2, 2):double()
    local J = dnn.jacobian(function(X) return X * X end, x)
    for k = 1, 4 do
      local step = dnn.zeros(2, 2):double()
      step:reshape(4, 1):set(k, 1, 1e-6)
      local slope = ((x + step) * (x + step) - (x - step) * (x - step)) / 2e-6
      assert.is_true((J:col(k) - slope:reshape(4, 1)):norm() < 1e-8)
    end
    assert.equal(dnn.zeros(2, 1), dnn.jacobian(function() return dnn.ones(2, 1) end, dnn.ones(1, 1)))
  end)

  it("is a drawing", function()
    local x = dnn.ones(2, 3):requires_grad_()
    local y = x * 2
    assert.equal(table.concat({
      "sum 1 x 1",
      "└─ add 2 x 3",
      "   ├─ cmul 2 x 3",
      "   │  └─ 2 x 3",
      "   └─ cmul 2 x 3 (as line 3)",
    }, "\n"), (dnn.graph((y + y):sum()):gsub(" +\n", "\n"):gsub("─  ", "─ ")))
    assert.equal("Matrix float32 1 x 1, from sum", tostring(y:sum()):match "^[^\n]+")
    assert.equal("Matrix float32 2 x 3, requires a gradient", tostring(x):match "^[^\n]+")
  end)
end)
