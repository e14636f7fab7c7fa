-- A PyTorch checkpoint of the convolutional network of train_cats.lua gives the same outputs here, and one written
-- here the same there. Skipped where there is no PyTorch.
package.path = "tests/lua/?.lua;" .. package.path
local dnn = require "dnn"
local program = require "program"

local SIZE <const>, TOLERANCE <const> = 32, 1e-5

local function network()
  local layers = {dnn.Input(SIZE, SIZE, 3)}
  for _, block in ipairs{{3, 16}, {16, 32}, {32, 64}, {64, 128}} do
    local convolution = dnn.Conv2d(block[1], block[2], 3, {padding = 1, bias = false})
    for _, layer in ipairs{convolution, dnn.BatchNorm2d(block[2]), dnn.ReLU(), dnn.MaxPool2d(2)} do
      table.insert(layers, layer)
    end
  end
  local side = SIZE // 16
  for _, layer in ipairs{dnn.Flatten(), dnn.Dropout(0.3), dnn.Linear(side * side * 128, 1), dnn.Sigmoid()} do
    table.insert(layers, layer)
  end
  return dnn.Sequential(layers)
end

local function torch(action, folder)
  local line = ("/usr/bin/python3 tests/lua/torch_checkpoint.py %s '%s' %d"):format(action, folder, SIZE)
  assert(os.execute(line), line)
end

local function compare(net, folder)
  local X = dnn.load(folder .. "/pictures").X
  local theirs, ours = dnn.load(folder .. "/outputs").A, net:predict(X:float())
  assert.equal(X.cols, theirs.cols)
  assert.is_true(dnn.max((ours:double() - theirs):abs()) <= TOLERANCE)
end

describe("a convolutional network's weights", function()
  if not program.has_torch() then
    it("are PyTorch's", function() pending "python3-torch is absent" end)
    return
  end

  it("come from PyTorch", function()
    local folder = program.folder()
    torch("make", folder)
    local net = network()
    assert(net:load(folder .. "/weights"))
    compare(net, folder)
    program.remove(folder)
  end)

  it("go to PyTorch", function()
    local folder = program.folder()
    torch("make", folder)
    dnn.manual_seed(5)
    local net = network()
    local X = dnn.randn(SIZE * SIZE * 3, 6)
    for _ = 1, 3 do net:forward(X) end -- moves the running means and variances
    assert(net:save(folder .. "/weights"))
    torch("read", folder)
    compare(net, folder)
    program.remove(folder)
  end)
end)
