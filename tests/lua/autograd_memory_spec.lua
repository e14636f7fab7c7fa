-- What autograd keeps: nothing, from step to step; a freed graph lets go of all that it held.
local dnn = require "dnn"

describe("recording", function()
  it("goes through expressions of any length", function()
    local x = dnn.ones(1, 1):double():requires_grad_()
    local y = x
    for _ = 1, 100000 do y = y * 1.00001 end
    y:backward()
    assert.near(1.00001 ^ 100000, x.grad(1, 1), 1e-6)
  end)
end)

describe("memory", function()
  local function step(W, x) return ((W * x):tanh() ^ 2):mean() end

  local function grows(f, steps)
    for _ = 1, 300 do f() end
    collectgarbage()
    collectgarbage()
    local before, blocks = collectgarbage "count", dnn.allocation_count()
    for _ = 1, steps or 3000 do f() end
    assert.equal(blocks, dnn.allocation_count())
    collectgarbage()
    collectgarbage()
    return collectgarbage "count" - before
  end

  it("stays the same from step to step, with backward and without", function()
    local W, x = dnn.randn(8, 8):requires_grad_(), dnn.randn(8, 8)
    assert.is_true(grows(function() step(W, x):backward() end, 100000) < 20)
    assert.is_true(grows(function() step(W, x) end) < 20)
    local last
    assert.is_true(grows(function()
      last = step(W, x)
      last:backward()
    end) < 20)
  end)

  it("stays the same where a validation forgets dnn.no_grad", function()
    local m = dnn.Module("M", {
      init = function(self)
        self.W = dnn.randn(8, 8):requires_grad_()
        self.inner, self.out = dnn.Sequential{dnn.Linear(8, 8), dnn.Tanh()}, dnn.GRU(2, 2)
      end,
      forward = function(self, X) return self.out(self.inner(self.W * X)) end,
    })()
    local net = dnn.Sequential{dnn.Linear(8, 8), dnn.BatchNorm1d(8), dnn.ReLU()}
    local X, opt = dnn.randn(8, 64), dnn.optim.SGD(m:parameters(), {lr = 1e-4})
    local best = math.huge
    local function run(steps)
      for _ = 1, steps do
        (m(X) ^ 2):mean():backward()
        opt:step()
        for _ = 1, 3 do
          local cost = (m(net(X:copy():requires_grad_())) ^ 2):mean()
          best = math.min(best, cost:item())
        end
      end
      collectgarbage()
      collectgarbage()
      return collectgarbage "count"
    end
    local before = run(20)
    assert.is_true(run(300) < before + 32)
  end)

  it("stays the same from one second derivative to the next", function()
    local W, x = dnn.randn(4, 4):requires_grad_(), dnn.randn(4, 4):requires_grad_()
    assert.is_true(grows(function()
      local slope = dnn.grad(step(W, x), x, {create_graph = true});
      ((slope:norm() - 1) ^ 2):backward()
    end, 10000) < 20)
    assert.is_true(grows(function() dnn.grad(step(W, x), x, {create_graph = true}) end, 10000) < 20)
    local last
    assert.is_true(grows(function()
      last = dnn.grad(step(W, x), {W, x}, {create_graph = true})
    end) < 20)
    assert.is_true(last.requires_grad)
  end)

  it("stays the same from one penalty on a network's gradient to the next", function()
    local net = dnn.Sequential{dnn.Linear(4, 8), dnn.LeakyReLU(0.2), dnn.Linear(8, 1)}
    local opt = dnn.optim.SGD(net:parameters(), {lr = 1e-3})
    assert.is_true(grows(function()
      local x = dnn.randn(4, 2):requires_grad_()
      local slope = dnn.grad(net(x):sum(), x, {create_graph = true});
      ((slope:norm(1) - 1) ^ 2):mean():backward()
      opt:step()
    end, 10000) < 20)
  end)

  it("is let go of by a graph that is freed, though its result is kept", function()
    local W, x = dnn.randn(50, 50):requires_grad_(), dnn.randn(50, 50)
    local kept, total = {}, dnn.zeros(1, 1):requires_grad_()
    for n = 1, 200 do
      kept[n] = step(W, x)
      kept[n]:backward()
      total = total + kept[n]
    end
    collectgarbage()
    collectgarbage()
    local weak = setmetatable({}, {__mode = "v"})
    local y = W:exp()
    weak[1] = y
    kept[1] = y:sum()
    kept[1]:backward()
    y = nil -- luacheck: ignore
    collectgarbage()
    assert.is_nil(weak[1])
    assert.is_true(collectgarbage "count" < 40000)
    assert.is_true(total:item() > 0)
  end)

  it("is not recorded with more inputs than a userdata of Lua's can keep", function()
    local W, parts = dnn.ones(1, 1):requires_grad_(), {}
    for i = 1, 65535 do parts[i] = W end
    assert.error_matches(function() dnn.cat(parts, 2) end,
      "too many inputs that may require a gradient, 65535", 1, true)
    assert.equal(65535, dnn.no_grad(function() return dnn.cat(parts, 2) end).cols)
  end)
end)
