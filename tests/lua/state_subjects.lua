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

-- Optimisers and averages ------------------------------------------------------------------------------

-- A small training; `made.object` is to have the state.
local function training()
  local float64 = {dtype = "float64", random = dnn.Random(3)}
  local net, loss = dnn.Sequential({dnn.Linear(3, 4), dnn.BatchNorm1d(4), dnn.Linear(4, 2)}, float64), dnn.MSELoss()
  local X, Y = dnn.randn(3, 8, float64), dnn.randn(2, 8, float64)
  local made = {net = net, X = X, Y = Y}
  function made.backward()
    local cost = loss(net(X), Y)
    net:backward(loss:backward())
    return cost
  end
  function made:load(other)
    self.object:load_state_dict(other.object:state_dict())
    self.net:load_state_dict(other.net:state_dict())
  end
  return made
end

local function sums_of(net)
  local sums = {}
  for name, value in pairs(net:state_dict()) do sums[name] = value:sum() end
  return sums
end

local function optimised(new)
  return function(options)
    local made = training()
    made.object = new(made.net:parameters(), options)
    function made:advance()
      self.net:parameters():zero_grad()
      if self.object.name == "LBFGS" then
        self.object:step(self.backward)
      else
        self.backward()
        self.object:step()
      end
      return sums_of(self.net)
    end
    return made
  end
end

-- Of the optimisers in C the other values are made from the defaults, but for these.
local OTHERS <const> = {eta_plus = 1.5, step_min = 1e-3, step_max = 1e-2}
local BASE <const> = {SGD = {momentum = 0.25}}

for name in pairs(dnn.optim) do
  local given = {{params = dnn.Linear(2, 1):parameters()}}
  local made, optimiser = pcall(dnn.optim[name], given, BASE[name])
  if made and type(optimiser) == "userdata" then
    local others = {}
    for option, value in pairs(optimiser:state_dict()) do
      if type(value) == "boolean" then others[option] = not value end
      if math.type(value) == "float" then others[option] = OTHERS[option] or 0.5 end
    end
    subjects[#subjects + 1] = {name = "dnn.optim." .. name, base = BASE[name] or {}, others = others,
      make = optimised(dnn.optim[name])}
  end
end

subjects[#subjects + 1] = {name = "an optimiser of groups", base = {groups = 1}, others = {groups = 2}, plain = true,
  refuses = {groups = {"groups is", "1", "2"}}, make = optimised(function(parameters, options)
    local net = dnn.Sequential({dnn.Linear(2, 1)}, {dtype = "float64"})
    local groups = {{params = parameters}, {params = net:parameters()}}
    return dnn.optim.SGD(table.move(groups, 1, options.groups, 1, {}), {lr = 0.1})
  end)}

subjects[#subjects + 1] = {name = "dnn.optim.LBFGS", base = {max_iter = 3, history_size = 4}, others = {max_iter = 4,
  history_size = 2, lr = 0.5, max_eval = 2, tolerance_grad = 100, tolerance_change = 100,
  line_search_fn = "strong_wolfe"}, make = optimised(dnn.optim.LBFGS)}

subjects[#subjects + 1] = {name = "dnn.optim.AveragedModel", base = {}, others = {decay = 0.5}, make = function(options)
  local made = training()
  made.object = dnn.optim.AveragedModel(made.net, options)
  local optimiser, steps = dnn.optim.SGD(made.net:parameters(), {lr = 0.1}), 0
  local batches = dnn.data.batches({X = made.X, Y = made.Y}, {size = 4, shuffle = false})
  function made:advance() -- at the odd steps update_bn has the last word
    steps = steps + 1
    self.backward()
    optimiser:step()
    self.object:update()
    if steps % 2 == 1 then self.object:update_bn(batches) end
    return sums_of(self.object:module())
  end
  local load = made.load
  function made:load(other)
    load(self, other)
    steps = other.steps()
  end
  function made.steps() return steps end
  return made
end}

-- Batches ----------------------------------------------------------------------------------------------

local function numbered()
  return {X = dnn.arange(1, 20):t(), Y = dnn.ones(1, 20), shape = {1, 1, 1}}
end

local function given_out(new)
  return function(options)
    local made = {object = new(options)}
    function made:advance()
      local X = self.object(nil, self.last)
      if not X then X = self.object(nil, nil) end
      self.last = X
      local seen = {}
      for j = 1, X.cols do seen[j] = X(1, j) end
      return seen
    end
    function made:load(other) self.object:load_state_dict(other.object:state_dict()) end
    return made
  end
end

local function same(name) return {name .. " is", "here and", "in the state"} end

-- A stream is made anew for each.
subjects[#subjects + 1] = {name = "dnn.data.batches", base = {size = 3, random = 1},
  others = {size = 4, shuffle = false, drop_last = true, random = false},
  refuses = {size = same "size", shuffle = same "shuffle", drop_last = same "drop_last", random = same "random"},
  ours = {scale = "of the data", shift = "of the data", dtype = "of the data"}, make = given_out(function(options)
    local given = {}
    for name, value in pairs(options) do given[name] = value end
    given.random = options.random and dnn.Random(options.random) or nil
    return dnn.data.batches(numbered(), given)
  end)}

subjects[#subjects + 1] = {name = "dnn.data.Loader", base = {batch_size = 3, seed = 5, workers = 0},
  others = {batch_size = 4, shuffle = false, drop_last = true, balanced = true, seed = 6},
  refuses = {batch_size = same "batch_size", shuffle = same "shuffle", drop_last = same "drop_last",
    balanced = same "balanced"},
  ours = {augment = "of the data", normalise = "of the data", weights = "of the data", one_hot = "of the data",
    shape = "of the data", scale = "of the data", dtype = "of the data", workers = "speed", prefetch = "speed",
    cache = "speed", max_failures = "of messages", warn = "of messages"},
  make = given_out(function(options) return dnn.data.Loader(numbered(), options) end)}

return subjects
