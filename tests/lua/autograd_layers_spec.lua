-- Second derivatives through layers and losses: each that has a rule (dnn.autograd.layers), found by its name, against
-- its own backward and against differences.
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

  it("are refused of a loss with weights of its own", function()
    local A = draw(3, 4):requires_grad_()
    local cost = dnn.CrossEntropyLoss{weight = dnn.Matrix{1, 2, 3}}(A, A_LABEL_EACH)
    assert.error_matches(function() dnn.grad(cost, A, {create_graph = true}) end,
      "CrossEntropyLoss with weights of its own")
  end)
end)
