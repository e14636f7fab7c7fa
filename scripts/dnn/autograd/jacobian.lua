-- dnn.jacobian, which dnn.autograd.functional has.
return require "dnn.autograd.functional".jacobian
