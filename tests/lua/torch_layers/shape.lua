-- Cases of tests/lua/torch_layers_spec.lua: layers that change the shape of an example, and positional encodings.
return {
  {"dnn.Slice(2, 5)", "Slice(2, 5)", {6}},
  {"dnn.Slice(2, 2)", "Slice(2, 2)", {4, 3}},
  {"dnn.Slice(1, 2)", "Slice(1, 2)", {2, 3, 4}},
  {"dnn.Reshape(4, 6)", "nn.Unflatten(1, (4, 6))", {24}},
  {"dnn.Sequential{dnn.Reshape(2, 3, 4), dnn.Conv2d(4, 3, 2)}",
    "nn.Sequential(Reshape(2, 3, 4), nn.Conv2d(4, 3, 2))", {24}},
  {"dnn.Sequential{dnn.Conv2d(2, 3, 1), dnn.Reshape(36), dnn.Linear(36, 5)}",
    "nn.Sequential(nn.Conv2d(2, 3, 1), nn.Flatten(), nn.Linear(36, 5))", {3, 4, 2}},
  {"dnn.Permute(2, 1)", "Permute(2, 1)", {5, 7}},
  {"dnn.Permute(3, 1, 2)", "Permute(3, 1, 2)", {4, 5, 3}},
  {"dnn.Permute(2, 1, 3)", "Permute(2, 1, 3)", {40, 30, 8}},
  {"dnn.PositionalEncoding(6)", "PositionalEncoding(6)", {50, 6}},
  {"dnn.PositionalEncoding(5)", "PositionalEncoding(5)", {9, 5}},
  {"dnn.Identity()", "nn.Identity()", {2, 3, 4}},
  {"dnn.AlphaDropout(0.3)", "nn.AlphaDropout(0.3)", {7}, eval = true},
  {"dnn.AlphaDropout(0)", "nn.AlphaDropout(0)", {7}},
}
