-- The state of a schedule, for checkpoints: its settings under their names, how far it is, where the rates began and
-- where they are; lists and parts as "milestones.1" and "1.last_epoch". Loading brings back the settings too, as
-- PyTorch's does. What depends on the optimiser and the number of schedules must be the same here.
local arguments = require "dnn.arguments"
local flat = require "dnn.flat"
local options_of = require "dnn.options"
local rates = require "dnn.optim.rates"

local schedule_state = {}

local function put(state, name, value)
  if type(value) == "table" then
    for k, part in ipairs(value) do put(state, name .. "." .. k, part) end
  elseif type(value) ~= "function" then
    state[name] = value
  end
end

-- As a method: state_dict().
function schedule_state.get(self)
  local state = {name = self.name, last_epoch = self.last_epoch, count = self.count}
  put(state, "base_lr", self.base_lrs)
  put(state, "last_lr", rates.of(self.holders))
  for name in pairs(self.settings) do put(state, name, self.settings[name]) end
  for _, name in ipairs(self.kept) do put(state, name, self[name]) end
  for k, part in ipairs(self.parts) do
    flat.put(state, k, schedule_state.get(part))
  end
  return state
end

-- What read finds wrong; it ends in the pcall of load_state_dict.
local function refuse(format, ...)
  error(format:format(...), 0)
end

-- The list whose elements are "name.1", "name.2"; nil where it has none.
local function list_of(state, name)
  local list = {}
  while state[name .. "." .. #list + 1] ~= nil do list[#list + 1] = state[name .. "." .. #list + 1] end
  return list[1] ~= nil and list or nil
end

-- The numbers of a list that is as long as the holders of rates here.
local function read_rates(self, state, name)
  local list = list_of(state, name) or {}
  if #list ~= #self.holders then
    refuse("the state is of %d learning rates (the optimiser's and those of groups), and here the number is %d",
      #list, #self.holders)
  end
  for k, value in ipairs(list) do
    if type(value) ~= "number" then refuse("%s.%d must be a number, got %s", name, k, options_of.shown(value)) end
  end
  return list
end

-- A value of the same kind as the one that is here.
local function read_field(self, state, name)
  if type(state[name]) ~= type(self[name]) then
    refuse("%s does not fit: %s here, %s in the state", name, options_of.shown(self[name]),
      options_of.shown(state[name]))
  end
  return state[name]
end

-- The settings of the state. Functions are none of it: they stay.
local function read_settings(self, state)
  local settings = {}
  for name, row in pairs(self.options) do
    local here, value = self.settings[name], state[name]
    if value == nil then value = list_of(state, name) end
    if type(here) == "function" then
      value = here
    elseif value == nil and (row.required or row[1] ~= nil) then
      refuse("the state has no %s", name)
    elseif value ~= nil and not row[2](value) then
      refuse("%s must be %s, got %s", name, row[3], options_of.came(value))
    elseif row.required and (type(value) == "table") ~= (type(here) == "table") then
      refuse("%s does not fit: %s here, %s in the state", name, options_of.came(here), options_of.came(value))
    end
    settings[name] = value
  end
  return settings
end

-- All that is to be set of the state: {fields = , settings = , left = , parts = }. Sets nothing.
local function read(self, state)
  if state.name ~= self.name then refuse("this is the state of %s", options_of.shown(state.name)) end
  local fields = {base_lrs = read_rates(self, state, "base_lr")}
  for _, name in ipairs{"last_epoch", "count", table.unpack(self.kept)} do
    fields[name] = read_field(self, state, name)
  end
  local settings, parts, count = read_settings(self, state), {}, 0
  local derived, message = {}, nil
  if self.derive then derived, message = self:derive(settings) end
  if not derived then refuse("%s", message) end
  for name, value in pairs(derived) do fields[name] = value end
  while state[count + 1 .. ".name"] ~= nil do count = count + 1 end
  if count ~= #self.parts then
    refuse("the state is of %d schedules, and here the number is %d", count, #self.parts)
  end
  for k, part in ipairs(self.parts) do
    local fits, inner = pcall(read, part, flat.take(state, k))
    if not fits then refuse("schedule %d, %s: %s", k, part.name, inner) end
    parts[k] = inner
  end
  -- States of before the rates were in them have none.
  local left = state["last_lr.1"] ~= nil and read_rates(self, state, "last_lr") or nil
  return {fields = fields, settings = settings, left = left, parts = parts}
end

local function apply(self, found)
  for name, value in pairs(found.fields) do self[name] = value end
  self.settings = found.settings
  for k, part in ipairs(self.parts) do apply(part, found.parts[k]) end
  if found.left then rates.note(self.optimiser, self.base_lrs, found.left) end
end

-- As a method: load_state_dict(state).
function schedule_state.set(self, state)
  if type(state) ~= "table" then
    arguments.fail("%s: load_state_dict: expected a table as from state_dict, got %s", self.name,
      options_of.shown(state))
  end
  local fits, found = pcall(read, self, state)
  if not fits then arguments.fail("%s: load_state_dict: %s", self.name, found) end
  apply(self, found)
end

return schedule_state
