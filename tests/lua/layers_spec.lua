-- Layers: descriptions and their settings, handles in a network, layers used on their own, and layers
-- written in Lua.
local dnn = require "dnn"

local float64 = {dtype = "float64"}

describe("a layer of the registry", function()
  it("shows its name and settings before it is in a network", function()
    local l = dnn.Linear(3, 4, {bias = false, init = "xavier"})
    assert.equal("Linear", l.name)
    assert.equal(3, l.in_features)
    assert.equal(4, l.out_features)
    assert.equal("xavier", l.init)
    assert.is_false(l.bias)
    assert.equal("Linear(3 -> 4, bias = false, init = xavier)", tostring(l))
    assert.equal("ReLU", tostring(dnn.ReLU()))
  end)

  it("can be given all its settings by name", function()
    local l = dnn.Linear{in_features = 2, out_features = 5}
    assert.same({5, 2}, {l.weight:size()})
  end)

  it("becomes the handle that the network gives out", function()
    local l = dnn.Linear(3, 4)
    local net = dnn.Sequential{l, dnn.ReLU()}
    assert.equal(l, net[1])
    assert.is_true(rawequal(net[1], net:layer(1)))
    assert.is_nil(net[3])
    assert.is_nil(net[0])
    local names = {}
    for i, layer in ipairs(net) do names[i] = layer.name end
    assert.same({"Linear", "ReLU"}, names)
  end)

  it("gives its parameters under PyTorch's names and the tutorial's", function()
    local l = dnn.Sequential{dnn.Linear(3, 4)}[1]
    assert.is_true(rawequal(l.weight, l.W))
    assert.is_true(rawequal(l.bias, l.b))
    assert.is_true(rawequal(l.weight_grad, l.dW))
    assert.is_true(rawequal(l.bias_grad, l.db))
    assert.same({4, 3}, {l.weight:size()})
    assert.same({4, 1}, {l.bias_grad:size()})
  end)

  it("has no Z, A, dA, dZ before there was a forward or a backward", function()
    local l = dnn.Linear(3, 4)
    assert.is_nil(l.A)
    local net = dnn.Sequential{l}
    assert.is_nil(l.A)
    net:forward(dnn.randn(3, 5))
    assert.is_not_nil(l.A)
    assert.is_nil(l.dA)
    net:backward(dnn.ones(4, 5))
    assert.is_true(l.dA == dnn.ones(4, 5))
  end)

  it("reads Z of an activation as its input and Z of a Linear as its output", function()
    local net = dnn.Sequential({dnn.Linear(3, 4), dnn.Tanh(), dnn.Linear(4, 2), dnn.Sigmoid()}, float64)
    local X = dnn.randn(3, 6, float64)
    local A = net:forward(X)
    local _ = net:backward(A)
    assert.is_true(rawequal(net[1].Z, net[1].A))
    assert.is_true(rawequal(net[2].Z, net[1].A))
    assert.is_true(rawequal(net[4].A, A))
    assert.is_true(net[2].A == net[2].Z:tanh())
    assert.is_true(rawequal(net[4].dZ, net[3].dA))
    assert.is_true(rawequal(net[3].dZ, net[3].dA))
    assert.is_true(net[4].dA == A)
  end)

  it("reads Z and dZ of an activation that comes first as X and dX", function()
    local net = dnn.Sequential{dnn.Tanh(), dnn.Linear(3, 1)}
    local X = dnn.randn(3, 6)
    net:forward(X)
    assert.is_true(rawequal(net[1].Z, X))
    net:backward(dnn.ones(1, 6))
    assert.is_nil(net[1].dZ)
    local dX = net:backward(dnn.ones(1, 6), {input_gradient = true})
    assert.is_true(rawequal(net[1].dZ, dX))
  end)

  it("takes values by assignment, which copies", function()
    local l = dnn.Sequential{dnn.Linear(3, 2)}[1]
    local W = dnn.randn(2, 3)
    l.weight = W
    assert.is_true(l.W == W)
    W:fill_(7)
    assert.is_false(l.W == W)
    l.b = dnn.Matrix({1, 2}, float64)
    assert.is_true(l.bias == dnn.Matrix{1, 2})
  end)

  it("starts with the variance that its init names, and a bias of 0", function()
    local expected = {he = 2 / 400, xavier = 2 / 600, ["0.01"] = 1e-4, ["1/sqrt(n)"] = 1 / 400}
    for init, variance in pairs(expected) do
      local l = dnn.Sequential({dnn.Linear(400, 200, {init = init})}, {random = dnn.Random(5)})[1]
      assert.near(1, l.weight:std() ^ 2 / variance, 0.02)
      assert.equal(0, l.bias:norm())
    end
  end)
end)

describe("a layer on its own", function()
  it("runs forward and backward without a Sequential", function()
    local l = dnn.Linear(3, 2)
    local X = dnn.randn(3, 5)
    local A = l:forward(X)
    assert.is_true((A - (l.weight * X + l.bias)):norm() < 1e-5)
    assert.is_true(rawequal(A, l.A))
    local dX = l:backward(dnn.ones(2, 5), {input_gradient = true})
    assert.is_true((dX - l.weight:t() * dnn.ones(2, 5)):norm() < 1e-5)
    assert.is_true((l.weight_grad - dnn.mm(dnn.ones(2, 5), X, {tb = true})):norm() < 1e-5)
    assert.is_true(l(X) == A)
    assert.is_true(dnn.Tanh()(X) == X:tanh())
  end)

  it("can be trained, with its own parameters", function()
    local l = dnn.Linear(1, 1, {init = "0.01"})
    local X = dnn.Matrix{{-1, 0, 1, 2}}
    local Y = 3 * X - 1
    local loss, opt = dnn.MSELoss(), dnn.optim.SGD(l:parameters(), {lr = 0.1})
    for _ = 1, 300 do
      loss:forward(l:forward(X), Y)
      l:backward(loss:backward())
      opt:step()
    end
    assert.near(3, l.W(1, 1), 1e-4)
    assert.near(-1, l.b(1, 1), 1e-4)
  end)

  it("brings its values along into a Sequential, in that one's type", function()
    local l = dnn.Linear(3, 2)
    local before, old = l.weight:copy(), l.weight
    local net = dnn.Sequential({dnn.Linear(4, 3), l}, float64)
    assert.is_true(net[2].weight == before:double())
    assert.equal(2, net[2].weight.rows)
    assert.is_true(old == before) -- what was handed out stays readable
  end)
end)

describe("a Sequential in a Sequential", function()
  it("becomes a part of it: its layers move with their values", function()
    local inner = dnn.Sequential{dnn.Linear(3, 4), dnn.ReLU()}
    local W, first = inner[1].weight:copy(), inner[1]
    local net = dnn.Sequential{inner, dnn.Linear(4, 1)}
    assert.equal(2, #net)
    assert.equal(inner, net[1])
    assert.equal(first, net[1][1])
    assert.is_true(net[1][1].weight == W)
    local names = {}
    for name in net:parameters():pairs() do names[#names + 1] = name end
    assert.same({"0.0.weight", "0.0.bias", "1.weight", "1.bias"}, names)
    local ok, text = pcall(function() inner:forward(dnn.randn(3, 1)) end)
    assert.is_false(ok)
    assert.matches("Sequential: this is a part of a network, which runs as a whole", text, 1, true)
  end)
end)

describe("a layer written in Lua", function()
  -- Swish: A = X % sigmoid(beta * X), with a beta for every row that is learnt.
  local function swish(features)
    return dnn.Layer{
      name = "Swish", in_features = features, out_features = features,
      parameters = {beta = {features, 1}},
      initialise = function(self) self.beta:fill_(1) end,
      forward = function(self, X)
        self.S = (X % self.beta):sigmoid()
        return X % self.S
      end,
      backward = function(self, dA, X)
        local slope = self.S % (1 - self.S)
        self.beta_grad:add_((dA % X % X % slope):sum(2))
        return dA % (self.S + X % slope % self.beta)
      end,
    }
  end

  it("may be anywhere in a Sequential and is described there", function()
    local net = dnn.Sequential{dnn.Linear(3, 4), swish(4), dnn.Linear(4, 1)}
    assert.equal("Swish(4 -> 4)", tostring(net[2]))
    assert.equal("Swish", net[2].name)
    assert.is_true(net[2].beta == dnn.ones(4, 1))
    local A = net:forward(dnn.randn(3, 5))
    assert.same({1, 5}, {A:size()})
    assert.is_true((net[2].A - net[2].Z):norm() == 0) -- it has a parameter, so Z is its output
    local names = {}
    for name in net:parameters():pairs() do names[#names + 1] = name end
    assert.same({"0.weight", "0.bias", "1.beta", "2.weight", "2.bias"}, names)
  end)

  it("passes the gradient check in front, in the middle and at the end", function()
    local X, Y = dnn.randn(3, 5, float64), dnn.randn(3, 5, float64)
    for _, layers in ipairs{
      {swish(3), dnn.Linear(3, 3)},
      {dnn.Linear(3, 4), swish(4), dnn.Linear(4, 3)},
      {dnn.Linear(3, 3), swish(3)},
    } do
      local net = dnn.Sequential(layers, float64)
      local ok, difference, where = dnn.gradcheck(net, dnn.MSELoss(), X, Y)
      assert.is_true(ok, ("%s at %s"):format(difference, where))
    end
  end)

  it("agrees to the bit with the C layer that does the same", function()
    local function relu()
      return dnn.Layer{
        forward = function(_, X) return X:relu() end,
        backward = function(_, dA, X) return dA % X:gt(0) end,
      }
    end
    local function train(make)
      local net = dnn.Sequential({dnn.Linear(3, 8), make(), dnn.Linear(8, 1)}, {random = dnn.Random(3)})
      local X = dnn.randn(3, 20, {random = dnn.Random(4)})
      local loss, opt = dnn.MSELoss(), dnn.optim.Adam(net:parameters(), {lr = 0.01})
      for _ = 1, 20 do
        loss:forward(net:forward(X), X:row(1):copy())
        net:backward(loss:backward())
        opt:step()
      end
      return net:parameters().values
    end
    assert.is_true(train(dnn.ReLU) == train(relu))
  end)

  it("adds up gradients over two backwards and starts from zero after a step", function()
    local net = dnn.Sequential({swish(3)}, float64)
    local X, dA = dnn.randn(3, 4, float64), dnn.ones(3, 4, float64)
    net:forward(X)
    net:backward(dA)
    local once = net[1].beta_grad:copy()
    net:backward(dA)
    assert.is_true((net[1].beta_grad - 2 * once):norm() < 1e-14)
    net:update(0)
    net:backward(dA)
    assert.is_true(net[1].beta_grad == once)
  end)

  it("draws starting values from the network's stream", function()
    local function net(seed)
      return dnn.Sequential({dnn.Linear(2, 2), dnn.Layer{
        parameters = {weight = {2, 2}},
        initialise = function(self, random) self.weight:normal_(0, 1, random) end,
        forward = function(self, X) return self.weight * X end,
        backward = function(_, dA) return dA end,
      }, dnn.Linear(2, 1)}, {random = dnn.Random(seed)})
    end
    assert.is_true(net(1):parameters().values == net(1):parameters().values)
    assert.is_false(net(1)[2].weight == net(2)[2].weight)
    assert.is_false(net(1)[3].weight:norm() == 0)
  end)

  it("may call its parameters as the tutorial does", function()
    local layer = dnn.Layer{
      in_features = 3, out_features = 2, parameters = {W = {2, 3}, b = {2, 1}},
      initialise = function(self) self.W = dnn.Matrix{{1, 2, 3}, {4, 5, 6}} end,
      forward = function(self, X) return self.W * X + self.b end,
      backward = function(self, dA, X)
        self.dW:add_(dA * X:t())
        self.db:add_(dA:sum(2))
        return self.W:t() * dA
      end,
    }
    local net = dnn.Sequential{layer}
    assert.is_true(net:forward(dnn.ones(3, 1)) == dnn.Matrix{6, 15})
    net:backward(dnn.ones(2, 1))
    assert.is_true(layer.dW == dnn.ones(2, 3))
    assert.is_true(rawequal(layer.db, layer.b_grad))
  end)

  it("sees the very matrices that the network gives out", function()
    local seen = {}
    local net = dnn.Sequential{dnn.Linear(2, 2), dnn.Layer{
      forward = function(_, X, out) seen.X, seen.out = X, out return X end,
      backward = function(_, dA, X, A, out) seen.dA, seen.same, seen.A, seen.dX = dA, X, A, out return dA end,
    }}
    net:backward(net:forward(dnn.ones(2, 2)))
    assert.is_true(rawequal(seen.X, net[1].A) and rawequal(seen.same, seen.X))
    assert.is_true(rawequal(seen.A, net[2].A) and rawequal(seen.out, seen.A))
    assert.is_true(rawequal(seen.dA, net[2].dA) and rawequal(seen.dX, net[1].dA))
  end)

  it("is offered no matrix of a backward that failed", function()
    local fails, offered
    local net = dnn.Sequential{dnn.Layer{
      parameters = {s = {2, 1}},
      forward = function(_, X) return X end,
      backward = function(_, dA, _, _, out)
        offered = out
        assert(not fails, "fails")
        return dA
      end,
    }, dnn.Linear(2, 2)}
    local function backward(options)
      return pcall(net.backward, net, net:forward(dnn.ones(2, 2)), options)
    end
    assert.is_true(backward() and offered == nil)
    fails = true
    assert.is_false(backward{input_gradient = true})
    assert.is_true(offered ~= nil)
    fails = false
    assert.is_true(backward() and offered == nil)
  end)

  it("may write into the matrix that it is offered, and then makes no garbage", function()
    local options = {} -- one table for every call
    local function into(out)
      options.out = out
      return options
    end
    local net = dnn.Sequential{dnn.Linear(3, 4), dnn.Layer{
      forward = function(_, X, out) return dnn.relu(X, into(out)) end,
      backward = function(_, dA, _, A, out) return dnn.cmul(dA, dnn.sign(A, into(out)), into(out)) end,
    }, dnn.Linear(4, 1)}
    local X, dA = dnn.randn(3, 5), dnn.ones(1, 5)
    local function step()
      net:forward(X)
      net:backward(dA)
    end
    local hook = table.pack(debug.gethook()) -- an eager collector's, which takes memory itself
    debug.sethook()
    step()
    collectgarbage()
    collectgarbage("stop")
    local before = collectgarbage("count")
    for _ = 1, 10 do step() end
    local after = collectgarbage("count")
    collectgarbage("restart")
    debug.sethook(table.unpack(hook, 1, hook.n))
    assert.equal(before, after)
  end)

  it("keeps fields of its own", function()
    local layer = dnn.Layer{
      forward = function(self, X)
        self.calls = (self.calls or 0) + 1
        return X
      end,
      backward = function(_, dA) return dA end,
    }
    local net = dnn.Sequential{layer}
    net:forward(dnn.ones(2, 2))
    net:forward(dnn.ones(2, 2))
    assert.equal(2, net[1].calls)
    assert.is_nil(net[1].unknown)
  end)

  it("may drop dX when it is not needed", function()
    local net = dnn.Sequential{dnn.Layer{
      forward = function(_, X) return X end,
      backward = function(_, dA, _, _, out) return out and dA end,
    }}
    net:forward(dnn.ones(2, 2))
    net:backward(dnn.ones(2, 2))
    assert.is_true(net:backward(dnn.ones(2, 2), {input_gradient = true}) == dnn.ones(2, 2))
  end)

  it("works inside a coroutine", function()
    local net = dnn.Sequential{swish(3), dnn.Linear(3, 1)}
    local run = coroutine.wrap(function()
      for _ = 1, 3 do
        local A = net:forward(dnn.ones(3, 2))
        net:backward(A)
        coroutine.yield(A.cols)
      end
    end)
    assert.equal(2, run())
    net:forward(dnn.ones(3, 4)) -- and from the main thread in between
    assert.equal(2, run())
    assert.equal(2, run())
  end)
end)
