-- RNN, LSTM and GRU in a network: the state that they carry, padded batches, and what they refuse. Their numbers are
-- held against PyTorch's by torch_layers_spec.lua, their gradients against differences by test_layer_cases.c.
local dnn = require "dnn"
local fails = dofile "tests/lua/fails.lua"
local program = dofile "tests/lua/program.lua"

local F64 <const> = {dtype = "float64"}
local CELLS <const> = {"RNN", "LSTM", "GRU"}

local function network(cell, options)
  dnn.manual_seed(3)
  return dnn.Sequential({dnn[cell](2, 3, 2, options), dnn.Linear(3, 2)}, F64)
end

-- Steps [from, to] of sequences of 2 features.
local function steps(X, from, to) return X:rows_range(2 * from - 1, 2 * to):copy() end

local function near(A, B) assert.is_true(dnn.max((A - B):abs()) < 1e-12) end

-- Gradients of a batch, added up over parts of each of some sizes.
local function same_from_parts(net, X, sizes)
  local dA = dnn.randn(net(X).rows, X.cols, F64)
  local whole
  for _, size in ipairs(sizes) do
    net:zero_grad()
    for first = 1, X.cols, size do
      local last = math.min(first + size - 1, X.cols)
      net(X:cols_range(first, last))
      net:backward(dA:cols_range(first, last))
    end
    local grads = net:parameters().grads:copy()
    whole = whole or grads
    near(whole / dnn.max(whole:abs()), grads / dnn.max(whole:abs()))
  end
end

describe("a recurrent layer", function()
  for _, cell in ipairs(CELLS) do
    it("has the same gradients from a large batch, some steps at a time, as from its parts: " .. cell, function()
      dnn.manual_seed(3)
      local net = dnn.Sequential({dnn[cell](5, 40, 2)}, F64)
      same_from_parts(net, dnn.randn(25 * 5, 300, F64), {300, 20})
    end)

    it("has them from two groups of examples as from one: " .. cell, function()
      for _, setting in ipairs{{bidirectional = true}, {bias = false}, {output = "last", bidirectional = true}} do
        dnn.manual_seed(3)
        local net = dnn.Sequential({dnn[cell](5, 6, 2, setting)}, F64)
        same_from_parts(net, dnn.randn(4 * 5, 21, F64), {21, 8, 1})
      end
    end)
  end
end)

describe("a recurrent layer that carries its state", function()
  for _, cell in ipairs(CELLS) do
    it("goes on where it was: " .. cell, function()
      local whole, parts = network(cell), network(cell, {stateful = true})
      local X = dnn.randn(8, 5, F64)
      local A = whole(X)
      local first = parts(steps(X, 1, 1)):copy()
      near(first, A:rows_range(1, 2))
      near(parts(steps(X, 2, 4)), A:rows_range(3, 8))
      assert.is_true(whole[1].state == parts[1].state)
    end)

    it("begins from 0 after a reset, with any number of examples: " .. cell, function()
      local net = network(cell, {stateful = true})
      local X = dnn.randn(8, 5, F64)
      local A = net(X):copy()
      assert.is_false(net(X) == A)
      assert.is_true(net:reset_state()(X) == A)
      fails("its state is of 5 examples, and X has 2; net:reset_state()",
      function() net(X:cols_range(1, 2)) end)
      assert.is_true(net:reset_state()(X:cols_range(1, 2)) == A:cols_range(1, 2))
    end)
  end

  it("takes a state and gives a copy of it", function()
    local net = network("LSTM", {stateful = true})
    assert.is_nil(net[1].state)
    net(dnn.randn(8, 5, F64))
    local state, X = net[1].state, dnn.randn(8, 5, F64)
    assert.same({12, 5}, {state:size()}) -- H and C of two layers
    local A = net(X):copy()
    net[1].state = state
    assert.is_true(net(X) == A)
    net[1].state = state:cols_range(2, 3)
    near(net(X:cols_range(2, 3)), A:cols_range(2, 3))
    net[1].state = nil
    assert.is_nil(net[1].state)
  end)

  it("refuses what is not its state", function()
    local net, forgets = network("GRU", {stateful = true}), network("GRU")
    fails("its state has 6 rows and a column for each example, not 5 x 2",
      function() net[1].state = dnn.ones(5, 2) end)
    fails("GRU: state must be a Matrix, got 3",
      function() net[1].state = 3 end)
    fails("every forward starts from 0; a layer made with {stateful",
      function() forgets[1].state = dnn.ones(6, 2) end)
    fails("no layer carries a state 'train/7'",
      function() net:load_states{["train/7"] = dnn.ones(6, 2)} end)
    fails("Linear has no field 'state'",
      function() return net[2].state end)
  end)

  it("keeps training and evaluation apart", function()
    local net = network("GRU", {stateful = true})
    local X = dnn.randn(8, 5, F64)
    net(X)
    local state = net[1].state
    net:predict(X:cols_range(1, 1))
    net:eval()
    net(X:cols_range(2, 2))
    net:reset_state()
    assert.is_true(net:train()[1].state == state)
  end)

  it("sends no gradient through the state", function()
    local net = network("LSTM", {stateful = true})
    local X = dnn.randn(8, 5, F64)
    net(X)
    assert.is_true((dnn.gradcheck(net, dnn.MSELoss(), X, dnn.randn(8, 5, F64))))
    assert.is_true(net[1].state:size() == 12) -- and the check has left one
  end)

  it("is as before after a forward that failed", function()
    local net = dnn.Sequential({dnn.Embedding(5, 2), dnn.GRU(2, 3, {stateful = true}),
      dnn.Layer{forward = function(_, X)
        if X(1, 1) ~= X(1, 1) then error "no numbers" end
        return X
      end, backward = function(_, dA) return dA end}}, F64)
    local ids = dnn.ones(4, 2)
    net(ids)
    local state = net[2].state
    net[1].weight = dnn.full(2, 5, 0 / 0)
    fails("no numbers",
      function() net(ids) end)
    assert.is_true(net[2].state == state)
  end)

  it("is copied with its network, and part of its checkpoints", function()
    local net = network("LSTM", {stateful = true})
    local X = dnn.randn(8, 5, F64)
    net(X)
    net:predict(X)
    local folder = program.folder()
    assert(dnn.checkpoint.save(folder .. "/net", {net = net}))
    local twin, loaded = net:copy(), network("LSTM", {stateful = true})
    assert(dnn.checkpoint.load(folder .. "/net", {net = loaded}))
    program.remove(folder)
    local A, E = net(X), net:predict(X)
    assert.is_true(twin(X) == A and loaded(X) == A)
    assert.is_true(twin:predict(X) == E and loaded:predict(X) == E)
    assert.is_nil(net:state_dict()["train/0"])
  end)

  it("can be in a network only once", function()
    local gru = dnn.GRU(2, 2, {stateful = true})
    fails("a stateful layer can be called only once in a network",
      function() dnn.Sequential{dnn.Input(4, 2), gru, gru}:forward(dnn.ones(8, 1)) end)
  end)
end)

describe("padded batches", function()
  local X = dnn.randn(8, 3, F64)
  local L = dnn.Matrix{{4, 1, 3}}

  for _, cell in ipairs(CELLS) do
    it("are computed as their examples by themselves are: " .. cell, function()
      for _, output in ipairs{"all", "last"} do
        local net = dnn.Sequential({dnn[cell](2, 3, 2, {bidirectional = true, output = output})}, F64)
        local A, state = net(X, {lengths = L}):copy(), net[1].state
        for j = 1, 3 do
          local n = math.tointeger(L(1, j))
          local alone = net(steps(X:cols_range(j, j), 1, n))
          near(A:cols_range(j, j):rows_range(1, alone.rows), alone)
          near(state:cols_range(j, j), net[1].state)
          if n < 4 and output == "all" then
            assert.equal(0, dnn.max(A:cols_range(j, j):rows_range(alone.rows + 1, A.rows):abs()))
          end
        end
      end
    end)
  end

  it("whatever the padding holds", function()
    local net = network("LSTM", {bidirectional = false})
    local lstm = dnn.Sequential({dnn.Input(4, 2), dnn.LSTM(2, 3, {bidirectional = true})}, F64)
    local other = X:copy()
    for _, place in ipairs{{8, 2}, {3, 2}, {7, 3}} do other:set(place[1], place[2], 1e3) end
    assert.is_true(lstm(X, {lengths = L}):copy() == lstm(other, {lengths = L}))
    local dX = net:backward(net(other, {lengths = L}), {input_gradient = true})
    assert.equal(0, dX(8, 2))
  end)

  it("have lengths that fit", function()
    local net = network("GRU")
    local function with(lengths) return function() net(X, {lengths = lengths}) end end
    fails("layer 1, GRU(input_size = 2, hidden_size = 3, num_layers = 2): the length of example 2 is 5, and the "
      .. "sequence has 4 steps",
      with(dnn.Matrix{{4, 5, 3}}))
    fails("the length of example 2 is 0; lengths are whole numbers from 1",
      with(dnn.Matrix{{4, 0, 3}}))
    fails("the length of example 3 is 2.5; lengths are whole numbers from 1",
      with(dnn.Matrix{{4, 2, 2.5}}))
    fails("lengths must be 1 x 3, a number for each example of X, not 1 x 4",
      with(dnn.ones(1, 4)))
    assert.is_true(net(X, {lengths = L}):copy() == net(X, {lengths = L:t():int()}))
  end)
end)

describe("a recurrent layer", function()
  it("has as many layers as files name", function()
    assert.equal(16 * 4, #dnn.LSTM(2, 3, 16):parameters())
    fails("LSTM: num_layers is 17, at most 16 are possible; put several of them into a Sequential",
      function() dnn.LSTM(2, 3, 17) end)
    fails("GRU: num_layers is 9, at most 8 are possible in two directions; put several",
      function() dnn.GRU(2, 3, 9, {bidirectional = true}) end)
    assert.same({9, 3}, {dnn.GRU(2, 3, {bidirectional = true}).weight_hh_l0_reverse:size()})
  end)

  it("refuses dropout where there is nothing between layers", function()
    fails("RNN: dropout acts between layers, and there is one",
      function() dnn.RNN(2, 3, {dropout = 0.5}) end)
  end)

  it("drops between layers in training alone", function()
    local net = network("RNN", {dropout = 0.5})
    local X = dnn.randn(8, 50, F64)
    local A = net(X):copy()
    assert.is_false(net(X) == A)
    assert.is_true(net:predict(X) == net:predict(X))
  end)

  it("computes the same bits on any number of threads", function()
    local threads, bits = dnn.get_num_threads(), {}
    for _, n in ipairs{1, 2, 3} do
      dnn.set_num_threads(n)
      dnn.manual_seed(1)
      local net = dnn.Sequential{dnn.Input(6, 20), dnn.LSTM(20, 40, 2, {bidirectional = true, dropout = 0.1})}
      net:backward(net(dnn.randn(120, 33)))
      bits[n] = {net[1].A:copy(), net:parameters().grads:copy()}
    end
    dnn.set_num_threads(threads)
    assert.is_true(bits[1][1] == bits[2][1] and bits[1][1] == bits[3][1])
    assert.is_true(bits[1][2] == bits[2][2] and bits[1][2] == bits[3][2])
  end)
end)
