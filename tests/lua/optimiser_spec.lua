-- dnn.optim: steps against the published rules written with Lua matrices, settings, state.
local dnn = require "dnn"

local float64 = {dtype = "float64"}

-- A network of one Linear whose gradient is a given matrix: dW = G * I.
local function fixture()
  local net = dnn.Sequential({dnn.Linear(3, 2, {bias = false})}, {dtype = "float64", random = dnn.Random(9)})
  net:forward(dnn.eye(3, float64))
  return net, net[1].W:copy()
end

-- The rules as the papers and PyTorch's manual give them: each returns a function (p, g) -> p.
local rules = {
  SGD = function(o)
    local v
    return function(p, g)
      g = g + (o.weight_decay or 0) * p
      if (o.momentum or 0) == 0 then return p - o.lr * g end
      v = v and o.momentum * v + g or g
      return p - o.lr * (o.nesterov and g + o.momentum * v or v)
    end
  end,
  Adam = function(o)
    local m, v, t = 0, 0, 0
    local beta1, beta2, eps = o.beta1 or 0.9, o.beta2 or 0.999, o.eps or 1e-8
    return function(p, g)
      t = t + 1
      if o.decoupled then
        p = p - o.lr * o.weight_decay * p
      else
        g = g + (o.weight_decay or 0) * p
      end
      m = beta1 * m + (1 - beta1) * g
      v = beta2 * v + (1 - beta2) * (g % g)
      return p - o.lr * (m / (1 - beta1 ^ t)) / ((v / (1 - beta2 ^ t)):sqrt() + eps)
    end
  end,
}

describe("an optimiser", function()
  local cases = {
    {"SGD", {lr = 0.1}},
    {"SGD", {lr = 0.1, weight_decay = 0.2}},
    {"SGD", {lr = 0.1, momentum = 0.9}},
    {"SGD", {lr = 0.1, momentum = 0.9, nesterov = true, weight_decay = 0.1}},
    {"Adam", {lr = 0.1}},
    {"Adam", {lr = 0.1, beta1 = 0.8, beta2 = 0.9, eps = 1e-4, weight_decay = 0.3}},
    {"AdamW", {lr = 0.1, weight_decay = 0.3}, {decoupled = true}},
  }
  for _, case in ipairs(cases) do
    local name, options, more = table.unpack(case)
    local net, p = fixture()
    local opt = dnn.optim[name](net:parameters(), options)
    it("follows the published rule: " .. tostring(opt), function()
      local rule_options = setmetatable(more or {}, {__index = options})
      local rule = rules[name == "AdamW" and "Adam" or name](rule_options)
      local random = dnn.Random(2)
      for _ = 1, 10 do
        local G = dnn.randn(2, 3, {dtype = "float64", random = random})
        net:backward(G)
        opt:step()
        p = rule(p, G)
      end
      assert.is_true((net[1].W - p):norm() < 1e-13)
      assert.equal(10, opt.steps)
    end)
  end

  it("tells its settings and lets them change between steps", function()
    local net, W = fixture()
    local opt = dnn.optim.SGD(net:parameters(), {lr = 0.5})
    assert.equal("SGD", opt.name)
    assert.equal(0.5, opt.lr)
    assert.is_false(opt.nesterov)
    assert.is_true(opt.check_finite)
    assert.is_true(rawequal(opt.parameters, net:parameters()))
    opt.lr = 0.25
    net:backward(dnn.ones(2, 3, float64))
    opt:step()
    assert.is_true((net[1].W - (W - 0.25)):norm() < 1e-15)
    assert.equal("SGD(lr = 0.25, momentum = 0.0, nesterov = false, weight_decay = 0.0)", tostring(opt))
  end)

  it("starts from rest when momentum is switched on later", function()
    local net, W = fixture()
    local opt = dnn.optim.SGD(net:parameters(), {lr = 1})
    local G = dnn.ones(2, 3, float64)
    net:backward(G)
    opt:step()
    opt.momentum = 0.5
    net:backward(G)
    opt:step()
    net:backward(G)
    opt:step()
    assert.is_true((net[1].W - (W - 1 - 1 - 1.5)):norm() < 1e-14)
  end)

  it("clears the gradients in zero_grad", function()
    local net = fixture()
    local opt = dnn.optim.SGD(net:parameters())
    net:backward(dnn.ones(2, 3, float64))
    opt:zero_grad()
    assert.equal(0, net[1].dW:norm())
    net:backward(dnn.ones(2, 3, float64))
    assert.is_true(net[1].dW == dnn.ones(2, 3, float64))
  end)

  it("refuses a gradient that is not finite, changing nothing, unless told not to look", function()
    local net, W = fixture()
    local opt = dnn.optim.Adam(net:parameters())
    local G = dnn.ones(2, 3, float64)
    G:set(2, 1, 0 / 0)
    net:backward(G)
    local ok, text = pcall(function() opt:step() end)
    assert.is_false(ok)
    assert.matches("optimiser_spec.lua:%d+: Adam: layer 1, Linear: gradient of weight%(2, 1%) is %-?nan;",
      text)
    assert.is_true(net[1].W == W)
    assert.equal(0, opt.steps)
    opt.check_finite = false
    opt:step()
    assert.equal(1, opt.steps)
    assert.is_false(net[1].W:isfinite():all())
  end)
end)
