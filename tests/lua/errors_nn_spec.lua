-- The messages of wrong use of layers, networks, losses and optimisers: the thing, what was expected, what
-- came, the likely fix, and the script's line. Of layers written in Lua: mistakes_lua_layer_spec.lua.
local dnn = require "dnn"

local function net_of(dtype)
  return dnn.Sequential({dnn.Linear(3, 4), dnn.ReLU(), dnn.Linear(4, 1), dnn.Sigmoid()}, {dtype = dtype})
end

-- f raises exactly `expected` after the position of the line in this file; the signature that may follow is
-- arguments_spec.lua's.
local function raises(expected, f)
  local ok, text = pcall(f)
  assert.is_false(ok, "no error, expected: " .. expected)
  local position, message = text:match("^([^:]+:%d+): (.*)$")
  assert.equal(expected, ((message or text):gsub("; usage: .*", "")))
  assert.matches("errors_nn_spec.lua:%d+", position)
end

describe("a wrong layer", function()
  local cases = {
    {"Linear: in_features is missing (rows of X)", function() dnn.Linear() end},
    {"Linear: out_features is missing (rows of A)", function() dnn.Linear(3) end},
    {"Linear: in_features must be a whole number of at least 1, got 0", function() dnn.Linear(0, 1) end},
    {"Linear: out_features must be a number, got '4'", function() dnn.Linear(3, "4") end},
    {"Linear: unknown option 'biass'; known: in_features, out_features, bias, init (did you mean 'bias'?)",
      function() dnn.Linear(3, 4, {biass = false}) end},
    {"Linear: bias must be true or false, got 1", function() dnn.Linear(3, 4, {bias = 1}) end},
    {"Linear: init must be one of he, xavier, 0.01, 1/sqrt(n), got 'glorot'",
      function() dnn.Linear(3, 4, {init = "glorot"}) end},
    {"ReLU: expected no arguments, got 1", function() dnn.ReLU(3) end},
    {"Linear has no field 'wieght'; did you mean 'weight'?",
      function() local _ = dnn.Sequential{dnn.Linear(3, 4)}[1].wieght end},
    {"ReLU has no field 'weight'", function() local _ = dnn.ReLU().weight end},
    {"Linear: 'A' cannot be set; settings are given when a layer is made; a value is set by layer.weight = W",
      function() dnn.Linear(3, 4).A = dnn.ones(1, 1) end},
    {"Linear: weight is 4 x 3, got a Matrix of 3 x 4; transpose it with :t()",
      function() dnn.Linear(3, 4).weight = dnn.ones(3, 4) end},
    {"Linear: b is a Matrix of 4 x 1, got 0", function() dnn.Linear(3, 4).b = 0 end},
    {"Linear: this is layer 1 of a network, which runs as a whole; call the method of the network, as in "
      .. "net:forward(X)", function() net_of()[1]:forward(dnn.ones(3, 1)) end},
  }
  for _, case in ipairs(cases) do
    it("says: " .. case[1], function() raises(case[1], case[2]) end)
  end
end)

describe("a wrong Sequential", function()
  local l = dnn.Linear(3, 4)
  local net = dnn.Sequential{l}
  local closed = dnn.Sequential{dnn.Linear(1, 1)}
  local orphan = closed[1]
  closed:close()

  local cases = {
    {"network: a network needs at least one layer", function() dnn.Sequential{} end},
    {"Sequential: expected a table of layers, dnn.Sequential{...}, got dnn.Layer",
      function() dnn.Sequential(dnn.ReLU(), dnn.ReLU()) end},
    {"Sequential: entry 2 must be a layer, got 'relu'", function() dnn.Sequential{dnn.ReLU(), "relu"} end},
    {"Sequential: entry 1 must be a layer, got function; a layer is made by a call, as in dnn.ReLU()",
      function() dnn.Sequential{dnn.ReLU} end},
    {"Sequential: 'dtype' is among the layers; options come in a second table, "
      .. "dnn.Sequential({layers...}, {dtype = \"float64\"})",
      function() dnn.Sequential{dnn.ReLU(), dtype = "float64"} end},
    {"Residual: 'shortcutt' is among the layers; did you mean 'shortcut'?",
      function() dnn.Residual{dnn.ReLU(), shortcutt = dnn.ReLU()} end},
    {"Sequential: unknown option 'dtpye'; known: dtype, random, input, keep (did you mean 'dtype'?)",
      function() dnn.Sequential({dnn.ReLU()}, {dtpye = "float64"}) end},
    {"network: a network is float32 or float64, not uint8",
      function() dnn.Sequential({dnn.ReLU()}, {dtype = "uint8"}) end},
    {"network: layer 2, Linear(5 -> 1): needs 5 features, but its input is 4 (the output of layer 1, "
      .. "Linear(3 -> 4))",
      function() dnn.Sequential{dnn.Linear(3, 4), dnn.Linear(5, 1)} end},
    {"network: Linear(3 -> 4) is already in another network; make a new layer",
      function() dnn.Sequential{dnn.Linear(3, 3), l} end},
    {"network: this network is closed; a layer of it cannot be used again",
      function() dnn.Sequential{orphan} end},
    {"network: layer 2 is outside 1..1", function() net:layer(2) end},
    {"network has no field 'foward'; did you mean 'forward'?", function() net:foward() end},
    {"network has no field 'weight'",
      function() net.weight = 1 end},
  }
  for _, case in ipairs(cases) do
    it("says: " .. case[1], function() raises(case[1], case[2]) end)
  end

  it("leaves the layers as they were", function()
    local free = dnn.Linear(3, 4)
    local W = free.weight:copy()
    pcall(dnn.Sequential, {free, dnn.Linear(5, 1)})
    pcall(dnn.Sequential, {free, dnn.Layer{
      initialise = function() error("no") end,
      forward = function(_, X) return X end,
      backward = function(_, dA) return dA end,
    }})
    assert.is_true(free.weight == W)
    assert.is_true(dnn.Sequential{free}[1].weight == W)
  end)
end)

describe("a wrong forward or backward", function()
  it("names a transposed X", function()
    raises("network: layer 1, Linear(3 -> 4): needs 3 rows (features), X is 20 x 3; columns are examples: "
      .. "is X transposed?", function() net_of():forward(dnn.ones(20, 3)) end)
  end)

  it("names both types and the conversion", function()
    raises("network: this network is float32, X is float64; convert it with X:float()",
      function() net_of("float32"):forward(dnn.ones(3, 2, {dtype = "float64"})) end)
    raises("network: this network is float64, X is float32; convert it with X:double()",
      function() net_of("float64"):forward(dnn.ones(3, 2, {dtype = "float32"})) end)
    raises("network: this network is float32, X is uint8; convert it with X:float()",
      function() net_of("float32")(dnn.ones(3, 2):byte()) end)
  end)

  it("asks for a Matrix", function()
    raises("network: X must be a Matrix, got table; dnn.Matrix{...} makes one of a table",
      function() net_of():forward({1, 2, 3}) end)
    raises("network: dA must be a Matrix, got nothing",
      function() net_of():backward() end)
    raises("forward: expected a dnn.Layer before the arguments, got dnn.Matrix; methods take a colon, as in "
      .. "net:forward(...)",
      function() net_of().forward(dnn.ones(3, 2)) end)
  end)

  it("does not run on no examples", function()
    raises("network: X is 3 x 0: there are no examples", function() net_of():forward(dnn.ones(3, 0)) end)
    for _, layer in ipairs{dnn.ReLU(), dnn.ChannelShuffle(1), dnn.Flatten(), dnn.GLU()} do
      raises("network: X is 0 x 3: its examples have no features", function() layer:forward(dnn.ones(0, 3)) end)
    end
  end)

  it("needs a forward before a backward", function()
    raises("network: backward needs a forward first", function() net_of():backward(dnn.ones(1, 1)) end)
  end)

  it("names the shape of dA", function()
    local net = net_of()
    net:forward(dnn.ones(3, 5))
    raises("network: dA is 5 x 1, the network's output is 1 x 5; is dA transposed?",
      function() net:backward(dnn.ones(5, 1)) end)
    raises("network: backward: unknown option 'input_grad'; known: input_gradient "
      .. "(did you mean 'input_gradient'?)", function() net:backward(dnn.ones(1, 5), {input_grad = true}) end)
  end)

  it("does not read X where it writes its output", function()
    local net = dnn.Sequential{dnn.Linear(3, 3), dnn.Tanh()}
    local A = net:forward(dnn.ones(3, 2))
    raises("network: X lies in this network's own buffers, which forward overwrites; pass X:copy()",
      function() net:forward(A) end)
    assert.is_true(net:forward(A:copy()) == A)
  end)

  it("keeps the last forward's X when the next X is refused", function()
    local net = net_of()
    net:forward(dnn.full(3, 50, 1))
    pcall(net.forward, net, dnn.ones(3, 50, {dtype = "float64"}))
    collectgarbage()
    for _ = 1, 20 do dnn.full(3, 50, 9) end
    net:backward(dnn.ones(1, 50))
    assert.is_true(net[1].dW == dnn.mm(net[1].dA, dnn.full(3, 50, 1), {tb = true}))
  end)
end)

describe("a closed network", function()
  local net = net_of()
  local layer, p = net[1], net:parameters()
  local opt = dnn.optim.SGD(p)
  net:forward(dnn.ones(3, 2))
  net:close()

  local cases = {
    forward = function() net:forward(dnn.ones(3, 2)) end,
    backward = function() net:backward(dnn.ones(1, 2)) end,
    zero_grad = function() net:zero_grad() end,
    update = function() net:update(0.1) end,
    grad_norms = function() net:grad_norms() end,
    parameters = function() net:parameters() end,
    dtype = function() local _ = net.dtype end,
    call = function() net(dnn.ones(3, 2)) end,
    ["a layer's weight"] = function() local _ = layer.weight end,
    ["a layer's A"] = function() local _ = layer.A end,
    ["a layer's assignment"] = function() layer.weight = dnn.ones(4, 3) end,
    ["the parameters' values"] = function() local _ = p.values end,
    ["the parameters' pairs"] = function() p:pairs() end,
    ["the parameters' length"] = function() local _ = #p end,
    ["an optimiser's step"] = function() opt:step() end,
    ["an optimiser's zero_grad"] = function() opt:zero_grad() end,
    ["a new optimiser"] = function() dnn.optim.Adam(p) end,
    gradcheck = function() dnn.gradcheck(net, dnn.MSELoss(), dnn.ones(3, 1), dnn.ones(1, 1)) end,
  }
  for name, f in pairs(cases) do
    it("says so: " .. name, function() raises("network: this network is closed", f) end)
  end

  it("cannot become part of another one", function()
    raises("network: this network is closed; a layer of it cannot be used again", function() dnn.Sequential{net} end)
  end)
end)

describe("a wrong loss", function()
  local A = dnn.full(3, 2, 0.5)
  local cases = {
    {"MSELoss: backward needs a forward first: loss:forward(A, Y)", function() dnn.MSELoss():backward() end},
    {"BCELoss: unknown option 'reduce'; known: reduction (did you mean 'reduction'?)",
      function() dnn.BCELoss{reduce = "sum"} end},
    {"BCELoss: reduction must be one of mean, sum, none, got 'all'",
      function() dnn.BCELoss{reduction = "all"} end},
    {"MSELoss: A is 3 x 2, Y is 2 x 3; they need the same shape (columns are examples: is Y transposed?)",
      function() dnn.MSELoss():forward(A, dnn.ones(2, 3)) end},
    {"MSELoss has no field 'foward'; did you mean 'forward'?", function() dnn.MSELoss():foward(A, A) end},
    {"MSELoss: 'reduction' cannot be set; options are given when a loss is made",
      function() dnn.MSELoss().reduction = "sum" end},
  }
  for _, case in ipairs(cases) do
    it("says: " .. case[1], function() raises(case[1], case[2]) end)
  end

  it("names a label that counts from 0", function()
    local ok, text = pcall(function() dnn.CrossEntropyLoss():forward(A, dnn.Matrix{{0, 2}}) end)
    assert.is_false(ok)
    assert.matches("errors_nn_spec.lua:%d+: CrossEntropyLoss: .*1%.%.3", text)
    assert.matches("0", text, 1, true)
  end)

  it("names a probability outside 0..1", function()
    local ok, text = pcall(function() dnn.BCELoss():forward(2 * A + 1, A) end)
    assert.is_false(ok)
    assert.matches("errors_nn_spec.lua:%d+: BCELoss: A%(1, 1%) is 2, outside 0%.%.1", text)
  end)
end)

describe("a wrong optimiser", function()
  local net = net_of()
  local p = net:parameters()
  local cases = {
    {"SGD: expected net:parameters(), got dnn.Layer", function() dnn.optim.SGD(net, {lr = 1}) end},
    {"Adam: expected net:parameters(), got nil", function() dnn.optim.Adam() end},
    {"SGD: expected a table of options, as in {lr = ...}, got 0.1", function() dnn.optim.SGD(p, 0.1) end},
    {"SGD: unknown option 'learning_rate'; known: lr, momentum, nesterov, weight_decay, dampening, "
      .. "maximize (did you mean 'lr'?)",
      function() dnn.optim.SGD(p, {learning_rate = 0.1}) end},
    {"SGD: unknown option 'momentun'; known: lr, momentum, nesterov, weight_decay, dampening, "
      .. "maximize (did you mean 'momentum'?)",
      function() dnn.optim.SGD(p, {momentun = 0.1}) end},
    {"SGD: nesterov needs momentum > 0, and momentum is 0; 0.9 is usual",
      function() dnn.optim.SGD(p, {nesterov = true}) end},
    {"SGD has no field 'learning_rate'; it is opt.lr here", function() dnn.optim.SGD(p).learning_rate = 1 end},
    {"SGD has no field 'setp'; did you mean 'step'?", function() dnn.optim.SGD(p):setp() end},
    {"SGD: lr must be a number, got 'fast'", function() dnn.optim.SGD(p).lr = "fast" end},
    {"SGD: there are no new gradients; call net:backward(dA) first, and then step once",
      function() dnn.optim.SGD(p):step() end},
    {"network: update: there are no new gradients; call net:backward(dA) first, and then step once",
      function() net:update(0.1) end},
    {"network: update: expected the learning rate, as in net:update(0.01), got nothing",
      function() net:update() end},
    {"network: update: unknown option 'check'; known: check_finite (did you mean 'check_finite'?)",
      function() net:update(0.1, {check = false}) end},
    {"Parameters has no field 'value'; did you mean 'values'?", function() local _ = p.value end},
    {"Parameters: 'count' cannot be set; values and grads can", function() p.count = 1 end},
    {"Parameters: values is 21 x 1, got a Matrix of 1 x 21; transpose it with :t()",
      function() p.values = dnn.ones(1, 21) end},
  }
  for _, case in ipairs(cases) do
    it("says: " .. case[1], function() raises(case[1], case[2]) end)
  end

  it("does not use a gradient twice", function()
    local opt = dnn.optim.SGD(p)
    net:backward(net:forward(dnn.ones(3, 2)))
    opt:step()
    raises("SGD: there are no new gradients; call net:backward(dA) first, and then step once",
      function() opt:step() end)
    raises("network: update: there are no new gradients; call net:backward(dA) first, and then step once",
      function() net:update(0.1) end)
  end)

  it("is stopped by a gradient that is not finite", function()
    local other = net_of()
    other:forward(dnn.ones(3, 1))
    other:backward(dnn.full(1, 1, 1 / 0))
    local ok, text = pcall(function() other:update(0.1) end)
    assert.is_false(ok)
    assert.matches("errors_nn_spec.lua:%d+: network: layer %d, Linear: gradient of %a+%(%d, %d%) is ",
      text)
  end)
end)

describe("a wrong gradcheck", function()
  it("says what is missing", function()
    local net, X = net_of("float64"), dnn.ones(3, 2, {dtype = "float64"})
    raises("gradcheck: loss must be a loss, got table",
      function() dnn.gradcheck(net, {}, X, X) end)
    raises("gradcheck: unknown option 'tol'; known: eps, tolerance (did you mean 'tolerance'?)",
      function() dnn.gradcheck(net, dnn.BCELoss(), X, X, {tol = 1}) end)
  end)
end)
