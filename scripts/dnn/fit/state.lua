-- The state of a training for checkpoints: where it is, its history, sums of the epoch that is under way, and weights
-- that are the best or the last. One flat table of numbers, texts and matrices.
local flat = require "dnn.flat"
local history = require "dnn.fit.history"
local source = require "dnn.fit.source"

local state = {}

-- The validation's batches where their place is a part of the state.
local function validation_of(self)
  return source.moves(self.validation) and self.validation or nil
end

-- As a method: state_dict().
function state.get(self)
  local result = {monitor = self.monitor, mode = self.mode, keep_best = self.opts.keep_best}
  flat.put(result, "at", self.at)
  history.state(self.history, result)
  for _, metric in ipairs(self.metrics) do flat.put(result, "meter." .. metric.name, metric.meter.sums) end
  flat.put(result, "best", self.best_state)
  flat.put(result, "last", self.last_state)
  local validation = validation_of(self)
  flat.put(result, "validation", validation and validation:state_dict())
  return result
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
  self.at = flat.take(from, "at")
  for _, metric in ipairs(self.metrics) do metric.meter.sums = flat.take(from, "meter." .. metric.name) end
  for _, kind in ipairs{"best", "last"} do
    local weights = flat.take(from, kind)
    self[kind .. "_state"] = next(weights) and weights or nil
  end
  local validation, place = validation_of(self), flat.take(from, "validation")
  if validation and next(place) then validation:load_state_dict(place) end
end

return state
