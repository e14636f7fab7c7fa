-- dnn.hessian, which dnn.autograd.functional has.
return require "dnn.autograd.functional".hessian
