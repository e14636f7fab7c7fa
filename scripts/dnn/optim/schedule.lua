-- What all schedules of learning rates share: which rates they set, from which they began, options. Their state is in
-- schedule_state.lua.
--
-- A schedule sets the optimiser's learning rate and those of groups that have their own; groups that follow the
-- optimiser follow its schedule. A kind of schedule is a class made by schedule.class, with
--
--     name, options      the table of options as dnn.options reads it
--     begin(self)        what else there is to prepare; optional
--     rate(self, lr, base, k)      the rate number k after self.last_epoch steps, from the one before: PyTorch's
--                        recurrence, so that schedules can be chained
--     rate_at(self, base, k)       the same from the number of steps alone; optional
--     advance(self, value)         instead of both: sets the rates itself
--     takes              what step(value) takes, in words; with takes_optional it may be left out
--     kept               names of numbers that state_dict holds besides
--     derive(self, settings)       fields that follow from the settings; or nil and why these do not fit
local arguments = require "dnn.arguments"
local options_of = require "dnn.options"
local rates = require "dnn.optim.rates"
local state = require "dnn.optim.schedule_state"
local strict = require "dnn.strict"

local schedule = {}

local function is_optimiser(value)
  return type(value) == "userdata" and options_of.shown(value) == "dnn.Optimiser"
end

-- Rates -------------------------------------------------------------------------------------------------

-- Sets all rates: rate(lr, base, k) gives number k.
function schedule.set_rates(self, rate)
  for k, holder in ipairs(self.holders) do holder.lr = rate(holder.lr, self.base_lrs[k], k) end
  rates.note(self.optimiser, self.base_lrs, rates.of(self.holders))
end

-- Rates as they were before all schedules.
function schedule.reset_rates(self)
  schedule.set_rates(self, function(_, base) return base end)
end

-- To the given number of steps.
function schedule.go_to(self, epoch)
  self.last_epoch, self.count = epoch, self.count + 1
  schedule.set_rates(self, function(lr, base, k)
    return self.rate_at and self:rate_at(base, k) or self:rate(lr, base, k)
  end)
end

-- Methods -----------------------------------------------------------------------------------------------

local Schedule = {kept = {}, takes = false, takes_optional = false, begin = false, rate = false, rate_at = false,
  derive = false, options = {}}

-- The next rate, after a step of the optimiser or an epoch of them, as the schedule counts.
function Schedule:step(value)
  if value ~= nil and not self.takes then
    arguments.fail("%s: step: expected no arguments, got %s", self.name, options_of.shown(value))
  end
  if self.takes and not (type(value) == "number" or value == nil and self.takes_optional) then
    arguments.fail("%s: step: expected %s, got %s", self.name, self.takes, options_of.shown(value))
  end
  self:advance(value)
end

-- The learning rates of the groups.
function Schedule:get_last_lr()
  return rates.of(self.optimiser.groups)
end

Schedule.state_dict, Schedule.load_state_dict = state.get, state.set

arguments.guard("dnn.Schedule", Schedule, ":")

-- One step without arguments; kinds that take one have their own.
function Schedule:advance()
  self.last_epoch, self.count = self.last_epoch + 1, self.count + 1
  schedule.set_rates(self, function(lr, base, k) return self:rate(lr, base, k) end)
end

-- "StepLR(gamma = 0.1, step_size = 30)"
local function text_of(self)
  local names, parts = {}, {}
  for name in pairs(self.settings) do names[#names + 1] = name end
  table.sort(names)
  for k, name in ipairs(names) do
    local value = self.settings[name]
    if type(value) == "table" then value = "{" .. table.concat(value, ", ") .. "}" end
    parts[k] = ("%s = %s"):format(name, tostring(value))
  end
  for _, part in ipairs(self.parts) do parts[#parts + 1] = "\n  " .. tostring(part) end
  return ("%s(%s)"):format(self.name, table.concat(parts, ", "):gsub(", \n", ",\n"))
end

-- Classes -----------------------------------------------------------------------------------------------

-- A new schedule: begins with the rates of step 0.
function schedule.new(class, optimiser, settings, parts)
  local holders = rates.holders(optimiser)
  local self = setmetatable({
    name = class.name, optimiser = optimiser, settings = settings, parts = parts or {}, holders = holders,
    base_lrs = rates.initial(optimiser, holders), last_epoch = -1, count = 0,
  }, class)
  if class.begin then class.begin(self) end
  if self.last_epoch < 0 then self:advance() end
  return self
end

-- Completes a class: its objects have its functions and those of every schedule.
function schedule.complete(class)
  class.__name, class.__tostring = "dnn.optim." .. class.name, text_of
  class.__index = function(self, name)
    local member = class[name]
    if member ~= nil then return member end
    return strict.unknown(class.name, name, self, Schedule)
  end
  return setmetatable(class, {__index = Schedule})
end

-- Raises unless it is an optimiser.
function schedule.check_optimiser(name, optimiser)
  if is_optimiser(optimiser) then return end
  arguments.fail("%s: expected an optimiser, got %s%s", name, options_of.shown(optimiser), arguments.usage())
end

-- Completes a class and returns its constructor, dnn.optim.NAME(optimiser, options).
function schedule.class(class)
  schedule.complete(class)
  return function(optimiser, options)
    schedule.check_optimiser(class.name, optimiser)
    local settings = options_of.read(class.name, options, class.options)
    for name, row in pairs(class.options) do
      if row.required and settings[name] == nil then
        arguments.fail("%s: %s is missing: %s", class.name, name, row[3])
      end
    end
    local made = schedule.new(class, optimiser, settings) -- not a tail call: messages name the line of who called this
    return made
  end
end

return schedule
