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

  it("has running values that are means over the batches of update_bn, wherever the layer is", function()
    local options, lengths = {dtype = "float64"}, dnn.Matrix{{2, 4, 1, 3, 4, 4}}
    local inner = dnn.Residual{dnn.Sequential{dnn.BatchNorm1d(3, {momentum = 0.02})}}
    local net = dnn.Sequential({dnn.Input(4, 2), dnn.GRU(2, 3), inner}, options)
    local X = dnn.randn(8, 6, options)
    local batches = dnn.data.batches({X = X, Y = dnn.zeros(1, 6), lengths = lengths}, {size = 2, shuffle = false})
    for _ = 1, 3 do net(X) end
    local average = dnn.optim.AveragedModel(net)
    average:update()
    average:update_bn(batches)
    local mean, variance = dnn.zeros(3, 1, options), dnn.zeros(3, 1, options)
    local gru = dnn.Sequential({dnn.Input(4, 2), dnn.GRU(2, 3)}, options)
    gru:parameters().values = net:parameters().values:rows_range(1, gru:parameters().count)
    for k = 1, 5, 2 do
      local A = gru:predict(X:cols_range(k, k + 1), {lengths = lengths:cols_range(k, k + 1)}):reshape(3, 8)
      mean:add_(A:mean(2) / 3)
      variance:add_(A:std(2) ^ 2 / 3)
    end
    local norm = average:module()[2][1][1]
    assert.is_true((norm.running_mean - mean):norm() < 1e-12)
    assert.is_true((norm.running_var - variance):norm() < 1e-12)
    assert.is_true(average(X, {lengths = lengths}) == average:predict(X, {lengths = lengths}))
    fails("expected a table of options", average, X, 3)
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

  it("predicts after a checkpoint with what update_bn has measured", function()
    local average
    local t = training(function() average:update() end)
    average = dnn.optim.AveragedModel(t.net, {decay = 0.5})
    t.epoch()
    average:update_bn(t.batches)
    local expected = average:predict(t.X)
    local path = program.path() .. ".safetensors"
    assert(dnn.checkpoint.save(path, {net = t.net, average = average}))
    local other = training()
    local again = dnn.optim.AveragedModel(other.net, {decay = 0.75})
    assert(dnn.checkpoint.load(path, {net = other.net, average = again}))
    os.remove(path)
    assert.is_true(again:predict(t.X) == expected)
    assert.equal(0.5, again.decay)
    again:update()
    assert.is_true(again:module()[2].running_mean == other.net[2].running_mean)
  end)

  it("takes the state of before, averaged weights in one column", function()
    local t = training()
    local average = dnn.optim.AveragedModel(t.net)
    local values = average:module():parameters().values * 2
    average:load_state_dict{values = values, count = 3, decay = false}
    assert.is_true(average:module():parameters().values == values)
    assert.equal(3, average.count)
  end)

  it("names what is wrong", function()
    local net = training().net
    fails("decay must be a number between 0 and 1, got 2", dnn.optim.AveragedModel, net, {decay = 2})
    fails("net must be a network, got 3; usage: dnn.optim.AveragedModel(net [, options])", dnn.optim.AveragedModel, 3)
    local average = dnn.optim.AveragedModel(net)
    fails("the state has 2 values, this network 65", average.load_state_dict, average,
      {values = dnn.ones(2, 1), count = 1})
    local other = dnn.optim.AveragedModel(dnn.Sequential{dnn.Linear(2, 3)})
    fails("AveragedModel: load_state_dict: layer 1, Linear: weight is 8 x 4 here, 3 x 2 in the state",
      average.load_state_dict, average, other:state_dict())
    local state = average:state_dict()
    state.decay = 2
    fails("decay must be a number between 0 and 1, got 2", average.load_state_dict, average, state)
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

  it("takes a function for the loss, and the lengths of sequences", function()
    local net = dnn.Sequential{dnn.Input(3, 1), dnn.RNN(1, 4, {output = "last"}), dnn.Linear(4, 1)}
    local X, lengths = dnn.randn(3, 8), dnn.Matrix{{1, 2, 3, 1, 2, 3, 1, 2}}
    local used
    local function loss(A, Y)
      used = used or A:detach():copy()
      return ((A - Y) ^ 2):mean()
    end
    local batches = dnn.data.batches({X = X, Y = X:row(1), lengths = lengths}, {size = 8, shuffle = false})
    dnn.optim.lr_finder{net = net, loss = loss, optimiser = dnn.optim.SGD(net:parameters()), data = batches, steps = 5}
    assert.is_true(used == net:forward(X, {lengths = lengths}))
  end)

  it("names what is missing or does not fit", function()
    local t = training()
    fails("lr_finder: loss is missing", dnn.optim.lr_finder, {net = t.net})
    fails("lr_finder: to must be above from, got 0.1 and 1", dnn.optim.lr_finder,
      {net = t.net, loss = t.loss, optimiser = t.optimiser, data = t.batches, from = 1, to = 0.1})
    fails("unknown option 'step'", dnn.optim.lr_finder, {step = 3})
  end)
end)
