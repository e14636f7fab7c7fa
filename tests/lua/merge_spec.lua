-- Layers of several inputs in a network: dnn.Merge and dnn.Slice. Their numbers are held to PyTorch's by torch_layers.
local dnn = require "dnn"
local fails = dofile "tests/lua/fails.lua"

describe("Merge", function()
  it("gives the outputs of its layers to one more", function()
    local product = dnn.Bilinear(1, 1, 1, {bias = false})
    local net = dnn.Sequential{dnn.Merge{dnn.Slice(1, 1), dnn.Slice(2, 2), with = product}}
    product.weight = dnn.Matrix{{2}}
    assert.same({{30, 8}}, net:forward(dnn.Matrix{{3, 1}, {5, 4}}):table())
    assert.equal(product, net[1].with)
    assert.equal("Slice", net[1][2].name)
    assert.same({1, 1}, {net:state_dict()["0.with.weight"]:size()})
  end)

  it("has right gradients in containers, and where one layer is called twice", function()
    local loss, twice = dnn.MSELoss(), dnn.Linear(4, 3)
    local net = dnn.Sequential({
      dnn.Merge{dnn.Linear(4, 2), dnn.Concat{dnn.Slice(2, 3), dnn.Tanh()}, with = dnn.Residual{dnn.Bilinear(2, 6, 2)}},
      dnn.Linear(2, 4),
      dnn.Merge{twice, dnn.Concat{twice}, with = dnn.Bilinear(3, 3, 2)},
    }, {dtype = "float64"})
    local X, Y = dnn.randn(4, 5, {dtype = "float64"}), dnn.randn(2, 5, {dtype = "float64"})
    assert.is_true((dnn.gradcheck(net, loss, X, Y)))
  end)

  it("says what it needs", function()
    local lacking = "network: a Merge needs layers side by side, and the one that takes their outputs: " ..
      "dnn.Merge{layers..., with = layer}"
    fails(lacking, function() dnn.Sequential{dnn.Merge{dnn.ReLU()}} end)
    fails(lacking, function() dnn.Sequential{dnn.Merge{with = dnn.ReLU()}} end)
    fails("network: layer 1.with, ReLU takes 1 input, and gets 2",
      function() dnn.Sequential{dnn.Merge{dnn.Slice(1, 2), dnn.Slice(3, 4), with = dnn.ReLU()}} end)
    fails("network: layer 2, Bilinear(in1_features = 3, in2_features = 4 -> 5) takes 2 inputs, and gets 1; " ..
      "dnn.Merge{layers..., with = layer} gives it several",
      function() dnn.Sequential{dnn.ReLU(), dnn.Bilinear(3, 4, 5)} end)
    fails("network: layer 1.with, Bilinear(in1_features = 3, in2_features = 4 -> 5): needs 3 features and 4 at the " ..
      "same positions, but its inputs are 2 and 3 (the output of layer 1.1, Slice(first = 1, last = 2))",
      function()
        dnn.Sequential{dnn.Input(5), dnn.Merge{dnn.Slice(1, 2), dnn.Slice(3, 5), with = dnn.Bilinear(3, 4, 5)}}
      end)
  end)
end)

describe("Slice", function()
  it("says what does not fit", function()
    fails("Slice: the last feature, 2, comes before the first, 3", function() dnn.Slice(3, 2) end)
    fails("network: layer 1, Slice(first = 2, last = 4): takes channels 2 to 4, but its input is 5 x 6 x 3",
      function() dnn.Sequential{dnn.Input(5, 6, 3), dnn.Slice(2, 4)} end)
  end)

  it("takes the parts of examples as a list", function()
    local function branch(first, last)
      return dnn.Sequential{dnn.Slice(first, last), dnn.Linear(last - first + 1, 4)}
    end
    local net = dnn.Merge{branch(1, 3), branch(4, 5), with = dnn.CosineSimilarity()}
    local X1, X2 = dnn.randn(3, 6), dnn.randn(2, 6)
    local A = net:forward(dnn.cat({X1, X2}, 1)):copy()
    assert.is_true(net:forward{X1, X2} == A)
    assert.is_true(net{X1, X2} == A)
    assert.is_true(net:predict{X1, X2} == A)
    assert.same({5, 6}, {net:backward(A, {input_gradient = true}):size()})
    assert.is_true(net{X1, X2:gt(0):byte()} == net(dnn.cat({X1, X2:gt(0)}, 1)))
    fails("network: forward: input 2 has 5 columns, and input 1 6", function() net{X1, dnn.ones(2, 5)} end)
    fails("network: forward: input 2 must be a Matrix, got 3", function() net{X1, 3} end)
    fails("network: forward: input 2 is float64, the network float32", function() net{X1, X2:double()} end)
    fails("network: forward: input 1 requires a gradient", function() net{X1:copy():requires_grad_(), X2} end)
  end)
end)
