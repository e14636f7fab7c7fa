-- A loader in a checkpoint: a training that is killed and goes on has the same bits as one that was not.
package.path = "tests/lua/?.lua;" .. package.path
local dnn = require "dnn"
local program = require "program"
local data = dnn.data

-- Trains for three epochs with a checkpoint at every second step, kills itself at the step it is given, and goes on
-- from the checkpoint where there is one. Prints the weights' bytes at the end.
local TRAINING <const> = [[
local dnn = require "dnn"
local root, state, workers, die_at = arg[1], arg[2], math.tointeger(arg[3]), math.tointeger(arg[4])
dnn.manual_seed(5)
local data = assert(dnn.data.images(root, {size = 8, test = 0, lazy = true, progress = false}))
local loader = dnn.data.Loader(data.train, {batch_size = 5, workers = workers, cache = 1000, normalise = true,
  augment = {horizontal_flip = 0.5, rotation = 15, shift = 1, hue = 0.1, brightness = 0.2, mixup = 0.3, cutout = 2}})
local net = dnn.Sequential{dnn.Linear(192, 6), dnn.ReLU(), dnn.Linear(6, 1)}
local loss, opt = dnn.BCEWithLogitsLoss(), dnn.optim.Adam(net:parameters(), {lr = 0.01})
local step = 0
local parts = {net = net, opt = opt, loader = loader}
if io.open(state) then
  step = assert(dnn.checkpoint.load(state, parts)).step
end
while loader.epoch < 3 or loader.place > 0 do
  for X, Y in loader do
    loss(net(X), Y)
    net:backward(loss:backward())
    opt:step()
    step = step + 1
    if step % 2 == 0 then
      assert(dnn.checkpoint.save(state, {net = net, opt = opt, loader = loader, step = step}))
    end
    if step == die_at then os.execute "kill -9 $PPID" end
  end
end
local W = net[1].weight
local sum = {}
for i = 1, W.rows do for j = 1, W.cols do sum[#sum + 1] = ("%a"):format(W(i, j)) end end
print(step, loader.epoch, table.concat(sum, " "))
]]

describe("a training that is killed in the middle of an epoch", function()
  it("ends with the same bits, on any number of threads", function()
    local root = program.folder()
    for i = 1, 23 do
      local name = i % 2 == 0 and "cat" or "dog"
      dnn.manual_seed(i)
      assert(data.write_png(("%s/%s.%d.png"):format(root, name, i), dnn.rand(300, 1), 10, 10))
    end
    local script, state = program.path(), program.path()
    program.write_all(script, TRAINING)
    local function train(workers, die_at)
      return program.run(("%s %s %s %d %d"):format(script, root, state, workers, die_at))
    end
    local expected, complaints, status = train(1, 0)
    assert.equal("", complaints)
    assert.equal(0, status)
    assert.matches("^15\t3\t", expected)
    for workers = 1, 3 do
      os.remove(state)
      for _, die_at in ipairs {3, 8, 10, 13} do
        assert.not_equal(0, (select(3, train(workers, die_at))))
      end
      assert.equal(expected, (train(workers, 0)))
    end
    program.remove(root)
    os.remove(script)
    os.remove(state)
  end)
end)
