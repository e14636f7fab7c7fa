-- Attention and what is built of it, as a script uses it; tests/lua/torch_layers holds its numbers to PyTorch's.
local dnn = require "dnn"
local fails = dofile "tests/lua/fails.lua"

local function same(A, B)
  return A:eq(B):mean() == 1
end

describe("MultiheadAttention", function()
  it("sees nothing of later steps when it is causal", function()
    local net = dnn.Sequential{dnn.Input(6, 8), dnn.MultiheadAttention(8, 2, {causal = true})}
    local X = dnn.randn(48, 1)
    local A = net:predict(X)
    X:rows_range(33, 48):fill_(5)
    local B = net:predict(X)
    assert.is_true(same(A:rows_range(1, 32), B:rows_range(1, 32)))
    assert.is_false(same(A:rows_range(33, 48), B:rows_range(33, 48)))
  end)

  it("has PyTorch's values", function()
    local layer = dnn.MultiheadAttention(4, 2)
    assert.same({12, 4}, {layer.in_proj_weight:size()})
    assert.same({12, 1}, {layer.in_proj_bias:size()})
    assert.same({4, 4}, {layer["out_proj.weight"]:size()})
    assert.same({4, 1}, {layer["out_proj.bias"]:size()})
  end)

  it("drops weights in training alone", function()
    local net = dnn.Sequential{dnn.Input(5, 4), dnn.MultiheadAttention(4, 2, {dropout = 0.5})}
    local X = dnn.randn(20, 3)
    assert.is_false(same(net:forward(X):copy(), net:forward(X)))
    assert.is_true(same(net:predict(X), net:predict(X)))
  end)

  it("gives 0 to a step that may see no other", function()
    local net = dnn.Sequential{dnn.Input(2, 4), dnn.MultiheadAttention(4, 2, {bias = false})}
    local A = net(dnn.randn(8, 1), {mask = dnn.Matrix{{1, 1}, {0, 1}}:byte()})
    assert.is_false(A:rows_range(1, 4):any())
    assert.is_true(A:rows_range(5, 8):any())
  end)

  it("says what does not fit", function()
    local net = dnn.Sequential{dnn.Input(3, 4), dnn.MultiheadAttention(4, 2)}
    local X = dnn.ones(12, 2)
    fails("MultiheadAttention(embed_dim = 4, num_heads = 2): the mask must be 3 x 3, queries by keys, got 3 x 2",
      function() net(X, {mask = dnn.zeros(3, 2)}) end)
    fails("the mask is float32 and all 0 and 1; numbers are added to the scores: convert a boolean one with mask:by",
      function() net(X, {mask = dnn.eye(3)}) end)
    fails("the mask is float64; it must be uint8", function() net(X, {mask = dnn.zeros(3, 3):double()}) end)
    fails("the length of example 2 is 4, and the sequence has 3 steps",
      function() net(X, {lengths = dnn.Matrix{{3, 4}}}) end)
    local cross = dnn.Merge{dnn.Slice(1, 2), dnn.Slice(3, 4), with = dnn.MultiheadAttention(2, 1)}
    fails("a mask was given, but no layer takes one",
      function() dnn.Sequential{dnn.Input(3, 4), cross}(X, {mask = dnn.zeros(3, 3)}) end)
    fails("a mask was given, but no layer takes one",
      function() dnn.Sequential{dnn.ReLU()}:forward(X, {mask = dnn.eye(12)}) end)
    fails("MultiheadAttention: embed_dim 10 is not a multiple of the 3 heads, which share it in equal parts",
      function() dnn.MultiheadAttention(10, 3) end)
    fails("MultiheadAttention(embed_dim = 8, num_heads = 2): needs 8 features, but its input is 5 x 6",
      function() dnn.Sequential{dnn.Input(5, 6), dnn.MultiheadAttention(8, 2)} end)
    fails("it is dnn.MultiheadAttention(embed_dim, num_heads) here, as in PyTorch",
      function() return dnn.MultiHeadAttention(8, 2) end)
  end)
end)

describe("TransformerEncoderLayer", function()
  local function block()
    return dnn.TransformerEncoderLayer(8, 2, {dim_feedforward = 12})
  end

  it("passes the gradient check", function()
    for _, first in ipairs{true, false} do
      local layer = dnn.TransformerEncoderLayer(4, 2,
        {dim_feedforward = 6, norm_first = first, activation = "gelu", causal = first})
      local net = dnn.Sequential({dnn.Input(3, 4), layer, layer}, {dtype = "float64"})
      local X, Y = dnn.randn(12, 2, {dtype = "float64"}), dnn.randn(12, 2, {dtype = "float64"})
      assert.is_true((dnn.gradcheck(net, dnn.MSELoss(), X, Y)))
    end
  end)

  it("has PyTorch's names in files and its layers by them", function()
    local net, names = dnn.Sequential{dnn.Input(5, 8), block()}, {}
    for name in pairs(net:state_dict()) do names[#names + 1] = name end
    table.sort(names)
    assert.same({"0.linear1.bias", "0.linear1.weight", "0.linear2.bias", "0.linear2.weight", "0.norm1.bias",
      "0.norm1.weight", "0.norm2.bias", "0.norm2.weight", "0.self_attn.in_proj_bias", "0.self_attn.in_proj_weight",
      "0.self_attn.out_proj.bias", "0.self_attn.out_proj.weight"}, names)
    assert.equal("Linear", net[1].linear2.name)
    assert.same({12, 8}, {net[1].linear1.weight:size()})
    assert.same({24, 8}, {net[1].self_attn.in_proj_weight:size()})
  end)

  it("is copied whole, with modes and frozen layers", function()
    local net = dnn.Sequential{dnn.Input(5, 8), block()}
    net[1].linear1.requires_grad = false
    local copy, X = net:copy(), dnn.randn(40, 2)
    assert.is_false(copy[1].linear1.requires_grad)
    assert.is_true(copy[1].linear2.requires_grad)
    assert.is_true(same(net:predict(X), copy:predict(X)))
    copy[1].linear1.weight = dnn.zeros(12, 8)
    assert.is_true(net[1].linear1.weight:any())
  end)

  it("says what does not fit", function()
    fails("TransformerEncoderLayer: MultiheadAttention: embed_dim 9 is not a multiple of the 2 heads",
      function() dnn.TransformerEncoderLayer(9, 2) end)
    fails("TransformerEncoderLayer: activation must be one of relu, gelu, got 'swish'",
      function() dnn.TransformerEncoderLayer(8, 2, {activation = "swish"}) end)
  end)
end)

describe("a cache", function()
  local function model(dtype)
    local net = dnn.Sequential({
      dnn.Embedding(11, 8), dnn.PositionalEmbedding(100, 8),
      dnn.TransformerEncoderLayer(8, 2, {dim_feedforward = 12, norm_first = true, activation = "gelu", causal = true}),
      dnn.TransformerEncoderLayer(8, 4, {dim_feedforward = 12, causal = true}), dnn.Linear(8, 11),
    }, {dtype = dtype})
    for _, W in net:parameters():pairs() do W:normal_(0.1, 0.5) end
    return net
  end

  it("gives bit by bit the numbers of the whole sequence", function()
    for dtype, tolerance in pairs{float32 = 1e-5, float64 = 1e-13} do
      local net = model(dtype)
      local X = (dnn.rand(90, 3) * 10):byte():float() + 1
      local whole, cache, first = net:predict(X), net:cache(90, 3), 1
      for _, count in ipairs{1, 2, 60, 1, 1, 25} do
        local part = net:predict(X:rows_range(first, first + count - 1), {cache = cache})
        local of_whole = whole:rows_range(11 * (first - 1) + 1, 11 * (first + count - 1))
        assert.is_true(dnn.max((part - of_whole):abs()) < tolerance)
        first = first + count
      end
      assert.equal(90, cache.steps)
      cache:reset()
      local again = net:predict(X:rows_range(1, 5), {cache = cache})
      assert.is_true(dnn.max((again - whole:rows_range(1, 55)):abs()) < tolerance)
    end
  end)

  it("says what it cannot do", function()
    local net = model()
    local cache, x = net:cache(4), dnn.Matrix{1, 2, 3}
    net:predict(x, {cache = cache})
    fails("network: the cache has room for 4 steps; 3 are in it, and X has 3", function()
      net:predict(x, {cache = cache})
    end)
    fails("network: a cache is for evaluation", function() net:forward(x, {cache = cache}) end)
    fails("network: the cache is of 1 example, and X has 2", function()
      net:predict(dnn.ones(1, 2), {cache = cache})
    end)
    fails("network: the cache belongs to another network", function() model():predict(x, {cache = cache}) end)
    fails("network: predict: cache must be made by net:cache(steps), got 4", function()
      net:predict(x, {cache = 4})
    end)
    fails("layer 1, MultiheadAttention(embed_dim = 4, num_heads = 2): is not causal",
      function() dnn.Sequential{dnn.MultiheadAttention(4, 2)}:cache(5) end)
    fails("layer 1, LSTM(input_size = 4, hidden_size = 2): cannot be evaluated step by step",
      function() dnn.Sequential{dnn.LSTM(4, 2)}:cache(5) end)
    fails("a cache goes without lengths and mask", function()
      net:predict(x, {cache = cache, lengths = dnn.Matrix{2}})
    end)
    local long = net:cache(200)
    fails("layer 2, PositionalEmbedding(num_embeddings = 100, embedding_dim = 8): has vectors for 100 steps, but there "
      .. "are 101", function()
        net:predict(dnn.ones(100, 1), {cache = long})
        net:predict(dnn.ones(1, 1), {cache = long})
      end)
    assert.equal(100, long.steps)
  end)
end)

describe("TransformerDecoderLayer", function()
  -- Ids of a target of 4 steps above those of a source of 6, as one column.
  local function translator(dtype)
    local function ids(first, last, n)
      return dnn.Sequential{dnn.Slice(first, last), dnn.Embedding(n, 8)}
    end
    local source = ids(5, 10, 7)
    local encoder = dnn.Sequential{source, dnn.TransformerEncoderLayer(8, 2, {dim_feedforward = 9, dropout = 0})}
    local function decoder()
      return dnn.TransformerDecoderLayer(8, 2,
        {dim_feedforward = 9, dropout = 0, causal = true, norm_first = true, activation = "gelu"})
    end
    return dnn.Sequential({dnn.Input(10),
      dnn.Merge{ids(1, 4, 5), encoder, with = dnn.Sequential{decoder(), decoder(), dnn.Linear(8, 5)}},
    }, {dtype = dtype})
  end
  local function examples(dtype)
    return dnn.cat({dnn.rand(4, 3) * 4, dnn.rand(6, 3) * 6}, 1):byte():to(dtype) + 1
  end

  it("translates with an encoder in one network, whose gradients are right", function()
    local net = translator "float64"
    assert.same({4, 5}, net.output_shape)
    local Y = dnn.randn(20, 3, {dtype = "float64"})
    assert.is_true((dnn.gradcheck(net, dnn.MSELoss(), examples "float64", Y)))
  end)

  it("does not look at the padding of the memory, nor at later steps of the target", function()
    local net, X = translator "float32", examples "float32"
    local lengths = dnn.Matrix{{6, 2, 3}}
    local A = net:predict(X, {lengths = lengths})
    X:set(8, 2, 1) -- the source's fourth step, which is padding
    X:set(4, 1, 5) -- the target's last step
    local B = net:predict(X, {lengths = lengths})
    assert.is_true(same(A:col(2), B:col(2)))
    assert.is_true(same(A:col(1):rows_range(1, 15), B:col(1):rows_range(1, 15)))
  end)

  it("has PyTorch's names, and is copied with all in it", function()
    local net, X = translator "float32", examples "float32"
    local state = net:state_dict()
    assert.is_truthy(state["0.with.1.multihead_attn.in_proj_weight"])
    assert.is_truthy(state["0.with.0.norm3.bias"])
    assert.is_true(same(net:predict(X), net:copy():predict(X)))
  end)

  it("says what it needs", function()
    fails("TransformerDecoderLayer(d_model = 8, nhead = 2) takes 2 inputs, and gets 1; dnn.Merge{layers..., with = ",
      function() dnn.Sequential{dnn.Input(4, 8), dnn.TransformerDecoderLayer(8, 2)}:forward(dnn.ones(32, 1)) end)
    fails("Sequential: its first layer takes several inputs, so it can only be part of a network", function()
      dnn.Sequential({dnn.TransformerDecoderLayer(8, 2)}, {dtype = "float64"})
    end)
  end)
end)
