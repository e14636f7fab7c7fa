-- The networks of the benchmark, as a user would write them. `dnnlua networks.lua CASE [PRECISION]` reads numbers of
-- steps from standard input, a line each, takes them, and answers with the cost. A case gives the network, its loss and
-- optimiser, and batches; without a loss it is run on single examples in evaluation.
local dnn = require "dnn"

dnn.manual_seed(1)

-- `count` batches of m random examples, made before the clock runs.
local function batches(count, features, m, targets)
  local list = {}
  for k = 1, count do
    list[k] = {X = dnn.rand(features, m), Y = targets(m)}
  end
  return list
end

local function labels(classes)
  return function(m)
    local Y = dnn.zeros(1, m)
    for j = 1, m do Y:set(1, j, (j * 7919) % classes + 1) end
    return Y
  end
end

local function cat_or_not(m)
  local Y = dnn.zeros(1, m)
  for j = 1, m do Y:set(1, j, j % 3 == 0 and 1 or 0) end
  return Y
end

local cases = {}

function cases.cats()
  local net = dnn.Sequential{
    dnn.Linear(12288, 20, {init = "1/sqrt(n)"}), dnn.ReLU(),
    dnn.Linear(20, 7, {init = "1/sqrt(n)"}), dnn.ReLU(),
    dnn.Linear(7, 5, {init = "1/sqrt(n)"}), dnn.ReLU(),
    dnn.Linear(5, 1, {init = "1/sqrt(n)"}), dnn.Sigmoid(),
  }
  return net, dnn.BCELoss(), dnn.optim.SGD(net:parameters(), {lr = 0.0075}),
    batches(1, 12288, 209, cat_or_not)
end

-- The learning rate is small so that the network has not converged when the measurement ends.
function cases.batch()
  local net = dnn.Sequential{
    dnn.Linear(784, 512), dnn.ReLU(),
    dnn.Linear(512, 256), dnn.ReLU(),
    dnn.Linear(256, 10),
  }
  return net, dnn.CrossEntropyLoss(), dnn.optim.Adam(net:parameters(), {lr = 1e-5}),
    batches(50, 784, 128, labels(10))
end

function cases.tiny()
  local net = dnn.Sequential{
    dnn.Linear(4, 16), dnn.ReLU(),
    dnn.Linear(16, 16), dnn.ReLU(),
    dnn.Linear(16, 3),
  }
  return net, dnn.CrossEntropyLoss(), dnn.optim.Adam(net:parameters(), {lr = 1e-5}),
    batches(5, 4, 32, labels(3))
end

-- One example at a time through the network of `batch`, whose scores are wanted.
function cases.one()
  local net = cases.batch()
  net:eval()
  return net, nil, nil, batches(50, 784, 1, function() end)
end

-- Nobody looks at what its layers put out, so that a convolution does the ReLU and the pooling after it, too.
function cases.images()
  local layers, channels = {dnn.Input(64, 64, 3)}, 3
  for _, out in ipairs{16, 32, 64, 128} do
    layers[#layers + 1] = dnn.Conv2d(channels, out, 3, {padding = 1})
    layers[#layers + 1] = dnn.ReLU()
    layers[#layers + 1] = dnn.MaxPool2d(2)
    channels = out
  end
  layers[#layers + 1] = dnn.Flatten()
  layers[#layers + 1] = dnn.Linear(4 * 4 * 128, 10)
  local net = dnn.Sequential(layers, {keep = false})
  return net, dnn.CrossEntropyLoss(), dnn.optim.SGD(net:parameters(), {lr = 1e-5}),
    batches(5, 64 * 64 * 3, 32, labels(10))
end

-- Batch norm between convolution and ReLU, run in evaluation.
function cases.normed()
  local layers, channels = {dnn.Input(64, 64, 3)}, 3
  for _, out in ipairs{16, 32, 64, 128} do
    layers[#layers + 1] = dnn.Conv2d(channels, out, 3, {padding = 1, bias = false})
    layers[#layers + 1] = dnn.BatchNorm2d(out)
    layers[#layers + 1] = dnn.ReLU()
    layers[#layers + 1] = dnn.MaxPool2d(2)
    channels = out
  end
  layers[#layers + 1] = dnn.Flatten()
  layers[#layers + 1] = dnn.Linear(4 * 4 * 128, 10)
  return dnn.Sequential(layers):eval(), nil, nil, batches(5, 64 * 64 * 3, 16, function() end)
end

function cases.lenet()
  local net = dnn.Sequential{
    dnn.Input(28, 28, 1),
    dnn.Conv2d(1, 6, 5, {padding = 2}), dnn.ReLU(), dnn.MaxPool2d(2),
    dnn.Conv2d(6, 16, 5), dnn.ReLU(), dnn.MaxPool2d(2),
    dnn.Flatten(),
    dnn.Linear(400, 120), dnn.ReLU(),
    dnn.Linear(120, 84), dnn.ReLU(),
    dnn.Linear(84, 10),
  }
  net.keep = false
  return net, dnn.CrossEntropyLoss(), dnn.optim.SGD(net:parameters(), {lr = 1e-5}),
    batches(20, 28 * 28, 64, labels(10))
end

-- A language model of 65 characters, 64 of them at a time.
function cases.gpt()
  local tokens = dnn.Embedding(65, 128)
  local layers = {tokens, dnn.PositionalEmbedding(64, 128)}
  for _ = 1, 4 do
    layers[#layers + 1] = dnn.TransformerEncoderLayer(128, 4,
      {dim_feedforward = 512, activation = "gelu", norm_first = true, causal = true, bias = false, dropout = 0})
  end
  layers[#layers + 1] = dnn.LayerNorm(128, {bias = false})
  layers[#layers + 1] = dnn.Linear(128, 65, {bias = false}):tie(tokens)
  local net = dnn.Sequential(layers)
  for _, W in net:parameters():pairs() do
    if W.cols > 1 then W:normal_(0, 0.02) end
  end
  local list = {}
  for k = 1, 5 do
    list[k] = {X = (dnn.rand(64, 8) * 64):byte():float() + 1, Y = (dnn.rand(64, 8) * 64):byte():float() + 1}
  end
  return net, dnn.CrossEntropyLoss(), dnn.optim.AdamW(net:parameters(), {lr = 1e-5}), list
end

-- Characters as scripts/char_rnn.lua has them, 64 steps of 32 texts.
function cases.lstm()
  local net = dnn.Sequential({dnn.Embedding(65, 64), dnn.LSTM(64, 128), dnn.Linear(128, 65)}, {keep = false})
  local list = {}
  for k = 1, 10 do
    local ids = (dnn.rand(65, 32) * 64):int():float() + 1
    list[k] = {X = ids:rows_range(1, 64):copy(), Y = ids:rows_range(2, 65):copy()}
  end
  return net, dnn.CrossEntropyLoss(), dnn.optim.Adam(net:parameters(), {lr = 1e-5}), list
end

if arg[2] then dnn.set_matmul_precision(arg[2]) end
local net, loss, opt, list = cases[arg[1]]()
local step = 0

io.stdout:setvbuf("line")
print("ready", dnn.blas_core(), dnn.get_num_threads())
for line in io.lines() do
  local cost
  for _ = 1, tonumber(line) do
    step = step + 1
    local batch = list[step % #list + 1]
    local A = net:forward(batch.X)
    if loss then
      cost = loss:forward(A, batch.Y)
      net:backward(loss:backward())
      opt:step()
    else
      cost = A(1, 1)
    end
  end
  print(cost)
end
