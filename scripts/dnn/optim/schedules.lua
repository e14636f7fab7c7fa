-- Schedules of learning rates by PyTorch's formulas (1.13), each a class of dnn.optim.schedule.
local fail = require "dnn.arguments".fail
local options_of = require "dnn.options"
local schedule = require "dnn.optim.schedule"
local try = require "dnn.try"

local cos, pi = math.cos, math.pi

local schedules = {}

local count, positive = options_of.whole(1), options_of.number(1e-300)
local COUNT <const> = "a whole number, 1 or more"
local FACTOR <const> = "a number above 0"
local RATE <const> = "a learning rate, 0 or more"

local function required(check, expectation) return {nil, check, expectation, required = true} end

-- Half a cosine from 1 (part 0) to 0 (part 1).
local function fall(part) return (1 + cos(pi * part)) / 2 end

-- Steps and powers --------------------------------------------------------------------------------------

schedules.StepLR = schedule.class{
  name = "StepLR",
  options = {step_size = required(count, COUNT), gamma = {0.1, positive, FACTOR}},
  rate = function(self, lr)
    local epoch, s = self.last_epoch, self.settings
    return epoch > 0 and epoch % s.step_size == 0 and lr * s.gamma or lr
  end,
  rate_at = function(self, base)
    return base * self.settings.gamma ^ (self.last_epoch // self.settings.step_size)
  end,
}

local is_epochs = options_of.list(options_of.whole(0))
local function is_milestones(list)
  if not is_epochs(list) then return false end
  for k = 2, #list do
    if list[k] < list[k - 1] then return false end
  end
  return true
end
local MILESTONES <const> = "a list of whole numbers in rising order"

schedules.MultiStepLR = schedule.class{
  name = "MultiStepLR",
  options = {milestones = required(is_milestones, MILESTONES), gamma = {0.1, positive, FACTOR}},
  rate = function(self, lr)
    for _, epoch in ipairs(self.settings.milestones) do
      if epoch == self.last_epoch then lr = lr * self.settings.gamma end
    end
    return lr
  end,
  rate_at = function(self, base)
    local passed = 0
    for _, epoch in ipairs(self.settings.milestones) do
      if epoch <= self.last_epoch then passed = passed + 1 end
    end
    return base * self.settings.gamma ^ passed
  end,
}

schedules.ExponentialLR = schedule.class{
  name = "ExponentialLR",
  options = {gamma = required(positive, FACTOR)},
  rate = function(self, lr) return self.last_epoch > 0 and lr * self.settings.gamma or lr end,
  rate_at = function(self, base) return base * self.settings.gamma ^ self.last_epoch end,
}

schedules.ConstantLR = schedule.class{
  name = "ConstantLR",
  options = {factor = {1 / 3, options_of.number(0, 1), "a number in 0..1"}, total_iters = {5, count, COUNT}},
  rate = function(self, lr)
    local epoch, s = self.last_epoch, self.settings
    if epoch == 0 then return lr * s.factor end
    return epoch == s.total_iters and lr / s.factor or lr
  end,
  rate_at = function(self, base)
    return self.last_epoch >= self.settings.total_iters and base or base * self.settings.factor
  end,
}

schedules.LinearLR = schedule.class{
  name = "LinearLR",
  options = {
    start_factor = {1 / 3, options_of.number(1e-300, 1), "a number above 0, at most 1"},
    end_factor = {1, options_of.number(0, 1), "a number in 0..1"},
    total_iters = {5, count, COUNT},
  },
  rate = function(self, lr)
    local epoch, s = self.last_epoch, self.settings
    if epoch == 0 then return lr * s.start_factor end
    if epoch > s.total_iters then return lr end
    local slope = s.end_factor - s.start_factor
    return lr * (1 + slope / (s.total_iters * s.start_factor + (epoch - 1) * slope))
  end,
  rate_at = function(self, base)
    local s = self.settings
    local part = math.min(s.total_iters, self.last_epoch) / s.total_iters
    return base * (s.start_factor + (s.end_factor - s.start_factor) * part)
  end,
}

schedules.LambdaLR = schedule.class{
  name = "LambdaLR",
  options = {lr_lambda = required(options_of.is "function", "a function of the number of steps")},
  rate = function(self, _, base)
    local factor = self.settings.lr_lambda(self.last_epoch)
    if type(factor) ~= "number" then
      fail("LambdaLR: lr_lambda must return a number, got %s", options_of.shown(factor))
    end
    return base * factor
  end,
}

-- Cosines -----------------------------------------------------------------------------------------------

schedules.CosineAnnealingLR = schedule.class{
  name = "CosineAnnealingLR",
  options = {T_max = required(count, COUNT), eta_min = {0, options_of.number(0), RATE}},
  rate = function(self, lr, base)
    local epoch, T, low = self.last_epoch, self.settings.T_max, self.settings.eta_min
    if epoch == 0 then return lr end
    if (epoch - 1 - T) % (2 * T) == 0 then return lr + (base - low) * (1 - cos(pi / T)) / 2 end
    return (1 + cos(pi * epoch / T)) / (1 + cos(pi * (epoch - 1) / T)) * (lr - low) + low
  end,
  rate_at = function(self, base)
    local low = self.settings.eta_min
    return low + (base - low) * fall(self.last_epoch / self.settings.T_max)
  end,
}

-- Where a run of restarts is after so many steps, a fraction of one too: the steps of this period, and its length.
local function period_at(s, epoch)
  local T, growth = s.T_0, s.T_mult
  if epoch < T then return epoch, T end
  if growth == 1 then return epoch % T, T end
  local n = math.floor(math.log(epoch / T * (growth - 1) + 1, growth))
  return epoch - T * (growth ^ n - 1) / (growth - 1), T * growth ^ n
end

schedules.CosineAnnealingWarmRestarts = schedule.class{
  name = "CosineAnnealingWarmRestarts",
  options = {
    T_0 = required(count, COUNT), T_mult = {1, count, COUNT}, eta_min = {0, options_of.number(0), RATE},
  },
  kept = {"T_cur", "T_i"},
  takes = "no arguments, or the number of epochs, which may have a fraction", takes_optional = true,
  begin = function(self) self.T_cur, self.T_i = -1, self.settings.T_0 end,
  advance = function(self, epoch)
    if epoch and epoch < 0 then fail "CosineAnnealingWarmRestarts: step: the number of epochs is below 0" end
    if epoch then
      self.T_cur, self.T_i = period_at(self.settings, epoch)
    else
      epoch, self.T_cur = self.last_epoch + 1, self.T_cur + 1
      if self.T_cur >= self.T_i then
        self.T_cur, self.T_i = self.T_cur - self.T_i, self.T_i * self.settings.T_mult
      end
    end
    schedule.go_to(self, math.floor(epoch))
  end,
  rate_at = function(self, base)
    local low = self.settings.eta_min
    return low + (base - low) * fall(self.T_cur / self.T_i)
  end,
}

-- One cycle ---------------------------------------------------------------------------------------------

local ANNEAL <const> = {
  cos = function(from, to, part) return to + (from - to) * fall(part) end,
  linear = function(from, to, part) return from + (to - from) * part end,
}
local anneal_strategy = {"cos", options_of.one_of("cos", "linear"), "'cos' or 'linear'"}

-- The ends of its phases: {step, rate from, rate to, momentum from, momentum to} by names.
local function phases_of(s, total)
  local rise = s.pct_start * total - 1
  if s.three_phase then
    return {
      {rise, "initial", "max", "max_momentum", "base_momentum"},
      {2 * s.pct_start * total - 2, "max", "initial", "base_momentum", "max_momentum"},
      {total - 1, "initial", "min", "max_momentum", "max_momentum"},
    }
  end
  return {
    {rise, "initial", "max", "max_momentum", "base_momentum"},
    {total - 1, "max", "min", "base_momentum", "max_momentum"},
  }
end

local function has_field(optimiser, name)
  return (try(function() return optimiser[name] end))
end

local function momentum_of(optimiser)
  return has_field(optimiser, "momentum") and "momentum" or has_field(optimiser, "beta1") and "beta1" or nil
end

local function is_rate(value) return type(value) == "number" and value > 0 end
local is_list_of_rates = options_of.list(is_rate)
local function is_rates(value)
  return is_rate(value) or is_list_of_rates(value)
end

-- max_lr holds a rate for each group: every group gets its own.
local function own_all(self, rates)
  local groups = self.optimiser.groups
  if #rates ~= #groups then
    fail("OneCycleLR: max_lr holds %d rates, and the optimiser has %d groups", #rates, #groups)
  end
  self.holders = groups
end

-- The number of steps, their phases and the name of the momentum that these settings mean; or nil and what is wrong.
local function derive_cycle(self, s)
  local product = s.epochs and s.steps_per_epoch and s.epochs * s.steps_per_epoch
  local total = s.total_steps or product
  if not total then return nil, "give total_steps, or epochs and steps_per_epoch" end
  if product and product ~= total then
    return nil, ("total_steps is %d, but %d epochs of %d steps are %d"):format(total, s.epochs, s.steps_per_epoch,
      product)
  end
  local momentum = s.cycle_momentum and momentum_of(self.optimiser)
  if s.cycle_momentum and not momentum then
    return nil, ("%s has no momentum; set cycle_momentum = false"):format(self.optimiser.name)
  end
  return {total = total, phases = phases_of(s, total), momentum = momentum}
end

local function begin_cycle(self)
  local s = self.settings
  local derived, message = derive_cycle(self, s)
  if not derived then fail("OneCycleLR: %s", message) end
  for name, value in pairs(derived) do self[name] = value end
  if type(s.max_lr) == "table" then own_all(self, s.max_lr) end
  self.base_lrs = {}
  for k in ipairs(self.holders) do
    self.base_lrs[k] = (type(s.max_lr) == "table" and s.max_lr[k] or s.max_lr) / s.div_factor
  end
end

-- The phase and the part of it that is over; after the last step all of it.
local function phase_of(self)
  local from = 0
  for k, phase in ipairs(self.phases) do
    if self.last_epoch <= phase[1] or k == #self.phases then
      return phase, math.min(1, (self.last_epoch - from) / (phase[1] - from))
    end
    from = phase[1]
  end
end

schedules.OneCycleLR = schedule.class{
  name = "OneCycleLR",
  options = {
    max_lr = required(is_rates, "a learning rate above 0, or a list of one for each group"),
    total_steps = {nil, count, COUNT}, epochs = {nil, count, COUNT}, steps_per_epoch = {nil, count, COUNT},
    pct_start = {0.3, options_of.number(0, 1), "a number in 0..1"}, anneal_strategy = anneal_strategy,
    cycle_momentum = {true, options_of.is "boolean", "true or false"},
    base_momentum = {0.85, options_of.number(0, 1), "a number in 0..1"},
    max_momentum = {0.95, options_of.number(0, 1), "a number in 0..1"},
    div_factor = {25, positive, FACTOR}, final_div_factor = {1e4, positive, FACTOR},
    three_phase = {false, options_of.is "boolean", "true or false"},
  },
  begin = begin_cycle,
  derive = derive_cycle,
  advance = function(self)
    local s = self.settings
    if self.last_epoch >= self.total then
      fail("OneCycleLR: step: it has %d steps, and this is one more", self.total)
    end
    schedule.go_to(self, self.last_epoch + 1)
    if self.momentum then
      local phase, part = phase_of(self)
      self.optimiser[self.momentum] = ANNEAL[s.anneal_strategy](s[phase[4]], s[phase[5]], part)
    end
  end,
  rate_at = function(self, initial)
    local s = self.settings
    local rates = {initial = initial, max = initial * s.div_factor, min = initial / s.final_div_factor}
    local phase, part = phase_of(self)
    return ANNEAL[s.anneal_strategy](rates[phase[2]], rates[phase[3]], part)
  end,
}

-- To the constant rate of averaged weights ---------------------------------------------------------------

schedules.SWALR = schedule.class{
  name = "SWALR",
  options = {
    swa_lr = required(options_of.number(0), RATE),
    anneal_epochs = {10, options_of.whole(0), "a whole number, 0 or more"},
    anneal_strategy = anneal_strategy,
  },
  rate = function(self, lr)
    local s, step = self.settings, self.count - 1
    if s.anneal_epochs == 0 then step = math.max(1, step) end
    local function weight(at) -- of swa_lr
      local part = math.max(0, math.min(1, at / math.max(1, s.anneal_epochs)))
      return s.anneal_strategy == "cos" and 1 - fall(part) or part
    end
    local before, now = weight(step - 1), weight(step)
    local start = before == 1 and s.swa_lr or (lr - before * s.swa_lr) / (1 - before)
    return s.swa_lr * now + start * (1 - now)
  end,
}

return schedules
