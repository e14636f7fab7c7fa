-- What is drawn: by dnnview, started for it, or by the module itself.
local dnn = require "dnn"

return function(operation, dense, path)
  local x = dnn.linspace(0, 1, 20)
  operation("plot written", {run = function() return dnn.plot(x, x % x, {svg = path "plot.svg"}) end})
  operation("histogram drawn", {run = function() return dnn.hist(x, {svg = path "hist.svg"}) end})
  operation("images drawn", {run = function()
    return dnn.imshow(dnn.rand(16, 2), {width = 4, height = 4, channels = 1, svg = path "images.svg"})
  end})
  local W = dnn.ones(6, 6):requires_grad_()
  operation("graph drawn", {run = function()
    return dnn.graph((W * dense.X):tanh():sum(), {svg = path "graph.svg"})
  end})
  operation("graph as text", {run = function() return dnn.graph((W * dense.X):tanh():sum()) end})
end
