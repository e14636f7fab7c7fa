-- dnn.metrics: how good outputs are. Each is a function of outputs A and targets Y; dnn.fit and dnn.evaluate take them
-- by name and add them up over batches. What a metric computes is in metrics/meters.lua.
local dnn = require "dnn"
local arguments = require "dnn.arguments"
local meters = require "dnn.metrics.meters"
local strict = require "dnn.strict"

local metrics = {}

local function measure(name, A, Y, options)
  local meter = meters.new("dnn.metrics." .. name, name, options)
  meter:add(A, Y)
  return meter:value()
end

-- The argument that is not a matrix, what it should be, and what it is; nil where both are.
local function fault(A, Y)
  if not dnn._is_matrix(A) then return 1, "a Matrix of outputs", A end
  if not dnn._is_matrix(Y) then return 2, "a Matrix of targets", Y end
end

for name, kind in pairs(meters.KINDS) do
  if next(kind.options) then
    metrics[name] = function(A, Y, options)
      local index, expected, value = fault(A, Y)
      if index then arguments.wrong(index, expected, value) end
      return (measure(name, A, Y, options)) -- no tail call: errors name who called this
    end
  else
    metrics[name] = function(A, Y)
      local index, expected, value = fault(A, Y)
      if index then arguments.wrong(index, expected, value) end
      return (measure(name, A, Y))
    end
  end
end

return strict.make("dnn.metrics", arguments.guard("dnn.metrics", metrics))
