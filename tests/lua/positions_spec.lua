-- Positional encodings, and layers that only change the shape of an example. Their numbers are held to PyTorch's by
-- torch_layers.
local dnn = require "dnn"
local fails = dofile "tests/lua/fails.lua"

describe("PositionalEncoding", function()
  it("adds sines and cosines of the step, from 0", function()
    local net = dnn.Sequential({dnn.Input(300, 4), dnn.PositionalEncoding(4)}, {dtype = "float64"})
    local A = net:forward(dnn.zeros(1200, 2, {dtype = "float64"})):col(2):reshape(4, 300)
    for _, t in ipairs{0, 1, 17, 299} do
      assert.near(math.sin(t), A(1, t + 1), 1e-12)
      assert.near(math.cos(t), A(2, t + 1), 1e-12)
      assert.near(math.sin(t / 100), A(3, t + 1), 1e-12)
      assert.near(math.cos(t / 100), A(4, t + 1), 1e-12)
    end
  end)

  it("goes on with the place of the last step when there is a cache", function()
    local net = dnn.Sequential{dnn.PositionalEncoding(4, {max_len = 7})}
    local X = dnn.randn(28, 3)
    local whole, cache = net:predict(X), net:cache(9, 3)
    local last = 0
    for _, count in ipairs{2, 1, 4} do
      local part = net:predict(X:rows_range(4 * last + 1, 4 * (last + count)), {cache = cache})
      local difference = part - whole:rows_range(4 * last + 1, 4 * (last + count))
      assert.is_true(dnn.max(difference:abs()) < 1e-6)
      last = last + count
    end
    fails("PositionalEncoding(embedding_dim = 4, max_len = 7): takes sequences of up to 7 steps, but there are 8; " ..
      "set max_len", function() net:predict(X:rows_range(1, 4), {cache = cache}) end)
  end)

  it("says when a sequence is too long", function()
    fails("network: layer 1, PositionalEncoding(embedding_dim = 4, max_len = 10): takes sequences of up to 10 " ..
      "steps, but its input has 11; set max_len",
      function() dnn.Sequential{dnn.Input(11, 4), dnn.PositionalEncoding(4, {max_len = 10})} end)
    fails("network: layer 1, PositionalEncoding(embedding_dim = 4): needs 4 features, but its input is 6 x 5",
      function() dnn.Sequential{dnn.Input(6, 5), dnn.PositionalEncoding(4)} end)
  end)
end)

describe("PositionalEmbedding", function()
  it("adds the vectors of as many places as there are steps, and leaves the others alone", function()
    local net = dnn.Sequential{dnn.Input(2, 3), dnn.PositionalEmbedding(4, 3)}
    net[1].weight = dnn.arange(1, 12):reshape(3, 4)
    assert.same({{11}, {12}, {13}, {14}, {15}, {16}}, net:forward(dnn.full(6, 1, 10)):table())
    net[1].weight_grad:fill_(7)
    net:forward(dnn.zeros(6, 2))
    net:backward(dnn.ones(6, 2))
    assert.same({{2, 2, 0, 0}, {2, 2, 0, 0}, {2, 2, 0, 0}}, net[1].weight_grad:table())
  end)
end)

describe("Reshape and Permute", function()
  it("keep the order of the elements, and exchange axes", function()
    local X = dnn.arange(1, 6):reshape(6, 1)
    assert.is_true(dnn.Sequential{dnn.Input(2, 3), dnn.Reshape(3, 2)}:forward(X) == X)
    local turned = dnn.Sequential{dnn.Input(2, 3), dnn.Permute(2, 1)}:forward(X)
    assert.same({{1}, {4}, {2}, {5}, {3}, {6}}, turned:table())
  end)

  it("learn the number of rows from the shape", function()
    local net = dnn.Sequential{dnn.Reshape(4, 4, 2), dnn.Conv2d(2, 3, 3)}
    assert.same({2, 2, 3}, net.output_shape)
    fails("network: layer 1, Reshape(size1 = 4, size2 = 4, size3 = 2): needs 32 rows (features), X is 30 x 1; " ..
      "columns are examples, and in_features is the number of rows", function() net:forward(dnn.rand(30, 1)) end)
  end)

  it("say what does not fit", function()
    fails("network: layer 1, Reshape(size1 = 3, size2 = 5): needs 15 features, but its input is 4 x 4",
      function() dnn.Sequential{dnn.Input(4, 4), dnn.Reshape(3, 5)} end)
    fails("network: layer 1, Reshape(size1 = 3, size2 = 5): makes 3 x 5, 15 elements, but its input is 2 x 15, 30",
      function() dnn.Sequential{dnn.Input(2, 15), dnn.Reshape(3, 5)} end)
    fails("Reshape: size3 is given, but size2 is missing", function() dnn.Reshape(3, {size3 = 5}) end)
    fails("Permute: the axes must be the numbers 1 to 2 in some order", function() dnn.Permute(1, 1) end)
    fails("Permute: the axes must be the numbers 1 to 3 in some order", function() dnn.Permute(4, 1, 2) end)
    fails("network: layer 1, Permute(axis1 = 2, axis2 = 1): needs a sequence of steps x features, but its input is 5",
      function() dnn.Sequential{dnn.Input(5), dnn.Permute(2, 1)} end)
  end)
end)
