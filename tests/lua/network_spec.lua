-- dnn.Sequential and net:parameters(): running, reading, closing, and what a step leaves.
local dnn = require "dnn"

local float64 = {dtype = "float64"}

local function small(options)
  return dnn.Sequential({dnn.Linear(3, 4), dnn.ReLU(), dnn.Linear(4, 2), dnn.Sigmoid()}, options)
end

describe("a network", function()
  it("computes what the formulas say", function()
    local net = small(float64)
    local X = dnn.randn(3, 7, float64)
    local A1 = (net[1].W * X + net[1].b):relu()
    local A2 = (net[3].W * A1 + net[3].b):sigmoid()
    assert.is_true((net:forward(X) - A2):norm() < 1e-14)
    assert.is_true((net(X) - A2):norm() < 1e-14)
  end)

  it("takes the default type, or the one that is asked for", function()
    assert.equal("float32", small().dtype)
    assert.equal("float64", small(float64).dtype)
    assert.equal("float64", small(float64)[3].weight_grad.dtype)
  end)

  it("draws the same starting weights from the same seed", function()
    dnn.manual_seed(11)
    local one = small():parameters().values
    dnn.manual_seed(11)
    local two = small():parameters().values
    assert.is_true(one == two)
    assert.is_true(small({random = dnn.Random(1)}):parameters().values ==
      small({random = dnn.Random(1)}):parameters().values)
    assert.is_false(one == small():parameters().values)
  end)

  it("describes itself as a table of its layers", function()
    local text = tostring(small())
    assert.matches("1  Linear%(3 %-> 4%) +4 +16\n", text)
    assert.matches("total +26 ", text)
    assert.is_nil(text:match("\n$"))
    assert.equal(4, #small())
  end)

  it("gives the same output view as long as the number of examples stays", function()
    local net = small()
    local A = net:forward(dnn.randn(3, 5))
    assert.is_true(rawequal(A, net:forward(dnn.randn(3, 5))))
    local fewer = net:forward(dnn.randn(3, 2))
    assert.same({2, 2}, {fewer:size()})
    assert.is_false(rawequal(A, fewer))
  end)

  it("leaves an output that was handed out alone when larger buffers are needed", function()
    local net = small()
    local A = net:forward(dnn.randn(3, 2))
    local before = A:copy()
    net:forward(dnn.randn(3, 50))
    collectgarbage()
    assert.is_true(A == before)
  end)

  it("gives dX when asked, and the same with dX or without", function()
    local net = small(float64)
    local X, dA = dnn.randn(3, 7, float64), dnn.randn(2, 7, float64)
    net:forward(X)
    assert.is_nil(net:backward(dA))
    local without = net:parameters().grads:copy()
    net:zero_grad()
    local dX = net:backward(dA, {input_gradient = true})
    assert.is_true(net:parameters().grads == without)
    assert.is_true((dX - net[1].W:t() * net[1].dA):norm() < 1e-14)
    assert.is_true(rawequal(dX, net:backward(dA, {input_gradient = true})))
  end)

  it("does not write dX over an X that was a dX", function()
    local net = dnn.Sequential{dnn.Linear(3, 3)}
    net:forward(dnn.ones(3, 2))
    local X = net:backward(dnn.ones(3, 2), {input_gradient = true})
    local before = X:copy()
    net:forward(X)
    net:backward(dnn.full(3, 2, 5), {input_gradient = true})
    assert.is_true(X == before)
  end)

  it("adds gradients up until they are used", function()
    local net = small(float64)
    local dA = dnn.randn(2, 7, float64)
    net:forward(dnn.randn(3, 7, float64))
    net:backward(dA)
    local once = net:parameters().grads:copy()
    net:backward(dA)
    assert.is_true((net:parameters().grads - 2 * once):norm() < 1e-14)
    net:update(0)
    net:backward(dA)
    assert.is_true(net:parameters().grads == once)
    net:zero_grad()
    assert.equal(0, net:parameters().grads:norm())
  end)

  it("updates as the tutorial does: W = W - learning_rate * dW", function()
    local net = small(float64)
    net:backward(net:forward(dnn.randn(3, 7, float64)))
    local W, dW = net[1].W:copy(), net[1].dW:copy()
    net:update(0.25)
    assert.is_true((net[1].W - (W - 0.25 * dW)):norm() < 1e-15)
    assert.is_true(net[1].dW == dW) -- a used gradient can still be read
  end)

  it("gives one gradient norm for each layer with parameters, with names", function()
    local net = small(float64)
    net:backward(net:forward(dnn.randn(3, 7, float64)))
    local norms = net:grad_norms()
    assert.equal(2, #norms)
    assert.same({"1 Linear", "3 Linear"}, norms.names)
    assert.near(math.sqrt(net[3].dW:norm() ^ 2 + net[3].db:norm() ^ 2), norms[2], 1e-14)
    assert.is_true(rawequal(norms, net:grad_norms(norms)))
  end)

  it("takes X that is a view of columns", function()
    local net = small(float64)
    local X = dnn.randn(3, 9, float64)
    local whole = net:forward(X):copy()
    assert.is_true(net:forward(X:cols_range(4, 6)) == whole:cols_range(4, 6))
  end)
end)

describe("the parameters", function()
  it("are one object of two flat vectors, of which the layers' matrices are views", function()
    local net = small()
    local p = net:parameters()
    assert.is_true(rawequal(p, net:parameters()))
    assert.equal(4, #p)
    assert.equal(3 * 4 + 4 + 4 * 2 + 2, p.count)
    assert.same({p.count, 1}, {p.values:size()})
    assert.equal("float32", p.dtype)
    p.values:fill_(0.5)
    assert.is_true(net[3].weight == dnn.full(2, 4, 0.5))
    assert.is_true(rawequal(p[2], net[1].bias))
    assert.is_nil(p[5])
    assert.equal("Parameters (26 numbers in 4 matrices, float32)\n  0.weight: 4 x 3\n  0.bias: 4 x 1\n"
      .. "  2.weight: 2 x 4\n  2.bias: 2 x 1", tostring(p))
  end)

  it("are iterated with names, in the order of the vector", function()
    local net = small()
    local names = {}
    for name, W, dW in net:parameters():pairs() do
      names[#names + 1] = name
      assert.is_true(rawequal(W, net[tonumber(name:match("%d")) + 1][name:match("%a+")]))
      assert.same({W:size()}, {dW:size()})
    end
    assert.same({"0.weight", "0.bias", "2.weight", "2.bias"}, names)
    local count = 0
    for _ in pairs(net:parameters()) do count = count + 1 end
    assert.equal(4, count)
  end)

  it("take gradients that were computed elsewhere, ready for a step", function()
    local net = small(float64)
    local p = net:parameters()
    p.values = dnn.ones(p.count, 1, float64)
    p.grads = dnn.full(p.count, 1, 2, float64)
    net:update(0.25)
    assert.is_true(p.values == dnn.full(p.count, 1, 0.5, float64))
    net[1].weight_grad = dnn.ones(4, 3)
    net:update(0.5)
    assert.is_true(net[1].weight == dnn.zeros(4, 3, float64))
  end)

  it("are none in a network without any", function()
    local net = dnn.Sequential{dnn.Tanh()}
    local p = net:parameters()
    assert.equal(0, #p)
    assert.equal(0, p.count)
    assert.same({0, 1}, {p.values:size()})
    net:backward(net:forward(dnn.ones(2, 2)))
    net:update(1)
    assert.same({names = {}}, net:grad_norms())
  end)
end)

describe("a training step", function()
  local function trainer(optimiser)
    local net = small()
    local X, Y = dnn.randn(3, 30), dnn.rand(2, 30)
    local loss, opt = dnn.BCELoss(), dnn.optim[optimiser](net:parameters(), {lr = 0.01})
    local norms = {}
    return function()
      local A = net:forward(X)
      loss:forward(A, Y)
      net:backward(loss:backward())
      opt:step()
      net:grad_norms(norms)
      return net[2].A, net[1].dW
    end
  end

  for _, optimiser in ipairs{"SGD", "Adam", "AdamW"} do
    it("with " .. optimiser .. " makes no garbage and no allocation at all", function()
      local step = trainer(optimiser)
      for _ = 1, 3 do step() end
      collectgarbage()
      collectgarbage("stop")
      local bytes, blocks = collectgarbage("count"), dnn.allocation_count()
      for _ = 1, 100 do step() end
      local bytes_after, blocks_after = collectgarbage("count"), dnn.allocation_count()
      collectgarbage("restart")
      assert.equal(bytes, bytes_after)
      assert.equal(blocks, blocks_after)
    end)
  end
end)

describe("closing", function()
  it("can be done twice, and by leaving a block; tostring says so", function()
    local kept
    do
      local net <close> = small()
      kept = net
      net:forward(dnn.randn(3, 2))
    end
    kept:close()
    kept:close()
    assert.equal("Sequential (closed)", tostring(kept))
  end)

  it("leaves the parameters and the optimiser with a text", function()
    local net = small()
    local p = net:parameters()
    local opt = dnn.optim.SGD(p, {lr = 1})
    net:close()
    assert.equal("Parameters (of a network that is closed)", tostring(p))
    assert.matches("^SGD%(lr = 1.0", tostring(opt))
  end)

  it("leaves every matrix that was handed out readable", function()
    local net = small()
    local X = dnn.randn(3, 6)
    local A = net:forward(X)
    net:backward(A)
    local all = {A, net[1].W, net[1].dW, net[2].Z, net[3].dA, net:parameters().values, net:parameters().grads}
    local copies = {}
    for i, M in ipairs(all) do copies[i] = M:copy() end
    net:close()
    collectgarbage()
    for _ = 1, 20 do dnn.full(20, 20, 1) end
    for i, M in ipairs(all) do assert.is_true(M == copies[i]) end
  end)

  it("is done by the collector, also when all objects go at once", function()
    for _ = 1, 20 do
      local net = small()
      local loss, opt = dnn.MSELoss(), dnn.optim.Adam(net:parameters())
      loss:forward(net:forward(dnn.ones(3, 2)), dnn.ones(2, 2))
      net:backward(loss:backward())
      opt:step()
      setmetatable({}, {__gc = function()
        pcall(function()
          net:forward(dnn.ones(3, 2))
          net[1].W:norm()
          opt:step()
        end)
      end})
    end
    collectgarbage()
    collectgarbage()
  end)

  it("keeps a network alive as long as an optimiser or a layer needs it", function()
    local opt, layer
    do
      local net = small()
      opt, layer = dnn.optim.SGD(net:parameters(), {lr = 1}), net[1]
      net:backward(net:forward(dnn.ones(3, 2)))
    end
    collectgarbage()
    collectgarbage()
    local W, dW = layer.W:copy(), layer.dW:copy()
    opt:step()
    assert.is_true((layer.W - (W - dW)):norm() < 1e-6)
  end)
end)

describe("a network too large for any memory", function()
  it("is refused by name, also when each of its parameters would fit", function()
    local same = function(_, X) return X end
    local layers = {}
    for i = 1, 32 do
      layers[i] = dnn.Layer {parameters = {weight = {1 << 30, 1 << 29}}, forward = same, backward = same}
    end
    assert.error_matches(function() dnn.Sequential(layers) end,
      "layer 1, Layer: with its weight of 1073741824 x 536870912 the network's values do not fit in memory",
      1, true)
  end)

  it("is refused where the size of an example or of an output is no number of 64 bits", function()
    local image = {1755388227, 1477777591, 64} -- their product is 26589504 in 64 bits
    for _, layer in ipairs {dnn.ReLU(), dnn.Flatten(), dnn.Conv2d(64, 1, 1, {stride = 1 << 30}), dnn.PixelShuffle(8),
      dnn.Dropout2d(0.5), dnn.Upsample(2)} do
      assert.error_matches(function() dnn.Sequential({layer}, {input = image}) end,
        "network: an example of 1755388227 x 1477777591 x 64 is too large", 1, true)
    end
    assert.error_matches(function() dnn.Sequential({dnn.Upsample {size = {1755388227, 1477777591}}},
      {input = {1, 1, 64}}) end, "its output of 1755388227 x 1477777591 x 64 is too large", 1, true)
  end)

  it("has no cache of so many steps that their bytes are no such number", function()
    local layers = {}
    for i = 1, 16 do layers[i] = dnn.MultiheadAttention(4, 1, {causal = true}) end
    local net = dnn.Sequential(layers, {input = {3, 4}})
    for _, steps in ipairs {1 << 54, 1 << 55, 1 << 57, math.maxinteger} do
      assert.is_false(pcall(net.cache, net, steps))
      assert.is_false(pcall(net.cache, net, 1 << 20, steps >> 20))
    end
    assert.error_matches(function() net:cache(1 << 55) end,
      "a cache of 36028797018963968 steps of 1 examples is too large", 1, true)
  end)
end)
