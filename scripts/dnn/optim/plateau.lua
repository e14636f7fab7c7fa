-- ReduceLROnPlateau: a smaller learning rate when a metric no longer gets better, as PyTorch's.
local options_of = require "dnn.options"
local schedule = require "dnn.optim.schedule"

local plateau = {}

local whole = options_of.whole(0)

local function is_better(self, value)
  local s, best = self.settings, self.best
  local relative = s.threshold_mode == "rel"
  if s.mode == "min" then return value < (relative and best * (1 - s.threshold) or best - s.threshold) end
  return value > (relative and best * (1 + s.threshold) or best + s.threshold)
end

local function reduce(self)
  local s = self.settings
  for _, holder in ipairs(self.holders) do
    local lower = math.max(holder.lr * s.factor, s.min_lr)
    if holder.lr - lower > s.eps then holder.lr = lower end
  end
  schedule.set_rates(self, function(lr) return lr end)
end

local function advance(self, value)
  local s = self.settings
  self.last_epoch, self.count = self.last_epoch + 1, self.count + 1
  if is_better(self, value) then
    self.best, self.bad = value, 0
  else
    self.bad = self.bad + 1
  end
  if self.cooling > 0 then self.cooling, self.bad = self.cooling - 1, 0 end
  if self.bad > s.patience then
    reduce(self)
    self.cooling, self.bad = s.cooldown, 0
  end
end

plateau.ReduceLROnPlateau = schedule.class{
  name = "ReduceLROnPlateau",
  options = {
    mode = {"min", options_of.one_of("min", "max"), "'min' or 'max'"},
    factor = {0.1, function(value) return type(value) == "number" and value > 0 and value < 1 end,
      "a number between 0 and 1"},
    patience = {10, whole, "a whole number, 0 or more"},
    threshold = {1e-4, options_of.number(0), "a number, 0 or more"},
    threshold_mode = {"rel", options_of.one_of("rel", "abs"), "'rel' or 'abs'"},
    cooldown = {0, whole, "a whole number, 0 or more"},
    min_lr = {0, options_of.number(0), "a learning rate, 0 or more"},
    eps = {1e-8, options_of.number(0), "a number, 0 or more"},
  },
  kept = {"best", "bad", "cooling"},
  takes = "a number, what has been measured, such as the cost of the validation set",
  begin = function(self)
    self.last_epoch, self.bad, self.cooling = 0, 0, 0
    self.best = self.settings.mode == "min" and math.huge or -math.huge
  end,
  advance = advance,
}

return plateau
