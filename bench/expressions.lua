-- Expressions with autograd, as a user would write them: `dnnlua expressions.lua expression|cell|written`. It is asked
-- and answers as networks.lua.
local dnn = require "dnn"

dnn.manual_seed(1)

local cases = {}

-- 20 operations on 4 x 4 matrices, and their gradients.
function cases.expression()
  local A, B = dnn.randn(4, 4):requires_grad_(), dnn.randn(4, 4):requires_grad_()
  return function()
    local C = A
    for _ = 1, 5 do C = (C % B + A):tanh() - B end
    local cost = C:sum()
    A:zero_grad() B:zero_grad()
    cost:backward()
    return cost
  end
end

-- An RNN cell of 16 hidden units over 20 steps, batches of 8.
function cases.cell()
  local random = function(m, n) return (dnn.randn(m, n) * 0.2):requires_grad_() end
  local Wx, Wh, b = random(16, 8), random(16, 16), dnn.zeros(16, 1):requires_grad_()
  local opt = dnn.optim.SGD({Wx, Wh, b}, {lr = 1e-4})
  local X, Y, start = {}, dnn.randn(16, 8), dnn.zeros(16, 8)
  for t = 1, 20 do X[t] = dnn.randn(8, 8) end
  return function()
    local h = start
    for t = 1, 20 do h = (Wx * X[t] + Wh * h + b):tanh() end
    local cost = ((h - Y) ^ 2):mean()
    cost:backward()
    opt:step()
    return cost
  end
end

-- The network of networks.lua's `batch`, written out.
function cases.written()
  local sizes, W, b, all = {784, 512, 256, 10}, {}, {}, {}
  for l = 1, 3 do
    W[l] = (dnn.randn(sizes[l + 1], sizes[l]) * (2 / sizes[l]) ^ 0.5):requires_grad_()
    b[l] = dnn.zeros(sizes[l + 1], 1):requires_grad_()
    all[2 * l - 1], all[2 * l] = W[l], b[l]
  end
  local opt, loss, list = dnn.optim.Adam(all, {lr = 1e-5}), dnn.CrossEntropyLoss(), {}
  for k = 1, 50 do
    list[k] = {X = dnn.rand(784, 128), Y = dnn.zeros(1, 128)}
    for j = 1, 128 do list[k].Y:set(1, j, (j * 7919) % 10 + 1) end
  end
  local step = 0
  return function()
    step = step + 1
    local A, Y = list[step % 50 + 1].X, list[step % 50 + 1].Y
    A = (W[1] * A + b[1]):relu()
    A = (W[2] * A + b[2]):relu()
    local cost = loss(W[3] * A + b[3], Y)
    cost:backward()
    opt:step()
    return cost
  end
end

local step = cases[arg[1]]()

io.stdout:setvbuf("line")
print("ready", dnn.blas_core(), dnn.get_num_threads())
for line in io.lines() do
  local cost
  for _ = 1, tonumber(line) do cost = step() end
  print(cost:item())
end
