-- The state of a training for checkpoints: where it is, its history, sums of the epoch that is under way, and weights
-- that are the best or the last. One flat table of numbers, texts and matrices.
local history = require "dnn.fit.history"

local state = {}

-- As a method: state_dict().
function state.get(self)
  local result = {monitor = self.monitor}
  for name, value in pairs(self.at) do result["at." .. name] = value end
  history.state(self.history, result)
  for _, metric in ipairs(self.metrics) do
    for name, value in pairs(metric.meter.sums) do result[("meter.%s.%s"):format(metric.name, name)] = value end
  end
  for _, kind in ipairs{"best", "last"} do
    for name, value in pairs(self[kind .. "_state"] or {}) do result[("%s.%s"):format(kind, name)] = value end
  end
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

-- As a method: load_state_dict(from). Raises where the state is of a training with other metrics or another monitor.
function state.set(self, from)
  if from.monitor ~= self.monitor then
    error(("the checkpoint is of a training that monitors %s; this one monitors %s"):format(from.monitor,
      self.monitor), 0)
  end
  history.set_state(self.history, from)
  self.at = entries(from, "at")
  for _, metric in ipairs(self.metrics) do metric.meter.sums = entries(from, "meter." .. metric.name) end
  for _, kind in ipairs{"best", "last"} do
    local weights = entries(from, kind)
    self[kind .. "_state"] = next(weights) and weights or nil
  end
end

return state
