-- The metrics that a script asks for, {"accuracy", f1 = {"f1", average = "macro"}, wrong = function(A, Y) ... end}, as
-- meters in a fixed order.
local dnn = require "dnn"
local arguments = require "dnn.arguments"
local meters = require "dnn.metrics.meters"
local options_of = require "dnn.options"
local try = require "dnn.try"

local list = {}

-- Losses whose outputs are logits, which metrics of probabilities have to know.
local OF_LOGITS <const> = {BCEWithLogitsLoss = true, CrossEntropyLoss = true, HingeLoss = true, SoftMarginLoss = true,
  MultiLabelSoftMarginLoss = true}

local function fail(where, format, ...)
  arguments.fail("%s: metrics: " .. format, where, ...)
end

local function check_name(where, name)
  if type(name) ~= "string" then
    fail(where, "expected a name, as in {\"accuracy\"}, got %s", options_of.shown(name))
  end
  if not meters.KINDS[name] then
    local advice = dnn._advice("dnn.metrics", name, meters.KINDS)
    if advice == "" then advice = "; known: " .. options_of.names_of(meters.KINDS) end
    fail(where, "there is no '%s'%s", name, advice)
  end
  return name
end

-- The meter of one entry, and the name of its kind; nil for a function's.
local function meter_of(where, name, entry, context)
  if type(entry) == "function" then return meters.of_function(where, name, entry) end
  local given = {}
  for key, value in pairs(type(entry) == "table" and entry or {}) do
    if key ~= 1 then given[key] = value end
  end
  local kind = check_name(where, type(entry) == "table" and entry[1] or entry)
  local known = meters.KINDS[kind].options
  for option, value in pairs(context) do
    if known[option] and given[option] == nil then given[option] = value end
  end
  return meters.new(where .. ": " .. kind, kind, given), kind
end

-- A name for each entry, those in the list first.
local function names_of(where, given)
  local names, entries, rest = {}, {}, {}
  for _, entry in ipairs(given) do
    local name = type(entry) == "table" and entry[1] or entry
    if type(name) == "function" then fail(where, "a function needs a name, as in {mine = function(A, Y) ... end}") end
    check_name(where, name)
    if entries[name] then fail(where, "'%s' comes twice; give one of them a name, as in {mine = {%q}}", name, name) end
    names[#names + 1], entries[name] = name, entry
  end
  for name in pairs(given) do
    if type(name) == "string" then rest[#rest + 1] = name end
  end
  table.sort(rest)
  for _, name in ipairs(rest) do
    if entries[name] or not name:find "^[%a_][%w_]*$" or name == "cost" then
      fail(where, "'%s' is not a name for one more metric; it takes letters, digits and _, once, and is not cost", name)
    end
    names[#names + 1], entries[name] = name, given[name]
  end
  return names, entries
end

-- A list of {name =, meter =, best = "max", "min" or nil, is_curve = }. `loss` (or nil) says whether outputs are
-- logits and which label does not count; `classes` (or nil) names classes.
function list.new(where, given, loss, classes)
  local has_ignored, ignored = try(function() return loss.ignore_index end)
  local context = {logits = loss and OF_LOGITS[loss.name], classes = classes,
    ignore_index = has_ignored and ignored or nil}
  local result = {}
  local names, entries = names_of(where, given or {})
  for n, name in ipairs(names) do
    local meter, kind = meter_of(where, name, entries[name], context)
    result[n] = {name = name, meter = meter, best = kind and meters.KINDS[kind].best, is_curve = kind ~= "confusion"}
  end
  return result
end

return list
