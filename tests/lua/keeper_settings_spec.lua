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
