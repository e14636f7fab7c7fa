-- run:checkpoint in loops of other forms: counters that begin again, optimisers written in Lua, steps that are each
-- the best.
package.path = "tests/lua/?.lua;" .. package.path
local dnn = require "dnn"
local program = require "program"
local training = require "keeper_training"

local await, begin, files = training.await, training.begin, training.files

describe("checkpoints", function()
  before_each(function() training.folder = program.folder() end)
  after_each(function() program.remove(training.folder) end)

  it("are not lost where the counter begins again in each epoch, which is said once", function()
    local script = training.write_script [[
      run:checkpoint{net = net, optimiser = optimiser, every = 6}
      for epoch = 1, 3 do
        for i in run:steps(6) do
          step()
          run:log(6 * (epoch - 1) + i, {cost = 1})
        end
        for i in run:steps(2) do run:log(6 * epoch, {test = i}) end
      end
      run:close()]]
    local _, said = program.run(("%s %s/run"):format(script, training.folder))
    assert.equal("step-2 step-6", files())
    assert.matches("^dnn.Run: checkpoint: step %d comes after step %d, but run:resume goes on from the highest; "
      .. "[^\n]*\n$", said)
  end)

  it("go on where LBFGS takes over from another optimiser", function()
    local t = begin{every = 5, keep = 9}
    t.run:close()
    t.run = dnn.Run(training.folder .. "/run")
    local lbfgs = dnn.optim.LBFGS(t.net:parameters(), {max_iter = 2})
    t.run:checkpoint{net = t.net, adam = t.optimiser, lbfgs = lbfgs, every = 5, keep = 9}
    local function closure()
      local cost = t.loss(t.net(t.X), t.Y)
      t.net:backward(t.loss:backward())
      return cost
    end
    for i in t.run:steps(20) do
      if i <= 10 then t.step() else lbfgs:step(closure) end
      await(t.run)
    end
    t.run:close()
    assert.equal("step-10 step-15 step-20 step-5", files())
  end)

  it("are of a whole step of LBFGS only", function()
    local t = begin()
    t.run:close()
    t.run = dnn.Run(training.folder .. "/run")
    local lbfgs = dnn.optim.LBFGS(t.net:parameters(), {max_iter = 2})
    t.run:checkpoint{net = t.net, lbfgs = lbfgs, every = 100}
    for i = 1, 6 do
      local cost = lbfgs:step(function()
        local c = t.loss(t.net(t.X), t.Y)
        t.net:backward(t.loss:backward())
        return c
      end)
      if i == 6 then break end
      t.run:log(i, {cost = cost})
    end
    t.run:close()
    assert.equal("", files())
  end)

  it("at intervals are kept beside the best where each step is better than the one before", function()
    local t = begin{every = 10, keep = 2, best = "accuracy"}
    for i in t.run:steps(40) do
      t.step()
      t.run:log(i, {accuracy = i})
      if i % 2 == 0 then await(t.run) end
    end
    t.run:close()
    assert.equal("best-40 step-30 step-40", files())
  end)

  it("lack what moves after run:log, of which a script is told that does not take its steps from run:steps", function()
    local script = training.write_script [[
      local schedule = dnn.optim.ExponentialLR(optimiser, {gamma = 0.9})
      run:checkpoint{net = net, optimiser = optimiser, schedule = schedule, every = 100}
      local when = arg[2]
      for i = 1, 9 do
        step()
        if when == "before" or when == "every second" and i % 2 == 0 then schedule:step() end
        run:log(i, {cost = 1})
        if when == "after" or when == "in an epoch" and i % 4 == 0 then schedule:step() end
      end
      run:close()]]
    for _, when in ipairs{"before", "after", "every second", "in an epoch"} do
      local _, said = program.run(("%s %s/run '%s'"):format(script, training.folder, when))
      said = said:gsub("[^\n]* held checkpoints up to [^\n]*\n", "")
      local complaint = "dnn.Run: checkpoint: 'schedule' moves after run:log, and a checkpoint then lacks it; call "
        .. "run:log last, or take the steps from run:steps\n"
      assert.equal(when == "after" and complaint or "", said, when)
    end
  end)

  it("lack nothing that moves after an epoch of a single batch, where the batches are kept", function()
    local script = training.write_script [[
      local schedule, at = dnn.optim.ExponentialLR(optimiser, {gamma = 0.5}), {epoch = 0}
      local batches = dnn.data.batches({X = dnn.ones(3, 8), Y = dnn.ones(1, 8)}, {size = 8})
      function at:state_dict() return {epoch = self.epoch} end
      function at:load_state_dict(state) self.epoch = state.epoch end
      run:checkpoint{net = net, optimiser = optimiser, schedule = schedule, batches = batches, at = at, every = 1}
      local i = run:resume()
      while at.epoch < 6 do
        for _ in batches do
          i = i + 1
          step()
          run:log(i, {cost = 1})
          if i == tonumber(arg[2]) then os.exit(1) end
        end
        schedule:step()
        at.epoch = at.epoch + 1
      end
      print(i, optimiser.lr / 0.001)]]
    local _, said = program.run(("%s %s/run 4"):format(script, training.folder))
    assert.equal("", said)
    local out, more = program.run(("%s %s/run"):format(script, training.folder))
    assert.equal("", more)
    assert.equal("6\t0.015625\n", out)
  end)

  it("are not of weights that a script has loaded after its last loop", function()
    local script = training.write_script [[
      run:checkpoint{net = net, optimiser = optimiser, every = 2}
      for i in run:steps(4) do
        step()
        run:log(i, {cost = 1})
        if i == 3 then assert(net:save(arg[1] .. "/mine")) end
      end
      if arg[2] == "close" then run:close() end
      assert(net:load(arg[1] .. "/mine"))]]
    local _, said = program.run(("%s %s/run close"):format(script, training.folder))
    assert.equal("", said)
    assert.equal("step-2 step-4", files())
    program.remove(training.folder .. "/run")
    _, said = program.run(("%s %s/run"):format(script, training.folder))
    assert.equal("dnn.Run: checkpoint: the weights were changed after step 4, which is not saved; load others, such as "
      .. "the best, after run:close()\n", said)
    assert.equal("step-2", files())
  end)

  it("wait for the first step of an optimiser too, but not for ever", function()
    local t = begin{every = 1, keep = 9}
    local function backward()
      t.loss(t.net(t.X), t.Y)
      t.net:backward(t.loss:backward())
    end
    for i in t.run:steps(3) do
      backward()
      await(t.run)
      assert.equal("", files(), i)
    end
    for _ in t.run:steps(4, 4000) do backward() end
    assert.equal("", files())
    for _ in t.run:steps(4001, 4100) do backward() end
    t.run:close()
    assert.matches("step%-4100", files())
  end)
end)
