-- What has a state_dict, for state_settings_spec.lua: a list of
--
--     name       in the reference
--     make(options)      a new one: {object =, advance(self) takes a step and returns what can be seen of it,
--                load(self, other) takes the states of another}
--     base       the options, to which each of `others` is changed in turn, {name = value}
--     refuses    {name = words}: options that have to be the same, and what the message holds
--     ours       {name = why} of options that no state is about
--     plain      true where it takes no options
local dnn = require "dnn"

local subjects = {}

-- Schedules --------------------------------------------------------------------------------------------

local function optimiser_of_two()
  local net = dnn.Sequential{dnn.Linear(2, 2), dnn.Linear(2, 1)}
  return dnn.optim.SGD({{params = net[1]:parameters()}, {params = net[2]:parameters(), lr = 0.02}},
    {lr = 0.1, momentum = 0.5})
end

-- What a script has around a schedule that `new(optimiser, options)` makes; `value(k)` is what a step is given.
local function scheduled(new, value)
  return function(options)
    local made = {optimiser = optimiser_of_two(), steps = 0}
    made.object = new(made.optimiser, options)
    function made:advance()
      self.steps = self.steps + 1
      if value then self.object:step(value(self.steps)) else self.object:step() end
      return {self.optimiser.momentum, table.unpack(self.object:get_last_lr())}
    end
    function made:load(other)
      self.object:load_state_dict(other.object:state_dict())
      self.optimiser:load_state_dict(other.optimiser:state_dict())
      self.steps = other.steps
    end
    return made
  end
end

local function add_schedule(name, base, others, value)
  subjects[#subjects + 1] = {name = "dnn.optim." .. name, base = base, others = others,
    make = scheduled(dnn.optim[name], value)}
  return subjects[#subjects]
end

add_schedule("StepLR", {step_size = 2}, {step_size = 3, gamma = 0.5})
add_schedule("MultiStepLR", {milestones = {2, 5}}, {milestones = {4}, gamma = 0.5})
add_schedule("ExponentialLR", {gamma = 0.5}, {gamma = 0.75})
add_schedule("ConstantLR", {total_iters = 5}, {total_iters = 4, factor = 0.5})
add_schedule("LinearLR", {}, {start_factor = 0.5, end_factor = 0.75, total_iters = 4})
add_schedule("CosineAnnealingLR", {T_max = 5}, {T_max = 4, eta_min = 0.01})
add_schedule("CosineAnnealingWarmRestarts", {T_0 = 2}, {T_0 = 3, T_mult = 2, eta_min = 0.01})
add_schedule("SWALR", {swa_lr = 0.05}, {swa_lr = 0.01, anneal_epochs = 4, anneal_strategy = "linear"})
add_schedule("ReduceLROnPlateau", {patience = 1}, {patience = 0, factor = 0.5, mode = "max", threshold = 0.5,
  threshold_mode = "abs", cooldown = 3, min_lr = 0.05, eps = 1}, function(k) return math.floor(10 - k / 2) end)

-- A function is not in a state: it is the script's, as in PyTorch.
subjects[#subjects + 1] = {name = "dnn.optim.LambdaLR", base = {lr_lambda = function(k) return 1 / (k + 1) end},
  others = {}, ours = {lr_lambda = "a function"}, make = scheduled(dnn.optim.LambdaLR)}

-- Of three groups max_lr would be a list of three; a list and a number schedule other groups.
local cycle = add_schedule("OneCycleLR", {max_lr = 1, total_steps = 10}, {max_lr = {0.5, 2}, total_steps = 20,
  pct_start = 0.5, anneal_strategy = "linear", cycle_momentum = false, base_momentum = 0.5, max_momentum = 0.75,
  div_factor = 5, final_div_factor = 10, three_phase = true})
cycle.refuses = {max_lr = {"max_lr", "1", "{0.5, 2}"}}
cycle.ours = {epochs = "a way to say total_steps", steps_per_epoch = "the same"}

-- Chains: the options are those of the first part, and how many there are.
local function chained(with_milestones)
  return function(optimiser, options)
    local parts = {dnn.optim.StepLR(optimiser, {step_size = options.step_size})}
    for k = 2, options.count do parts[k] = dnn.optim.ExponentialLR(optimiser, {gamma = 0.5}) end
    if not with_milestones then return dnn.optim.ChainedScheduler(parts) end
    return dnn.optim.SequentialLR(optimiser, parts, {milestones = options.milestones})
  end
end

subjects[#subjects + 1] = {name = "dnn.optim.ChainedScheduler", base = {step_size = 2, count = 2},
  others = {step_size = 3, count = 3}, refuses = {count = {"2", "3", "schedules"}}, plain = true,
  make = scheduled(chained(false))}
subjects[#subjects + 1] = {name = "dnn.optim.SequentialLR", base = {step_size = 1, count = 2, milestones = {4}},
  others = {step_size = 2, milestones = {5}}, plain = true, make = scheduled(chained(true))}

return subjects
