-- Layers written in Lua (dnn.Layer), and what comes beside X, on matrices that require a gradient.
local dnn = require "dnn"

local function scale(n)
  return dnn.Layer{
    name = "Scale", parameters = {s = {n, 1}},
    initialise = function(self) self.s:fill_(2) end,
    forward = function(self, X) return self.s % X end,
    backward = function(self, dA, X)
      self.s_grad:add_(dnn.sum(dA % X, 2))
      return self.s % dA
    end,
  }
end

describe("a layer written in Lua", function()
  before_each(function() dnn.manual_seed(1); dnn.set_default_dtype "float64" end)
  after_each(function() dnn.set_default_dtype "float32" end)

  it("has the network's own output and gradients on the tape", function()
    local net = dnn.Sequential{dnn.Linear(3, 4), scale(4), dnn.Tanh(), scale(4)}
    local twin, X, dA = net:copy(), dnn.randn(3, 5), dnn.randn(4, 5)
    net:forward(X)
    local dX = net:backward(dA, {input_gradient = true})
    local x = X:copy():requires_grad_()
    local out = twin(x)
    assert.is_true(out:detach() == net(X))
    out:backward(dA)
    assert.is_true((x.grad - dX):abs():max() < 1e-14)
    assert.is_true((twin:parameters().grads - net:parameters().grads):abs():max() < 1e-14)
    assert.is_true(dnn.gradcheck(function(Y) return net(Y) end, {X}))
  end)

  it("is called twice in an expression, and by a module", function()
    local layer = scale(2)
    local x = dnn.full(2, 1, 3):requires_grad_()
    layer(layer(x)):sum():backward()
    assert.equal(4, x.grad(1, 1))
    assert.equal(12, layer.s_grad(1, 1))
    local m = dnn.Module("M", {
      init = function(self) self.scale = scale(2) end,
      forward = function(self, X) return self.scale(X):exp() end,
    })()
    assert.is_true(dnn.gradcheck(function(Y) return m(Y) end, {dnn.randn(2, 3)}))
    assert.is_true(dnn.gradcheck(dnn.Sequential{m, dnn.Linear(2, 1)}, dnn.MSELoss(), dnn.randn(2, 3), dnn.randn(1, 3)))
  end)

  it("raises what its functions raise, with its name", function()
    local bad = dnn.Layer{forward = function(_, X) return X * 1 end, backward = function() error "no way back" end}
    local net = dnn.Sequential{dnn.Linear(2, 2), bad}
    local x = dnn.ones(2, 1):requires_grad_()
    local out = net(x):sum()
    assert.matches("no way back", select(2, pcall(out.backward, out)))
    assert.is_nil(x.grad)
    local wrong = dnn.Sequential{dnn.Linear(2, 2), dnn.Layer{forward = function() return 3 end, backward = print}}
    assert.matches("layer 2, Layer: forward must return a float64 Matrix of 2 x 1", select(2, pcall(wrong, x)))
  end)

  it("goes back once at a time", function()
    local inner = dnn.ones(1, 1):requires_grad_()
    local layer = dnn.Layer{
      forward = function(_, X) return X * 1 end,
      backward = function(_, dA) (inner * 2):backward(); return dA end,
    }
    local out = layer(dnn.ones(1, 1):requires_grad_())
    assert.matches("another backward is under way", select(2, pcall(out.backward, out)))
  end)
end)

describe("what comes beside a recorded X", function()
  before_each(function() dnn.manual_seed(1); dnn.set_default_dtype "float64" end)
  after_each(function() dnn.set_default_dtype "float32" end)

  local function attention()
    return dnn.Sequential{dnn.Input(4, 6), dnn.MultiheadAttention(6, 2), dnn.Linear(6, 3)}
  end

  -- The recorded output and gradients are those of the network's own forward and backward.
  local function same(net, X, options)
    local twin = net:copy()
    local A = net:forward(X, options)
    local dA = dnn.randn(A.rows, A.cols)
    local dX = net:backward(dA, {input_gradient = true})
    local x = X:copy():requires_grad_()
    local out = twin(x, options)
    assert.is_true((out:detach() - A):abs():max() < 1e-14)
    out:backward(dA)
    assert.is_true((x.grad - dX):abs():max() < 1e-13)
    assert.is_true((twin:parameters().grads - net:parameters().grads):abs():max() < 1e-13)
  end

  it("is lengths", function()
    same(attention(), dnn.randn(24, 5), {lengths = dnn.Matrix{{4, 2, 1, 3, 4}}})
    same(dnn.Sequential{dnn.Input(4, 6), dnn.GRU(6, 3)}, dnn.randn(24, 3), {lengths = dnn.Matrix{{4, 2, 1}}})
  end)

  it("is a mask", function()
    local mask = dnn.zeros(4, 4, {dtype = "uint8"})
    mask:set(1, 3, 1) mask:set(2, 4, 1)
    same(attention(), dnn.randn(24, 5), {mask = mask})
  end)

  it("is a state that goes on", function()
    local net = dnn.Sequential{dnn.Input(4, 2), dnn.GRU(2, 3, {stateful = true})}
    local twin = net:copy()
    local X = dnn.randn(8, 5)
    for _ = 1, 3 do
      net:forward(X)
      local x = X:copy():requires_grad_()
      assert.is_true((twin(x):detach() - net[1].A):abs():max() < 1e-14)
      assert.is_true((twin[1].state - net[1].state):abs():max() < 1e-14)
    end
    same(net, X)
    assert.matches("reset_state", select(2, pcall(twin, dnn.ones(8, 2):requires_grad_())))
    local m = dnn.Module("M", {
      init = function(self)
        self.in_features, self.out_features = 8, 12
        self.gru = dnn.GRU(2, 3, {stateful = true})
      end,
      forward = function(self, Y) return self.gru(Y) end,
    })()
    assert.is_nil(m.gru.state)
    m(X)
    local first = m.gru.state:copy()
    m(X)
    assert.is_false(first == m.gru.state)
    m:reset_state()
    m(X)
    assert.is_true(first == m.gru.state)
    assert.is_true(m:states()["train/gru"] == first)
    assert.matches("carries its state", select(2, pcall(dnn.checkpoint_call, m, X)))
    local whole = dnn.Sequential{m}
    assert.is_false(whole:predict(X) == whole:predict(X))
  end)

  it("is refused where no layer takes it, and a cache", function()
    local x = dnn.ones(24, 2):requires_grad_()
    local net = attention()
    local function message(options) return select(2, pcall(net, x, options)) end
    assert.matches("the length of example 2 is 9", message{lengths = dnn.Matrix{{1, 9}}})
    assert.matches("lengths must be 1 x 2", message{lengths = dnn.Matrix{{1}}})
    assert.matches("all 0 and 1", message{mask = dnn.eye(4)})
    net = dnn.Sequential{dnn.Linear(24, 1)}
    assert.matches("no layer takes them", message{lengths = dnn.Matrix{{1, 2}}})
  end)
end)
