-- Training end to end: networks learn, the numbers are the formulas', and the same on every run.
local dnn = require "dnn"

local float64 = {dtype = "float64"}

-- Runs the loop of the manual's first page; returns the last cost.
local function train(net, loss, opt, X, Y, iterations)
  local cost
  for _ = 1, iterations do
    local AL = net:forward(X)
    cost = loss:forward(AL, Y)
    net:backward(loss:backward())
    opt:step()
  end
  return cost
end

-- Three clouds of points; returns X (2 x 3n) and labels 1..3.
local function blobs(n, random)
  local parts, labels = {}, {}
  for c, centre in ipairs{{0, 3}, {3, -2}, {-3, -2}} do
    parts[c] = dnn.randn(2, n, {random = random}) + dnn.Matrix(centre)
    labels[c] = dnn.full(1, n, c)
  end
  return dnn.cat(parts, 2), dnn.cat(labels, 2)
end

describe("training", function()
  it("learns which side of a line a point is on, with the loop of the first page", function()
    local random = dnn.Random(1)
    local X = dnn.randn(12, 200, {random = random})
    local Y = dnn.gt(dnn.randn(1, 12, {random = random}) * X, 0)
    local net = dnn.Sequential({
      dnn.Linear(12, 20), dnn.ReLU(),
      dnn.Linear(20, 1),  dnn.Sigmoid(),
    }, {random = random})
    local loss = dnn.BCELoss()
    local opt = dnn.optim.SGD(net:parameters(), {lr = 0.5})
    local first = loss:forward(net:forward(X), Y)
    local last = train(net, loss, opt, X, Y, 500)
    assert.is_true(last < 0.1 * first)
    assert.is_true(dnn.eq(net:forward(X):gt(0.5), Y):mean() > 0.99)
  end)

  it("learns XOR with Tanh", function()
    local X, Y = dnn.Matrix{{0, 0, 1, 1}, {0, 1, 0, 1}}, dnn.Matrix{{0, 1, 1, 0}}
    local net = dnn.Sequential({dnn.Linear(2, 8), dnn.Tanh(), dnn.Linear(8, 1)}, {random = dnn.Random(7)})
    local opt = dnn.optim.Adam(net:parameters(), {lr = 0.05})
    local cost = train(net, dnn.BCEWithLogitsLoss(), opt, X, Y, 400)
    assert.is_true(cost < 0.01)
    assert.is_true(net:forward(X):gt(0) == Y)
  end)

  it("tells three classes apart in minibatches with CrossEntropyLoss and Adam", function()
    local random = dnn.Random(2)
    local X, Y = blobs(100, random)
    local X_test, Y_test = blobs(100, random)
    local net = dnn.Sequential({dnn.Linear(2, 16), dnn.ReLU(), dnn.Linear(16, 3)}, {random = random})
    local loss, opt = dnn.CrossEntropyLoss(), dnn.optim.Adam(net:parameters(), {lr = 0.01})
    for _ = 1, 10 do
      local order = random:permutation(300)
      for first = 1, 300, 32 do
        local batch = table.move(order, first, math.min(first + 31, 300), 1, {})
        train(net, loss, opt, X:gather(batch), Y:gather(batch), 1)
      end
    end
    local correct = dnn.eq(net:forward(X_test):argmax(1), Y_test):mean()
    assert.is_true(correct > 0.95, ("only %.3f correct"):format(correct))
  end)

  local function fingerprint(dtype)
    local random = dnn.Random(3)
    local options = {dtype = dtype, random = random}
    local X, Y = dnn.randn(300, 150, options), dnn.rand(2, 150, options)
    local net = dnn.Sequential({dnn.Linear(300, 40), dnn.ReLU(), dnn.Linear(40, 2), dnn.Sigmoid()}, options)
    local opt = dnn.optim.Adam(net:parameters(), {lr = 0.01})
    train(net, dnn.BCELoss(), opt, X, Y, 20)
    return net:parameters().values
  end

  for _, dtype in ipairs{"float32", "float64"} do
    it("gives the same bits twice, on one thread and on two, in " .. dtype, function()
      local threads = dnn.get_num_threads()
      finally(function() dnn.set_num_threads(threads) end)
      dnn.set_num_threads(1)
      local one, again = fingerprint(dtype), fingerprint(dtype)
      dnn.set_num_threads(2)
      local two = fingerprint(dtype)
      assert.is_true(one:isfinite():all())
      assert.is_true(one == again)
      assert.is_true(one == two)
    end)
  end
end)

describe("the network in C", function()
  -- The same in Lua matrices: Linear and an activation, layer after layer, then SGD on the squared error.
  local activations = {
    ReLU = {function(Z) return Z:relu() end, function(Z) return Z:gt(0) end},
    Tanh = {function(Z) return Z:tanh() end, function(Z) return 1 - Z:tanh() ^ 2 end},
    Sigmoid = {function(Z) return Z:sigmoid() end, function(Z) return Z:sigmoid() % (1 - Z:sigmoid()) end},
  }

  local function step_in_lua(layers, X, Y, lr)
    local A = X
    for _, l in ipairs(layers) do
      l.X, l.Z = A, l.W * A + l.b
      A = activations[l.kind][1](l.Z)
    end
    local cost, dA = ((A - Y) ^ 2):mean(), 2 * (A - Y) / #A
    for i = #layers, 1, -1 do
      local l = layers[i]
      local dZ = dA % activations[l.kind][2](l.Z)
      dA = l.W:t() * dZ
      l.dW, l.db = dZ * l.X:t(), dZ:sum(2)
      l.W, l.b = l.W - lr * l.dW, l.b - lr * l.db
    end
    return cost
  end

  it("agrees with one of Lua matrices to 1e-12, in costs, gradients and weights", function()
    local random = dnn.Random(12)
    local kinds = {"ReLU", "Tanh", "Sigmoid"}
    for _ = 1, 10 do
      local options = {dtype = "float64", random = random}
      local depth, sizes, modules, mirror = 1 + random:below(4), {1 + random:below(9)}, {}, {}
      for l = 1, depth do
        sizes[l + 1] = 1 + random:below(9)
        local kind = kinds[1 + random:below(3)]
        modules[2 * l - 1], modules[2 * l] = dnn.Linear(sizes[l], sizes[l + 1]), dnn[kind]()
        mirror[l] = {kind = kind}
      end
      local net = dnn.Sequential(modules, options)
      for l = 1, depth do
        mirror[l].W, mirror[l].b = net[2 * l - 1].W:copy(), net[2 * l - 1].b:copy()
      end
      local X, Y = dnn.randn(sizes[1], 11, options), dnn.randn(sizes[depth + 1], 11, options)
      local loss = dnn.MSELoss()
      for _ = 1, 5 do
        local cost = loss:forward(net:forward(X), Y)
        net:backward(loss:backward())
        net:update(0.1)
        assert.near(step_in_lua(mirror, X, Y, 0.1), cost, 1e-12)
        for l, m in ipairs(mirror) do
          assert.is_true((net[2 * l - 1].dW - m.dW):norm() < 1e-12)
          assert.is_true((net[2 * l - 1].b - m.b):norm() < 1e-12)
          assert.is_true((net[2 * l - 1].W - m.W):norm() < 1e-12)
        end
      end
    end
  end)

  it("keeps float64 and float32 apart by no more than float32's rounding", function()
    local random = dnn.Random(4)
    local function make(dtype)
      local layers = {dnn.Linear(6, 5), dnn.Tanh(), dnn.Linear(5, 2)}
      return dnn.Sequential(layers, {dtype = dtype, random = random})
    end
    local net, small = make("float64"), make("float32")
    small:parameters().values = net:parameters().values
    local X = dnn.randn(6, 9, float64)
    assert.is_true((small:forward(X:float()):double() - net:forward(X)):norm() < 1e-5)
  end)

  it("never uses what another forward has overwritten", function()
    local net, loss = dnn.Sequential{dnn.Linear(3, 2)}, dnn.MSELoss()
    local X, Y, other = dnn.randn(3, 5), dnn.randn(2, 5), dnn.randn(3, 5)
    loss(net(X), Y)
    net:backward(loss:backward())
    local right = net[1].dW:copy()

    loss(net(X), Y)
    net(other)
    assert.error_matches(function() loss:backward() end, "run forward again since loss:forward")
    loss(net(X), Y)
    local dA = loss:backward()
    net(other)
    assert.error_matches(function() net:backward(dA) end, "dA belongs to an earlier forward")

    net:zero_grad()
    loss(net(X), Y)
    net:predict(other) -- validation in the middle of a step
    net:backward(loss:backward())
    assert.is_true(net[1].dW == right)
    net:zero_grad()
    loss(net(X), Y)
    net:eval()
    net(other)
    net:train()
    net:backward(loss:backward())
    assert.is_true(net[1].dW == right)
  end)
end)
