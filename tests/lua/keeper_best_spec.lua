-- run:checkpoint{best = NAME}: which logged value decides, which direction is better, and what is remembered of it.
package.path = "tests/lua/?.lua;" .. package.path
local complaints = require "complaints"
local dnn = require "dnn"
local fails = require "fails"
local program = require "program"

describe("the best checkpoint of a run", function()
  local folder
  before_each(function() folder = program.folder() end)
  after_each(function() program.remove(folder) end)

  local function files()
    local names = dnn.system.list(folder .. "/run/checkpoints")
    table.sort(names)
    return (table.concat(names, " "):gsub("%.safetensors", ""))
  end

  -- Trains for the steps from `first` on whose logged values are given.
  local function train(what, first, logs)
    local run <close> = dnn.Run(folder .. "/run")
    local net = dnn.Sequential{dnn.Linear(2, 1)}
    what.net, what.every = net, what.every or 100
    run:checkpoint(what)
    run:resume()
    for i = first, first + #logs - 1 do
      run:log(i, logs[i - first + 1])
    end
  end

  -- The values 3, 1, 2, ... under a name, as `log` makes a table of each.
  local function each(log, ...)
    local logs = {}
    for i, value in ipairs{...} do logs[i] = log(value) end
    return logs
  end

  local function cost(value) return {cost = value} end
  local function accuracy(value) return {accuracy = {test = value}} end

  it("is the lowest where the name says so, the highest where that does", function()
    for name, expected in pairs{cost = 2, ["val_loss"] = 2, ["error/test"] = 2, mse = 2, ["mae/validation"] = 2,
        accuracy = 3, ["f1/test"] = 3, top_k = 3, average_precision = 3, ["acc"] = 3, losses = 2, rmse = 2,
        ["errors/test"] = 2, nll = 2, bce = 2, cross_entropy = 2, val_cross_entropy = 2, valLoss = 2, valAcc = 3,
        accuracies = 3} do
      local logs = each(function(value) return {[name] = value} end, 5, 1, 9, 4)
      assert.equal("", complaints(function() train({best = name}, 1, logs) end), name)
      assert.equal(("best-000000%d step-0000004"):format(expected), files(), name)
      os.execute(("rm -rf '%s/run'"):format(folder))
    end
    train({best = "cost", mode = "max"}, 1, each(cost, 5, 1, 9, 4))
    assert.equal("best-0000003 step-0000004", files())
  end)

  it("needs a direction where the name does not say it", function()
    local run <close> = dnn.Run()
    local net = dnn.Linear(1, 1)
    for _, name in ipairs{"reward", "error/accuracy", "lossless"} do
      fails(("Run: checkpoint: best = '%s': say which direction is better, mode = \"max\" or mode = \"min\"")
        :format(name), function() run:checkpoint{net = net, best = name} end)
    end
  end)

  it("goes by whatever is logged as one number", function()
    for name, log in pairs{
      acc = function(value) return {acc = dnn.full(1, 1, value)} end,
      ["acc/3"] = function(value) return {acc = {0, 0, value}} end,
      ["acc/b"] = function(value) return {acc = {0, value, names = {"a", "b"}}} end,
      ["acc/a/c"] = function(value) return {["acc/a"] = {c = value}, acc = {b = 1}} end,
      ["acc/x/y/z"] = function(value) return {acc = {x = {["y/z"] = value}}} end,
    } do
      assert.equal("", complaints(function() train({best = name}, 1, each(log, 1, 3, 2)) end), name)
      assert.equal("best-0000002 step-0000003", files(), name)
      os.execute(("rm -rf '%s/run'"):format(folder))
    end
  end)

  it("is missed once, at the end, where no such number was logged", function()
    local said = complaints(function()
      train({best = "acuracy/test", mode = "max"}, 1, each(function(value)
        return {cost = value, accuracy = {test = value, train = value}, weights = dnn.zeros(2, 2)}
      end, 1, 2, 3))
    end)
    assert.equal("dnn.Run: checkpoint: no number was logged as 'acuracy/test', so there is no best checkpoint; "
      .. "logged were: accuracy/test, accuracy/train, cost\n", said)
    assert.equal("", complaints(function() train({best = "accuracy"}, 4, {}) end)) -- nothing was logged at all
  end)

  it("is not replaced by one that is worse after a resume", function()
    train({best = "accuracy/test"}, 1, each(accuracy, 3, 9, 4))
    assert.equal("", complaints(function() train({best = "accuracy/test"}, 4, each(accuracy, 5, 8)) end))
    assert.truthy(files():find "best%-0000002 step")
    train({best = "accuracy/test"}, 6, each(accuracy, 5, 10))
    assert.truthy(files():find "^best%-0000007 step")
  end)

  it("is looked for anew after a resume with another value or direction, and the earlier one stays", function()
    local what = {best = "accuracy/test"}
    train(what, 1, each(accuracy, 3, 9, 4))
    local said = complaints(function() train({best = "cost"}, 4, each(cost, 20, 11, 12)) end)
    assert.equal(("dnn.Run: resume: %s/run/checkpoints/best-0000002.safetensors is the best by 'accuracy/test' (max); "
      .. "the search for the best by 'cost' (min) begins anew, and that file stays\n"):format(folder), said)
    assert.truthy(files():find "^best%-0000002 best%-0000005 step")
    said = complaints(function() train({best = "cost", mode = "max"}, 7, each(cost, 1, 2, 1)) end)
    assert.truthy(said:find("best-0000005.safetensors is the best by 'cost' (min); the search for the best by "
      .. "'cost' (max)", 1, true), said)
    assert.truthy(files():find "^best%-0000002 best%-0000005 best%-0000008 step")
    complaints(function() train({best = "cost"}, 10, each(cost, 12, 10.5, 11)) end) -- the first by this value goes on
    assert.truthy(files():find "^best%-0000002 best%-0000008 best%-0000011 step")
  end)

  it("counts only where it could be saved", function()
    local net = dnn.Sequential{dnn.Linear(2, 1)}
    local keeper = require "dnn.keeper".new(folder .. "/run", {best = "accuracy/test"}, net)
    local said = complaints(function()
      for i, value in ipairs{1, 2, 9, 3, 6, 5} do
        net[1].weight:fill_(i == 3 and 0 / 0 or 1)
        if keeper:look(i, accuracy(value)) then keeper:save(i) end
        while keeper.job and not keeper.job.saver:done() do end -- the disk keeps up
      end
      keeper:close(6, false)
    end)
    assert.truthy(said:find("best-0000003.safetensors: not written", 1, true), said)
    assert.equal("best-0000005 step-0000006", files())
  end)

  -- Trains on a disk that takes `slow` steps to write a checkpoint; written(kind, step) is called as soon as one is
  -- written, and says whether it could be.
  local function train_slowly(every, slow, costs, written)
    local net, step, due = dnn.Sequential{dnn.Linear(2, 1)}, 0, false
    local keeper = require "dnn.keeper".new(folder .. "/run", {best = "cost"}, net)
    local function slow_down(job)
      local saver, done_at = job.saver, step + slow
      job.saver = {job = job}
      function job.saver.done() return step >= done_at end
      function job.saver.finish()
        local saved, message = saver:finish()
        if not written(job.kind, math.tointeger(job.path:match "(%d+)%.")) then return nil, job.path .. ": fails" end
        return saved, message
      end
    end
    for i, value in ipairs(costs) do
      step = i
      if i % every == 0 then keeper:interval() end
      due = keeper:look(i, cost(value)) or i % every == 0 or due
      due = due and keeper:save(i)
      if keeper.job and not keeper.job.saver.job then slow_down(keeper.job) end
    end
    keeper:close(#costs, false)
    os.execute(("rm -rf '%s/run'"):format(folder))
  end

  it("is on disk before a checkpoint of its step or of a later one", function()
    local costs <const> = {9, 8, 7, 8, 6, 5, 5, 4, 3, 2, 1, 2, 2, 0, 2, 2, 2, 2, 2, 2, 2}
    local steps = 0
    for every = 1, 5, 2 do
      for slow = 2, 5 do
        local best = math.huge
        train_slowly(every, slow, costs, function(kind, step)
          if kind == "best" then best = costs[step] end
          assert.truthy(best <= math.min(table.unpack(costs, 1, step)))
          steps = steps + (kind == "step" and 1 or 0)
          return true
        end)
      end
    end
    assert.truthy(steps > 12)
  end)

  it("keeps no step from the disk where it cannot be saved", function()
    local steps = {}
    local said = complaints(function()
      train_slowly(1, 2, {9, 8, 7, 6, 5, 4, 3, 2, 1}, function(kind, step)
        if kind == "step" then steps[#steps + 1] = step end
        return kind == "step"
      end)
    end)
    assert.same({3, 7}, {steps[1], steps[2]})
    assert.matches("best%-0000001.safetensors: fails; training continues\n", said)
  end)

  it("is on disk before a checkpoint of its step where an earlier one could not be saved", function()
    local order = {}
    complaints(function()
      train_slowly(4, 2, {9, 1 / 0, 1 / 0, 8, 8, 8, 8, 8}, function(kind, step)
        order[#order + 1] = kind .. step
        return step > 1
      end)
    end)
    assert.equal("best1 best4 step4", table.concat(order, " ", 1, 3))
  end)

  it("is on disk before the checkpoint of its step that a window asks for", function()
    local net = dnn.Sequential{dnn.Linear(2, 1)}
    local keeper = require "dnn.keeper".new(folder .. "/run", {best = "cost"}, net)
    keeper:look(1, cost(1))
    assert.truthy(keeper:save_now(1):find "/step%-0000001%.safetensors$")
    assert.equal("best-0000001 step-0000001", files())
    keeper:close(1, false)
  end)
end)
