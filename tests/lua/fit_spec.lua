-- dnn.fit: the same numbers as a loop that is written out, and what is around the loop.
package.path = "tests/lua/?.lua;" .. package.path
local dnn = require "dnn"
local program = require "program"

-- A network, a set that it can learn, and a loss.
local function parts(seed)
  dnn.manual_seed(seed or 3)
  local X = dnn.randn(4, 50)
  return {
    net = dnn.Sequential{dnn.Linear(4, 8), dnn.BatchNorm1d(8), dnn.ReLU(), dnn.Dropout(0.2), dnn.Linear(8, 1)},
    data = {X = X, Y = X:row(1):copy() % X:row(2) + X:row(3)}, loss = dnn.MSELoss(), progress = false,
  }
end

local function with(options, more)
  for name, value in pairs(more) do options[name] = value end
  return options
end

local function same_weights(a, b)
  local there = b:state_dict()
  for name, value in pairs(a:state_dict()) do
    if value ~= there[name] then return false end
  end
  return true
end

-- Two classes in two columns of points.
local function classes(seed)
  local p = parts(seed)
  p.data.Y = p.data.Y:gt(0)
  p.loss = dnn.BCEWithLogitsLoss()
  return p
end

describe("dnn.fit", function()
  it("computes what the same loop written out computes, bit for bit", function()
    local ours = parts()
    ours.optimiser = dnn.optim.Adam(ours.net:parameters(), {lr = 0.01})
    local history = dnn.fit(with(ours, {epochs = 3, batch_size = 8}))

    local own = parts()
    local net, optimiser = own.net, dnn.optim.Adam(own.net:parameters(), {lr = 0.01})
    local batches, mean = dnn.data.batches(own.data, {size = 8}), nil
    for _ = 1, 3 do
      local sum = 0
      for X, Y in batches do
        local cost = own.loss:forward(net:forward(X), Y)
        sum = sum + cost * X.cols
        net:backward(own.loss:backward())
        optimiser:step()
      end
      mean = sum / 50
    end
    assert.is_true(same_weights(ours.net, net))
    assert.equal(mean, history.cost.train[3])
    assert.same({3, 3, 3}, {history.epochs, #history.seconds, #history.lr})
  end)

  it("takes sets, pairs, loaders and batches, and holds out what it should", function()
    local function fit(more)
      local p = parts()
      return dnn.fit(with(p, with({epochs = 1}, more)))
    end
    local set = parts().data
    local X, Y = set.X, set.Y
    local half = {X = X:cols_range(1, 20), Y = Y:cols_range(1, 20)}
    for name, data in pairs{set = set, pair = {X, Y}, batches = dnn.data.batches(set), loader = dnn.data.Loader(set),
                            parts = {train = {X, Y}}} do
      local history = fit{data = data}
      assert.equal(1, #history.cost, name)
      assert.is_true(history.cost.train[1] > 0)
    end
    for name, more in pairs{
      share = {validation = 0.2}, count = {validation = 7}, set = {validation = half},
      both = {data = {train = set, test = half}}, own = {data = {train = set, validation = half, test = set}},
      loader = {data = {train = dnn.data.Loader(set), test = half}}, pairs = {data = {train = {X, Y}, test = {X, Y}}},
      batches = {validation = dnn.data.batches(half)},
    } do
      local history = fit(more)
      assert.equal(2, #history.cost, name)
      assert.is_true(history.cost.validation[1] > 0, name)
    end
    assert.equal(1, #fit{data = {train = set, test = half}, validation = false}.cost)
  end)

  it("gives the network the lengths of sequences, in training, validation and prediction", function()
    local function net()
      dnn.manual_seed(5)
      return dnn.Sequential({dnn.LSTM(2, 3, {output = "last"}), dnn.Linear(3, 1)}, {input = {4, 2}})
    end
    dnn.manual_seed(4)
    local set = {X = dnn.randn(8, 21), Y = dnn.randn(1, 21), lengths = (dnn.rand(1, 21) * 3.99 + 0.505):int()}
    local ours, own, loss = net(), net(), dnn.MSELoss()
    local optimiser = dnn.optim.SGD(own:parameters(), {lr = 0.1})
    local history = dnn.fit{net = ours, data = set, loss = loss, epochs = 2, batch_size = 8, shuffle = false,
      validation = set, optimiser = dnn.optim.SGD(ours:parameters(), {lr = 0.1}), progress = false}
    for _ = 1, 2 do
      for first = 1, 21, 8 do
        local last = math.min(first + 7, 21)
        loss:forward(own:forward(set.X:cols_range(first, last), {lengths = set.lengths:cols_range(first, last)}),
          set.Y:cols_range(first, last))
        own:backward(loss:backward())
        optimiser:step()
      end
    end
    assert.is_true(same_weights(ours, own))
    local A = own:predict(set.X, {lengths = set.lengths})
    assert.is_true(math.abs(loss(A, set.Y) - history.cost.validation[2]) < 1e-6)
    assert.is_true(dnn.max((dnn.predict(ours, set) - A):abs()) < 1e-6)
    local train = dnn.data.split(set, {test = 5})
    assert.same({1, 16}, {train.lengths:size()})
    set.lengths = dnn.ones(21, 1)
    assert.has_error(function() dnn.data.batches(set) end,
      "dnn.data.batches: lengths must be a Matrix of 1 x 21, a number of steps for each example, got 21 x 1")
  end)

  it("validates as dnn.evaluate does, with the weights of the epoch's end", function()
    local p = classes()
    local metrics = {"accuracy", f = {"f1"}, right = function(A) return A.cols end}
    local held_out = {X = p.data.X:cols_range(1, 20), Y = p.data.Y:cols_range(1, 20)}
    local history = dnn.fit(with(p, {epochs = 2, validation = held_out, metrics = metrics}))
    local results = dnn.evaluate(p.net, held_out, {loss = p.loss, metrics = metrics, batch_size = 32})
    for _, name in ipairs{"cost", "accuracy", "f", "right"} do
      assert.equal(results[name], history[name].validation[2], name)
    end
    assert.equal("nil", type(rawget(history, "precision")))
  end)

  it("adds up the gradients of several batches to those of one", function()
    for _, case in ipairs{{8, 4, 32}, {16, 2, 32}} do
      local nets = {}
      for n, sizes in ipairs{{case[1], case[2]}, {case[3], 1}} do
        local p = parts()
        p.net = dnn.Sequential{dnn.Linear(4, 8, {init = "0.01"}), dnn.Tanh(), dnn.Linear(8, 1, {init = "0.01"})}
        p.net:load_state_dict(nets[0] or p.net:state_dict())
        nets[0] = nets[0] or p.net:state_dict()
        p.optimiser = dnn.optim.SGD(p.net:parameters(), {lr = 0.1})
        dnn.fit(with(p, {epochs = 3, batch_size = sizes[1], accumulate = sizes[2], shuffle = false}))
        nets[n] = p.net
        assert.equal(6, p.optimiser.steps)
      end
      local difference = nets[1]:parameters().values - nets[2]:parameters().values
      assert.is_true(difference:abs():max() < 1e-6)
    end
  end)

  it("begins without the gradients that a refused step has left", function()
    local p = parts()
    p.net = dnn.Sequential{dnn.Linear(4, 1)}
    local infinite = {X = p.data.X, Y = dnn.full(1, 50, math.huge)}
    assert.is_false(pcall(dnn.fit, with(p, {data = infinite, epochs = 1})))
    local history = dnn.fit(with(p, {data = {X = p.data.X, Y = dnn.ones(1, 50)}, epochs = 2}))
    assert.is_true(history.cost.train[2] < history.cost.train[1])
  end)

  it("limits the gradients' norm", function()
    local p = parts()
    p.net = dnn.Sequential{dnn.Linear(4, 1)}
    p.data.Y = dnn.full(1, 50, 1000)
    local before = p.net:parameters().values:copy()
    p.optimiser = dnn.optim.SGD(p.net:parameters(), {lr = 1})
    dnn.fit(with(p, {epochs = 1, batch_size = 50, clip = 0.5}))
    assert.is_true(math.abs((p.net:parameters().values - before):norm() - 0.5) < 1e-3)
  end)

  it("steps a schedule after each epoch or step", function()
    for every, count in pairs{epoch = 3, step = 12} do
      local calls = 0
      local schedule = {step = function() calls = calls + 1 end}
      dnn.fit(with(parts(), {epochs = 3, batch_size = 16, schedule = schedule, schedule_every = every}))
      assert.equal(count, calls, every)
    end
  end)

  it("takes the schedules of dnn.optim, and gives a plateau's the monitored value", function()
    local p = parts()
    p.optimiser = dnn.optim.SGD(p.net:parameters(), {lr = 0.1})
    p.schedule = dnn.optim.StepLR(p.optimiser, {step_size = 2, gamma = 0.5})
    local history = dnn.fit(with(p, {epochs = 4}))
    for epoch, lr in ipairs{0.1, 0.1, 0.05, 0.05} do assert.is_true(math.abs(history.lr[epoch] - lr) < 1e-9) end

    p = parts()
    p.optimiser = dnn.optim.SGD(p.net:parameters(), {lr = 0.1})
    p.schedule = dnn.optim.ReduceLROnPlateau(p.optimiser, {patience = 0, mode = "max"})
    history = dnn.fit(with(p, {epochs = 3, validation = 0.2, metrics = {same = function() return 1 end},
      monitor = "same", mode = "max"}))
    assert.same({0.1, 0.1}, {history.lr[1], history.lr[2]})
    assert.is_true(math.abs(history.lr[3] - 0.01) < 1e-9)
  end)
end)

describe("a confusion matrix among the metrics", function()
  it("is not a curve, but goes to callbacks and to the run with the names of the classes", function()
    local folder, p, counts = program.folder(), classes(), nil
    p.data.classes = {"up", "down"}
    local history = dnn.fit(with(p, {epochs = 2, validation = 0.2, metrics = {"accuracy", "confusion"}, run = folder,
      on_epoch = function(info) counts = info.results["confusion/validation"].counts end}))
    assert.same({"cost", "accuracy"}, history.names)
    assert.equal(10, counts:sum())
    local tags = 0
    for _, name in ipairs(dnn.system.list(folder)) do
      local bytes = name:find "tfevents" and program.read_all(folder .. "/" .. name) or ""
      for _ in bytes:gmatch "confusion/validation" do tags = tags + 1 end
      assert.equal(name:find "tfevents" ~= nil, bytes:find("down", 1, true) ~= nil)
    end
    program.remove(folder)
    assert.equal(2, tags)
  end)
end)

describe("early stopping", function()
  it("ends when nothing is better for a while, and brings the best weights back", function()
    local p, seen = parts(), {}
    p.optimiser = dnn.optim.SGD(p.net:parameters(), {lr = 0.05})
    local history = dnn.fit(with(p, {epochs = 100, patience = 4, validation = 0.4, batch_size = 8,
      on_epoch = function(info) seen[info.epoch] = info.net:state_dict() end}))
    assert.is_true(history.epochs < 100)
    assert.equal(history.best_epoch + 4, history.epochs)
    assert.equal("cost/validation did not improve for 4 epochs", history.stopped)
    for name, value in pairs(p.net:state_dict()) do assert.is_true(value == seen[history.best_epoch][name], name) end
    local best = math.huge
    for _, cost in ipairs(history.cost.validation) do best = math.min(best, cost) end
    assert.equal(best, history.cost.validation[history.best_epoch])
  end)

  it("monitors any curve, in its better direction or a given one", function()
    local function monitored(more)
      local history = dnn.fit(with(classes(), with({epochs = 6, validation = 0.4, batch_size = 8,
        metrics = {"accuracy", mine = function(_, Y) return Y.cols end}}, more)))
      return history.monitor, history.best_epoch, history
    end
    local name, epoch, history = monitored{monitor = "accuracy"}
    assert.equal("accuracy/validation", name)
    for _, accuracy in ipairs(history.accuracy.validation) do
      assert.is_true(accuracy <= history.accuracy.validation[epoch])
    end
    assert.equal("cost/train", (monitored{monitor = "cost/train"}))
    assert.equal(1, select(2, monitored{monitor = "mine", mode = "max"})) -- always the same: the first is best
    assert.equal(1, select(2, monitored{monitor = "cost/train", min_delta = 100}))
  end)
end)

describe("callbacks", function()
  it("are called after each batch and epoch, and end the training with false", function()
    local p, batches, epochs = parts(), {}, {}
    local history = dnn.fit(with(p, {epochs = 5, batch_size = 16,
      on_batch = function(info) batches[#batches + 1] = {info.epoch, info.batch, info.step} end,
      on_epoch = function(info)
        epochs[#epochs + 1] = {info.epoch, info.step, info.results["cost/train"] == info.history.cost.train[info.epoch]}
        return info.epoch < 2
      end}))
    assert.same({{1, 4, true}, {2, 8, true}}, epochs)
    assert.same({{1, 1, 1}, {1, 2, 2}, {1, 3, 3}, {1, 4, 4}, {2, 1, 5}, {2, 2, 6}, {2, 3, 7}, {2, 4, 8}}, batches)
    assert.same({2, "by a callback"}, {history.epochs, history.stopped})
    history = dnn.fit(with(parts(), {epochs = 5, batch_size = 16, on_batch = function(info) return info.step < 6 end}))
    assert.same({1, "by a callback"}, {history.epochs, history.stopped})
  end)
end)

describe("a history", function()
  it("prints as a table, with the best epoch marked", function()
    local history = dnn.fit(with(classes(), {epochs = 2, validation = 0.2, metrics = {"accuracy"}}))
    local lines = {}
    for line in tostring(history):gmatch "[^\n]+" do lines[#lines + 1] = line end
    assert.matches("^epoch +cost/train +cost/validation +accuracy/train +accuracy/validation +lr +seconds$", lines[1])
    assert.matches("^ +%*?1 +[%d.]+ +[%d.]+ +[%d.]+ +[%d.]+ +0.001 +[%d.]+$", lines[2])
    assert.equal("* best cost/validation", lines[4])
  end)

  it("shows some of many epochs, the best and the last among them", function()
    local history = dnn.fit(with(parts(), {epochs = 60, batch_size = 50}))
    local _, lines = tostring(history):gsub("\n", "")
    assert.is_true(lines <= 22, lines)
    assert.matches("\n +%*" .. history.best_epoch .. " ", tostring(history))
    assert.matches("\n +%*?60 ", tostring(history))
  end)

  it("is what dnn.plot draws, and knows its curves", function()
    local history = dnn.fit(with(parts(), {epochs = 3, validation = 0.2}))
    assert.same({history.cost.train, name = "train"}, history.cost[1])
    assert.same({history.cost.validation, name = "validation"}, history.cost[2])
    assert.has_error(function() return history.cots end, "the history has no 'cots'; did you mean 'cost'?")
  end)
end)

describe("options that make no sense", function()
  local function fails(message, more, of)
    local ok, got = pcall(function() dnn.fit(with((of or parts)(), more)) end)
    assert.is_false(ok)
    local line, text = got:match "^(tests/lua/fit_spec.lua:%d+: )(.*)$" -- the script's own line
    assert.is_truthy(line, got)
    assert.equal(message, (text:gsub("; usage: .*", "")))
  end

  it("are refused, with what is there", function()
    fails("dnn.fit: unknown option 'epoch'; known: accumulate, batch_size, checkpoint, clip, data, epochs, keep_best, "
      .. "loss, metrics, min_delta, mode, monitor, net, on_batch, on_epoch, optimiser, patience, progress, resume, "
      .. "run, schedule, schedule_every, shuffle, validation (did you mean 'epochs'?)", {epoch = 3})
    fails("dnn.fit: clip must be a number above 0, the largest norm of the gradients, got 0", {clip = 0})
    fails("dnn.fit: epochs must be a whole number, 1 or more, got 0", {epochs = 0})
    fails("dnn.fit: metrics: there is no 'acc'; did you mean 'auc'?", {metrics = {"acc"}})
    fails("dnn.fit: monitor: there is no curve 'accuracy'; there are: cost, each with /train alone, since there is no "
      .. "validation", {monitor = "accuracy"})
    fails("dnn.fit: monitor: there is no curve 'cost/test'; there are: cost, each with /train or /validation",
      {monitor = "cost/test", validation = 0.2})
    fails("dnn.fit: monitor = 'mine' is your own function: set mode = \"max\" or \"min\"",
      {monitor = "mine", metrics = {mine = function() return 1 end}})
    fails("dnn.fit: batch_size is an option of the batches that were given as data; leave it out here",
      {data = dnn.data.batches(parts().data), batch_size = 3})
    fails("dnn.fit: validation = 0.2 is a part of a set, but data are batches already; give the part's own set or "
      .. "batches", {data = dnn.data.batches(parts().data), validation = 0.2})
    fails("dnn.fit: the set has no Y; expected {X = , Y = } or {raw = , Y = }", {data = {X = dnn.ones(4, 5)}})
    fails("dnn.fit: X is 4 x 5 but Y is 5 x 1; expected as many columns, one per example: is Y transposed?",
      {data = {dnn.ones(4, 5), dnn.ones(5, 1)}})
    fails("dnn.fit: validation: test = 50 leaves none of 50 examples to train on", {validation = 50})
    fails("dnn.fit: validation = 0.001: there are no examples to validate with", {validation = 0.001})
    local none = {X = dnn.zeros(4, 0), Y = dnn.zeros(1, 0)}
    fails("dnn.fit: validation: there are no examples to validate with", {validation = none})
    fails("dnn.fit: metrics: the function mine must return a number, it returned nil",
      {metrics = {mine = function() end}})
    local other = dnn.optim.SGD(parts().net:parameters())
    fails("dnn.fit: the optimiser steps another network", {optimiser = other})
    local whole = parts()
    fails("dnn.fit: LBFGS runs the network itself, several times in a step; write the loop out, with "
      .. "optimiser:step(closure)", {optimiser = dnn.optim.LBFGS(whole.net:parameters()), net = whole.net})
    fails("dnn.fit: the schedule is of another optimiser", {schedule = dnn.optim.StepLR(other, {step_size = 1})})
    fails("dnn.fit: schedule must be a schedule, such as dnn.optim.StepLR(optimiser, {...}), or false, got "
      .. "dnn.Optimiser", {schedule = other})
    fails("dnn.fit: schedule_every is given without a schedule", {schedule_every = "step"})
    fails("dnn.fit: resume is given without a run", {resume = false})
    fails("dnn.fit: checkpoint needs a folder: give run = \"runs/NAME\"", {checkpoint = true})
    fails("dnn.fit: the loss has reduction \"none\", a cost for each example; a training needs one number: \"mean\" or "
      .. "\"sum\"", {loss = dnn.MSELoss{reduction = "none"}})
    fails("dnn.fit: monitor: there is no curve 'confusion'; there are: cost, each with /train alone, since there is no "
      .. "validation", {metrics = {"confusion"}, monitor = "confusion"}, classes)
  end)

  it("are named where they are missing", function()
    local p = parts()
    for name, what in pairs{net = "a network, as dnn.Sequential{...} makes one",
      loss = "a loss, such as dnn.MSELoss(), or a function(A, Y)",
                            data = "a set {X = , Y = }, {train = , test = }, a dnn.data.Loader or dnn.data.batches"} do
      local given = with({}, p)
      given[name] = nil
      assert.has_error(function() dnn.fit(given) end,
        ("dnn.fit: %s is missing; expected %s; usage: dnn.fit(options)"):format(name, what))
    end
  end)

  it("stop at a cost that is not finite", function()
    local p = parts()
    p.data.Y:set(1, 1, 1 / 0)
    assert.error_matches(function() dnn.fit(p) end, "gradient of weight%(1, 1%) is nan; nothing was updated")
  end)
end)

-- In a program of its own ----------------------------------------------------------------------------------

local SCRIPT <const> = [[
local dnn = require "dnn"
dnn.manual_seed(3)
local net = dnn.Sequential{dnn.Linear(4, 8), dnn.ReLU(), dnn.Dropout(0.2), dnn.Linear(8, 1)}
local data = {X = dnn.randn(4, 50), Y = dnn.randn(1, 50)}
local options = {net = net, data = data, loss = dnn.MSELoss(), batch_size = 8, validation = 0.2, ]]

describe("the progress of a training", function()
  it("is a line for each epoch without a terminal", function()
    local out, err, status = program.run_statement(SCRIPT .. "epochs = 2} dnn.fit(options)")
    assert.same({"", 0}, {err, status})
    assert.matches("^epoch 1/2: cost [%d.]+, validation [%d.]+  %([%d.]+ s%)\n"
      .. "epoch 2/2: cost [%d.]+, validation [%d.]+  %([%d.]+ s%)\n$", out)
  end)
end)

describe("Ctrl-C", function()
  -- By io.popen, since os.execute has SIGINT ignored until the shell has ended.
  local interrupt = [[epochs = 100000, progress = false, on_epoch = function(info)
    if info.epoch ~= 2 then return end
    local file <close> = io.open "/proc/self/stat"
    io.popen("kill -INT " .. file:read "n"):close()
  end}]]

  it("ends a training in a script after the step, and what follows is done", function()
    local out, _, status = program.run_statement(SCRIPT .. interrupt
      .. [[ local history = dnn.fit(options) print(history.epochs < 1000, history.stopped, dnn.interrupted())]])
    assert.same({"true\tinterrupted\ttrue\n", 130}, {out, status})
  end)

  it("ends one at the prompt, which returns what was learnt", function()
    local path = program.path()
    program.write_all(path, "")
    local input = ((SCRIPT .. interrupt):gsub("^local (%w+)", "%1"):gsub("\nlocal (%w+)", "\n%1"):gsub("\n", " "))
      .. "\nhistory = dnn.fit(options)\nprint(history.epochs < 1000, history.stopped, dnn.interrupted())\n"
    local out, err, status = program.run("-i " .. path, input)
    program.remove(path)
    assert.same({"", 0}, {err, status})
    assert.matches("true\tinterrupted\tfalse\n", out, 1, true)
  end)
end)
