-- A small dense network, what trains it, and a step of that: what several topics work on.
local dnn = require "dnn"

local dense = {}

function dense.new()
  return dnn.Sequential{dnn.Linear(6, 5), dnn.ReLU(), dnn.Linear(5, 1), dnn.Sigmoid()}
end

dnn.manual_seed(1)
dense.net = dense.new()
dense.optimiser = dnn.optim.Adam(dense.net:parameters(), {lr = 0.01})
dense.loss = dnn.BCELoss()
dense.X, dense.Y = dnn.randn(6, 20), dnn.gt(dnn.randn(1, 20), 0)
dense.batches = dnn.data.batches({X = dense.X, Y = dense.Y}, {size = 8})

-- A training step of any network, loss and optimiser.
function dense.train(net, loss, optimiser, X, Y)
  local cost = loss:forward(net:forward(X), Y)
  net:backward(loss:backward())
  optimiser:step()
  return cost
end

function dense.step() return dense.train(dense.net, dense.loss, dense.optimiser, dense.X, dense.Y) end
dense.step()

return dense
