-- dnn.optim.AveragedModel against its formulas, and dnn.optim.lr_finder.
package.path = "tests/lua/?.lua;" .. package.path
local dnn = require "dnn"
local fails = require "fails"
local program = require "program"

-- A network, its data and one epoch of training; after(net) follows each step.
local function training(after)
  dnn.manual_seed(3)
  local options = {dtype = "float64"}
  local net = dnn.Sequential({dnn.Linear(4, 8), dnn.BatchNorm1d(8), dnn.Tanh(), dnn.Linear(8, 1)}, options)
  local X = dnn.randn(4, 64, options)
  local batches = dnn.data.batches({X = X, Y = X:row(1) % 2}, {size = 8})
  local t = {net = net, loss = dnn.MSELoss(), batches = batches, X = X,
    optimiser = dnn.optim.SGD(net:parameters(), {lr = 0.05})}
  function t.epoch()
    for x, y in batches do
      t.loss(net(x), y)
      net:backward(t.loss:backward())
      t.optimiser:step()
      if after then after(t) end
    end
  end
  return t
end

describe("an averaged model", function()
  it("is an exponential average, or the plain mean, of the weights after each update", function()
    local ema, swa, expected, sum
    local t = training(function(t)
      ema:update()
      swa:update()
      local values = t.net:parameters().values:copy()
      expected = expected and expected * 0.9 + values * 0.1 or values
      sum = sum and sum + values or values
    end)
    ema, swa = dnn.optim.AveragedModel(t.net, {decay = 0.9}), dnn.optim.AveragedModel(t.net)
    t.epoch()
    assert.equal(8, ema.count)
    assert.is_true((ema:module():parameters().values - expected):norm() < 1e-14)
    assert.is_true((swa:module():parameters().values - sum / 8):norm() < 1e-14)
    assert.equal("AveragedModel(decay = 0.9, 8 updates)", tostring(ema))
    assert.equal("AveragedModel(mean, 8 updates)", tostring(swa))
  end)

  it("predicts in evaluation with the network's kept values, or those that update_bn measures", function()
    local average
    local t = training(function() average:update() end)
    average = dnn.optim.AveragedModel(t.net)
    t.epoch()
    local running = t.net[2].running_mean:copy()
    assert.is_true(average:module()[2].running_mean == running)
    assert.is_true(average(t.X) == average:module():predict(t.X))
    assert.is_true(average:module().training)
    average:update_bn(t.batches)
    assert.is_false(average:module()[2].running_mean == running)
    assert.is_true(t.net[2].running_mean == running)
  end)

  it("is part of a checkpoint", function()
    local average
    local t = training(function() average:update() end)
    average = dnn.optim.AveragedModel(t.net, {decay = 0.99})
    t.epoch()
    local path = program.path() .. ".safetensors"
    local parts = {net = t.net, optimiser = t.optimiser, average = average, step = 8}
    assert(dnn.checkpoint.save(path, parts))
    local saved = average:module():parameters().values:copy()
    t.epoch()
    assert(dnn.checkpoint.load(path, {net = t.net, optimiser = t.optimiser, average = average}))
    os.remove(path)
    assert.equal(8, average.count)
    assert.is_true(average:module():parameters().values == saved)
  end)

  it("names what is wrong", function()
    local net = training().net
    fails("decay must be a number between 0 and 1, got 2", dnn.optim.AveragedModel, net, {decay = 2})
    fails("net must be a network, got 3; usage: dnn.optim.AveragedModel(net [, options])", dnn.optim.AveragedModel, 3)
    local average = dnn.optim.AveragedModel(net)
    fails("the state has 2 values, this network 65", average.load_state_dict, average,
      {values = dnn.ones(2, 1), count = 1})
  end)
end)

describe("dnn.optim.lr_finder", function()
  it("finds a rate at which the cost falls, and leaves the training as it is", function()
    local t = training()
    local values, lr = t.net:parameters().values:copy(), t.optimiser.lr
    local found = dnn.optim.lr_finder{net = t.net, loss = t.loss, optimiser = t.optimiser, data = t.batches}
    assert.is_true(t.net:parameters().values == values)
    assert.equal(lr, t.optimiser.lr)
    assert.equal(found.lr.rows, found.cost.rows)
    assert.is_near(1e-7, found.lr(1, 1), 1e-13)
    assert.is_true(found.suggestion > 1e-5 and found.suggestion < 2, tostring(found))
    assert.matches("^%d+ rates from 1e%-07 to [%d.]+; the cost falls fastest at ", tostring(found))
  end)

  it("names what is missing or does not fit", function()
    local t = training()
    fails("lr_finder: loss is missing", dnn.optim.lr_finder, {net = t.net})
    fails("lr_finder: to must be above from, got 0.1 and 1", dnn.optim.lr_finder,
      {net = t.net, loss = t.loss, optimiser = t.optimiser, data = t.batches, from = 1, to = 0.1})
    fails("unknown option 'step'", dnn.optim.lr_finder, {step = 3})
  end)
end)
