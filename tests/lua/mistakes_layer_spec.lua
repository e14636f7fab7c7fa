-- What is said to those who make and run their first network.
local dnn = require "dnn"
local mistakes = dofile "tests/lua/mistakes.lua"

describe("a mistake with layers and networks:", function()
  local net, X
  local function fresh()
    net = dnn.Sequential{dnn.Linear(3, 4), dnn.ReLU(), dnn.Linear(4, 1), dnn.Sigmoid()}
    X = dnn.ones(3, 2)
  end
  before_each(fresh)

  mistakes(it, {
    {"examples in rows", function() net:forward(dnn.ones(20, 3)) end,
      "network: layer 1, Linear(3 -> 4): needs 3 rows (features), X is 20 x 3; columns are examples: is X "
        .. "transposed?"},
    {"a first layer of another size", function() net:forward(dnn.ones(12, 5)) end,
      "network: layer 1, Linear(3 -> 4): needs 3 rows (features), X is 12 x 5; columns are examples, and "
        .. "in_features "
        .. "is the number of rows"},
    {"layers that do not follow one another", function() dnn.Sequential{dnn.Linear(3, 4), dnn.Linear(3, 1)} end,
      "network: layer 2, Linear(3 -> 1): needs 3 features, but its input is 4 (the output of layer 1, "
        .. "Linear(3 -> 4))"},
    {"a setting that comes twice", function() dnn.Conv2d(3, 4, 3, {kernel_size = 5}) end,
      "Conv2d: kernel_size is given twice, as an argument and as an option"},
    {"a probability that comes twice", function() dnn.Dropout(0.5, {p = 0.5}) end,
      "Dropout: p is given twice, as an argument and as an option"},
    {"groups that do not divide the channels", function() dnn.GroupNorm(4, 6) end,
      "GroupNorm: 4 groups do not divide 6 channels into equal parts"},
    {"groups of other channels", function() dnn.Sequential{dnn.Input(2, 2, 3), dnn.GroupNorm(2, 4)} end,
      "network: layer 1, GroupNorm(num_groups = 2, num_channels = 4): needs 4 features, but its input is 2 x 2 x 3"},
    {"a data set whose shape is a number", function() dnn.Input{shape = 5} end,
      "Input: a shape must be a list, got 5"},
    {"one pixel to normalise over", function() dnn.Sequential{dnn.Input(1, 1, 3), dnn.InstanceNorm2d(3)} end,
      "network: layer 1, InstanceNorm2d(num_features = 3): needs images of more than one pixel, as a single one "
        .. "becomes 0"},
    {"a slope for each of other channels", function() dnn.Sequential{dnn.Input(2, 6), dnn.PReLU(12)} end,
      "network: layer 1, PReLU(num_parameters = 12): has 12 weights, one for each channel, but its input is 2 x 6"},
    {"bounds in the wrong order", function() dnn.Hardtanh(2, 1) end,
      "Hardtanh: min_val must be below max_val, got 2 and 1"},
    {"an unknown form of GELU", function() dnn.GELU{approximate = "erf"} end,
      "GELU: approximate must be one of none, tanh, got 'erf'"},
    {"another type of numbers", function() net:forward(X:double()) end,
      "network: this network is float32, X is float64; convert it with X:float()"},
    {"bytes as they were loaded", function() net:forward(X:byte()) end,
      "network: this network is float32, X is uint8; convert it with X:float()"},
    {"backward before forward", function() net:backward(dnn.ones(1, 2)) end,
      "network: backward needs a forward first"},
    {"backward of another batch", function() net:forward(X) net:backward(dnn.ones(1, 7)) end,
      "network: dA is 1 x 7, the network's output is 1 x 2; is dA of the batch that was last run forward?"},
    {"a transposed gradient", function() net:forward(X) net:backward(dnn.ones(2, 1)) end,
      "network: dA is 2 x 1, the network's output is 1 x 2; is dA transposed?"},
    {"the cost instead of its gradient", function() net:forward(X) net:backward(0.5) end,
      "network: dA must be a Matrix, got 0.5; dnn.full(rows, cols, number) makes one of a number"},
    {"a dot for a colon", function() net.forward(X) end,
      "forward: expected a dnn.Layer before the arguments, got dnn.Matrix; methods take a colon, as in "
        .. "net:forward(...)"},
    {"a dot for a colon, without arguments", function() net.zero_grad() end,
      "zero_grad: expected a dnn.Layer before the arguments, got nothing; methods take a colon, as in "
        .. "net:zero_grad(...)"},
    {"a table for X", function() net:forward{{1, 2}, {3, 4}} end,
      "network: X must be a Matrix, got table; dnn.Matrix{...} makes one of a table"},
    {"what a loader that failed has given", function() net:forward(nil) end,
      "network: X must be a Matrix, got nil; check the name, or whether a load failed: it "
        .. "returns nil and a message"},
    {"lengths for a network without sequences", function() net:forward(X, {lengths = dnn.ones(1, 2)}) end,
      "network: lengths were given, but no layer takes them"},
    {"lengths in a table", function() net:forward(X, {lengths = {2, 1}}) end,
      "network: forward: lengths must be a Matrix, got table"},
    {"an unknown side input", function() net:predict(X, {masks = X}) end,
      "network: predict: unknown option 'masks'; known: lengths, mask, cache (did you mean 'mask'?)"},
    {"layers that are not in a table", function() dnn.Sequential(dnn.Linear(3, 4), dnn.ReLU()) end,
      "Sequential: expected a table of layers, dnn.Sequential{...}, got dnn.Layer"},
    {"a layer that is not called", function() dnn.Sequential{dnn.Linear(3, 4), dnn.ReLU} end,
      "Sequential: entry 2 must be a layer, got function; a layer is made by a call, as in dnn.ReLU()"},
    {"sizes in braces", function() dnn.Linear{3, 4} end,
      "Linear: options are named, as in {in_features = ...}, but the table has the key 1; positional "
        .. "arguments go in parentheses"},
    {"one size", function() dnn.Linear(3) end, "Linear: out_features is missing (rows of A)"},
    {"a size that is a text", function() dnn.Linear("3", 4) end, "Linear: in_features must be a number, got '3'"},
    {"Keras's activation", function() dnn.Linear(3, 4, {activation = "relu"}) end,
      "Linear: unknown option 'activation'; known: in_features, out_features, bias, init"},
    {"an argument for a layer that takes none", function() dnn.ReLU(true) end,
      "ReLU: expected no arguments, got 1; usage: dnn.ReLU()"},
    {"sizes for a layer of one's own", function() dnn.Layer(3, 4) end,
      "Layer: expected at most 1 argument, got 2; usage: dnn.Layer(options)"},
    {"a function of a layer of one's own misspelt", function() dnn.Layer{foward = print, backward = print} end,
      "Layer: unknown option 'foward'; known: name, in_features, out_features, parameters, initialise, forward, "
        .. "backward (did you mean 'forward'?)"},
    {"one layer in two networks", function() dnn.Sequential{net[1]} end,
      "network: Linear(3 -> 4) is already in another network; make a new layer"},
    {"a layer of a network run on its own", function() net[1]:forward(X) end,
      "Linear: this is layer 1 of a network, which runs as a whole; call the method of the network, as in "
        .. "net:forward(X)"},
    {"a network that is closed", function() net:close() net:forward(X) end, "network: this network is closed"},
    {"its own output as the next X", function() local n = dnn.Sequential{dnn.Linear(3, 3)} n:forward(n:forward(X)) end,
      "network: X lies in this network's own buffers, which forward overwrites; pass X:copy()"},
    {"a weight of another shape", function() net[1].weight = dnn.ones(3, 4) end,
      "Linear: weight is 4 x 3, got a Matrix of 3 x 4; transpose it with :t()"},
    {"a weight as a table", function() net[1].weight = {1, 2} end, "Linear: weight is a Matrix of 4 x 3, got table"},
    {"a field misspelt", function() return net[1].wieght end, "Linear has no field 'wieght'; did you mean 'weight'?"},
    {"PyTorch's grad", function() return net[1].grad end, "Linear has no field 'grad'; it is net[1].weight_grad here"},
    {"PyTorch's grad of the weight", function() return net[1].weight.grad end,
      "grad: this Matrix is part of a network; a parameter's gradient is net[1].weight_grad, an output's net[1].dA"},
    {"PyTorch's step of the network", function() net:step() end,
      "network has no field 'step'; an optimiser does: opt:step(), or net:update(learning_rate)"},
    {"Keras's Dense", function() dnn.Dense(3, 4) end,
      "dnn has no 'Dense'; it is dnn.Linear(in_features, out_features) here"},
    {"torch.nn", function() dnn.nn.Linear(3, 4) end,
      "dnn has no 'nn'; layers and losses are in dnn itself: dnn.Linear, dnn.BCELoss"},
    {"other capitals", function() dnn.Relu() end, "dnn has no 'Relu'; did you mean 'ReLU'?"},
    {"checking gradients in single precision",
      function() dnn.gradcheck(net, dnn.BCELoss(), X, dnn.ones(1, 2)) end,
      "network: gradcheck needs a float64 network: float32 is too coarse for differences"},
    {"checking gradients without the loss", function() dnn.gradcheck(net, X, X, X) end,
      "gradcheck: loss must be a loss, got dnn.Matrix"},
  })
end)
