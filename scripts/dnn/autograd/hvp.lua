-- dnn.hvp, which dnn.autograd.functional has.
return require "dnn.autograd.functional".hvp
