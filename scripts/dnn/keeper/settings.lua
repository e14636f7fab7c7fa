-- The settings of optimisers, schedules and averages as the script makes them, before a training begins or resumes.
-- A checkpoint holds those of the script that began the training: where a script that resumes has others, the
-- checkpoint's state takes their place, and the run says so.
local checkpoint = require "dnn.checkpoint"
local dnn = require "dnn"
local options_of = require "dnn.options"
local rates = require "dnn.optim.rates"
local try = require "dnn.try"

local settings = {}

local Settings = {}
Settings.__index = Settings

local ENTRY <const> = "dnn.setting." -- in the metadata: "dnn.setting.optimiser.lr"
local MOST <const> = 8               -- that a message lists

-- The entries of states that say how far a training is, as patterns by kind of object.
local PROGRESS <const> = {
  ["dnn.Optimiser"] = {"^steps$"},
  ["dnn.LBFGS"] = {"^steps$", "^n_iter$", "^func_evals$", "^history$", "^t$", "^scale$", "^rho%.%d+$"},
  ["dnn.AveragedModel"] = {"^count$", "^synced$"},
  -- The rates of schedules follow from the optimiser's and their own settings. Those that are parts of others have a
  -- number before their names.
  schedule = {"^[%d.]*last_epoch$", "^[%d.]*count$", "base_lr%.%d+$", "last_lr%.%d+$", "^[%d.]*best$", "^[%d.]*bad$",
    "^[%d.]*cooling$", "^[%d.]*T_cur$", "^[%d.]*T_i$"},
}

-- Which of them are those of an object; nil where it is not of dnn.optim.
local function progress_of(object)
  local name = options_of.shown(object)
  return PROGRESS[name] or name:find "^dnn%.optim%." and PROGRESS.schedule or nil
end

-- Notes which momentum of which optimiser a schedule, or one of its parts, sets at each step.
local function note_momentum(momenta, schedule)
  local momentum = rawget(schedule, "momentum")
  if momentum then momenta[schedule.optimiser] = momentum end
  for _, part in ipairs(schedule.parts) do note_momentum(momenta, part) end
end

local function is_setting(self, object, name)
  for _, pattern in ipairs(progress_of(object)) do
    if name:find(pattern) then return false end
  end
  return self.momenta[object] ~= name
end

-- The state of an optimiser, or of what else has settings; the rates are those from which schedules began.
local function state_of(object)
  local state = object:state_dict()
  if options_of.shown(object) ~= "dnn.Optimiser" then return state end
  local initial, k = rates.initial(object, rates.holders(object)), 1
  state.lr = initial[1]
  for i, group in ipairs(object.groups) do
    if group.own.lr then
      k = k + 1
      state[("group.%d.lr"):format(i)] = initial[k]
    end
  end
  return state
end

-- Texts by "optimiser.lr".
local function read(self)
  local texts = {}
  for part, object in pairs(self.objects) do
    local has, state = try(function() return progress_of(object) and state_of(object) or {} end)
    for name, value in pairs(has and state or {}) do
      if not dnn._is_matrix(value) and is_setting(self, object, name) then
        texts[part .. "." .. name] = checkpoint._encode(value)
      end
    end
  end
  return texts
end

-- Adds them to the metadata of a checkpoint.
function Settings:write(metadata)
  for name, text in pairs(self.texts) do metadata[ENTRY .. name] = text end
end

-- Takes over those of a checkpoint that the training resumes from, of the parts that are not left out; what is to be
-- said of others in the script, or nil.
function Settings:resume(metadata)
  local theirs, changes = {}, {}
  for name, text in pairs(metadata) do
    local part, rest = name:match "^dnn%.setting%.([^.]*)%.(.*)$"
    local object = self.objects[part]
    if object and progress_of(object) and is_setting(self, object, rest) then theirs[part .. "." .. rest] = text end
  end
  if next(theirs) == nil then return nil end -- a checkpoint of before
  for name, text in pairs(theirs) do
    if self.texts[name] ~= text then
      changes[#changes + 1] = ("%s = %s (%s in the script)"):format(name, text, self.texts[name] or "none")
    end
  end
  self.texts = theirs
  if #changes == 0 then return nil end
  table.sort(changes)
  local more = #changes - MOST
  return ("the script's settings have changed, and those that the training began with stay: %s%s; to change them, set "
    .. "them once it has resumed"):format(table.concat(changes, ", ", 1, math.min(#changes, MOST)),
    more > 0 and (" and %d more"):format(more) or "")
end

function settings.new(objects)
  local self = setmetatable({texts = {}, objects = objects, momenta = {}}, Settings)
  for _, object in pairs(objects) do
    if progress_of(object) == PROGRESS.schedule then note_momentum(self.momenta, object) end
  end
  self.texts = read(self)
  return self
end

return settings
