-- Cases of tests/lua/torch_layers_spec.lua: pooling.
return {
  {"dnn.MaxPool2d(2)", "nn.MaxPool2d(2)", {6, 7, 3}},
  {"dnn.MaxPool2d({3, 2}, {stride = {1, 2}, padding = 1})", "nn.MaxPool2d((3, 2), stride=(1, 2), padding=1)",
    {6, 5, 2}},
  {"dnn.MaxPool2d(2, {ceil_mode = true})", "nn.MaxPool2d(2, ceil_mode=True)", {5, 5, 2}},
  {"dnn.AvgPool2d(2)", "nn.AvgPool2d(2)", {6, 7, 3}},
  {"dnn.AvgPool2d(3, {stride = 2, padding = 1, count_include_pad = false})",
    "nn.AvgPool2d(3, stride=2, padding=1, count_include_pad=False)", {6, 5, 2}},
}
