-- Weights, matrices and checkpoints, written and read.
local dnn = require "dnn"

return function(operation, dense, path)
  local net, optimiser, batches, X, Y = dense.net, dense.optimiser, dense.batches, dense.X, dense.Y

  operation("weights saved", {file = "net.safetensors", run = function()
    local saved, message = net:save(path "net.safetensors")
    return saved, message
  end})
  operation("weights loaded", {before = function() assert(net:save(path "net.safetensors")) end,
    run = function() return net:load(path "net.safetensors") end})
  operation("matrices saved", {file = "m.safetensors", run = function()
    return dnn.save(path "m.safetensors", {x = X, y = Y}, {metadata = {name = "value"}})
  end})
  operation("matrices loaded", {before = function() assert(dnn.save(path "m.safetensors", {x = X, y = Y})) end,
    run = function() return dnn.load(path "m.safetensors") end})
  operation("checkpoint saved", {file = "c.safetensors", run = function()
    return dnn.checkpoint.save(path "c.safetensors", {net = net, optimiser = optimiser, batches = batches, step = 3})
  end})
  operation("checkpoint loaded", {
    before = function()
      assert(dnn.checkpoint.save(path "c.safetensors", {net = net, optimiser = optimiser, batches = batches}))
    end,
    run = function()
      return dnn.checkpoint.load(path "c.safetensors", {net = net, optimiser = optimiser, batches = batches})
    end})
  operation("weights by other names", {
    before = function()
      local state = net:state_dict()
      assert(dnn.save(path "other.safetensors", {["fc1.weight"] = state["0.weight"], ["fc1.bias"] = state["0.bias"],
        ["fc2.weight"] = state["2.weight"], ["fc2.bias"] = state["2.bias"]}))
    end,
    run = function() return net:load(path "other.safetensors", {names = {fc1 = "0", fc2 = "2"}}) end})
end
