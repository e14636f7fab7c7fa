-- Networks written as expressions train like those that are built in, and give the tutorial's published costs.
local dnn = require "dnn"
local numpy_random = require "dnn.numpy_random"
local stepwise = require "dnn.stepwise"

local function shared_file(path)
  return (os.getenv "DNN_SHARED" or "../shared") .. "/" .. path
end

local function assert_near(wanted, got, tolerance, what)
  local difference = (wanted - got):abs():max()
  assert(difference <= tolerance, ("%s differs by %g"):format(what, difference))
end

describe("an LSTM cell written as an expression", function()
  local STEPS <const>, IN <const>, HIDDEN <const>, BATCH <const> = 6, 3, 5, 4

  local function cell(w, x, h, c)
    local z = w.ih * x + w.bih + w.hh * h + w.bhh
    local i, f = z:rows_range(1, HIDDEN):sigmoid(), z:rows_range(HIDDEN + 1, 2 * HIDDEN):sigmoid()
    local g, o = z:rows_range(2 * HIDDEN + 1, 3 * HIDDEN):tanh(), z:rows_range(3 * HIDDEN + 1, 4 * HIDDEN):sigmoid()
    c = f % c + i % g
    return o % c:tanh(), c
  end

  it("trains like the built-in one", function()
    local random = dnn.Random(3)
    local X = dnn.randn(STEPS * IN, BATCH, {dtype = "float64", random = random})
    local Y = dnn.rand(STEPS * HIDDEN, BATCH, {dtype = "float64", random = random})
    local net = dnn.Sequential({dnn.Input(STEPS, IN), dnn.LSTM(IN, HIDDEN)}, {dtype = "float64", random = random})
    local values = net:state_dict()
    local w = {
      ih = values["0.weight_ih_l0"], hh = values["0.weight_hh_l0"],
      bih = values["0.bias_ih_l0"], bhh = values["0.bias_hh_l0"],
    }
    for name, value in pairs(w) do w[name] = value:copy():requires_grad_() end
    local ours = dnn.optim.Adam({w.ih, w.hh, w.bih, w.bhh}, {lr = 0.05})
    local theirs, loss = dnn.optim.Adam(net:parameters(), {lr = 0.05}), dnn.MSELoss()
    for step = 1, 30 do
      local h, c = dnn.zeros(HIDDEN, BATCH, {dtype = "float64"}), dnn.zeros(HIDDEN, BATCH, {dtype = "float64"})
      local outputs = {}
      for t = 1, STEPS do
        h, c = cell(w, X:rows_range((t - 1) * IN + 1, t * IN), h, c)
        outputs[t] = h
      end
      local cost = loss(dnn.cat(outputs, 1), Y)
      cost:backward()
      local wanted = loss(net(X), Y)
      net:backward(loss:backward())
      assert(math.abs(wanted - cost:item()) < 1e-10, ("step %d: cost %g, and %g"):format(step, cost:item(), wanted))
      ours:step()
      theirs:step()
    end
    assert_near(net[1].weight_hh_l0, w.hh:detach(), 1e-8, "weight_hh")
    assert_near(net[1].bias_ih_l0, w.bih:detach(), 1e-8, "bias_ih")
  end)
end)

describe("the L-layer network written as an expression", function()
  -- The tutorial's cost of every hundredth iteration; all 2500 take minutes, so only when asked for.
  it("has the tutorial's published costs", function()
    local text = io.open(shared_file "golden/stepwise.json")
    local file = dnn.data.hdf5(shared_file "data/catvnoncat/train_catvnoncat.h5")
    if not text or not file then return pending "skipped: golden and data/catvnoncat are not in DNN_SHARED" end
    local golden = require("dkjson").decode(text:read "a").training.L_layer_model
    text:close()
    local X, Y = file:read "train_set_x":to "float64" / 255, file:read "train_set_y":to "float64"
    local p = stepwise.initialize_parameters_deep(golden.layers_dims,
      {init = "1/sqrt(n)", random = numpy_random.new(1), dtype = "float64"})
    local list, layers = {}, #golden.layers_dims - 1
    for l = 1, layers do
      list[#list + 1] = p["W" .. l]:requires_grad_()
      list[#list + 1] = p["b" .. l]:requires_grad_()
    end
    local opt = dnn.optim.SGD(list, {lr = golden.learning_rate})
    for i = 0, os.getenv "DNN_SLOW_TESTS" and golden.num_iterations - 1 or 100 do
      local A = X
      for l = 1, layers - 1 do A = (p["W" .. l] * A + p["b" .. l]):relu() end
      A = (p["W" .. layers] * A + p["b" .. layers]):sigmoid()
      local cost = -(Y % A:log() + (1 - Y) % (1 - A):log()):mean()
      if i % 100 == 0 then
        assert.is_near(golden.published_cost_every_100[i // 100 + 1], cost:item(), 5e-7)
      end
      cost:backward()
      opt:step()
    end
  end)
end)

describe("an optimiser of matrices that require a gradient", function()
  local function fails(message, f) assert.error_matches(f, message, 1, true) end

  it("moves them as one of a network moves its layer", function()
    local random = dnn.Random(4)
    local layer = dnn.Sequential{dnn.Linear(3, 2)}
    local X, Y, loss = dnn.randn(3, 5, {random = random}), dnn.randn(2, 5, {random = random}), dnn.MSELoss()
    for _, make in ipairs{
      function(p) return dnn.optim.SGD(p, {lr = 0.1, momentum = 0.9}) end,
      function(p) return dnn.optim.AdamW(p, {lr = 0.1}) end,
    } do
      local W, b = layer[1].weight:copy():requires_grad_(), layer[1].bias:copy():requires_grad_()
      local ours, theirs = make{W, b}, make(layer:parameters())
      for _ = 1, 20 do
        loss(W * X + b, Y):backward()
        ours:step()
        loss(layer(X), Y)
        layer:backward(loss:backward())
        theirs:step()
      end
      assert_near(layer[1].weight, W:detach(), 1e-6, "W")
      assert_near(layer[1].bias, b:detach(), 1e-6, "b")
    end
  end)

  it("leaves alone what no backward has come to since the last step", function()
    local a, b = dnn.ones(1, 1):requires_grad_(), dnn.ones(1, 1):requires_grad_()
    local opt = dnn.optim.SGD({a, b}, {lr = 1})
    fails("there are no new gradients", function() opt:step() end);
    (a * 3 + b):backward()
    opt:step();
    (a * 3):backward()
    opt:step()
    assert.equal(-5, a(1, 1))
    assert.equal(0, b(1, 1))
    opt:zero_grad()
    assert.equal(0, a.grad(1, 1))
    fails("there are no new gradients", function() opt:step() end)
  end)

  it("counts its steps as changes in place", function()
    local W = dnn.ones(2, 2):requires_grad_()
    local opt = dnn.optim.SGD({W}, {lr = 1})
    W:sum():backward()
    local cost = (W % W):sum()
    opt:step()
    fails("was changed in place", function() cost:backward() end)
  end)

  it("takes leaves alone", function()
    fails("is the result of exp", function() dnn.optim.SGD({dnn.ones(1, 1):requires_grad_():exp()}, {lr = 1}) end)
    fails("W:requires_grad_()", function() dnn.optim.SGD({dnn.ones(1, 1)}, {lr = 1}) end)
  end)
end)

describe("a loss of an output that requires a gradient", function()
  it("is a Matrix with a gradient: every loss, with weights and for each example", function()
    local A = dnn.rand(3, 4, {random = dnn.Random(1)})
    local Y = dnn.rand(3, 4, {random = dnn.Random(2)}):double()
    local weights = dnn.Matrix{{1, 0.5, 2, 3}}:double()
    local labels = dnn.Matrix{{1, 3, 2, 2}}
    for _, loss in ipairs{
      function(x) return dnn.MSELoss()(x, Y) end,
      function(x) return dnn.BCELoss()(x:sigmoid(), Y, {weights = weights}) end,
      function(x) return dnn.BCEWithLogitsLoss{reduction = "none"}(x * 2, Y, {weights = weights}) end,
      function(x) return dnn.CrossEntropyLoss()(x, labels) * 3 + x:mean() end,
    } do
      local right, difference = dnn.gradcheck(loss, {A})
      assert(right, difference)
    end
  end)
end)
