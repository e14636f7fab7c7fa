-- dnn.checkpoint_call: what a function computes is not kept, but computed again for backward.
local dnn = require "dnn"

local function weights(m, n) return (dnn.randn(m, n) / n ^ 0.5):requires_grad_() end

-- The cost and gradients of a function that is called plainly, and as a checkpoint.
local function both(f, ...)
  local results = {}
  for i, call in ipairs{function(g, ...) return g(...) end, dnn.checkpoint_call} do
    dnn.manual_seed(5)
    local inputs = {}
    for k, x in ipairs{...} do inputs[k] = x:detach():copy():requires_grad_() end
    local cost = (call(f, table.unpack(inputs)) ^ 2):mean()
    cost:backward()
    results[i] = {cost = cost:item(), inputs = inputs}
  end
  return results
end

describe("dnn.checkpoint_call", function()
  before_each(function() dnn.manual_seed(1) end)

  it("gives the same value and, bit for bit, the same gradients", function()
    local W, V = weights(8, 4), weights(3, 8)
    local function f(X, B) return V * ((W * X):tanh() + B):exp() end
    local X, B = dnn.randn(4, 5), dnn.randn(8, 1)
    local gradients = {}
    for i = 1, 2 do
      W:zero_grad() V:zero_grad()
      local x, b = X:copy():requires_grad_(), B:copy():requires_grad_()
      local out = i == 1 and f(x, b) or dnn.checkpoint_call(f, x, b)
      out:sigmoid():sum():backward()
      gradients[i] = {x.grad, b.grad, W.grad:copy(), V.grad:copy()}
    end
    for k = 1, 4 do assert.is_true(gradients[1][k] == gradients[2][k], tostring(k)) end
  end)

  it("draws the same numbers again, and leaves the stream where it was", function()
    local net = dnn.Sequential{dnn.Linear(6, 6), dnn.Dropout(0.5), dnn.Linear(6, 6)}
    local r = both(function(X) return net(X) % dnn.rand(6, 1) end, dnn.randn(6, 8))
    assert.equal(r[1].cost, r[2].cost)
    assert.is_true(r[1].inputs[1].grad == r[2].inputs[1].grad)
    dnn.manual_seed(7)
    local x = dnn.randn(2, 2):requires_grad_()
    local out = dnn.checkpoint_call(function(X) return X % dnn.rand(2, 2) end, x)
    local one = dnn.rand(1, 1)(1, 1)
    out:sum():backward()
    local two = dnn.rand(1, 1)(1, 1)
    dnn.manual_seed(7)
    dnn.randn(2, 2) dnn.rand(2, 2)
    assert.equal(dnn.rand(1, 1)(1, 1), one)
    assert.equal(dnn.rand(1, 1)(1, 1), two)
  end)

  it("moves running values once", function()
    local net = dnn.Sequential{dnn.BatchNorm1d(2)}
    local x = dnn.full(2, 4, 10):requires_grad_()
    dnn.checkpoint_call(net, x):sum():backward()
    assert.is_true(math.abs(net[1].running_mean(1, 1) - 1) < 1e-6)
  end)

  it("nests, and follows parameters of networks and modules without an argument that requires a gradient", function()
    local m = dnn.Module("M", {
      init = function(self) self.inner = dnn.Linear(3, 3) end,
      forward = function(self, X) return self.inner(X):tanh() end,
    })()
    local twin = m:copy()
    local X = dnn.randn(3, 4)
    local function outer(Y) return dnn.checkpoint_call(m, Y) * 2 end
    local cost = dnn.checkpoint_call(outer, X):sum()
    cost:backward()
    local plain = (twin(X) * 2):sum()
    plain:backward()
    assert.equal(plain:item(), cost:item())
    assert.is_true(m:parameters().grads:norm() > 0)
    assert.is_true(m:parameters().grads == twin:parameters().grads)
  end)

  it("keeps memory low, in forward and in backward", function()
    local LAYERS <const>, N <const> = 24, 256
    local W = {}
    for i = 1, LAYERS do W[i] = weights(64, 64) end
    local function run(call)
      local most = 0
      local function measure()
        collectgarbage() collectgarbage()
        most = math.max(most, collectgarbage "count")
      end
      collectgarbage() collectgarbage()
      local before = collectgarbage "count"
      local X = dnn.randn(64, N, {random = dnn.Random(3)}):requires_grad_()
      local A = X
      for i = 1, LAYERS do
        A = call(function(H)
          measure()
          for _ = 1, 4 do H = (W[i] * H):tanh() end
          return H
        end, A)
      end
      local cost = A:sum()
      measure()
      cost:backward()
      return most - before, X.grad
    end
    local stored, plain = run(function(f, A) return f(A) end)
    for i = 1, LAYERS do W[i]:zero_grad() end
    local kept, again = run(dnn.checkpoint_call)
    assert.is_true(plain == again)
    assert.is_true(kept < stored / 3, ("%.0f of %.0f kB"):format(kept, stored))
  end)

  it("goes back again where the graph is retained", function()
    local x = dnn.full(1, 1, 3):requires_grad_()
    local y = dnn.checkpoint_call(function(X) return X ^ 2 end, x)
    y:backward(nil, {retain_graph = true})
    y:backward()
    assert.equal(12, x.grad(1, 1))
    assert.has_error(function() y:backward() end)
  end)

  it("is found by dnn.grad, and calls plainly in no_grad", function()
    local W = dnn.full(1, 1, 2):requires_grad_()
    local function f(X) return dnn.checkpoint_call(function(Y) return (W % Y) ^ 2 end, X) end
    local _, slope = dnn.grad(f)(dnn.full(1, 1, 3))
    assert.equal(24, slope(1, 1))
    local A, B = dnn.no_grad(function() return dnn.checkpoint_call(function(x) return x, 2 end, W) end)
    assert.equal(W, A)
    assert.equal(2, B)
  end)

  it("says what it cannot do", function()
    local x = dnn.ones(2, 2):requires_grad_()
    local function message(f, ...) return select(2, pcall(f, ...)) end
    assert.matches("a function", message(dnn.checkpoint_call, 3))
    assert.matches("must return one Matrix, it returned 3", message(dnn.checkpoint_call, function() return 3 end))
    assert.matches("several values", message(dnn.checkpoint_call, function(y) return y, y end, x))
    assert.matches("oh no", message(dnn.checkpoint_call, function() error "oh no" end))
    local calls = 0
    local y = dnn.checkpoint_call(function(X)
      calls = calls + 1
      if calls > 1 then error "only once" end
      return X * 2
    end, x)
    assert.matches("only once", message(y.backward, y, x))
    assert.is_nil(x.grad)
    calls = 0
    y = dnn.checkpoint_call(function(X) calls = calls + 1; return calls == 1 and X * 2 or X:sum() end, x)
    assert.matches("returned something different from the first time", message(y.backward, y, x))
    local z = dnn.checkpoint_call(function(X) return X * 2 end, x)
    dnn.no_grad(function() x:fill_(5) end)
    assert.matches("changed in place", message(z.backward, z, x))
    local h = x * 3
    local w = dnn.checkpoint_call(function(X) return X % h end, x)
    local cost = w:sum() + h:exp():sum()
    assert.matches("pass it as one", message(cost.backward, cost))
  end)
end)
