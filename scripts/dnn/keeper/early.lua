-- In a loop of the script's own run:log ends the step. A schedule or an average that moves after it is a step behind in
-- each checkpoint: it has not moved at the first log, and has at the second and the third.
local checkpoint = require "dnn.checkpoint"
local dnn = require "dnn"
local options_of = require "dnn.options"
local try = require "dnn.try"

local early = {}

local Early = {}
Early.__index = Early

-- Whether each log may end an epoch: a training that resumes there from its batches does again what follows an epoch.
local function are_epochs(objects)
  for _, object in pairs(objects) do
    local kind = options_of.shown(object)
    if (kind == "dnn.data.batches" or kind == "dnn.data.Loader") and #object == 1 then return true end
  end
  return false
end

-- Where schedules and averages are, as texts by name.
local function places(objects)
  local found = {}
  for name, object in pairs(objects) do
    local kind = options_of.shown(object)
    if kind == "dnn.AveragedModel" then
      found[name] = tostring(object.count)
    elseif kind:find "^dnn%.optim%." then
      local read, state = try(object.state_dict, object)
      local texts = {}
      for key, value in pairs(read and state or {}) do
        if not dnn._is_matrix(value) then texts[#texts + 1] = key .. checkpoint._encode(value) end
      end
      table.sort(texts)
      found[name] = table.concat(texts, " ")
    end
  end
  return found
end

function early.new(objects)
  return setmetatable({objects = objects, places = places(objects), looks = 0, fine = {}}, Early)
end

-- After each of the first three logs: the name of one that moves after the log, or nil.
function Early:look()
  local now, late = places(self.objects), nil
  self.looks = self.looks + 1
  for name, place in pairs(now) do
    local moved = place ~= self.places[name]
    self.fine[name] = self.fine[name] or moved == (self.looks == 1)
    if self.looks == 3 and not self.fine[name] and not are_epochs(self.objects) then late = name end
  end
  self.places = now
  return late
end

return early
