-- Schedules made of others: one after the other, and all at once.
local arguments = require "dnn.arguments"
local options_of = require "dnn.options"
local schedule = require "dnn.optim.schedule"

local chains = {}

local function is_schedule(value)
  return type(value) == "table" and type(rawget(value, "holders")) == "table"
end

local is_list = options_of.list(type)  -- of anything: what is wrong with an element is said of that

-- Raises unless it is a list of schedules of one optimiser that are stepped without arguments.
local function check_list(name, list, optimiser)
  if not is_list(list) then
    arguments.fail("%s: expected a list of schedules, got %s%s", name, options_of.shown(list), arguments.usage())
  end
  for k, part in ipairs(list) do
    local fault = not is_schedule(part) and "must be a schedule, got " .. options_of.shown(part)
      or part.optimiser ~= (optimiser or list[1].optimiser) and "is the schedule of another optimiser"
      or part.takes and not part.takes_optional and ("is %s, whose step takes %s"):format(part.name, part.takes)
    if fault then arguments.fail("%s: number %d of the list %s", name, k, fault) end
  end
end

local OPTIONS <const> = {milestones = {nil, options_of.is "table", "a list of whole numbers in rising order"}}

-- Why these milestones do not go with so many schedules; nil where they do.
local function fault_of(milestones, count)
  local good = options_of.list(options_of.whole(1), count - 1, count - 1)(milestones)
  for k = 2, good and #milestones or 0 do
    good = good and milestones[k] > milestones[k - 1]
  end
  if good then return nil end
  return ("milestones must be a list of %d whole numbers in rising order, the steps at which the next of the %d "
    .. "schedules takes over"):format(count - 1, count)
end

local Sequential = schedule.complete{
  name = "SequentialLR",
  options = OPTIONS,
  derive = function(self, settings)
    local fault = fault_of(settings.milestones, #self.parts)
    return not fault and {} or nil, fault
  end,
  -- Undoes the steps that the parts have begun with, but for the first.
  begin = function(self)
    schedule.reset_rates(self)
    for _, part in ipairs(self.parts) do part.last_epoch, part.count = -1, 0 end
    self.parts[1]:advance()
    self.last_epoch = 0
  end,
  advance = function(self)
    self.last_epoch = self.last_epoch + 1
    local number = 1
    for k, epoch in ipairs(self.settings.milestones) do
      if epoch <= self.last_epoch then number = k + 1 end
    end
    local part = self.parts[number]
    if self.settings.milestones[number - 1] == self.last_epoch then
      if part.takes_optional then part:advance(0) else schedule.go_to(part, 0) end
    else
      part:advance()
    end
    schedule.set_rates(self, function(lr) return lr end)
  end,
}

-- One schedule after the other: the next begins at each of the milestones.
function chains.SequentialLR(optimiser, list, options)
  schedule.check_optimiser("SequentialLR", optimiser)
  local settings = options_of.read("SequentialLR", options, OPTIONS)
  check_list("SequentialLR", list, optimiser)
  local fault = fault_of(settings.milestones, #list)
  if fault then arguments.fail("SequentialLR: %s", fault) end
  return schedule.new(Sequential, optimiser, settings, list)
end

local Chained = schedule.complete{
  name = "ChainedScheduler",
  begin = function(self) self.last_epoch = 0 end,
  advance = function(self)
    self.last_epoch = self.last_epoch + 1
    for _, part in ipairs(self.parts) do part:advance() end
  end,
}

-- All schedules at once: each multiplies what the one before has left.
function chains.ChainedScheduler(list)
  check_list("ChainedScheduler", list)
  return schedule.new(Chained, list[1].optimiser, {}, list)
end

return chains
