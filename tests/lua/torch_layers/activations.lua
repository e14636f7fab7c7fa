-- Cases of tests/lua/torch_layers_spec.lua: elementwise activations and Softmax.
return {
  {"dnn.ReLU()", "nn.ReLU()", {7}},
  {"dnn.LeakyReLU(0.2)", "nn.LeakyReLU(0.2)", {2, 3, 2}},
  {"dnn.CELU(0.5)", "nn.CELU(0.5)", {9}}, -- its backward rounds 1 / alpha to float32 there
  {"dnn.Sigmoid()", "nn.Sigmoid()", {7}},
  {"dnn.Tanh()", "nn.Tanh()", {3, 4}},
  {"dnn.Softmax()", "nn.Softmax(1)", {5}},
  {"dnn.Softmax()", "nn.Softmax(1)", {2, 3, 4}},
}
