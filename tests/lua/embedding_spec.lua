-- Embedding with sparse gradients; tests/lua/torch_layers holds its numbers to PyTorch's.
local dnn = require "dnn"
local fails = dofile "tests/lua/fails.lua"

local function same(A, B)
  return A:eq(B):mean() == 1
end

-- A sparse network and a dense one of the same values.
local function twins()
  local sparse = dnn.Sequential{dnn.Embedding(50, 3, {sparse = true}), dnn.Linear(3, 2)}
  local dense = dnn.Sequential{dnn.Embedding(50, 3), dnn.Linear(3, 2)}
  dense:parameters().values = sparse:parameters().values
  return sparse, dense
end

local function backward(net, ids)
  local A = net:forward(ids)
  net:backward(A)
end

local batches = {dnn.Matrix{{1, 7}, {7, 3}}, dnn.Matrix{{50, 2}, {3, 3}}, dnn.Matrix{{9, 9}, {1, 50}}}

describe("a sparse Embedding", function()
  it("has the gradients of a dense one, added up until a step", function()
    local sparse, dense = twins()
    for i, ids in ipairs(batches) do
      backward(sparse, ids)
      backward(dense, ids)
      if i == 2 then
        for _, net in ipairs{sparse, dense} do dnn.optim.SGD(net:parameters(), {lr = 0.1}):step() end
      end
      assert.is_true(same(sparse:parameters().grads, dense:parameters().grads))
    end
  end)

  it("learns by SGD as a dense one does", function()
    local sparse, dense = twins()
    local steps = {dnn.optim.SGD(sparse:parameters(), {lr = 0.3}), dnn.optim.SGD(dense:parameters(), {lr = 0.3})}
    for _ = 1, 3 do
      for _, ids in ipairs(batches) do
        for k, net in ipairs{sparse, dense} do
          backward(net, ids)
          dnn.clip_grad_norm_(net:parameters(), 0.5)
          steps[k]:step()
        end
      end
    end
    assert.is_true(same(sparse:parameters().values, dense:parameters().values))
  end)

  it("moves only the vectors whose ids occurred, with their part of Adam's state", function()
    local net = dnn.Sequential{dnn.Embedding(50, 3, {sparse = true})}
    local opt, W = dnn.optim.Adam(net:parameters(), {lr = 0.1}), net[1].weight
    local function step(ids)
      net:forward(ids)
      net:backward(dnn.ones(3 * ids.rows, 1))
      opt:step()
    end
    step(dnn.Matrix{4})
    local after = W:copy()
    step(dnn.Matrix{5})
    assert.is_true(same(W:col(4), after:col(4))) -- a dense one's would move on
    assert.is_false(same(W:col(5), after:col(5)))
    step(dnn.Matrix{4})
    -- Two equal gradients, at steps 1 and 3 of the optimiser: m = 0.19, v = 0.001999.
    local moved = 0.1 * (0.19 / (1 - 0.9 ^ 3)) / math.sqrt(0.001999 / (1 - 0.999 ^ 3))
    assert.is_true(math.abs((after:col(4) - W:col(4))(1, 1) - moved) < 1e-6)
  end)

  it("takes gradients that a script writes, and forgets them", function()
    local net = dnn.Sequential{dnn.Embedding(50, 3, {sparse = true})}
    local W = net[1].weight:copy()
    net[1].weight_grad = dnn.ones(3, 50)
    dnn.optim.SGD(net:parameters(), {lr = 1}):step()
    assert.is_true(dnn.max((W - net[1].weight - 1):abs()) < 1e-6)
    net:forward(dnn.Matrix{2})
    net:backward(dnn.ones(3, 1))
    assert.equal(3, net[1].weight_grad:sum())
    net:zero_grad()
    assert.is_false(net[1].weight_grad:any())
  end)

  it("starts from zero after zero_grad of its parameters", function()
    local sparse, dense = twins()
    for _, net in ipairs{sparse, dense} do
      local opt = dnn.optim.SGD(net:parameters(), {lr = 0.1})
      for _, ids in ipairs(batches) do
        local A = net:forward(ids)
        net:backward(A)
        opt:step()
        net:parameters():zero_grad()
      end
    end
    assert.is_true(same(sparse:parameters().values, dense:parameters().values))
  end)

  it("starts with 0 for its padding, which stays", function()
    local net = dnn.Sequential{dnn.Embedding(9, 2, {padding_idx = 9, sparse = true})}
    net:forward(dnn.Matrix{{9, 1}})
    net:backward(dnn.ones(2, 2))
    dnn.optim.SGD(net:parameters(), {lr = 1}):step()
    assert.is_false(net[1].weight:col(9):any())
  end)

  it("shortens vectors that are longer than max_norm, for good in training", function()
    local net = dnn.Sequential({dnn.Embedding(3, 2, {max_norm = 1})}, {dtype = "float64"})
    net[1].weight = dnn.Matrix({{3, 0.3, 6}, {4, 0.4, 8}}, {dtype = "float64"})
    local ids = dnn.Matrix{{1, 2}}
    assert.is_true(dnn.max((net:predict(ids) - dnn.Matrix({{0.6, 0.3}, {0.8, 0.4}}, {dtype = "float64"})):abs()) < 1e-6)
    assert.equal(3, net[1].weight(1, 1))
    net:forward(ids)
    assert.is_true(math.abs(net[1].weight:col(1):norm() - 1) < 1e-6)
    assert.equal(6, net[1].weight(1, 3)) -- nobody asked for it
  end)

  it("says what it cannot do", function()
    fails("Linear: cannot be tied: the gradient of Embedding is sparse",
      function() dnn.Linear(3, 50):tie(dnn.Embedding(50, 3, {sparse = true})) end)
    fails("Embedding: padding_idx 7 is not an id in 1..6", function() dnn.Embedding(6, 2, {padding_idx = 7}) end)
    fails("id 0 in row 2 of example 1 is not a whole number in 1..6; ids start at 1 here",
      function() dnn.Sequential{dnn.Embedding(6, 2)}(dnn.Matrix{1, 0}) end)
  end)
end)
