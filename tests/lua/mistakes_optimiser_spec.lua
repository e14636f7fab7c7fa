-- What is said about steps that cannot be made.
local dnn = require "dnn"
local mistakes = dofile "tests/lua/mistakes.lua"

describe("a mistake with an optimiser:", function()
  local net, p, opt
  before_each(function()
    net = dnn.Sequential{dnn.Linear(3, 4), dnn.ReLU(), dnn.Linear(4, 1), dnn.Sigmoid()}
    p = net:parameters()
    opt = dnn.optim.SGD(p, {lr = 0.1})
  end)

  mistakes(it, {
    {"the network for its parameters", function() dnn.optim.SGD(net, {lr = 0.1}) end,
      "SGD: expected net:parameters(), got dnn.Layer"},
    {"parameters that are not called", function() dnn.optim.SGD(net.parameters, {lr = 0.1}) end,
      "SGD: expected net:parameters(), got function; methods take a colon"},
    {"a dot for a colon", function() dnn.optim.SGD(net.parameters(), {lr = 0.1}) end,
      "parameters: expected a dnn.Layer before the arguments, got nothing; methods take a colon, as in "
        .. "net:parameters(...)"},
    {"everything in one table", function() dnn.optim.Adam{p, lr = 0.1} end,
      "Adam: expected net:parameters(), got table; the options come after it, in a table of their own"},
    {"a learning rate that is not in a table", function() dnn.optim.SGD(p, 0.1) end,
      "SGD: expected a table of options, as in {lr = ...}, got 0.1"},
    {"the learning rate by its whole name", function() dnn.optim.SGD(p, {learning_rate = 0.1}) end,
      "SGD: unknown option 'learning_rate'; known: lr, momentum, nesterov, weight_decay, dampening, "
        .. "maximize (did you mean 'lr'?)"},
    {"an option misspelt", function() dnn.optim.SGD(p, {momentun = 0.9}) end,
      "SGD: unknown option 'momentun'; known: lr, momentum, nesterov, weight_decay, dampening, "
        .. "maximize (did you mean 'momentum'?)"},
    {"an option of another optimiser", function() dnn.optim.Adam(p, {momentum = 0.9}) end,
      "Adam: unknown option 'momentum'; known: lr, beta1, beta2, eps, weight_decay, amsgrad, maximize"},
    {"PyTorch's betas", function() dnn.optim.Adam(p, {betas = {0.9, 0.99}}) end,
      "Adam: unknown option 'betas'; known: lr, beta1, beta2, eps, weight_decay, amsgrad, maximize "
        .. "(did you mean 'beta1'?)"},
    {"a learning rate below 0", function() dnn.optim.SGD(p, {lr = -0.1}) end,
      "SGD: lr must be in 0..1e+06, got -0.1"},
    {"a learning rate that is a text", function() dnn.optim.SGD(p, {lr = "0.1"}) end,
      "SGD: lr must be a number, got '0.1'"},
    {"a learning rate that became NaN", function() opt.lr = 0 / 0 end,
      "SGD: lr must be in 0..1e+06, got nan"},
    {"a share above 1", function() dnn.optim.Adam(p, {beta1 = 90}) end, "Adam: beta1 must be in 0..1, got 90"},
    {"Nesterov's step without momentum", function() dnn.optim.SGD(p, {nesterov = true}) end,
      "SGD: nesterov needs momentum > 0, and momentum is 0; 0.9 is usual"},
    {"a step without a backward", function() opt:step() end,
      "SGD: there are no new gradients; call net:backward(dA) first, and then step once"},
    {"two steps after one backward",
      function() net:backward(net:forward(dnn.ones(3, 2))) opt:step() opt:step() end,
      "SGD: there are no new gradients; call net:backward(dA) first, and then step once"},
    {"a dot for a colon in the step", function() opt.step() end,
      "step: expected a dnn.Optimiser before the arguments, got nothing; methods take a colon, as in opt:step(...)"},
    {"the tutorial's step without a learning rate", function() net:update() end,
      "network: update: expected the learning rate, as in net:update(0.01), got nothing"},
    {"a network that is closed", function() net:close() opt:step() end, "network: this network is closed"},
    {"setting the learning rate by its whole name", function() opt.learning_rate = 0.1 end,
      "SGD has no field 'learning_rate'; it is opt.lr here"},
    {"PyTorch's param_groups", function() opt.param_groups[1].lr = 0.1 end,
      "SGD has no field 'param_groups'; it is opt.groups here; opt.lr reaches all of them"},
    {"a group that is not in a list", function() dnn.optim.SGD({params = p}) end,
      "SGD: expected net:parameters(), got table; groups come in a list: {{params = ...}}"},
    {"a group without parameters", function() dnn.optim.SGD({{lr = 0.1}}) end,
      "SGD: group 1: params is missing, as in {params = net:parameters(), lr = 0.1}"},
    {"a group's option misspelt", function() dnn.optim.SGD({{params = p, lrate = 1}}) end,
      "SGD: group 1: unknown option 'lrate'; known: params, grads, lr, momentum, nesterov, weight_decay, dampening, "
        .. "maximize"},
    {"a group's setting out of its range", function() dnn.optim.SGD({{params = p, lr = -1}}) end,
      "SGD: group 1: lr must be in 0..1e+06, got -1"},
    {"settings of a group that contradict each other",
      function() dnn.optim.SGD({{params = dnn.Linear(2, 2):parameters()}, {params = p, nesterov = true}}) end,
      "group 2: SGD: nesterov needs momentum > 0, and momentum is 0; 0.9 is usual"},
    {"parameters that come twice", function() dnn.optim.SGD({p, p}) end,
      "SGD: layer 1, Linear: weight comes twice; a parameter belongs to one group"},
    {"an empty list", function() dnn.optim.SGD({}) end, "SGD: the list of parameters is empty"},
    {"groups and parameters in one list", function() dnn.optim.SGD({{params = p}, p}) end,
      "SGD: number 2 of the list must be a group, {params = ...}, as the first is, got dnn.Parameters"},
    {"matrices without gradients", function() dnn.optim.SGD({dnn.zeros(2, 2)}) end,
      "SGD: matrices need gradients; have autograd compute them, W:requires_grad_(), or give them too: "
      .. "{params = {W, b}, grads = {dW, db}}"},
    {"a gradient that is missing",
      function() dnn.optim.SGD({{params = {dnn.zeros(2, 2), dnn.zeros(2, 1)}, grads = {dnn.zeros(2, 2)}}}) end,
      "SGD: group 1: grads must hold a Matrix for each of params; number 2 is nil"},
    {"a gradient of another shape",
      function() dnn.optim.SGD({{params = {dnn.zeros(2, 2)}, grads = {dnn.zeros(1, 2)}}}) end,
      "SGD: matrix 1 of the list is 2 x 2, and its gradient 1 x 2"},
    {"a group's field misspelt", function() return opt.groups[1].momentun end,
      "group 1 has no field 'momentun'; did you mean 'momentum'?"},
    {"an argument too many", function() dnn.optim.SGD(p, {lr = 1}, 2) end,
      "SGD: expected at most 2 arguments, got 3"},
    {"setting what is counted", function() opt.steps = 0 end, "SGD: 'steps' cannot be set"},
    {"a switch that is not a boolean", function() opt.check_finite = 0 end,
      "SGD: check_finite must be true or false, got 0"},
    {"PyTorch's zero_grads", function() opt:zero_grads() end,
      "SGD has no field 'zero_grads'; did you mean 'zero_grad'?"},
    {"Keras's minimize", function() opt:minimize() end,
      "SGD has no field 'minimize'; call opt:step() after net:backward(loss:backward())"},
    {"small letters", function() dnn.optim.sgd(p) end, "dnn.optim has no 'sgd'; did you mean 'SGD'?"},
    {"an optimiser in the wrong place", function() dnn.Adam(p) end, "dnn has no 'Adam'; it is dnn.optim.Adam here"},
    {"a layer's weight asked of all parameters", function() return p.weight end,
      "Parameters has no field 'weight'; a layer's weight is net[1].weight; p:pairs() goes through all"},
    {"PyTorch's grad", function() return p.grad end, "Parameters has no field 'grad'; did you mean 'grads'?"},
    {"values of another shape", function() p.values = dnn.ones(1, 21) end,
      "Parameters: values is 21 x 1, got a Matrix of 1 x 21; transpose it with :t()"},
  })
end)
