-- Modules: classes of layers written as expressions (dnn.Module).
local dnn = require "dnn"

-- A residual block with a parameter, layers, a Sequential and a list of layers of its own.
local Block = dnn.Module("Block", {
  init = function(self, features, rate)
    self.scale = dnn.ones(features, 1):requires_grad_()
    self.inner = dnn.Sequential{dnn.Linear(features, 5), dnn.Tanh(), dnn.Linear(5, features)}
    self.norms = {dnn.LayerNorm(features), dnn.LayerNorm(features)}
    if rate then self.dropout = dnn.Dropout(rate) end
    self.factor = 0.5
  end,
  scaled = function(self, X) return self.scale % X * self.factor end,
  forward = function(self, X)
    local H = self.inner(self.norms[1](X))
    if self.dropout then H = self.dropout(H) end
    return self.norms[2](X + self:scaled(H))
  end,
})

-- Modules inside a module, one of them called twice.
local Pair = dnn.Module("Pair", {
  init = function(self, features)
    self.first, self.second = Block(features), Block(features)
    self.shift = dnn.zeros(features, 1):requires_grad_()
  end,
  forward = function(self, X) return self.first(self.second(self.first(X))) + self.shift end,
})

local Scale = dnn.Module("Scale", {
  init = function(self, value) self.s = dnn.full(1, 1, value):requires_grad_() end,
  forward = function(self, X) return self.s % X end,
})

local function sorted_names(dict)
  local names = {}
  for name in pairs(dict) do names[#names + 1] = name end
  table.sort(names)
  return names
end

describe("a module", function()
  before_each(function() dnn.manual_seed(1); dnn.set_default_dtype "float64" end)
  after_each(function() dnn.set_default_dtype "float32" end)

  it("is called on a matrix and gives one that backward goes back from", function()
    local m = Scale(3)
    local X = dnn.Matrix{{1, 2}}
    local cost = (m(X) ^ 2):sum()
    assert.equal(45, cost:item())
    cost:backward()
    assert.equal(30, m.s.grad(1, 1))
    assert.equal(30, m.s_grad(1, 1))
  end)

  it("has its parameters under dotted names", function()
    local names = {}
    for name in Pair(3):parameters():pairs() do names[#names + 1] = name end
    assert.equal(1 + 2 * 9, #names)
    assert.equal("shift", names[1])
    assert.same({"first.inner.0.bias", "first.inner.0.weight", "first.inner.2.bias", "first.inner.2.weight",
      "first.norms.0.bias", "first.norms.0.weight", "first.norms.1.bias", "first.norms.1.weight", "first.scale"},
      {table.unpack(sorted_names(Pair(3):state_dict()), 1, 9)})
  end)

  it("trains with an optimiser of its parameters", function()
    local m, X = Pair(4), dnn.randn(4, 20)
    local Y = dnn.tanh(X)
    local opt = dnn.optim.Adam(m:parameters(), {lr = 0.02})
    local first, last
    for _ = 1, 100 do
      local cost = ((m(X) - Y) ^ 2):mean()
      cost:backward()
      opt:step()
      first, last = first or cost:item(), cost:item()
    end
    assert.is_true(last < first / 5, ("%g, %g"):format(first, last))
  end)

  it("has the gradients that differences have, called by itself and within a network", function()
    local m = Pair(3)
    assert.is_true(dnn.gradcheck(function(X) return m(X) end, {dnn.randn(3, 4)}))
    local net = dnn.Sequential{dnn.Linear(2, 3), m, dnn.Residual{Block(3)}, dnn.Linear(3, 2)}
    local right, difference, where = dnn.gradcheck(net, dnn.MSELoss(), dnn.randn(2, 4), dnn.randn(2, 4))
    assert.is_true(right, ("%g at %s"):format(difference, where or ""))
    assert.is_true(dnn.gradcheck(function(X) return net(X) end, {dnn.randn(2, 4)}))
  end)

  it("gives the same gradients through the network's backward and through the tape", function()
    local net = dnn.Sequential{dnn.Linear(2, 3), Pair(3), dnn.Linear(3, 1)}
    local twin = net:copy()
    local X, Y, loss = dnn.randn(2, 6), dnn.randn(1, 6), dnn.MSELoss()
    local cost = loss:forward(net:forward(X), Y)
    net:backward(loss:backward())
    local recorded = loss(twin(X:copy():requires_grad_()), Y)
    recorded:backward()
    assert.equal(cost, recorded:item())
    assert.is_true((net:parameters().grads - twin:parameters().grads):abs():max() < 1e-14)
    assert.is_true(net:parameters().grads:norm() > 0)
  end)

  it("adds to the gradients until a step, which spends them", function()
    local net = dnn.Sequential{Scale(2)}
    local X = dnn.ones(1, 1)
    for _ = 1, 2 do
      net:forward(X)
      net:backward(dnn.ones(1, 1))
    end
    assert.equal(2, net[1].s_grad(1, 1))
    net:update(0.5)
    assert.equal(1, net[1].s(1, 1))
    net:forward(X)
    net:backward(dnn.ones(1, 1))
    assert.equal(1, net[1].s_grad(1, 1))
  end)

  it("brings its values into a Sequential, and takes one in", function()
    local m = Scale(7)
    local net = dnn.Sequential{m, dnn.ReLU()}
    assert.equal(7, net[1].s(1, 1))
    local Outer = dnn.Module("Outer", {
      init = function(self, inner) self.inner = inner end,
      forward = function(self, X) return self.inner(X) + 1 end,
    })
    local outer = Outer(net)
    assert.equal(15, outer(dnn.full(1, 1, 2))(1, 1))
    assert.equal(7, outer.inner[1].s(1, 1))
    assert.has_error(function() net:forward(dnn.ones(1, 1)) net:backward(dnn.ones(1, 1)) end)
  end)

  it("is shown in the summary with shapes and counts", function()
    local text = tostring(dnn.Sequential{dnn.Linear(2, 3), Block(3), dnn.Linear(3, 1)})
    assert.matches("2 +Block +3 +3\n", text)
    assert.matches("2%.inner%.1 +Linear%(3 %-> 5%) +5 +20\n", text)
    assert.matches("2%.norms%.2 +LayerNorm", text)
    assert.matches("total +%d+", text)
    assert.matches("norms%.1", tostring(Block(3)))
  end)

  it("is in training or evaluation with all that it calls", function()
    local m = Block(3, 0.5)
    local X = dnn.randn(3, 8)
    assert.is_false(m(X):detach() == m(X):detach())
    assert.equal(m, m:eval())
    assert.is_false(m.dropout.training)
    assert.is_true(m(X):detach() == m(X):detach())
    m:train()
    local net = dnn.Sequential{m}
    assert.is_false(net(X):copy() == net(X))
    net[1]:eval()
    assert.is_true(net(X):copy() == net(X))
    assert.is_true(net:predict(X) == net:predict(X))
  end)

  it("moves running values of its layers in training", function()
    local Normed = dnn.Module("Normed", {
      init = function(self) self.norm = dnn.BatchNorm1d(2) end,
      forward = function(self, X) return self.norm(X) end,
    })
    local m = Normed()
    m(dnn.full(2, 4, 10))
    assert.is_true(math.abs(m.norm.running_mean(1, 1) - 1) < 1e-12)
    assert.is_true(m:state_dict()["norm.running_mean"] ~= nil)
    dnn.no_grad(function() m:eval()(dnn.ones(2, 4)) end)
    assert.is_true(math.abs(m.norm.running_mean(1, 1) - 1) < 1e-12)
  end)

  it("computes with the same kinds of values in training, evaluation and no_grad", function()
    local Normed = dnn.Module("Normed", {
      init = function(self) self.g = dnn.full(2, 1, 3):requires_grad_() end,
      forward = function(self, X) return X / (X ^ 2):mean():sqrt() % (self.g ^ 2):sum():sqrt() end,
    })
    local net, X = dnn.Sequential{dnn.Linear(2, 2), Normed()}, dnn.randn(2, 3)
    local A = net:forward(X):copy()
    assert.is_true((net:predict(X) - A):abs():max() < 1e-12)
    local H = net[1].A
    local Y = dnn.no_grad(function() return net[2](H:detach():requires_grad_()) end)
    assert.is_false(Y.requires_grad)
    assert.is_true((Y - A):abs():max() < 1e-12)
  end)

  it("is part of second derivatives", function()
    local W0, X0 = dnn.randn(3, 2), dnn.randn(2, 4)
    local m = dnn.Module("M", {
      init = function(self) self.W = W0:copy():requires_grad_() end,
      forward = function(self, X) return (self.W * X):tanh() end,
    })()
    local W = W0:copy():requires_grad_()
    local results = {}
    for i, f in ipairs{function(X) return (W * X):tanh() end, m} do
      local x = X0:copy():requires_grad_()
      local slope = dnn.grad(f(x):sum(), x, {create_graph = true});
      ((slope ^ 2):sum()):backward()
      results[i] = (i == 1 and W or m.W).grad
    end
    assert.is_true((results[1] - results[2]):abs():max() < 1e-12)
    assert.is_true(results[1]:norm() > 0)
  end)

  it("records nothing in no_grad", function()
    local Y = dnn.no_grad(function() return Pair(3)(dnn.ones(3, 2)) end)
    assert.is_false(Y.requires_grad)
  end)

  it("freezes, and its layers do, each by itself", function()
    local net = dnn.Sequential{dnn.Linear(2, 3), Block(3)}
    net[1]:requires_grad_(false)
    net[2].inner:requires_grad_(false)
    net:forward(dnn.randn(2, 4))
    net:backward(dnn.randn(3, 4))
    local before = net[2].inner[1].weight:copy()
    dnn.optim.SGD(net:parameters(), {lr = 1}):step()
    assert.is_true(before == net[2].inner[1].weight)
    assert.is_false(net[2].scale:detach() == dnn.ones(3, 1))
    net[2]:requires_grad_(false)
    assert.is_false(net[2].requires_grad)
  end)

  it("is copied with its values and fields", function()
    local net = dnn.Sequential{Block(3), dnn.Linear(3, 1)}
    local twin, X = net:copy(), dnn.randn(3, 4)
    assert.is_true(twin(X) == net(X))
    assert.equal(0.5, twin[1].factor)
    assert.is_true(twin[1].norms[1] ~= net[1].norms[1])
    dnn.no_grad(function() twin[1].scale = dnn.zeros(3, 1) end)
    assert.is_false(twin(X) == net(X))
    assert.equal(1, net[1].scale(1, 1))
    local alone = Block(3)
    assert.is_true(alone:copy()(X):detach() == alone(X):detach())
  end)

  it("is saved and loaded, and its dictionary is that of the file", function()
    local path = os.tmpname()
    local net = dnn.Sequential{Block(3), dnn.Linear(3, 1)}
    local other = dnn.Sequential{Block(3), dnn.Linear(3, 1)}
    local X = dnn.randn(3, 4)
    net:save(path)
    other:load(path)
    os.remove(path)
    assert.is_true(other(X) == net(X))
    local m, n = Pair(3), Pair(3)
    n:load_state_dict(m:state_dict())
    assert.is_true(m(X):detach() == n(X):detach())
  end)

  it("goes through ids, several arguments and several results when a script calls it", function()
    local Words = dnn.Module("Words", {
      init = function(self) self.table = dnn.Embedding(10, 4) end,
      forward = function(self, ids, factor) return self.table(ids) * factor, ids end,
    })
    local m = Words()
    local ids = dnn.Matrix({{1, 2, 3}}, {dtype = "int32"})
    local Y, same = m(ids, 2)
    assert.equal(ids, same)
    assert.equal(4, Y.rows)
    Y:sum():backward()
    assert.equal(2, m.table.weight_grad(1, 1))
  end)

  it("changes the number of rows where init says so", function()
    local Wide = dnn.Module("Wide", {
      init = function(self)
        self.in_features, self.out_features = 2, 6
        self.W = dnn.randn(6, 2):requires_grad_()
      end,
      forward = function(self, X) return self.W * X end,
    })
    local net = dnn.Sequential{Wide(), dnn.Linear(6, 1)}
    assert.equal(1, net(dnn.ones(2, 3)).rows)
    assert.matches("Wide%(2 %-> 6%)", tostring(net))
    assert.has_error(function() dnn.Sequential{Wide(), dnn.Linear(5, 1)} end)
  end)

  it("uses one layer twice in a network", function()
    local m = Scale(3)
    local net = dnn.Sequential{m, dnn.Tanh(), m}
    assert.equal(1, #net:parameters())
    assert.is_true(dnn.gradcheck(net, dnn.MSELoss(), dnn.randn(2, 3), dnn.randn(2, 3)))
  end)

  it("keeps the memory of a training loop", function()
    local net, X = dnn.Sequential{Pair(3)}, dnn.randn(3, 4)
    local function run(n)
      for _ = 1, n do net:forward(X); net:backward(X); net:update(1e-6) end
      collectgarbage() collectgarbage()
      return collectgarbage "count"
    end
    local before = run(20)
    assert.is_true(run(200) < before + 20)
  end)

  it("is interrupted by the error of its forward, which names it", function()
    local Bad = dnn.Module("Bad", {forward = function() error "no luck" end})
    assert.has_error(function() Bad()(dnn.ones(1, 1)) end)
    local net = dnn.Sequential{dnn.Linear(1, 1), Bad()}
    local _, message = pcall(net.forward, net, dnn.ones(1, 1))
    assert.matches("layer 2, Bad: .*no luck", message)
    local Wrong = dnn.Module("Wrong", {forward = function(_, X) return X:sum(1) end})
    net = dnn.Sequential{dnn.Linear(2, 2), Wrong()}
    _, message = pcall(net.forward, net, dnn.ones(2, 3))
    assert.matches("forward must return a float64 Matrix of 2 x 3, it returned one of float64, 1 x 3; .*out_features",
      message)
    _, message = pcall(net.forward, net, dnn.ones(2, 3):requires_grad_())
    assert.matches("Wrong: forward must return a Matrix of 2 x 3", message)
  end)

  it("has children by name alone", function()
    local pair = Pair(2)
    assert.equal(0, #pair)
    assert.matches("layer 1 is outside 1..0", select(2, pcall(pair.layer, pair, 1)), 1, true)
  end)

  it("says what a class needs", function()
    local function message(...) return select(2, pcall(dnn.Module, ...)) end
    assert.matches("the name of the class", message({}))
    assert.matches("Model needs a function forward", message("Model", {}))
    assert.matches("Model: __init is never called; what makes an object is init%(self, ...%)",
      message("Model", {forward = print, __init = print}))
    assert.matches("width must be a function", message("Model", {forward = print, width = 3}))
    assert.matches("cannot be called 'training'", select(2, pcall(dnn.Module("M", {
      init = function(self) self.training = 3 end, forward = print}))))
    assert.matches("cannot be called 'save'", select(2, pcall(dnn.Module("M", {save = print, forward = print}))))
  end)
end)

describe("a definition that no class has made", function()
  local same = function(_, X) return X end

  it("is refused with what is wrong in it", function()
    local layer <const> = dnn.Linear(2, 2)
    local endless = setmetatable({}, {__len = function() return 3 end, __index = function() return {"w"} end})
    local W = {values = {{"w", 2, 2}}}
    for _, case in ipairs {
      {{name = false}, "_module: name must be a string, got"},
      {{name = 5}, "_module: name must be a string, got 5"},
      {{values = 5}, "_module: values must be a table, got 5"},
      {{values = {{}}}, "_module: values: the name of entry 1 must be a string, got nil"},
      {{values = {5}}, "_module: values: entry 1 must be a table, got 5"},
      {{values = {{"w", -1, 2}}}, "_module: rows must be a whole number >= 0, got -1"},
      {{values = {{"w", 2}}}, "_module: columns must be a whole number >= 0, got nil"},
      {{class = 5}, "_module: class must be a table, got 5"},
      {{own = false}, "_module: own must be a table, got false"},
      {{children = 5}, "_module: children must be a table, got 5"},
      {{children = {5}}, "_module: children: entry 1 must be a table, got 5"},
      {{children = {{nil, layer}}}, "_module: children: the name of entry 1 must be a string, got nil"},
      {{children = {{"a", {}}}}, "_module: a must be a layer, got"},
      {W, "_module: start must be a table, got nil"},
      {{values = W.values, start = {}}, "_module: start must have a Matrix for each parameter, got nil"},
    } do
      local definition = {name = "Made", values = {}, class = {}, own = {}, children = {}, forward = same}
      for key, value in pairs(case[1]) do definition[key] = value end
      assert.error_matches(function() dnn._module(definition) end, case[2], 1, true)
    end
    assert.error_matches(function() dnn._module {} end, "_module: name must be a string", 1, true)
    assert.error_matches(function() dnn._module(5) end, "_module: expected a table, got 5", 1, true)
    local empty = dnn._module {name = "Made", values = endless, class = {}, own = {}, children = {}, forward = same}
    assert.equal(0, #empty:parameters())
  end)

  it("is the module's own from then on", function()
    local definition = {
      name = "Made", class = {size = 3}, own = {kind = "own"}, values = {}, forward = same,
      children = {{"a", dnn.Linear(2, 2)}},
    }
    local module = dnn._module(definition)
    definition.class, definition.own, definition.values, definition.forward = 5, nil, nil, nil
    assert.equal(3, module.size)
    assert.equal("own", module.kind)
    assert.is_nil(module.foo)
    assert.equal(3, module:copy().size)
  end)
end)
