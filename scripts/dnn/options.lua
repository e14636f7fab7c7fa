-- The table of options that may end a call: known names, defaults, and checks whose messages teach.
--
-- A specification maps each name to {default, check, expectation}: check(value) is true for good values,
-- which `expectation` describes.
local core = require "dnn.core"
local arguments = require "dnn.arguments"
local shown = arguments.shown

local options = {}

-- Checks ---------------------------------------------------------------------------------------------

local is_whole = setmetatable({}, {__mode = "k"}) -- checks that `whole` has made

-- A whole number from low to high (both may be left out); 8.0, as divisions give it, is one, too.
function options.whole(low, high)
  local function check(value)
    local n = math.tointeger(value)
    return math.type(value) ~= nil and n ~= nil and n >= (low or n) and n <= (high or n)
  end
  is_whole[check] = true
  return check
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

-- A list of `least` (1) to `most` elements that all pass, with nothing beside them.
function options.list(passes, least, most)
  return function(value)
    if type(value) ~= "table" or #value < (least or 1) or #value > (most or #value) then return false end
    local count = 0
    for _, element in next, value do
      if not passes(element) then return false end
      count = count + 1
    end
    return count == #value
  end
end

-- A list of anything, with nothing beside its elements.
function options.any_list(least, most)
  return options.list(function() return true end, least, most)
end

options.names = options.list(options.is "string")

-- Reading --------------------------------------------------------------------------------------------

local function sorted_names(known)
  local names = {}
  for name in pairs(known) do names[#names + 1] = name end
  table.sort(names)
  return names
end

-- The keys of a table, sorted, with commas between.
function options.names_of(known)
  return table.concat(sorted_names(known), ", ")
end

options.shown = shown

-- A value as a message shows what came: a short list as {3, 2}; of a list also the key that is beside its elements.
function options.came(value)
  if type(value) ~= "table" or getmetatable(value) then return shown(value) end
  for key in next, value do
    if #value == 0 then return shown(value) end
    if math.type(key) ~= "integer" or key < 1 or key > #value then
      return ("a list with the key %s beside its elements"):format(shown(key))
    end
  end
  local parts = {}
  for i, element in ipairs(value) do
    if i > 8 or type(element) == "table" then return shown(value) end
    parts[i] = shown(element)
  end
  return "{" .. table.concat(parts, ", ") .. "}"
end

-- The options with the defaults of those not given. Raises for the script that called the function of the module
-- (dnn.arguments) that calls this; `where` opens the messages.
function options.read(where, given, known)
  local fault = core._options_fault(where, given, sorted_names(known))
  if fault then arguments.fail(fault) end
  local result = {}
  for name, row in pairs(known) do result[name] = row[1] end
  for name, value in pairs(given or {}) do
    local row = known[name]
    if not row[2](value) then
      arguments.fail("%s: %s must be %s, got %s", where, name, row[3], options.came(value))
    end
    result[name] = is_whole[row[2]] and math.tointeger(value) or value
  end
  return result
end

return options
