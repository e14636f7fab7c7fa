-- Cases of tests/lua/torch_layers_spec.lua: attention.
return {
  {"dnn.MultiheadAttention(6, 2)", "MultiheadAttention(6, 2)", {5, 6}},
  {"dnn.MultiheadAttention(8, 1, {bias = false})", "MultiheadAttention(8, 1, bias=False)", {3, 8}},
  {"dnn.MultiheadAttention(12, 4, {causal = true})", "MultiheadAttention(12, 4, causal=True)", {70, 12}},
  {"dnn.MultiheadAttention(6, 3, {dropout = 0.2})", "MultiheadAttention(6, 3, dropout=0.2)", {4, 6}, eval = true},
}
