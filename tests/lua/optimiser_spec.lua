-- dnn.optim: steps against the published rules written with Lua matrices, settings, state.
local dnn = require "dnn"
local fails = dofile "tests/lua/fails.lua"

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

  it("shows its settings and lets them change between steps", function()
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
    assert.equal("SGD(lr = 0.25, momentum = 0.0, nesterov = false, weight_decay = 0.0, dampening = 0.0, "
      .. "maximize = false)", tostring(opt))
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

  it("keeps its state when a setting that needs more is switched on later", function()
    local function trained(name, options, change)
      dnn.manual_seed(1)
      local net = fixture()
      local opt = dnn.optim[name](net:parameters(), options)
      for step = 1, 4 do
        if step == 4 and change then change(opt) end
        net:backward(dnn.full(2, 3, 1 / step, float64))
        opt:step()
      end
      return net[1].W
    end
    local plain = trained("Adam", {lr = 0.1})
    assert.is_true(plain == trained("Adam", {lr = 0.1}, function(opt) opt.amsgrad = true end))
    plain = trained("RMSprop", {lr = 0.1})
    local rested = trained("RMSprop", {lr = 0.1}, function(opt) opt.momentum = 0.5 end)
    assert.is_true((plain - rested):norm() < 1e-14)
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

  it("steps a network that learns nothing, and nothing happens", function()
    local net = dnn.ReLU()
    local function closure()
      net:forward(dnn.ones(2, 3))
      net:backward(dnn.ones(2, 3))
      return 1
    end
    for name, kind in pairs(dnn.optim) do
      local ok, opt = pcall(kind, net:parameters()) -- others want more than parameters, or make no optimiser
      if ok and name == "LBFGS" then
        assert.equal(1, opt:step(closure))
      elseif ok and type(opt) == "userdata" then
        closure()
        opt:step()
      end
    end
  end)

  it("refuses a gradient that is not finite, changing nothing, unless the check is off", function()
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

  it("gives each group its own settings, and the others the optimiser's", function()
    local net = dnn.Sequential({dnn.Linear(2, 2), dnn.Linear(2, 1)}, float64)
    local opt = dnn.optim.SGD({
      {params = net[1]:parameters(), lr = 0.25},
      {params = net[2]:parameters()},
    }, {lr = 0.5})
    local W1, W2 = net[1].W:copy(), net[2].W:copy()
    net:backward(net:forward(dnn.ones(2, 3, float64)))
    local dW1, dW2 = net[1].dW:copy(), net[2].dW:copy()
    opt:step()
    assert.is_true((net[1].W - (W1 - 0.25 * dW1)):norm() < 1e-15)
    assert.is_true((net[2].W - (W2 - 0.5 * dW2)):norm() < 1e-15)
    assert.equal(2, #opt.groups)
    opt.lr = 0.125 -- a schedule
    assert.same({0.25, 0.125}, {opt.groups[1].lr, opt.groups[2].lr})
    opt.groups[1].lr = nil
    assert.equal(0.125, opt.groups[1].lr)
    opt.groups[2].weight_decay = 0.5
    assert.same({0.0, 0.0, 0.5}, {opt.weight_decay, opt.groups[1].weight_decay, opt.groups[2].weight_decay})
    assert.is_true(rawequal(opt.groups[2], opt.groups[2]))
    assert.equal("SGD(lr = 0.125, momentum = 0.0, nesterov = false, weight_decay = 0.0, dampening = 0.0, "
      .. "maximize = false)\n  group 2(weight_decay = 0.5)",
      tostring(opt))
    assert.equal("group 2(lr = 0.125, momentum = 0.0, nesterov = false, weight_decay = 0.5, dampening = 0.0, "
      .. "maximize = false)",
      tostring(opt.groups[2]))
  end)

  it("steps several networks and matrices of the script's own", function()
    local first, second = dnn.Sequential{dnn.Linear(2, 1)}, dnn.Sequential{dnn.Linear(2, 1)}
    local W, dW = dnn.zeros(2, 2), dnn.ones(2, 2)
    local opt = dnn.optim.SGD({
      {params = {first:parameters(), second:parameters()}},
      {params = {W}, grads = {dW}},
    }, {lr = 1})
    local before = second[1].W:copy()
    first:backward(first:forward(dnn.ones(2, 3)))
    local W1, dW1 = first[1].W:copy(), first[1].dW:copy()
    opt:step()
    assert.is_true((first[1].W - (W1 - dW1)):norm() < 1e-6)
    assert.is_true(second[1].W == before) -- it had no backward
    assert.is_true(W == -dnn.ones(2, 2))
    opt:zero_grad()
    assert.equal(0, dW:norm())
    assert.equal(1, #dnn.optim.Adam{first:parameters(), second:parameters()}.groups)
  end)

  it("keeps its groups in its state", function()
    local function made()
      local net = dnn.Sequential({dnn.Linear(2, 2), dnn.Linear(2, 1)}, {random = dnn.Random(3)})
      return net, dnn.optim.Adam({{params = net[1]:parameters(), lr = 0.1}, {params = net[2]:parameters()}})
    end
    local net, opt = made()
    local function train(n, o)
      n:backward(n:forward(dnn.ones(2, 3)))
      o:step()
    end
    opt.groups[2].beta1 = 0.5
    train(net, opt)
    local state = opt:state_dict()
    assert.same({2, 0.1, 0.5}, {state.groups, state["group.1.lr"], state["group.2.beta1"]})
    local other, again = made()
    again.groups[1].lr = nil
    again:load_state_dict(state)
    other:load_state_dict(net:state_dict())
    train(net, opt)
    train(other, again)
    assert.is_true(other[1].W == net[1].W and other[2].W == net[2].W)
    local turned = dnn.optim.Adam{{params = other[2]:parameters()}, {params = other[1]:parameters()}}
    fails("Adam: load_state_dict: group 1 has 3 parameters here and 6 in the state", turned.load_state_dict, turned,
      state)
    local single = dnn.optim.Adam(net:parameters())
    assert.is_nil(single:state_dict().groups)
    assert.has_error(function() single:load_state_dict(state) end)
  end)
end)
