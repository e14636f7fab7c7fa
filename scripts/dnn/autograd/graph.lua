-- dnn.graph, which dnn.autograd has.
return require "dnn.autograd".graph
