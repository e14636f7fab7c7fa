-- Layers that share a weight.
local dnn = require "dnn"
local fails = dofile "tests/lua/fails.lua"

local ids = dnn.Matrix{{1, 3, 5}, {2, 3, 4}, {5, 5, 1}}

local function tied(options)
  local tokens = dnn.Embedding(5, 4)
  local head = dnn.Linear(4, 5, {bias = options and options.bias or false}):tie(tokens)
  return dnn.Sequential({tokens, dnn.Tanh(), head}, options and {dtype = options.dtype})
end

describe("a Linear tied to an Embedding", function()
  it("has its weight, and both gradients add up", function()
    local net = tied{dtype = "float64", bias = true}
    local W = net[1].weight
    local free = dnn.Sequential({dnn.Embedding(5, 4), dnn.Tanh(), dnn.Linear(4, 5)}, {dtype = "float64"})
    free[1].weight, free[3].weight = W, W:t()
    assert.equal(0, dnn.max((net:forward(ids) - free:forward(ids)):abs()))
    local dA = dnn.randn(15, 3, {dtype = "float64"})
    for _ = 1, 2 do -- a second backward adds
      net:backward(dA)
      free:backward(dA)
    end
    local both = free[1].weight_grad + free[3].weight_grad:t()
    assert.is_true(dnn.max((net[1].weight_grad - both):abs()) < 1e-12)
    assert.is_true(dnn.max((net[3].bias_grad - free[3].bias_grad):abs()) < 1e-12)
    assert.equal(25, #net:parameters().values)
  end)

  it("starts as the Embedding does", function()
    local tokens = dnn.Embedding(500, 100)
    local net = dnn.Sequential{tokens, dnn.Linear(100, 500):tie(tokens)}
    assert.is_true(math.abs(dnn.std(net[2].weight) - 1) < 0.05) -- a Linear's would be 0.14
  end)

  it("passes the gradient check", function()
    local net = tied{dtype = "float64", bias = true}
    assert.is_true((dnn.gradcheck(net, dnn.MSELoss(), ids, dnn.randn(15, 3, {dtype = "float64"}))))
  end)

  it("keeps the tie in copies", function()
    local net = tied():copy()
    net[1].weight = dnn.ones(4, 5)
    assert.equal(1, net[3].weight:min())
    assert.equal(20, #net:parameters().values)
  end)

  it("is saved once, and loads PyTorch's files that have both names", function()
    local net, path = tied(), os.tmpname()
    assert(net:save(path))
    local state = assert(dnn.load(path))
    assert.is_nil(state["2.weight"])
    state["2.weight"] = state["0.weight"]
    local other = tied()
    other:load_state_dict(state)
    assert.equal(0, dnn.max((other[1].weight - net[1].weight):abs()))
    os.remove(path)
  end)

  it("is frozen with the Embedding alone", function()
    local net = tied{bias = true}
    net[1].requires_grad = false
    net:backward(net:forward(ids))
    dnn.optim.SGD(net:parameters(), {lr = 0.1}):step()
    assert.is_true(net[3].bias:any())
  end)

  it("says what cannot be tied", function()
    local tokens = dnn.Embedding(5, 4)
    fails("Linear: cannot be tied to Embedding(num_embeddings = 5, embedding_dim = 4): the weight of the one is 6 x 4 "
      .. "in files, of the other 5 x 4", function() dnn.Linear(4, 6):tie(tokens) end)
    fails("ReLU: cannot be tied: it has no weight", function() dnn.ReLU():tie(tokens) end)
    fails("Linear: tie: expected a layer, got nil", function() dnn.Linear(4, 5):tie(nil) end)
    local net = tied()
    fails("Linear: tie: it has its own weight already", function() net[3]:tie(tokens) end)
    fails("network: layer 2, Linear(4 -> 5): is tied to Embedding, which is not in this network",
      function() dnn.Sequential{dnn.Tanh(), dnn.Linear(4, 5):tie(tokens)} end)
  end)
end)
