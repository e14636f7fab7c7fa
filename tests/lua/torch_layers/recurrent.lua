-- Cases of tests/lua/torch_layers_spec.lua: recurrent layers.
return {
  {"dnn.LSTM(3, 4)", "LSTM(3, 4)", {5, 3}},
  {"dnn.LSTM(2, 3, {bias = false})", "LSTM(2, 3, bias=False)", {1, 2}},
}
