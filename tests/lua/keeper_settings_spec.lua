-- A training that resumes with other settings in the script: the checkpoint's stay, and the run says which.
package.path = "tests/lua/?.lua;" .. package.path
local complaints = require "complaints"
local dnn = require "dnn"
local program = require "program"

local folder

-- Three steps of a script with this learning rate and these milestones; the rate at the end, and what stderr says.
local function train(lr, milestones, more)
  local rate
  local said = complaints(function()
    local net, loss = dnn.Sequential{dnn.Linear(2, 1)}, dnn.MSELoss()
    local parts = {net = net, optimiser = dnn.optim.SGD(net:parameters(), {lr = lr})}
    parts.schedule = dnn.optim.MultiStepLR(parts.optimiser, {milestones = milestones, gamma = 0.5})
    for name, value in pairs(more or {}) do parts[name] = value(net) end
    local run <close> = dnn.Run(folder .. "/run")
    run:checkpoint(parts)
    local first = assert(run:resume()) + 1
    for i in run:steps(first, first + 2) do
      loss(net(dnn.ones(2, 3)), dnn.ones(1, 3))
      net:backward(loss:backward())
      parts.optimiser:step()
      parts.schedule:step()
      run:log(i, {cost = 1})
    end
    rate = parts.optimiser.lr
  end)
  return rate, said
end

describe("a training that resumes", function()
  before_each(function() folder = program.folder() end)
  after_each(function() program.remove(folder) end)

  it("says which settings of the script are not used, once each time", function()
    assert.same({0.25, ""}, {train(0.5, {2, 5})})
    local rate, said = train(0.125, {4})
    assert.equal(0.125, rate)
    assert.equal("dnn.Run: resume: the script's settings have changed, and those that the training began with stay: "
      .. "optimiser.lr = 0.5 (0.125 in the script), schedule.milestones.1 = 2 (4 in the script), "
      .. "schedule.milestones.2 = 5 (none in the script); to change them, set them once it has resumed\n", said)
    assert.truthy(select(2, train(0.125, {2, 5})):find("stay: optimiser.lr = 0.5 (0.125 in the script);", 1, true))
    assert.equal("", (select(2, train(0.5, {2, 5}))))
  end)

  it("knows the settings of averages, and says nothing of what a script's own object holds", function()
    local function average(decay)
      return {average = function(net) return dnn.optim.AveragedModel(net, {decay = decay}) end, own = function()
        return {state_dict = function() return {decay = decay} end, load_state_dict = function() end}
      end, stream = function() return dnn.Random(decay * 4 // 1) end}
    end
    train(0.5, {2}, average(0.25))
    local _, said = train(0.5, {2}, average(0.75))
    assert.truthy(said:find("stay: average.decay = 0.25 (0.75 in the script); to", 1, true), said)
  end)

  -- What stderr says of a script that takes so many steps before run:checkpoint; make(net) gives its optimiser, and a
  -- schedule or nil.
  local function warm_up(steps, make)
    return complaints(function()
      dnn.manual_seed(1)
      local net, loss = dnn.Sequential{dnn.Linear(2, 2), dnn.Linear(2, 1)}, dnn.MSELoss()
      local parts = {net = net, average = dnn.optim.AveragedModel(net)}
      parts.optimiser, parts.schedule = make(net)
      local function closure()
        local cost = loss(net(dnn.ones(2, 3)), dnn.ones(1, 3))
        net:backward(loss:backward())
        return cost
      end
      local function step()
        if parts.optimiser.name == "LBFGS" then parts.optimiser:step(closure) else closure() parts.optimiser:step() end
        if parts.schedule then parts.schedule:step(parts.schedule.takes and 1 or nil) end
        parts.average:update()
      end
      for _ = 1, steps do step() end
      local run <close> = dnn.Run(folder .. "/run")
      run:checkpoint(parts)
      local first = assert(run:resume()) + 1
      for i in run:steps(first, first) do
        step()
        run:log(i, {cost = 1})
      end
    end)
  end

  -- makes(lr) by name: what warm_up takes.
  local MAKES <const> = {
    StepLR = function(lr) return function(net)
      local optimiser = dnn.optim.Adam({{params = net[1]:parameters(), lr = lr / 2}, {params = net[2]:parameters()}},
        {lr = lr})
      return optimiser, dnn.optim.StepLR(optimiser, {step_size = 3})
    end end,
    OneCycleLR = function(lr) return function(net)
      local optimiser = dnn.optim.SGD(net:parameters(), {lr = 0.1, momentum = 0.9})
      return optimiser, dnn.optim.OneCycleLR(optimiser, {max_lr = lr, total_steps = 30})
    end end,
    SequentialLR = function(lr) return function(net)
      local optimiser = dnn.optim.Adam(net:parameters(), {lr = lr})
      return optimiser, dnn.optim.SequentialLR(optimiser, {dnn.optim.LinearLR(optimiser, {total_iters = 4}),
        dnn.optim.CosineAnnealingWarmRestarts(optimiser, {T_0 = 3})}, {milestones = {4}})
    end end,
    ReduceLROnPlateau = function(lr) return function(net)
      local optimiser = dnn.optim.SGD(net:parameters(), {lr = lr})
      return optimiser, dnn.optim.ReduceLROnPlateau(optimiser, {patience = 1})
    end end,
    LBFGS = function(lr) return function(net) return dnn.optim.LBFGS(net:parameters(), {lr = lr, max_iter = 2}) end end,
  }

  it("takes no steps before run:checkpoint for other settings", function()
    for name, make in pairs(MAKES) do
      for _, steps in ipairs{5, 7, 0} do assert.equal("", warm_up(steps, make(0.015625)), name) end
      local said = warm_up(2, make(0.03125))
      assert.matches(name == "OneCycleLR" and "schedule.max_lr = 0.015625 (0.03125 in the script)"
        or "optimiser.lr = 0.015625 (0.03125 in the script)", said, 1, true)
      if name == "StepLR" then
        assert.matches("optimiser.group.1.lr = 0.0078125 (0.015625 in the script)", said, 1, true)
      end
      program.remove(folder .. "/run")
    end
  end)

  it("lists some of many", function()
    local function milestones(from)
      local list = {}
      for k = 1, 12 do list[k] = from + k end
      return list
    end
    train(0.5, milestones(0))
    assert.truthy(select(2, train(0.5, milestones(5))):find(" and 4 more; to change them", 1, true))
  end)
end)
