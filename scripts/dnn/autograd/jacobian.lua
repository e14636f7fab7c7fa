-- dnn.jacobian, which dnn.autograd has.
return require "dnn.autograd".jacobian
