-- A recurrent layer that alone reads an Embedding computes with each id once: the same outputs to the bit as without,
-- and the same gradients but for rounding. An Embedding with max_norm, so high that it shortens nothing, goes without.
local dnn = require "dnn"

local F64 <const> = {dtype = "float64"}
local IDS <const>, STEPS <const>, EXAMPLES <const> = 7, 5, 4
local threads = dnn.get_num_threads()

local function near(A, B) assert.is_true(dnn.max((A - B):abs()) < 1e-12) end

local function network(way, options)
  dnn.manual_seed(3)
  local layers = {
    dnn.Embedding(IDS, 3, {max_norm = way == "alone" and 1e30 or nil, padding_idx = options.padding_idx}),
    dnn[options.cell](3, 18, options.layers, options.settings),
    dnn.Linear((options.settings or {}).bidirectional and 36 or 18, 2),
  }
  return dnn.Sequential(layers, {dtype = options.dtype or "float64", keep = options.keep})
end

local function ids(examples)
  dnn.manual_seed(5)
  return (dnn.rand(STEPS, examples) * (IDS - 1)):byte():float() + 1
end

-- Output and gradients of one batch of each number of examples, the gradients added up.
local function results(net, batches, side)
  local list = {}
  for _, examples in ipairs(batches or {EXAMPLES}) do
    local A = net:forward(ids(examples), side)
    list[#list + 1] = A:copy()
    net:backward(A:copy())
  end
  return list, net:parameters().grads:copy()
end

local function compare(options)
  local as, grads = results(network("table", options), options.batches, options.side)
  local bs, others = results(network("alone", options), options.batches, options.side)
  for i, A in ipairs(as) do assert.is_true(A == bs[i]) end
  near(grads, others)
  assert.is_true(dnn.max(grads:abs()) > 0)
end

describe("a recurrent layer on an Embedding", function()
  after_each(function() dnn.set_num_threads(threads) end)

  for _, cell in ipairs{"RNN", "LSTM", "GRU"} do
    it("has the outputs and gradients of one that reads vectors: " .. cell, function()
      compare{cell = cell}
      compare{cell = cell, keep = false}
      compare{cell = cell, layers = 2, settings = {bias = false}, keep = false}
      compare{cell = cell, layers = 2, settings = {bidirectional = true}, keep = false}
      compare{cell = cell, padding_idx = 2, side = {lengths = dnn.Matrix{{5, 1, 3, 2}}}}
      compare{cell = cell, settings = {stateful = true}, batches = {4, 4}}
      compare{cell = cell, batches = {4, 1, 3}} -- too few ids in the second to pay
    end)

    it("has the same bits on any number of threads, and whatever is kept: " .. cell, function()
      local list, first
      for _, keep in ipairs{true, false} do
        for count = 1, 3 do
          dnn.set_num_threads(count)
          local net = network("table", {cell = cell, dtype = "float32", keep = keep})
          local as, grads = results(net, {40, 17})
          list, first = list or as, first or grads
          assert.is_true(as[1] == list[1] and as[2] == list[2] and grads == first)
        end
      end
    end)
  end

  it("gives the gradient of what the Embedding puts out where it is kept", function()
    local a, b = network("table", {cell = "LSTM"}), network("alone", {cell = "LSTM"})
    results(a)
    results(b)
    assert.is_true(a[1].dA == b[1].dA)
  end)

  it("learns with either of them frozen", function()
    for frozen = 1, 2 do
      local gradients = {}
      for i, way in ipairs{"table", "alone"} do
        local net = network(way, {cell = "GRU", keep = false})
        net[frozen].requires_grad = false
        results(net)
        gradients[i] = frozen == 2 and net[1].weight_grad or net[2].weight_ih_l0_grad
      end
      near(gradients[1], gradients[2])
      assert.is_true(dnn.max(gradients[1]:abs()) > 0)
    end
  end)

  it("keeps the list of ids whose gradients are not 0", function()
    local function sparse(max_norm)
      dnn.manual_seed(3)
      local net = dnn.Sequential({dnn.Embedding(IDS, 3, {sparse = true, max_norm = max_norm}), dnn.LSTM(3, 4)}, F64)
      local opt = dnn.optim.SGD(net:parameters(), {lr = 0.1, momentum = 0.9})
      for step = 1, 3 do
        local X = ids(EXAMPLES)
        net:backward(net:forward(dnn.minimum(X, step + 1)):copy())
        opt:step()
      end
      return net:parameters().values:copy()
    end
    near(sparse(), sparse(1e30))
  end)
end)
