-- Matrices, and networks of all kinds: built, trained for a step, measured, averaged.
local dnn = require "dnn"

return function(operation, dense)
  operation("matrices", {run = function()
    local A, B = dnn.randn(4, 3), dnn.randn(3, 5)
    return (A:mm(B) + 1):sum(2), dnn.linalg.svd(A)
  end})
  operation("network built", {run = dense.new})
  operation("training step", {run = dense.step})
  operation("first training step", {run = function()
    local fresh = dense.new()
    return dense.train(fresh, dense.loss, dnn.optim.SGD(fresh:parameters(), {lr = 0.1, momentum = 0.9}), dense.X,
      dense.Y)
  end})

  local images, pairs_of_classes = dnn.rand(6 * 6 * 2, 4), dnn.Matrix({{1, 2, 1, 2}}, {dtype = "int32"})
  operation("convolutional network", {run = function()
    local net = dnn.Sequential{
      dnn.Input(6, 6, 2), dnn.Conv2d(2, 3, 3, {padding = 1}), dnn.BatchNorm2d(3), dnn.ReLU(), dnn.MaxPool2d(2),
      dnn.Residual{dnn.Conv2d(3, 3, 1)}, dnn.Dropout(0.5), dnn.Flatten(), dnn.Linear(27, 2),
    }
    return dense.train(net, dnn.CrossEntropyLoss(), dnn.optim.AdamW(net:parameters()), images, pairs_of_classes)
  end})
  local ids, targets = dnn.Matrix({{1, 2, 3, 4}, {2, 3, 4, 5}, {3, 4, 5, 1}}, {dtype = "int32"}), dnn.randn(3 * 4, 4)
  operation("recurrent network", {run = function()
    local net = dnn.Sequential{dnn.Input(3), dnn.Embedding(5, 4), dnn.LSTM(4, 4, {num_layers = 2})}
    return dense.train(net, dnn.MSELoss(), dnn.optim.RMSprop(net:parameters()), ids, targets)
  end})
  operation("transformer", {run = function()
    local layer = dnn.TransformerEncoderLayer(4, 2, {dim_feedforward = 6})
    local net = dnn.Sequential{dnn.Input(3), dnn.Embedding(5, 4), layer}
    return dense.train(net, dnn.L1Loss(), dnn.optim.Adagrad(net:parameters()), ids, targets)
  end})
  operation("an epoch of batches", {run = function()
    local count = 0
    for x in dense.batches do count = count + x.cols end
    return count
  end})
  operation("fit", {run = function()
    local net = dense.new()
    return dnn.fit{net = net, data = {X = dense.X, Y = dense.Y}, loss = dense.loss,
      optimiser = dnn.optim.SGD(net:parameters(), {lr = 0.1}), epochs = 1, progress = false}
  end})
  operation("weights averaged", {run = function()
    local average = dnn.optim.AveragedModel(dense.net)
    average:update()
    return average
  end})

  local function forward(self, A) return self.s % A end
  local function backward(self, dA, A)
    self.s_grad:add_(dnn.sum(dA % A, 2))
    return self.s % dA
  end
  operation("layer written in Lua", {run = function()
    local scale = dnn.Layer{parameters = {s = {5, 1}}, forward = forward, backward = backward}
    local net = dnn.Sequential{dnn.Linear(6, 5), scale, dnn.Linear(5, 1), dnn.Sigmoid()}
    return dense.train(net, dense.loss, dnn.optim.SGD(net:parameters(), {lr = 0.1}), dense.X, dense.Y)
  end})
  operation("several inputs", {run = function()
    local net = dnn.Sequential{dnn.Merge{dnn.Slice(1, 3), dnn.Slice(4, 6), with = dnn.Bilinear(3, 3, 1)}, dnn.Sigmoid()}
    return dense.train(net, dense.loss, dnn.optim.Adam(net:parameters()), dense.X, dense.Y)
  end})
  operation("quasi-Newton step", {run = function()
    local net = dense.new()
    local optimiser = dnn.optim.LBFGS(net:parameters(), {lr = 0.1})
    return optimiser:step(function()
      local cost = dense.loss:forward(net:forward(dense.X), dense.Y)
      net:backward(dense.loss:backward())
      return cost
    end)
  end})
  operation("network copied", {run = function() return dense.net:copy() end})
  operation("states", {run = function()
    dense.net:load_state_dict(dense.net:state_dict())
    dense.optimiser:load_state_dict(dense.optimiser:state_dict())
    dense.batches:load_state_dict(dense.batches:state_dict())
    return true
  end})
  operation("evaluated", {run = function()
    return dnn.evaluate(dense.net, {X = dense.X, Y = dense.Y}, {loss = dense.loss, metrics = {"accuracy"}})
  end})
end
