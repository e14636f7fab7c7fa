-- The state of a training for checkpoints: where it is, its history, sums of the epoch that is under way, and weights
-- that are the best or the last. One flat table of numbers, texts and matrices.
local history = require "dnn.fit.history"
local source = require "dnn.fit.source"

local state = {}

-- The validation's batches where their place is a part of the state.
local function validation_of(self)
  return source.moves(self.validation) and self.validation or nil
end

local function put(result, prefix, entries)
  for name, value in pairs(entries or {}) do result[("%s.%s"):format(prefix, name)] = value end
end

-- As a method: state_dict().
function state.get(self)
  local result = {monitor = self.monitor, mode = self.mode, keep_best = self.opts.keep_best}
  put(result, "at", self.at)
  history.state(self.history, result)
  for _, metric in ipairs(self.metrics) do put(result, "meter." .. metric.name, metric.meter.sums) end
  put(result, "best", self.best_state)
  put(result, "last", self.last_state)
  local validation = validation_of(self)
  put(result, "validation", validation and validation:state_dict())
  return result
end

-- The entries whose names begin with PREFIX and a point, by what follows.
local function entries(from, prefix)
  local found = {}
  for name, value in pairs(from) do
    if name:sub(1, #prefix + 1) == prefix .. "." then found[name:sub(#prefix + 2)] = value end
  end
  return found
end

-- Raises where a state is of a training with another monitor or mode, or has not kept the best weights that are wanted.
local function check(self, from)
  if from.monitor ~= self.monitor then
    error(("the checkpoint is of a training that monitors %s; this one monitors %s"):format(from.monitor,
      self.monitor), 0)
  end
  if (from.mode or self.mode) ~= self.mode then -- states of before have none
    error(("the checkpoint is of a training with mode = \"%s\" for %s; this one has mode = \"%s\""):format(from.mode,
      self.monitor, self.mode), 0)
  end
  if from.keep_best == false and self.opts.keep_best then
    error("the checkpoint is of a training with keep_best = false, whose best weights were not kept; this one has "
      .. "keep_best = true, as with patience; give keep_best = false", 0)
  end
end

-- As a method: load_state_dict(from).
function state.set(self, from)
  check(self, from)
  history.set_state(self.history, from)
  self.at = entries(from, "at")
  for _, metric in ipairs(self.metrics) do metric.meter.sums = entries(from, "meter." .. metric.name) end
  for _, kind in ipairs{"best", "last"} do
    local weights = entries(from, kind)
    self[kind .. "_state"] = next(weights) and weights or nil
  end
  local validation, place = validation_of(self), entries(from, "validation")
  if validation and next(place) then validation:load_state_dict(place) end
end

return state
