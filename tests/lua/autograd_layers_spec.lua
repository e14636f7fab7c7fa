-- Second derivatives through layers and losses: each that has a rule (dnn.autograd.layers) or is linear, found by its
-- name, against its own backward and against differences.
local dnn = require "dnn"
local rules = require "dnn.autograd.layers"

local random = dnn.Random(8)
local function draw(rows, cols) return dnn.randn(rows, cols, {dtype = "float64", random = random}) end

-- Constructors of layers, with the number of rows that they are given; 6 when there is none.
local layers = {
  CELU = {function() return dnn.CELU(0.7) end}, ELU = {function() return dnn.ELU(1.3) end}, SELU = {dnn.SELU},
  SiLU = {dnn.SiLU}, LogSigmoid = {dnn.LogSigmoid}, Softsign = {dnn.Softsign}, Mish = {dnn.Mish},
  Softplus = {dnn.Softplus, function() return dnn.Softplus(2, {threshold = 1}) end}, Hardswish = {dnn.Hardswish},
  LeakyReLU = {function() return dnn.LeakyReLU(0.2) end}, Hardtanh = {function() return dnn.Hardtanh(-0.3, 0.8) end},
  ReLU6 = {dnn.ReLU6}, Hardsigmoid = {dnn.Hardsigmoid}, Threshold = {function() return dnn.Threshold(0.1, 2) end},
  Softmax = {dnn.Softmax}, Softmin = {dnn.Softmin}, LogSoftmax = {dnn.LogSoftmax},
  Flatten = {dnn.Flatten}, Reshape = {function() return dnn.Reshape(6) end},
  Concatenate = {function() return dnn.Concat{dnn.Sequential{dnn.Tanh(), dnn.Softplus()}, dnn.Sigmoid()} end},
}

-- Linear layers and the shape of what they are given.
local linear = {
  Linear = {{{4}, function() return dnn.Linear(4, 3) end},
    {{5, 2}, function() return dnn.Linear(2, 3, {bias = false}) end}},
  Conv1d = {{{6, 2}, function() return dnn.Conv1d(2, 3, 3) end}},
  Conv2d = {{{5, 5, 2}, function() return dnn.Conv2d(2, 3, 3, {padding = 1, stride = 2}) end},
    {{3, 3, 1}, function() return dnn.Conv2d(1, 2, 2, {bias = false}) end}},
  ConvTranspose2d = {{{3, 3, 2}, function() return dnn.ConvTranspose2d(2, 3, 3, {stride = 2}) end}},
  AvgPool1d = {{{6, 2}, function() return dnn.AvgPool1d(2) end}},
  AvgPool2d = {{{4, 4, 2}, function() return dnn.AvgPool2d(2) end}},
  AdaptiveAvgPool2d = {{{4, 4, 2}, function() return dnn.AdaptiveAvgPool2d(3) end}},
  GlobalAvgPool = {{{4, 4, 2}, dnn.GlobalAvgPool}},
  Permute = {{{2, 3, 4}, function() return dnn.Permute(3, 1, 2) end}},
  Slice = {{{4, 2}, function() return dnn.Slice(1, 2) end}},
  Upsample = {{{3, 3, 2}, function() return dnn.Upsample{scale_factor = 2} end},
    {{2, 3, 1}, function() return dnn.Upsample{scale_factor = 2, mode = "bilinear"} end}},
  PixelShuffle = {{{2, 2, 4}, function() return dnn.PixelShuffle(2) end}},
  PixelUnshuffle = {{{4, 4, 1}, function() return dnn.PixelUnshuffle(2) end}},
  ZeroPad2d = {{{3, 3, 2}, function() return dnn.ZeroPad2d(1) end}},
  ReflectionPad2d = {{{3, 3, 2}, function() return dnn.ReflectionPad2d(1) end}},
  ConvTranspose1d = {{{4, 2}, function() return dnn.ConvTranspose1d(2, 3, 3, {stride = 2}) end}},
  AdaptiveAvgPool1d = {{{4, 2}, function() return dnn.AdaptiveAvgPool1d(3) end}},
  ChannelShuffle = {{{2, 2, 4}, function() return dnn.ChannelShuffle(2) end}},
  ReflectionPad1d = {{{3, 2}, function() return dnn.ReflectionPad1d(1) end}},
  ReplicationPad1d = {{{3, 2}, function() return dnn.ReplicationPad1d(2) end}},
  CircularPad1d = {{{3, 2}, function() return dnn.CircularPad1d(2) end}},
  CircularPad2d = {{{3, 3, 2}, function() return dnn.CircularPad2d(1) end}},
  ReplicationPad2d = {{{3, 3, 2}, function() return dnn.ReplicationPad2d(1) end}},
}

local A_LABEL_EACH = dnn.Matrix{{1, 3, 2, 3}}
local probabilities = draw(3, 4):exp()

-- {loss, targets, sign of A or nil}.
local weights = {weights = dnn.Matrix({{1, 0.5, 2, 3}}, {dtype = "float64"})}
local losses = {
  MSELoss = {{dnn.MSELoss}}, L1Loss = {{dnn.L1Loss}},
  BCEWithLogitsLoss = {{dnn.BCEWithLogitsLoss, draw(3, 4):sigmoid()}},
  HuberLoss = {{dnn.HuberLoss}, {dnn.HuberLoss, delta = 0.3}},
  SmoothL1Loss = {{dnn.SmoothL1Loss}, {dnn.SmoothL1Loss, beta = 0.3}, {dnn.SmoothL1Loss, beta = 0}},
  BCELoss = {{dnn.BCELoss, draw(3, 4):gt(0), before = dnn.sigmoid}},
  SoftMarginLoss = {{dnn.SoftMarginLoss, draw(3, 4):sign()}},
  KLDivLoss = {{dnn.KLDivLoss, draw(3, 4):sigmoid()}, {dnn.KLDivLoss, log_target = true}},
  CrossEntropyLoss = {
    {dnn.CrossEntropyLoss, A_LABEL_EACH}, {dnn.CrossEntropyLoss, A_LABEL_EACH, label_smoothing = 0.1},
    {dnn.CrossEntropyLoss, A_LABEL_EACH, ignore_index = 2, label_smoothing = 0.2},
    {dnn.CrossEntropyLoss, probabilities / probabilities:sum(1)},
    {dnn.CrossEntropyLoss, dnn.Matrix{{1, 1, 2, 1}, {2, 1, 1, 2}, {2, 2, 1, 1}}, rows = 6},
  },
}

-- f's gradient for A, squared: once by way of the rules, and by backward alone.
local function check(name, f, A)
  A:requires_grad_()
  local out = f(A)
  local seed = draw(out.rows, out.cols)
  local recorded = dnn.grad(out, A, {create_graph = true, grad_outputs = seed}):detach()
  local difference = (recorded - dnn.grad(out, A, {grad_outputs = seed})):norm() / (1 + recorded:norm())
  assert(difference < 1e-9, ("%s: the first derivative differs by %g"):format(name, difference))
  local right, error_found, where = dnn.gradcheck(function(X, G)
    return dnn.grad(f(X), X, {create_graph = true, grad_outputs = G}) + (X:sum() + G:sum()) * 0
  end, {A:detach(), seed}, {tolerance = 5e-6})
  assert(right, ("%s: the second derivative differs by %g, most at %s"):format(name, error_found, where))
end

-- The gradient of a layer after its input was changed in place is what it was, or refused.
local function check_change(name, net, X)
  local out = net(X:requires_grad_())
  local seed = draw(out.rows, out.cols)
  local function slope() return dnn.grad(out, X, {create_graph = true, grad_outputs = seed}):detach() end
  local before = slope():copy()
  dnn.no_grad(function() X:add_(1) end)
  local found, after = pcall(slope)
  assert(found and before == after or not found and tostring(after):find("changed in place", 1, true), name)
end

-- The slope of a number that f gives as an element of P moves.
local function difference(f, P, i, j)
  local value, eps = P(i, j), 1e-5
  P:set(i, j, value + eps)
  local high = f():item()
  P:set(i, j, value - eps)
  local low = f():item()
  P:set(i, j, value)
  return (high - low) / (2 * eps)
end

-- A cost made of the gradient of X: what its backward leaves in the layer's parameters. The second time, what the first
-- one left is overwritten, and not added to.
local function check_parameters(name, net, X)
  local seed = draw(net(X:requires_grad_()).rows, X.cols)
  local function penalty()
    local x = X:detach():requires_grad_()
    return (dnn.grad((net(x):tanh() % seed):sum(), x, {create_graph = true}) ^ 3):sum()
  end
  for _ = 1, 2 do
    net:zero_grad()
    penalty():backward()
  end
  local state = net:state_dict()
  for _, key in ipairs{"weight", "bias"} do
    local P = state["0." .. key] and net[1][key]
    local G = P and net[1][key .. "_grad"]:copy()
    for place = 0, P and math.min(#P, 12) - 1 or -1 do
      local i, j = place % P.rows + 1, place // P.rows + 1
      local slope = difference(penalty, P, i, j)
      assert(math.abs(slope - G(i, j)) < 1e-6 * (1 + math.abs(slope)), ("%s: %s(%d, %d)"):format(name, key, i, j))
    end
  end
end

describe("second derivatives", function()
  setup(function() dnn.set_default_dtype "float64" end)
  teardown(function() dnn.set_default_dtype "float32" end)

  for name in pairs(rules) do
    it("go through " .. name, function()
      assert(layers[name] or losses[name], "there is no case of it here")
      for _, make in ipairs(layers[name] or {}) do
        for _, shape in ipairs{{6}, {2, 3}} do
          local net = dnn.Sequential{dnn.Input(table.unpack(shape)), make()}
          check(name, function(X) return net(X % 2) % net(X) end, draw(6, 3))
          check_change(name, net, draw(6, 3))
        end
      end
      for _, case in ipairs(losses[name] or {}) do
        for _, reduction in ipairs{"mean", "sum", "none", name == "KLDivLoss" and "batchmean" or nil} do
          for _, more in ipairs{{}, weights} do
            local loss = case[1]{reduction = reduction, delta = case.delta, beta = case.beta,
              log_target = case.log_target, label_smoothing = case.label_smoothing, ignore_index = case.ignore_index}
            local Y, before = case[2] or draw(3, 4), case.before or function(X) return X end
            check(name, function(X) return loss(before(X), Y, more) end, draw(case.rows or 3, 4))
          end
        end
      end
    end)
  end

  for _, name in ipairs(dnn._linear_layers()) do
    it("go through " .. name .. " and to its parameters", function()
      for _, case in ipairs(assert(linear[name], "there is no case of it here")) do
        local shape, rows = case[1], 1
        for _, size in ipairs(shape) do rows = rows * size end
        local net = dnn.Sequential{dnn.Input(table.unpack(shape)), case[2]()}
        check(name, function(X) return net(X % 2) % net(X) end, draw(rows, 2))
        check_parameters(name, net, draw(rows, 2))
      end
    end)
  end

  it("are not gone through a third time by a linear layer, which is named", function()
    local net, x = dnn.Sequential{dnn.Linear(2, 2), dnn.Tanh()}, draw(2, 1):requires_grad_()
    local slope = dnn.grad(net(x):sum(), x, {create_graph = true})
    assert.error_matches(function() dnn.grad(slope:sum(), x, {create_graph = true}) end, "the gradient of Linear")
  end)

  it("are those of an expression, of a network's critic with a penalty", function()
    local net = dnn.Sequential{dnn.Linear(3, 5), dnn.LeakyReLU(0.2), dnn.Linear(5, 4), dnn.Tanh(), dnn.Linear(4, 1)}
    local W = {}
    for n = 1, 5, 2 do W[#W + 1], W[#W + 2] = net[n].weight:copy(), net[n].bias:copy() end
    for _, P in ipairs(W) do P:requires_grad_() end
    local function critic(x)
      local h = W[1] * x + W[2]
      return W[5] * (W[3] * h:maximum(h * 0.2) + W[4]):tanh() + W[6]
    end
    local X = draw(3, 6)
    local function cost(f)
      local x = X:detach():requires_grad_()
      local slope = dnn.grad(f(x):sum(), x, {create_graph = true})
      return ((slope:norm(1) - 1) ^ 2):mean() * 10 - f(x):mean()
    end
    local one, other = cost(net), cost(critic)
    assert.is_near(other:item(), one:item(), 1e-12)
    one:backward()
    other:backward()
    for n = 1, 5, 2 do
      assert.is_true((net[n].weight_grad - W[n].grad):norm() < 1e-12)
      assert.is_true((net[n].bias_grad - W[n + 1].grad):norm() < 1e-12)
    end
  end)

  it("are refused of a loss with weights of its own", function()
    local A = draw(3, 4):requires_grad_()
    local cost = dnn.CrossEntropyLoss{weight = dnn.Matrix{1, 2, 3}}(A, A_LABEL_EACH)
    assert.error_matches(function() dnn.grad(cost, A, {create_graph = true}) end,
      "CrossEntropyLoss with weights of its own")
  end)
end)
