-- The collector: it sees every byte of a matrix, and operators are safe however eager it is.
package.path = "tests/lua/?.lua;" .. package.path
local dnn = require "dnn"
local peak = require "peak"

-- Programs full of temporaries and views; each returns a number to compare.
local programs = {
  chain = function()
    local A = dnn.full(8, 8, 0.5)
    for _ = 1, 30 do A = (A * A + A % 2 - 1 / (A + 3)):tanh():abs() + dnn.eye(8) end
    return A:sum()
  end,

  views = function()
    local total = 0
    for k = 1, 30 do
      local v = dnn.arange(1, 100):reshape(10, 10):cols_range(2, 9):block(2, 5, 1, 4):col(k % 4 + 1)
      total = total + (v:t() * v)(1, 1)
    end
    return total
  end,

  descent = function()
    local random = dnn.Random(1)
    local X, y = dnn.randn(3, 20, {random = random}), dnn.randn(1, 20, {random = random})
    local W, b = dnn.zeros(1, 3), dnn.zeros(1, 1)
    for _ = 1, 30 do
      local E = W * X + b - y
      W = W - 0.1 / X.cols * dnn.mm(E, X, {tb = true})
      b = b - 0.1 * E:mean(2)
    end
    return W:norm() + b:norm()
  end,

  parts = function()
    local all = {}
    for k = 1, 10 do all[k] = dnn.cat({dnn.full(2, k, k), dnn.Matrix {{k}, {-k}}}, 2):gather({k + 1, 1}) end
    local A = dnn.cat(all, 2)
    return dnn.where(A:gt(0), A, -A):sum() + #tostring(A)
  end,

  gradients = function()
    local random = dnn.Random(3)
    local W, b = dnn.randn(4, 4, {random = random}):requires_grad_(), dnn.zeros(4, 1):requires_grad_()
    local X = dnn.randn(4, 5, {random = random})
    local opt = dnn.optim.SGD({W, b}, {lr = 0.1})
    local total = 0
    for k = 1, 6 do
      local parts = {}
      for j = 1, 3 do parts[j] = (W * X:gather{k % 5 + 1, j} + b):tanh():row(j) end
      local inner = dnn.cat(parts, 1):retain_grad()
      local cost = dnn.where(inner:gt(0), inner ^ 2, -inner):mean() + (W:t() * W):norm()
      if k % 2 == 0 then
        cost:backward()
        opt:step()
        total = total + inner.grad:norm()
      end
      total = total + cost:item()
    end
    local _, slope = dnn.grad(function(x) return (x ^ 3):sum() end)(X)
    return total + slope:norm() + #dnn.graph((W * X):sum())
  end,

  modules = function()
    local random = dnn.Random(4)
    dnn.manual_seed(4)
    local Block = dnn.Module("Block", {
      init = function(self)
        self.s = dnn.ones(3, 1):requires_grad_()
        self.layers = {dnn.Linear(3, 3), dnn.Dropout(0.3)}
        self.double = dnn.Layer{
          parameters = {k = {1, 1}}, initialise = function(layer) layer.k:fill_(2) end,
          forward = function(layer, X) return layer.k % X end,
          backward = function(layer, dA, X) layer.k_grad:add_((dA % X):sum()) return layer.k % dA end,
        }
      end,
      forward = function(self, X) return X + self.double(self.layers[2](self.s % self.layers[1](X):tanh())) end,
    })
    local net = dnn.Sequential{dnn.Linear(2, 3), Block(), Block(), dnn.Linear(3, 1)}
    local opt = dnn.optim.Adam(net:parameters(), {lr = 0.01})
    local X, Y, loss = dnn.randn(2, 4, {random = random}), dnn.randn(1, 4, {random = random}), dnn.MSELoss()
    local total = 0
    for k = 1, 4 do
      if k % 2 == 0 then
        total = total + loss:forward(net:forward(X), Y)
        net:backward(loss:backward())
      else
        local H = dnn.checkpoint_call(function(x) return net(x) end, X:copy():requires_grad_())
        local cost = loss(H, Y)
        total = total + cost:item()
        cost:backward()
      end
      opt:step()
      total = total + loss(net(X:copy():requires_grad_()), Y):item()   -- forgotten: nothing goes back through it
    end
    local twin = net:copy():eval()
    return total + twin(X):norm()
  end,

  decompositions = function()
    local A = dnn.randn(5, 5, {random = dnn.Random(2), dtype = "float64"})
    local U, s, Vt = dnn.linalg.svd(A)
    return ((U % s:t() * Vt - A):norm() < 1e-12 and 1 or 0) + dnn.linalg.det(A)
  end,
}

-- Runs f with a full collection every few instructions of the virtual machine.
local function with_eager_collector(f)
  debug.sethook(function() collectgarbage() end, "", 7)
  local ok, result = pcall(f)
  debug.sethook()
  assert(ok, result)
  return result
end

describe("programs full of temporaries", function()
  local settings = {
    ["the generational collector"] = function() collectgarbage("generational") end,
    ["a collector that never pauses"] = function() collectgarbage("incremental", 1, 1000, 1) end,
    ["a collector that pauses long"] = function() collectgarbage("incremental", 1000, 100, 20) end,
  }

  after_each(function() collectgarbage("incremental", 200, 100, 13) end)

  for name, program in pairs(programs) do
    local expected = program()

    for setting, set in pairs(settings) do
      it(name .. " gives the same numbers under " .. setting, function()
        set()
        for _ = 1, 5 do assert.equal(expected, program()) end
      end)
    end

    it(name .. " gives the same numbers with a collection every seven instructions", function()
      assert.equal(expected, with_eager_collector(program))
    end)
  end
end)

describe("memory", function()
  it("of a matrix is counted by the collector", function()
    collectgarbage()
    local before = collectgarbage("count")
    local A = dnn.zeros(1024, 1024)
    assert.near(4096, collectgarbage("count") - before, 16)
    local v = A:col(1)
    assert.near(4096, collectgarbage("count") - before, 16)
    A = nil
    collectgarbage()
    assert.near(4096, collectgarbage("count") - before, 16) -- the view keeps it
    assert.equal(1024, #(A or v))
    v = nil
    collectgarbage()
    assert.near(0, collectgarbage("count") - before, 16)
    assert.is_nil(v)
  end)

  for _, mode in ipairs {"incremental", "generational"} do
    it("of 4000 temporaries of 1 MiB stays below 64 MiB in the " .. mode .. " mode", function()
      collectgarbage(mode)
      collectgarbage()
      peak.reset()
      local before, most = peak.kilobytes(), 0
      local A = dnn.zeros(512, 512)
      for _ = 1, 2000 do
        A = A + 1
        A = A * 0.5
        most = math.max(most, collectgarbage("count"))
      end
      collectgarbage("incremental")
      assert.near(1, A(1, 1), 1e-6)
      assert.is_true(most < 64 * 1024, ("the collector's count reached %.0f KiB"):format(most))
      if before then
        local grown = peak.kilobytes() - before
        assert.is_true(grown < 64 * 1024, ("resident memory grew by %.0f KiB"):format(grown))
      end
    end)
  end

  it("of optimisers that are let go stays below a few of them", function()
    local net = dnn.Sequential{dnn.Linear(512, 512)} -- Adam's state is 2 MiB
    local before, most = collectgarbage "count", 0
    for _ = 1, 400 do
      dnn.optim.Adam(net:parameters())
      most = math.max(most, collectgarbage "count" - before)
    end
    assert.is_true(most < 20 * 2048, most)
  end)

  it("of networks that are let go stays below a few of them", function()
    local before, most = collectgarbage "count", 0
    for _ = 1, 200 do
      local net = dnn.Sequential{dnn.Linear(512, 512)} -- values and gradients are 2 MiB
      net:forward(dnn.ones(512, 1))
      most = math.max(most, collectgarbage "count" - before)
    end
    assert.is_true(most < 20 * 2048, most)
  end)

  it("is not made by forms in place or with out", function()
    local A, B, C = dnn.rand(200, 200), dnn.rand(200, 200), dnn.zeros(200, 200)
    local options, row = {out = C}, {out = dnn.zeros(1, 200)}
    collectgarbage()
    collectgarbage("stop")
    local before = collectgarbage("count")
    for _ = 1, 100 do
      A:add_(B):cmul_(0.5):tanh_()
      dnn.add(A, B, options)
      dnn.exp(C, options)
      dnn.mm(A, B, options)
      C:sum(1, row)
      C:copy_(A):fill_(0):clamp_(0, 1)
    end
    local grown = collectgarbage("count") - before
    collectgarbage("restart")
    assert.is_true(grown < 20, ("%.1f KiB were made"):format(grown))
  end)
end)
