-- dnn.grad, which dnn.autograd has.
return require "dnn.autograd".grad
