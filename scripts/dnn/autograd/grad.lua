-- dnn.grad, which dnn.autograd.functional has.
return require "dnn.autograd.functional".grad
