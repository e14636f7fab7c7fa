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

  it("says what does not fit", function()
    fails("MultiheadAttention: embed_dim 10 is not a multiple of the 3 heads, which share it in equal parts",
      function() dnn.MultiheadAttention(10, 3) end)
    fails("MultiheadAttention(embed_dim = 8, num_heads = 2): needs 8 features, and its input is 5 x 6",
      function() dnn.Sequential{dnn.Input(5, 6), dnn.MultiheadAttention(8, 2)} end)
    fails("it is dnn.MultiheadAttention(embed_dim, num_heads) here, as in PyTorch",
      function() return dnn.MultiHeadAttention(8, 2) end)
  end)
end)
