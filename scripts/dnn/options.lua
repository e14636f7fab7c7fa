-- The table of options that may end a call: known names, defaults, and checks whose messages teach.
--
-- A specification maps each name to {default, check, expectation}: check(value) is true for good values,
-- which `expectation` describes.
local core = require "dnn.core"
local shown = require "dnn.arguments".shown

local options = {}

-- Checks ---------------------------------------------------------------------------------------------

-- A whole number from low to high (both may be left out).
function options.whole(low, high)
  return function(value)
    return math.type(value) == "integer" and value >= (low or value) and value <= (high or value)
  end
end

-- A finite number from low to high (both may be left out).
function options.number(low, high)
  return function(value)
    return type(value) == "number" and value - value == 0 and value >= (low or value)
      and value <= (high or value)
  end
end

-- A value of one of these types.
function options.is(...)
  local types = {}
  for _, name in ipairs {...} do types[name] = true end
  return function(value) return types[type(value)] end
end

-- One of these values.
function options.one_of(...)
  local values = {}
  for _, value in ipairs {...} do values[value] = true end
  return function(value) return values[value] end
end

-- Reading --------------------------------------------------------------------------------------------

-- The keys of a table, sorted, with commas between.
local function names_of(known)
  local names = {}
  for name in pairs(known) do names[#names + 1] = name end
  table.sort(names)
  return table.concat(names, ", ")
end
options.names_of = names_of

local function first_of(known)
  return names_of(known):match "^[^,]+"
end

options.shown = shown

-- The options with the defaults of those not given. Raises for the script that called the function named
-- `where`, which must call this one directly.
function options.read(where, given, known)
  if given ~= nil and type(given) ~= "table" then
    error(("%s: expected a table of options, as in {%s = ...}, got %s")
      :format(where, first_of(known), shown(given)), 3)
  end
  local result = {}
  for name, row in pairs(known) do result[name] = row[1] end
  for name, value in pairs(given or {}) do
    local row = known[name]
    if not row then
      local meant = type(name) == "string" and core._option(where, name, known)
      error(("%s: unknown option %s; known: %s%s"):format(where, shown(name), names_of(known),
        meant and (" (did you mean '%s'?)"):format(meant) or ""), 3)
    end
    if not row[2](value) then
      error(("%s: %s must be %s, got %s"):format(where, name, row[3], shown(value)), 3)
    end
    result[name] = value
  end
  return result
end

return options
