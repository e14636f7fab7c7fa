-- dnn.evaluate: cost and metrics of a network on examples, in evaluation mode.
local arguments = require "dnn.arguments"
local list = require "dnn.metrics.list"
local losses = require "dnn.fit.loss"
local options_of = require "dnn.options"
local source = require "dnn.fit.source"
local numeral = require "dnn.numeral"

local BATCH <const> = 256

local EVALUATE <const> = {
  loss = {nil, options_of.is("userdata", "table", "function"), "a loss or a function(A, Y)"},
  metrics = {{}, options_of.is "table", "a table of names, as in {\"accuracy\"}"},
  batch_size = {nil, options_of.whole(1), "a whole number of examples, 1 or more"},
}

-- What is found: numbers by name, which print in a line.
local Results = {__name = "dnn.evaluate.results"}

function Results.__tostring(results)
  local parts, tables = {}, {}
  for name, value in pairs(results) do
    if type(value) == "number" then
      parts[#parts + 1] = name .. " " .. numeral("%.4g", value)
    else
      tables[#tables + 1] = ("%s: %s"):format(name, value)
    end
  end
  table.sort(parts)
  table.sort(tables)
  return table.concat({#parts > 0 and table.concat(parts, ", ") or nil, table.unpack(tables)}, "\n")
end

-- The cost of one batch, a number, times its examples.
local function cost_of(loss, A, Y)
  local cost = losses.measure(loss, A, Y)
  if type(cost) ~= "number" then return cost:sum() end
  return loss.reduction == "sum" and cost or cost * Y.cols
end

-- {cost = , NAME = ...}: the loss's mean over all examples (its sum with that reduction), and the metrics.
local function evaluate(net, data, options)
  if not source.predicts(net) then arguments.wrong(1, "a network", net) end
  local opts = options_of.read("dnn.evaluate", options, EVALUATE)
  local loss = losses.of("dnn.evaluate", opts.loss)
  if not loss and next(opts.metrics) == nil then
    arguments.fail("dnn.evaluate: nothing to measure; give loss = or metrics = {\"accuracy\"}")
  end
  local metrics = list.new("dnn.evaluate", opts.metrics, loss, source.classes(data))
  local given = {batch_size = opts.batch_size, default_size = BATCH}
  if not source.is_batches(data) then given.shuffle = false end
  local cost, seen = 0, 0
  for X, Y, beside in source.batches("dnn.evaluate", data, given) do
    source.check_batch("dnn.evaluate", X, Y)
    local A = net:predict(X, beside)
    if loss then cost = cost + cost_of(loss, A, Y) end
    for _, metric in ipairs(metrics) do metric.meter:add(A, Y) end
    seen = seen + Y.cols
  end
  if seen == 0 then arguments.fail("dnn.evaluate: the data have no examples") end
  local results = setmetatable({}, Results)
  if loss then results.cost = loss.reduction == "sum" and cost or cost / seen end
  for _, metric in ipairs(metrics) do results[metric.name] = metric.meter:value() end
  return results
end

return arguments.guarded("dnn.evaluate", evaluate)
