-- run:checkpoint and run:resume: a training keeps its checkpoints by itself, and goes on from them with the same bits.
package.path = "tests/lua/?.lua;" .. package.path
local complaints = require "complaints"
local dnn = require "dnn"
local fails = require "fails"
local program = require "program"

-- A training that takes its steps from run:steps or from its own loop; a momentum of its own is the script's state.
local TRAINING <const> = [[
local dnn = require "dnn"
local training = {}

local Average = {}
Average.__index = Average
function Average:state_dict() return {mean = self.mean, count = self.count} end
function Average:load_state_dict(state) self.mean:copy_(state.mean); self.count = state.count end

function training.new(folder, what)
  dnn.manual_seed(5)
  local t = {}
  t.net = dnn.Sequential{dnn.Linear(6, 5), dnn.ReLU(), dnn.Linear(5, 1), dnn.Sigmoid()}
  t.optimiser = dnn.optim.Adam(t.net:parameters(), {lr = 0.02})
  t.batches = dnn.data.batches({X = dnn.randn(6, 50), Y = dnn.gt(dnn.randn(1, 50), 0)}, {size = 8})
  t.average = setmetatable({mean = dnn.zeros(5, 6), count = 0}, Average)
  t.loss = dnn.BCELoss()
  t.run = assert(dnn.Run(folder, {stop_not_finite = false}))
  local kept = {net = t.net, optimiser = t.optimiser, batches = t.batches, average = t.average}
  for name, value in pairs(what or {every = 4}) do kept[name] = value end
  t.kept = {t.run:checkpoint(kept)}
  return t
end

function training.step(t, i)
  local X, Y = t.batches(nil, t.X)
  if not X then X, Y = t.batches(nil, nil) end
  t.X = X
  local cost = t.loss(t.net(X + dnn.randn(6, X.cols) * 0.1), Y)
  t.net:backward(t.loss:backward())
  t.optimiser:step()
  t.average.mean:cmul_(0.9):add_(t.net[1].weight)
  t.average.count = t.average.count + 1
  t.run:log(i, {cost = cost, accuracy = {test = -math.abs(i - 9)}})
end

function training.go(t, first, last)
  for i in t.run:steps(first, last) do training.step(t, i) end
  return training.text(t)
end

-- Of a training that nothing interrupts.
function training.whole(folder, last)
  local t = training.new(folder)
  local text = training.go(t, 1, last)
  t.run:close()
  return text
end

function training.text(t)
  local parts = {}
  for name, m in pairs(t.net:state_dict()) do parts[#parts + 1] = ("%s %.17g"):format(name, m:sum()) end
  table.sort(parts)
  return ("%s; %.17g %d"):format(table.concat(parts, ", "), t.average.mean:sum(), t.average.count)
end

return training
]]
local training = assert(load(TRAINING, "=training", "t"))()

local folder

local function files(...)
  local names = dnn.system.list(table.concat({folder, "run", "checkpoints", ...}, "/")) or {}
  table.sort(names)
  return table.concat(names, " ")
end

local function path_of(name) return ("%s/run/checkpoints/%s.safetensors"):format(folder, name) end

describe("a run's checkpoints", function()
  before_each(function() folder = program.folder() end)
  after_each(function() program.remove(folder) end)

  it("are the last few, and the one of the end", function()
    local t = training.new(folder .. "/run", {every = 1, keep = 3})
    for i = 1, 30 do
      training.step(t, i)
      t.run:flush() -- the disk keeps up
    end
    t.run:close()
    local kept = {}
    for step in files():gmatch "step%-(%d+)" do kept[#kept + 1] = tonumber(step) end
    assert.is_true(#kept >= 1 and #kept <= 3)
    assert.equal(30, kept[#kept])
  end)

  it("have the best by a metric, beside the last", function()
    local t = training.new(folder .. "/run", {every = 100, best = "accuracy/test"})
    training.go(t, 1, 20)
    t.run:close()
    assert.equal("best-0000009.safetensors step-0000020.safetensors", files())
    local _, metadata = dnn.load(path_of "best-0000009")
    assert.equal("0 9 max accuracy/test", metadata["dnn.best"])
    assert.equal("9", metadata.step)
  end)

  it("go on with the same bits, wherever the training ended", function()
    local whole = training.whole(folder .. "/whole", 24)
    for _, last in ipairs {1, 4, 7, 12, 23} do
      os.execute(("rm -rf '%s/run'"):format(folder))
      local t = training.new(folder .. "/run")
      training.go(t, 1, last)
      t.run:close()
      dnn.manual_seed(99)
      local again = training.new(folder .. "/run")
      local step, values = again.run:resume()
      assert.equal(last, step)
      assert.same({step = last}, values)
      assert.equal(whole, training.go(again, step + 1, 24))
      again.run:close()
    end
  end)

  it("are of whole steps in loops without run:steps too", function()
    local t = training.new(folder .. "/run", {every = 5})
    for i = 1, 7 do training.step(t, i) end
    t.run:close()
    local whole = training.whole(folder .. "/whole", 12)
    local again = training.new(folder .. "/run")
    assert.equal(7, again.run:resume())
    for i = 8, 12 do training.step(again, i) end
    assert.equal(whole, training.text(again))
    again.run:close()
  end)

  it("remember the best when a training continues", function()
    local t = training.new(folder .. "/run", {every = 100, best = "accuracy/test"})
    training.go(t, 1, 12)
    t.run:close()
    t = training.new(folder .. "/run", {every = 100, best = "accuracy/test"})
    training.go(t, t.run:resume() + 1, 20)
    t.run:close()
    assert.truthy(files():find("best-0000009", 1, true))
    assert.falsy(files():find("best-000001", 1, true))
  end)

  it("that are damaged are named, and the one before is taken", function()
    local t = training.new(folder .. "/run", {every = 4})
    training.go(t, 1, 4)
    t.run:close()
    t = training.new(folder .. "/run", {every = 4})
    t.run:resume()
    training.go(t, 5, 8)
    t.run:close()
    assert.equal("step-0000004.safetensors step-0000008.safetensors", files())
    local good = program.read_all(path_of "step-0000008")
    local positions = {1, 9, 30, #good // 2, #good - 40, #good}
    for _, position in ipairs(positions) do
      local bytes = good:sub(1, position - 1) .. string.char(good:byte(position) ~ 4) .. good:sub(position + 1)
      program.write_all(path_of "step-0000008", bytes)
      local again, step = training.new(folder .. "/run", {every = 4}), nil
      local said = complaints(function() step = again.run:resume() end)
      assert.equal(4, step, ("with byte %d changed"):format(position))
      assert.truthy(said:find("dnn.Run: resume: " .. path_of "step-0000008", 1, true))
      assert.truthy(said:find("continuing from " .. path_of "step-0000004" .. " instead", 1, true))
      again = nil
      collectgarbage()
    end
    for size = 0, #good - 1, 61 do
      program.write_all(path_of "step-0000008", good:sub(1, size))
      local again, step = training.new(folder .. "/run", {every = 4}), nil
      complaints(function() step = again.run:resume() end)
      assert.equal(4, step, ("cut to %d bytes"):format(size))
    end
    program.write_all(path_of "step-0000004", "")
    local again = training.new(folder .. "/run", {every = 4})
    complaints(function()
      local step, message = again.run:resume()
      assert.is_nil(step)
      assert.truthy(message:find("step-0000004", 1, true))
      assert.truthy(message:find(("; no checkpoint in %s/run/checkpoints can be used, so move them away to start over")
        :format(folder), 1, true), message)
    end)
  end)

  it("with a value that is not finite are not written", function()
    local t = training.new(folder .. "/run", {every = 2})
    training.go(t, 1, 2)
    assert.truthy(t.run)
    t.run:close()
    local before = files()
    t = training.new(folder .. "/run", {every = 2})
    t.run:resume()
    t.net[1].weight:fill_(0 / 0)
    local said = complaints(function()
      t.run:log(4, {cost = 1})
      t.run:close()
    end)
    assert.truthy(said:find "not written: 'net.[01].weight' holds a value that is not finite", said)
    assert.truthy(said:find("dnn.Run: checkpoint: 1 could not be saved; none was\n", 1, true), said)
    assert.equal(before, files())
  end)

  it("that cannot be saved are named once for each reason, counted at the end, and so is the first that can be again",
    function()
      local broken
      local Own = {__index = {
        state_dict = function() return broken and error(broken, 0) or {count = 1} end,
        load_state_dict = function() end,
      }}
      local net = dnn.Sequential{dnn.Linear(2, 1)}
      local keeper = require "dnn.keeper".new(folder .. "/run", {own = setmetatable({}, Own), every = 1}, net)
      local function train(first, last)
        for i = first, last do
          keeper:interval(i, {})
          repeat keeper:save(i) until not keeper.job -- until the disk has it
        end
      end
      local said = complaints(function()
        broken = "no state"
        train(1, 3)
        broken = "other state"
        train(4, 5)
        broken = nil
        net[1].weight:fill_(0 / 0)
        train(6, 9)
        net[1].weight:fill_(1)
        train(10, 12)
        broken = "no state"
        train(13, 14)
        keeper:close(15, false)
      end)
      said = said:gsub(folder .. "/run/checkpoints/", ""):gsub("dnn.Run: checkpoint: ", "")
      assert.equal([[
'own': no state; training continues
'own': other state; training continues
step-0000006.safetensors: not written: 'net.0.weight' holds a value that is not finite; training continues
step-0000010.safetensors is saved; earlier ones were not (9)
'own': no state; training continues
12 could not be saved; the last that was: step-0000012.safetensors
]], said)
    end)

  it("of an earlier training are set aside when one starts over", function()
    local t = training.new(folder .. "/run")
    training.go(t, 1, 9)
    t.run:close()
    t = training.new(folder .. "/run")
    local said = complaints(function()
      training.go(t, 1, 3)
      t.run:close()
    end)
    assert.equal("earlier-1 step-0000003.safetensors", files())
    assert.truthy(files("earlier-1"):find("step-0000009.safetensors", 1, true))
    assert.truthy(said:find("held checkpoints up to step 9 of an earlier training", 1, true))
  end)

  it("of an earlier training stay where the script has loaded one of them, and newer ones are set aside", function()
    local straight = training.whole(folder .. "/straight", 20)
    local t = training.new(folder .. "/run", {every = 4, best = "accuracy/test"})
    training.go(t, 1, 13)
    t.run:close()
    local function go_on_from(name)
      local new = training.new(folder .. "/run", {every = 4, best = "accuracy/test"})
      local values = assert(dnn.checkpoint.load(folder .. "//run/./checkpoints/" .. name, {net = new.net,
        optimiser = new.optimiser, batches = new.batches, average = new.average}))
      local text = training.go(new, values.step + 1, 20)
      return text, new
    end
    assert.equal("", complaints(function()
      local text, new = go_on_from "step-0000013.safetensors"
      assert.equal(straight, text)
      new.run:close()
    end))
    assert.truthy(files():find "^best%-0000009.* step%-0000013.* step%-0000020")
    local said = complaints(function()
      local text, new = go_on_from "best-0000009.safetensors"
      assert.equal(straight, text)
      new.run:close()
    end)
    assert.equal(("dnn.Run: %s/run/checkpoints held checkpoints up to step 20 of an earlier training; they are in "
      .. "%s/run/checkpoints/earlier-1 now\n"):format(folder, folder), said)
    assert.truthy(files("earlier-1"):find "^step.* step%-0000020")
    assert.truthy(files():find "^best%-0000009.* earlier%-1 .*step%-0000020")
  end)

  it("of an earlier training are set aside where the script has loaded some of the objects only", function()
    local t = training.new(folder .. "/run")
    training.go(t, 1, 5)
    t.run:close()
    t = training.new(folder .. "/run")
    assert(dnn.checkpoint.load(folder .. "/run/checkpoints/step-0000005.safetensors", {net = t.net, optimiser = false,
      batches = false, average = false}))
    complaints(function()
      training.go(t, 1, 3)
      t.run:close()
    end)
    assert.equal("earlier-1 step-0000003.safetensors", files())
  end)

  it("are not taken in the middle of a step that failed", function()
    local ended = pcall(function()
      local t = training.new(folder .. "/run", {every = 100})
      local run <close> = t.run
      training.go(t, 1, 3)
      t.net[1].weight:fill_(0)
      run:log(4, {cost = 1})
      error "in the middle"
    end)
    assert.is_false(ended)
    collectgarbage()
    assert.equal("", files())
  end)

  it("are refused before training where they cannot be written", function()
    program.write_all(folder .. "/run", "")
    local said = complaints(function()
      local run = dnn.Run(folder .. "/other")
      program.write_all(folder .. "/other/checkpoints", "in the way")
      local net = dnn.Sequential{dnn.Linear(2, 1)}
      local kept, message = run:checkpoint{net = net}
      assert.is_nil(kept)
      assert.equal(folder .. "/other/checkpoints: Not a directory", message)
      assert.same({nil, message}, {run:resume()})
      run:log(1, {cost = 1})
      run:close()
    end)
    assert.truthy(said:find("training continues without checkpoints", 1, true))
    local run = dnn.Run()
    local kept, message = run:checkpoint{net = dnn.Sequential{dnn.Linear(2, 1)}}
    assert.is_nil(kept)
    assert.equal("this run has no folder", message)
    assert.equal(0, run:resume())
  end)

  it("say what they cannot keep", function()
    local run <close> = dnn.Run(folder .. "/run")
    fails("Run: checkpoint: expected a table, as in run:checkpoint{net = net", function() run:checkpoint() end)
    fails("Run: checkpoint: nothing to keep; give net = and optimiser =", function() run:checkpoint{} end)
    fails("Run: checkpoint: every must be a whole number of steps, 1 or more, got 0",
      function() run:checkpoint{net = dnn.Linear(1, 1), every = 0} end)
    fails("Run: checkpoint: mode is given without best, the name of the value that it is about",
      function() run:checkpoint{net = dnn.Linear(1, 1), mode = "max"} end)
    fails("Run: checkpoint: 'evry' must be an object with a state",
      function() run:checkpoint{net = dnn.Linear(1, 1), evry = 5} end)
    fails("that is not dnn or step", function() run:checkpoint{net = dnn.Linear(1, 1), step = dnn.Linear(1, 1)} end)
    fails("Run: resume: say first what is kept: run:checkpoint{net = net", function() run:resume() end)
    run:checkpoint{net = dnn.Linear(1, 1)}
    fails("this run already keeps its checkpoints", function() run:checkpoint{net = dnn.Linear(1, 1)} end)
    program.write_all(folder .. "/run/checkpoints/step-0000007.safetensors", "")
  end)

  it("do not fit another network, and nothing changes", function()
    local t = training.new(folder .. "/run")
    training.go(t, 1, 5)
    t.run:close()
    local run <close> = dnn.Run(folder .. "/run")
    local net = dnn.Sequential{dnn.Linear(2, 1)}
    local before = net[1].weight:copy()
    run:checkpoint{net = net, optimiser = dnn.optim.Adam(net:parameters()), batches = t.batches, average = t.average}
    local step, message = run:resume()
    assert.is_nil(step)
    assert.truthy(message:find "step%-0000005%.safetensors: '%l+': ", message)
    assert.is_true(net[1].weight == before)
  end)

  it("are saved by what a window or Ctrl-C asks for, too", function()
    local t = training.new(folder .. "/run", {every = 1000})
    local text
    for i in t.run:steps(1, 50) do
      training.step(t, i)
      if i == 6 then break end
    end
    text = training.text(t)
    t.run:close()
    local again = training.new(folder .. "/run", {every = 1000})
    assert.equal(6, again.run:resume())
    assert.equal(text, training.text(again))
    again.run:close()
  end)
end)
