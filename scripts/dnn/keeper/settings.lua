-- The settings of optimisers, schedules and averages as the script makes them, before a training begins or resumes.
-- A checkpoint holds those of the script that began the training: where a script that resumes has others, the
-- checkpoint's state takes their place, and the run says so.
local checkpoint = require "dnn.checkpoint"
local dnn = require "dnn"
local options_of = require "dnn.options"
local try = require "dnn.try"

local settings = {}

local Settings = {}
Settings.__index = Settings

local ENTRY <const> = "dnn.setting." -- in the metadata: "dnn.setting.optimiser.lr"
local MOST <const> = 8               -- that a message lists

-- Is it of dnn.optim?
local function has_settings(object)
  local name = options_of.shown(object)
  return name == "dnn.Optimiser" or name == "dnn.LBFGS" or name == "dnn.AveragedModel"
    or name:find "^dnn%.optim%." ~= nil
end

-- Texts by "optimiser.lr". Rates that schedules note follow from the optimiser's.
local function read(objects)
  local texts = {}
  for part, object in pairs(objects) do
    local has, state = try(function() return has_settings(object) and object:state_dict() or {} end)
    for name, value in pairs(has and state or {}) do
      if not dnn._is_matrix(value) and not name:find "base_lr%.%d+$" and not name:find "last_lr%.%d+$" then
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
    local part, rest = name:match "^dnn%.setting%.([^.]*)(.*)$"
    if part and self.objects[part] ~= false then theirs[part .. rest] = text end
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
  return setmetatable({texts = read(objects), objects = objects}, Settings)
end

return settings
