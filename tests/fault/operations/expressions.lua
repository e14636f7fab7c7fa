-- What records calls as they happen: expressions of tracked matrices.
local dnn = require "dnn"

return function(operation)
  local W = dnn.randn(3, 3):requires_grad_()
  operation("expression", {run = function()
    local cost = ((W:mm(W) + W):tanh() % W):sum()
    cost:backward()
    W:zero_grad()
    return cost:item()
  end})
  local net = dnn.Sequential{dnn.Linear(3, 2), dnn.Tanh()}
  operation("network in one", {run = function()
    local cost = net:forward(W):exp():mean()
    cost:backward()
    W:zero_grad()
    net:zero_grad()
    return cost:item()
  end})
  operation("gradients checked", {run = function()
    return dnn.gradcheck(function(A) return A:exp():sum() end, {dnn.randn(2, 2, {dtype = "float64"})})
  end})
  operation("jacobian", {run = function()
    return dnn.jacobian(function(A) return A % A end, dnn.randn(2, 1, {dtype = "float64"}))
  end})
end
