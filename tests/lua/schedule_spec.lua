-- Schedules of learning rates: which rates they set, what they keep, and what they say about mistakes. Their numbers
-- are in torch_schedules_spec.lua.
local dnn = require "dnn"
local fails = dofile "tests/lua/fails.lua"
local mistakes = dofile "tests/lua/mistakes.lua"

local function prepare(options)
  local net = dnn.Sequential{dnn.Linear(2, 2), dnn.Linear(2, 1)}
  return dnn.optim.SGD({{params = net[1]:parameters()}, {params = net[2]:parameters(), lr = 0.5}}, options or {lr = 1})
end

describe("a schedule", function()
  it("sets the rates of groups that have their own from those, and lets others follow the optimiser", function()
    local opt = prepare()
    local schedule = dnn.optim.ExponentialLR(opt, {gamma = 0.5})
    schedule:step()
    assert.same({0.5, 0.5, 0.25}, {opt.lr, opt.groups[1].lr, opt.groups[2].lr})
    assert.same({0.5, 0.25}, schedule:get_last_lr())
    assert.same({{}, {lr = 0.25}}, {opt.groups[1].own, opt.groups[2].own})
  end)

  it("begins where an earlier one of the optimiser began, unless another rate was set", function()
    local opt = prepare()
    dnn.optim.LinearLR(opt, {start_factor = 0.1})
    assert.same({1, 0.5}, dnn.optim.ExponentialLR(opt, {gamma = 0.5}).base_lrs)
    opt.lr = 2
    assert.equal(2, dnn.optim.ExponentialLR(opt, {gamma = 0.5}).base_lrs[1])
  end)

  it("says what it is", function()
    local opt = prepare()
    local schedule = dnn.optim.MultiStepLR(opt, {milestones = {2, 3}})
    assert.equal("MultiStepLR(gamma = 0.1, milestones = {2, 3})", tostring(schedule))
    assert.equal("MultiStepLR", schedule.name)
    assert.matches("^ChainedScheduler%(\n  MultiStepLR", tostring(dnn.optim.ChainedScheduler{schedule}))
  end)

  it("refuses a state that does not fit and changes nothing", function()
    local opt = prepare()
    local schedule = dnn.optim.StepLR(opt, {step_size = 3})
    local state = schedule:state_dict()
    state["base_lr.2"] = "much"
    schedule:step()
    assert.has_error(function() schedule:load_state_dict(state) end)
    assert.equal(1, schedule.last_epoch)
    assert.has_error(function() dnn.optim.ConstantLR(opt):load_state_dict(schedule:state_dict()) end,
      "ConstantLR: load_state_dict: this is the state of 'StepLR'")
  end)

  it("refuses a state of another number of learning rates, or of schedules", function()
    local schedule = dnn.optim.StepLR(prepare(), {step_size = 3})
    local single = dnn.optim.SGD(dnn.Sequential{dnn.Linear(2, 1)}:parameters())
    fails("StepLR: load_state_dict: the state is of 2 learning rates (the optimiser's and those of groups), and here "
      .. "the number is 1", schedule.load_state_dict, dnn.optim.StepLR(single, {step_size = 3}), schedule:state_dict())
    local chain = dnn.optim.ChainedScheduler{dnn.optim.ConstantLR(single)}
    local longer = dnn.optim.ChainedScheduler{dnn.optim.ConstantLR(single), dnn.optim.ConstantLR(single)}
    fails("ChainedScheduler: load_state_dict: the state is of 2 schedules, and here the number is 1",
      chain.load_state_dict, chain, longer:state_dict())
  end)

  it("is followed by a further schedule from the same rates, resumed or not", function()
    local opt, again = prepare(), prepare()
    local first, second = dnn.optim.StepLR(opt, {step_size = 1}), dnn.optim.StepLR(again, {step_size = 1})
    first:step()
    second:load_state_dict(first:state_dict())
    again:load_state_dict(opt:state_dict())
    local expected = dnn.optim.ExponentialLR(opt, {gamma = 0.5}).base_lrs
    assert.same({1.0, 0.5}, expected)
    assert.same(expected, dnn.optim.ExponentialLR(again, {gamma = 0.5}).base_lrs)
  end)

  it("warms up and anneals as nanoGPT's when it is given the formula", function()
    local opt = prepare()
    local schedule = dnn.optim.LambdaLR(opt, {lr_lambda = function(k)
      return k < 10 and k / 10 or 0.1 + 0.45 * (1 + math.cos(math.pi * (k - 10) / 90))
    end})
    assert.equal(0, opt.lr)
    for _ = 1, 10 do schedule:step() end
    assert.equal(1, opt.lr)
    for _ = 1, 90 do schedule:step() end
    assert.near(0.1, opt.lr, 1e-12)
  end)
end)

describe("a mistake with a schedule:", function()
  local opt, other = prepare(), prepare()
  local one_cycle = dnn.optim.OneCycleLR
  mistakes(it, {
    {"no optimiser", function() dnn.optim.StepLR({step_size = 3}) end,
      "StepLR: expected an optimiser, got table; usage: dnn.optim.StepLR(optimiser, options)"},
    {"PyTorch's arguments", function() dnn.optim.StepLR(opt, 3) end,
      "StepLR: expected a table of options, as in {gamma = ...}, got 3; usage: dnn.optim.StepLR(optimiser, options)"},
    {"an option left out", function() dnn.optim.StepLR(opt) end,
      "StepLR: step_size is missing: a whole number, 1 or more"},
    {"an option misspelt", function() dnn.optim.StepLR(opt, {step = 3}) end,
      "StepLR: unknown option 'step'; known: gamma, step_size (did you mean 'step_size'?)"},
    {"milestones out of order", function() dnn.optim.MultiStepLR(opt, {milestones = {3, 2}}) end,
      "MultiStepLR: milestones must be a list of whole numbers in rising order, got {3, 2}"},
    {"a metric where none is wanted", function() dnn.optim.ConstantLR(opt):step(0.5) end,
      "ConstantLR: step: expected no arguments, got 0.5"},
    {"no metric where one is", function() dnn.optim.ReduceLROnPlateau(opt):step() end,
      "ReduceLROnPlateau: step: expected a number, what has been measured, such as the cost of the validation set, "
        .. "got nil"},
    {"a cycle without its length", function() one_cycle(opt, {max_lr = 1}) end,
      "OneCycleLR: give total_steps, or epochs and steps_per_epoch"},
    {"steps of a cycle that differ",
      function() one_cycle(opt, {max_lr = 1, total_steps = 10, epochs = 3, steps_per_epoch = 4}) end,
      "OneCycleLR: total_steps is 10, but 3 epochs of 4 steps are 12"},
    {"rates for other groups", function() one_cycle(opt, {max_lr = {1}, total_steps = 3}) end,
      "OneCycleLR: max_lr holds 1 rates, and the optimiser has 2 groups"},
    {"a cycle that is over", function()
      local schedule = dnn.optim.OneCycleLR(opt, {max_lr = 1, total_steps = 3})
      for _ = 1, 4 do schedule:step() end
    end, "OneCycleLR: step: it has 3 steps, and this is one more"},
    {"a schedule of another optimiser", function()
      dnn.optim.SequentialLR(opt, {dnn.optim.ConstantLR(opt), dnn.optim.ConstantLR(other)}, {milestones = {3}})
    end, "SequentialLR: number 2 of the list is the schedule of another optimiser"},
    {"milestones of another number", function()
      dnn.optim.SequentialLR(opt, {dnn.optim.ConstantLR(opt), dnn.optim.ConstantLR(opt)}, {milestones = {3, 4}})
    end, "SequentialLR: milestones must be a list of 1 whole numbers in rising order, the steps at which the next of "
      .. "the 2 schedules takes over"},
    {"a plateau in a chain", function() dnn.optim.ChainedScheduler{dnn.optim.ReduceLROnPlateau(opt)} end,
      "ChainedScheduler: number 1 of the list is ReduceLROnPlateau, whose step takes a number, what has been measured, "
        .. "such as the cost of the validation set"},
    {"an optimiser in a chain", function() dnn.optim.ChainedScheduler{opt} end,
      "ChainedScheduler: number 1 of the list must be a schedule, got dnn.Optimiser"},
    {"a method misspelt", function() dnn.optim.ConstantLR(opt):stpe() end,
      "ConstantLR has no 'stpe'; did you mean 'step'?"},
  })
end)
