-- Cases of tests/lua/torch_layers_spec.lua: normalisation and dropout.
return {
  {"dnn.BatchNorm1d(5)", "nn.BatchNorm1d(5)", {5}},
  {"dnn.BatchNorm1d(5, {momentum = 0.3, eps = 0.01})", "nn.BatchNorm1d(5, momentum=0.3, eps=0.01)", {5}},
  {"dnn.BatchNorm2d(3)", "nn.BatchNorm2d(3)", {4, 5, 3}},
  {"dnn.BatchNorm2d(3, {affine = false})", "nn.BatchNorm2d(3, affine=False)", {4, 5, 3}},
  {"dnn.BatchNorm2d(3)", "nn.BatchNorm2d(3)", {4, 5, 3}, eval = true},
  {"dnn.Dropout(0.3)", "nn.Dropout(0.3)", {7}, eval = true}, -- its random numbers are others in training
}
