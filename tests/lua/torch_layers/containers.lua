-- Cases of tests/lua/torch_layers_spec.lua: containers, and layers that depend on the ones before them.
return {
  {"dnn.Sequential{dnn.LSTM(3, 6), dnn.LSTM(6, 2), dnn.Flatten(), dnn.Linear(8, 3)}",
    "nn.Sequential(LSTM(3, 6), LSTM(6, 2), nn.Flatten(), nn.Linear(8, 3))", {4, 3}},
  {"dnn.Sequential{dnn.Conv2d(2, 3, 3), dnn.BatchNorm2d(3), dnn.ReLU(), dnn.Flatten(), dnn.Linear(36, 5)}",
    "nn.Sequential(nn.Conv2d(2, 3, 3), nn.BatchNorm2d(3), nn.ReLU(), nn.Flatten(), nn.Linear(36, 5))", {5, 6, 2}},
  {"dnn.Sequential{dnn.Flatten(), dnn.BatchNorm1d(24), dnn.Linear(24, 3)}",
    "nn.Sequential(nn.Flatten(), nn.BatchNorm1d(24), nn.Linear(24, 3))", {2, 3, 4}},
  {"dnn.Residual{dnn.Conv2d(3, 3, 3, {padding = 1}), dnn.Tanh()}",
    "Residual(nn.Conv2d(3, 3, 3, padding=1), nn.Tanh())", {4, 4, 3}},
  {"dnn.Residual{dnn.Conv2d(3, 5, 3, {padding = 1}), shortcut = dnn.Conv2d(3, 5, 1)}",
    "Residual(nn.Conv2d(3, 5, 3, padding=1), shortcut=nn.Conv2d(3, 5, 1))", {4, 4, 3}},
  {"dnn.Concat{dnn.Conv2d(3, 2, 1), dnn.Sequential{dnn.Conv2d(3, 4, 3, {padding = 1}), dnn.Tanh()}}",
    "Concat(nn.Conv2d(3, 2, 1), nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.Tanh()))", {4, 5, 3}},
  {"dnn.Merge{dnn.Slice(1, 3), dnn.Slice(4, 7), with = dnn.Bilinear(3, 4, 2)}",
    "Merge(Slice(1, 3), Slice(4, 7), join=nn.Bilinear(3, 4, 2))", {7}},
  {"dnn.Merge{dnn.Linear(6, 3), dnn.Slice(2, 6), with = dnn.Bilinear(3, 5, 4, {bias = false})}",
    "Merge(nn.Linear(6, 3), Slice(2, 6), join=nn.Bilinear(3, 5, 4, bias=False))", {5, 6}},
  {"dnn.Merge{dnn.Slice(1, 200), dnn.Slice(201, 300), with = dnn.Bilinear(200, 100, 2)}", -- in several pieces
    "Merge(Slice(1, 200), Slice(201, 300), join=nn.Bilinear(200, 100, 2))", {300}},
}
