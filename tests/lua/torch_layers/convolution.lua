-- Cases of tests/lua/torch_layers_spec.lua: convolutions.
return {
  {"dnn.Conv2d(3, 4, 3)", "nn.Conv2d(3, 4, 3)", {6, 5, 3}},
  {"dnn.Conv2d(3, 8, 3, {padding = 1})", "nn.Conv2d(3, 8, 3, padding=1)", {7, 8, 3}},
  {"dnn.Conv2d(16, 16, 3, {padding = 1})", "nn.Conv2d(16, 16, 3, padding=1)", {8, 8, 16}},
  {"dnn.Conv2d(4, 6, {3, 2}, {stride = {2, 1}, padding = {1, 0}, bias = false})",
    "nn.Conv2d(4, 6, (3, 2), stride=(2, 1), padding=(1, 0), bias=False)", {7, 5, 4}},
  {"dnn.Conv2d(4, 8, 3, {groups = 2, dilation = 2, padding = 2})",
    "nn.Conv2d(4, 8, 3, groups=2, dilation=2, padding=2)", {6, 6, 4}},
  {"dnn.Conv2d(4, 4, 3, {groups = 4, padding = 1})", "nn.Conv2d(4, 4, 3, groups=4, padding=1)", {5, 6, 4}},
  {"dnn.Conv2d(5, 7, 1)", "nn.Conv2d(5, 7, 1)", {3, 4, 5}},
}
