-- Cases of tests/lua/torch_layers_spec.lua: Linear and Embedding.
return {
  {"dnn.Linear(6, 4)", "nn.Linear(6, 4)", {6}},
  {"dnn.Linear(6, 4, {bias = false})", "nn.Linear(6, 4, bias=False)", {6}},
  {"dnn.Linear(3, 4)", "nn.Linear(3, 4)", {5, 3}},
  {"dnn.PositionalEmbedding(5, 4)", "PositionalEmbedding(5, 4)", {5, 4}},
  {"dnn.PositionalEmbedding(6, 2)", "PositionalEmbedding(6, 2)", {3, 2}},
  {"dnn.Embedding(4, 3, {padding_idx = 2})", "nn.Embedding(4, 3, padding_idx=1)", {6}, ids = 4},
  {"dnn.Embedding(6, 4)", "nn.Embedding(6, 4)", {5}, ids = 6},
  {"dnn.Embedding(40, 3, {sparse = true})", "nn.Embedding(40, 3)", {5}, ids = 40},
  {"dnn.Embedding(9, 4, {max_norm = 1})", "nn.Embedding(9, 4, max_norm=1.0)", {5}, ids = 9},
  {"dnn.Embedding(9, 3, {max_norm = 0.4, norm_type = 1})", "nn.Embedding(9, 3, max_norm=0.4, norm_type=1.0)", {7},
    ids = 9},
}
