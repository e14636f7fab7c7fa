-- What all schedules of learning rates share: which rates they set, from which they began, state, options.
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
local arguments = require "dnn.arguments"
local options_of = require "dnn.options"
local strict = require "dnn.strict"

local schedule = {}

local function is_optimiser(value)
  return type(value) == "userdata" and options_of.shown(value) == "dnn.Optimiser"
end

-- Rates -------------------------------------------------------------------------------------------------

-- What holds a learning rate of its own: the optimiser, then groups.
local function holders_of(optimiser)
  local holders = {optimiser}
  for _, group in ipairs(optimiser.groups) do
    if group.own.lr then holders[#holders + 1] = group end
  end
  return holders
end

-- {initial = , left = }, lists as long as the holders, by optimiser: where the rates began and where schedules have
-- left them. A further schedule of an optimiser begins where the first did, unless the script has set another rate.
local known = setmetatable({}, {__mode = "k"})

local function initial_rates(optimiser, holders)
  local before, rates = known[optimiser], {}
  for k, holder in ipairs(holders) do
    local same = before and before.left[k] == holder.lr
    rates[k] = same and before.initial[k] or holder.lr
  end
  return rates
end

local function note_rates(optimiser, holders, initial)
  local left = {}
  for k, holder in ipairs(holders) do left[k] = holder.lr end
  known[optimiser] = {initial = initial, left = left}
end

-- Sets all rates: rate(lr, base, k) gives number k.
function schedule.set_rates(self, rate)
  for k, holder in ipairs(self.holders) do holder.lr = rate(holder.lr, self.base_lrs[k], k) end
  note_rates(self.optimiser, self.holders, self.base_lrs)
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

local Schedule = {kept = {}, takes = false, takes_optional = false, begin = false, rate = false, rate_at = false}

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
  local rates = {}
  for k, group in ipairs(self.optimiser.groups) do rates[k] = group.lr end
  return rates
end

-- State: settings under their names, lists and parts as "milestones.1" and "1.last_epoch".
local function put(state, name, value)
  if type(value) == "table" then
    for k, part in ipairs(value) do put(state, name .. "." .. k, part) end
  elseif type(value) ~= "function" then
    state[name] = value
  end
end

function Schedule:state_dict()
  local state = {name = self.name, last_epoch = self.last_epoch, count = self.count}
  put(state, "base_lr", self.base_lrs)
  for name in pairs(self.settings) do put(state, name, self.settings[name]) end
  for _, name in ipairs(self.kept) do put(state, name, self[name]) end
  for k, part in ipairs(self.parts) do
    for name, value in pairs(part:state_dict()) do state[k .. "." .. name] = value end
  end
  return state
end

-- The part of a state whose names begin with "1.".
local function part_of(state, k)
  local part, prefix = {}, k .. "."
  for name, value in pairs(state) do
    if name:sub(1, #prefix) == prefix then part[name:sub(#prefix + 1)] = value end
  end
  return part
end

-- A value of the same kind as the one that is there, or nil and the place.
local function take(state, name, here)
  if type(here) ~= "table" then
    if type(here) == "function" then return here end
    if type(state[name]) ~= type(here) then return nil, name end
    return state[name]
  end
  local list = {}
  for k, part in ipairs(here) do
    local value, place = take(state, name .. "." .. k, part)
    if value == nil then return nil, place end
    list[k] = value
  end
  return list
end

-- What is to be set of the state; nil and what is wrong.
local function read(self, state)
  if type(state) ~= "table" then return nil, "expected a table as from state_dict, got " .. type(state) end
  if state.name ~= self.name then return nil, "this is the state of " .. options_of.shown(state.name) end
  local found = {fields = {}, settings = {}, parts = {}}
  local function note(into, name, key, here)
    local value, place = take(state, name, here)
    if value == nil and here ~= nil then
      error(("%s does not fit: %s here, %s in the state"):format(place, options_of.shown(here),
        options_of.shown(state[place])), 0)
    end
    into[key] = value
  end
  local fits, message = pcall(function()
    note(found.fields, "last_epoch", "last_epoch", self.last_epoch)
    note(found.fields, "count", "count", self.count)
    note(found.fields, "base_lr", "base_lrs", self.base_lrs)
    for name, value in pairs(self.settings) do note(found.settings, name, name, value) end
    for _, name in ipairs(self.kept) do note(found.fields, name, name, self[name]) end
  end)
  if not fits then return nil, message end
  for k, part in ipairs(self.parts) do
    local inner, why = read(part, part_of(state, k))
    if not inner then return nil, ("schedule %d, %s: %s"):format(k, part.name, why) end
    found.parts[k] = inner
  end
  return found
end

local function apply(self, found)
  for name, value in pairs(found.fields) do self[name] = value end
  for name, value in pairs(found.settings) do self.settings[name] = value end
  for k, part in ipairs(self.parts) do apply(part, found.parts[k]) end
end

function Schedule:load_state_dict(state)
  local found, message = read(self, state)
  if not found then arguments.fail("%s: load_state_dict: %s", self.name, message) end
  apply(self, found)
end

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
  local holders = holders_of(optimiser)
  local self = setmetatable({
    name = class.name, optimiser = optimiser, settings = settings, parts = parts or {}, holders = holders,
    base_lrs = initial_rates(optimiser, holders), last_epoch = -1, count = 0,
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
