-- What is said to those who log a training, and to those who follow the tutorial step by step.
local dnn = require "dnn"
local stepwise = require "dnn.stepwise"
local mistakes = dofile "tests/lua/mistakes.lua"

describe("a mistake with a run:", function()
  local run = dnn.Run(nil)
  local net = dnn.Sequential{dnn.Linear(3, 1), dnn.Sigmoid()}
  local opt = dnn.optim.SGD(net:parameters(), {lr = 0.1})

  mistakes(it, {
    {"a number for the folder", function() dnn.Run(5) end, "Run: expected the name of a folder, got 5"},
    {"an empty name of a folder", function() dnn.Run "" end,
      "Run: expected the name of a folder, got ''; give nil to keep nothing"},
    {"options alone", function() dnn.Run{view = true} end,
      "Run: expected the name of a folder, got table; options come second, as in dnn.Run(folder, {...})"},
    {"an option that is not in a table", function() dnn.Run(nil, true) end,
      "Run: expected a table of options, as in {view = ...}, got true"},
    {"an option misspelt", function() dnn.Run(nil, {veiw = true}) end,
      "Run: unknown option 'veiw'; known: view, every, histogram_every, settings, net, optimiser, stop_not_finite, "
        .. "checkpoint (did you mean 'view'?)"},
    {"an option under another library's name", function() dnn.Run(nil, {config = {lr = 0.1}}) end,
      "Run: unknown option 'config'; known: view, every, histogram_every, settings, net, optimiser, stop_not_finite, "
        .. "checkpoint (did you mean 'settings'?)"},
    {"an optimiser without its network", function() dnn.Run(nil, {optimiser = opt}) end,
      "Run: an optimiser is watched with its network; add net = net"},
    {"an optimiser for the network", function() run:watch(opt) end,
      "Run: watch: expected a network, got dnn.Optimiser"},
    {"values without a step", function() run:log{cost = 1} end,
      "Run: log: the step comes before the values, as in run:log(i, {cost = cost})"},
    {"a dot for a colon", function() run.log(1, {cost = 1}) end,
      "log: expected a dnn.Run before the arguments, got 1; methods take a colon, as in run:log(...)"},
    {"a step that is not whole", function() run:log(1.5, {cost = 1}) end,
      "Run: log: step must be a whole number >= 0, got 1.5"},
    {"a step below 0", function() run:log(-1, {cost = 1}) end, "Run: log: step must be a whole number >= 0, got -1"},
    {"a step that is a text", function() run:log("1", {cost = 1}) end,
      "Run: log: step must be a whole number >= 0, got '1'"},
    {"a value without a name", function() run:log(1, 0.5) end,
      "Run: log: expected a table of values, as in {cost = cost}, got 0.5"},
    {"a name and a value", function() run:log(1, "cost", 0.5) end,
      "log: expected at most 2 arguments, got 3; values come in one table, as in run:log(i, {cost = cost})"},
    {"a number as a text", function() run:log(1, {cost = "0.5"}) end,
      "Run: log: cost must be a number, a Matrix or a table of them, got '0.5'; text is logged by run:text(tag, text)"},
    {"the loss instead of the cost", function() run:log(1, {cost = dnn.BCELoss()}) end,
      "Run: log: cost must be a number, a Matrix or a table of them, got dnn.Loss"},
    {"a cost that became NaN", function() run:log(1, {cost = 0 / 0}) end,
      "Run: cost is nan at step 1; run:watch(net) would name the layer; try a smaller learning rate"},
    {"a run that is closed", function() local r = dnn.Run(nil) r:close() r:log(1, {cost = 1}) end,
      "Run: this run is closed"},
    {"a histogram of a table", function() run:histogram(1, "w", {1, 2}) end,
      "histogram: A must be a Matrix, got table; dnn.Matrix{...} makes one of a table"},
    {"a name for each column only", function() run:matrix(1, "c", dnn.ones(2, 3), {"a", "b", "c"}) end,
      "Run: matrix: names: expected a table of 2 names, one for each row, got 3"},
    {"numbers for names", function() run:matrix(1, "c", dnn.ones(2, 2), {1, 2}) end,
      "Run: matrix: names[1]: expected a string, got 1"},
    {"an image without its size", function() run:image(1, "x", dnn.ones(4, 1)) end,
      "Run: image: width must be a whole number >= 0, got nothing"},
    {"an image of another size", function() run:image(1, "x", dnn.ones(4, 1), 5, 5) end,
      "Run: image: x: expected 5 x 5 pixels of 1 or 3 numbers, got a Matrix 4 x 1"},
    {"steps without their number", function() run:steps() end,
      "Run: steps: last must be a whole number >= 0, got nil"},
    {"TensorBoard's add_scalar", function() run:add_scalar("cost", 1, 1) end,
      "Run has no field 'add_scalar'; it is run:log(step, {name = value}) here"},
    {"another library's finish", function() run:finish() end, "Run has no field 'finish'; it is run:close() here"},
    {"a method misspelt", function() run:lgo(1, {cost = 1}) end, "Run has no field 'lgo'; did you mean 'log'?"},
    {"a small letter", function() dnn.run "runs/cats" end, "dnn has no 'run'; did you mean 'Run'?"},
  })

  it("a step that goes back is warned of, once", function()
    local program = dofile "tests/lua/program.lua"
    local _, err, status = program.run("-W -", [[local run = require "dnn".Run(nil)
      for _, i in ipairs{1, 5, 3, 2} do run:log(i, {cost = 1}) end]])
    assert.same({"Lua warning: Run: log: step 3 after step 5: the curves run backwards\n", 0}, {err, status})
  end)
end)

describe("a mistake step by step:", function()
  local X, Y = dnn.ones(3, 5), dnn.ones(1, 5)
  local parameters = stepwise.initialize_parameters_deep{3, 4, 1}
  local AL, caches = stepwise.L_model_forward(X, parameters)

  mistakes(it, {
    {"examples in rows", function() stepwise.L_model_forward(dnn.ones(5, 3), parameters) end,
      "L_model_forward: W1 is 4 x 3, so X must have 3 rows (features), X is 5 x 3; columns are examples: is X "
        .. "transposed?"},
    {"examples in rows, deep inside", function() stepwise.L_layer_model(X:t(), Y, {3, 4, 1}) end,
      "L_layer_model: layers_dims begins with 3, so X must have 3 rows (features), X is 5 x 3; columns are examples: "
        .. "is X transposed?"},
    {"labels in a column", function() stepwise.compute_cost(AL, Y:t()) end,
      "compute_cost: AL is 1 x 5, Y is 5 x 1; they need the same shape (columns are examples: is Y transposed?)"},
    {"a table of labels", function() stepwise.compute_cost(AL, {1, 0, 1, 0, 1}) end,
      "compute_cost: Y must be a Matrix, got table; dnn.Matrix{...} makes one of a table"},
    {"parameters and X exchanged", function() stepwise.L_model_forward(parameters, X) end,
      "L_model_forward: parameters must be a table {W1 = , b1 = , ...} as from initialize_parameters_deep"},
    {"sizes that are not in a table", function() stepwise.initialize_parameters_deep(3, 4, 1) end,
      "initialize_parameters_deep: expected at most 2 arguments, got 3; the sizes are in one table, as in "
        .. "{12288, 20, 7, 5, 1}"},
    {"the parameters for the caches", function() stepwise.L_model_backward(AL, Y, parameters) end,
      "L_model_backward: caches must be the second result of L_model_forward"},
    {"no learning rate",
      function() stepwise.update_parameters(parameters, stepwise.L_model_backward(AL, Y, caches)) end,
      "update_parameters: learning_rate must be a finite number, got nil"},
    {"the parameters for the gradients", function() stepwise.update_parameters(parameters, parameters, 0.1) end,
      "update_parameters: grads has no dW1"},
    {"an unknown activation", function() stepwise.linear_activation_forward(X, X, 1, "tanh") end,
      "linear_activation_forward: unknown activation 'tanh'; known: relu, sigmoid"},
    {"matrices that do not fit", function() stepwise.linear_forward(X, dnn.ones(4, 5), dnn.ones(4, 1)) end,
      "linear_forward: W is 4 x 5, so A must have 5 rows (features), A is 3 x 5; columns are examples: is A "
        .. "transposed?"},
    {"a function misspelt", function() stepwise.L_model_foward(X, parameters) end,
      "dnn.stepwise has no 'L_model_foward'; did you mean 'L_model_forward'?"},
  })
end)
