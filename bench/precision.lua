-- What dnn.set_matmul_precision "medium" gains and costs: a dense network on MNIST, trained with "highest" and with
-- "medium" from the same weights, seed by seed, in turn.
--
--     dnnlua precision.lua MNIST-FOLDER [EPOCHS [SEEDS]]
local dnn = require "dnn"

local folder = assert(arg[1], "a folder with MNIST is missing")
local data = dnn.data.mnist(folder)
local epochs, seeds = tonumber(arg[2] or 5), tonumber(arg[3] or 3)

-- Seconds of training and the accuracy on the test set.
local function train(precision, seed)
  dnn.set_matmul_precision(precision)
  dnn.manual_seed(seed)
  local net = dnn.Sequential{dnn.Linear(784, 512), dnn.ReLU(), dnn.Linear(512, 256), dnn.ReLU(), dnn.Linear(256, 10)}
  local loss, optimiser = dnn.CrossEntropyLoss(), dnn.optim.Adam(net:parameters(), {lr = 1e-3})
  local batches = dnn.data.Loader(data.train, {batch_size = 128, drop_last = true})
  local seconds = 0
  for _ = 1, epochs do
    for X, Y in batches do
      local begun = dnn.time()
      loss:forward(net:forward(X), Y)
      net:backward(loss:backward())
      optimiser:step()
      seconds = seconds + dnn.time() - begun
    end
  end
  return seconds, dnn.evaluate(net, data.test, {metrics = {"accuracy"}}).accuracy
end

for seed = 1, seeds do
  for _, precision in ipairs{"highest", "medium"} do
    local seconds, accuracy = train(precision, seed)
    local _, on = dnn.get_matmul_precision()
    print(("seed %d, %-8s on %-8s: %6.2f s in steps, test accuracy %.2f %%"):format(
      seed, precision, on, seconds, 100 * accuracy))
  end
end
