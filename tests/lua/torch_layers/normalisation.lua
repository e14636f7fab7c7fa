-- Cases of tests/lua/torch_layers_spec.lua: normalisation and dropout.
return {
  {"dnn.BatchNorm1d(5)", "nn.BatchNorm1d(5)", {5}},
  {"dnn.BatchNorm1d(5, {momentum = 0.3, eps = 0.01})", "nn.BatchNorm1d(5, momentum=0.3, eps=0.01)", {5}},
  {"dnn.BatchNorm2d(3)", "nn.BatchNorm2d(3)", {4, 5, 3}},
  {"dnn.BatchNorm2d(3, {affine = false})", "nn.BatchNorm2d(3, affine=False)", {4, 5, 3}},
  {"dnn.BatchNorm2d(3)", "nn.BatchNorm2d(3)", {4, 5, 3}, eval = true},
  {"dnn.LayerNorm(6)", "nn.LayerNorm(6)", {6}},
  {"dnn.LayerNorm(40, {eps = 0.01})", "nn.LayerNorm(40, eps=0.01)", {3, 40}},
  {"dnn.LayerNorm(12)", "nn.LayerNorm([3, 4])", {3, 4}},
  {"dnn.LayerNorm(60)", "nn.LayerNorm([3, 4, 5])", {4, 5, 3}},
  {"dnn.Sequential{dnn.LayerNorm(3)}", "OverChannels(nn.LayerNorm(3))", {4, 5, 3}},
  {"dnn.LayerNorm(5, {elementwise_affine = false})", "nn.LayerNorm(5, elementwise_affine=False)", {2, 5}},
  {"dnn.Sequential{dnn.Flatten(), dnn.LayerNorm(24), dnn.Linear(24, 3)}",
    "nn.Sequential(nn.Flatten(), nn.LayerNorm(24), nn.Linear(24, 3))", {2, 3, 4}},
  {"dnn.RMSNorm(6)", "RMSNorm(6)", {6}},
  {"dnn.RMSNorm(40, {eps = 0.01})", "RMSNorm(40, eps=0.01)", {3, 40}},
  {"dnn.RMSNorm(5, {elementwise_affine = false})", "RMSNorm(5, elementwise_affine=False)", {2, 5}},
  {"dnn.Dropout(0.3)", "nn.Dropout(0.3)", {7}, eval = true}, -- its random numbers are others in training
}
