-- Arguments such as a script would pass: by the types that the documentation of a function gives. What they are worth
-- is hostile now and then, so that one argument is wrong where all others are right.
--
--     local arguments_of = signatures(objects, hostile)
--     local arguments, count = arguments_of(f)            nil where f is not documented
--
-- `objects` returns the list of what there is to pass, `hostile` any value at all.
local get_reference = require "dnn.reference"
local value_of = require "dnn.help.value"

local random = math.random
local function pick(list) return list[random(#list)] end

local NAMES <const> = {"weight", "bias", "cost", "a", "fc1"}
local TEXTS <const> = {"fuzz-file", "fuzz-run", "fuzz.npy", "fuzz.csv", "cost", "epoch", "nowhere/at/all"}
local NUMBERS <const> = {0.1, 0.5, 1, 0.9, 2, 1e-3, 0, 3, -1, 10}

local BRACKETS <const> = {["("] = 1, ["{"] = 1, ["<"] = 1, ["["] = 1, [")"] = -1, ["}"] = -1, [">"] = -1, ["]"] = -1}

-- The alternatives of a type: "number|dnn.Matrix" is two. A function's type goes on to its end.
local function alternatives(text)
  if text:find "^fun%(" then return {text} end
  local found, depth, from = {}, 0, 1
  for place, character in text:gmatch "()(.)" do
    depth = depth + (BRACKETS[character] or 0)
    if character == "|" and depth == 0 then
      found[#found + 1] = text:sub(from, place - 1)
      from = place + 1
    end
  end
  found[#found + 1] = text:sub(from)
  return found
end

return function(objects, hostile)
  local reference = get_reference()
  local entries, of_type = {}, nil

  local plain = {
    integer = function() return random(8) == 1 and random(-2, 40) or random(1, 6) end,
    number = function() return pick(NUMBERS) end,
    boolean = function() return random(2) == 1 end,
    string = function() return pick(TEXTS) end,
    ["true"] = function() return true end,
    ["false"] = function() return false end,
    ["nil"] = function() return nil end,
    table = function() return {random(1, 6), random(1, 6)} end,
    ["function"] = function() return function(...) return ... end end,
  }

  local function list_of(text, depth)
    local list = {}
    for i = 1, random(0, 4) do list[i] = of_type(text, depth + 1) end
    return list
  end

  local function add_fields(t, class, depth)
    for _, field in ipairs(class.fields) do
      if random(math.max(2, #class.fields // 3)) == 1 then
        local key = field.key:match "^[%a_][%w_]*$" or random(3)
        t[key] = of_type(field.type, depth + 1)
      end
    end
    for _, parent in ipairs(class.parents) do
      if reference.classes[parent] then add_fields(t, reference.classes[parent], depth) end
    end
    return t
  end

  -- One of the objects that are of a class, as their metatables say.
  local function object_of(name)
    local list = objects()
    local kind = reference.classes[name] and name
    for _ = 1, 30 do
      local object = pick(list)
      if value_of.class(reference, object) == reference.classes[kind] then return object end
      local metatable = debug.getmetatable(object)
      if type(metatable) == "table" and rawget(metatable, "__name") == name then return object end
    end
  end

  function of_type(text, depth)
    if random(16) == 1 or depth > 4 then return hostile() end
    text = pick(alternatives(text)):match "^%s*(.-)[%s:]*$"
    if plain[text] then return plain[text]() end
    if tonumber(text) then return tonumber(text) end
    if text:find '^".*"$' then return text:sub(2, -2) end
    local element = text:match "^(.*)%[%]$"
    if element then return list_of(element:match "^%((.*)%)$" or element, depth) end
    local values = text:match "^table<[%w_]+, ?(.*)>$"
    if values then return {[pick(NAMES)] = of_type(values, depth + 1), [pick(NAMES)] = of_type(values, depth + 1)} end
    if text:find "^fun%(" then return plain["function"]() end
    local class = reference.classes[text]
    local object = class and object_of(text)
    if object == nil and class and #class.fields > 0 then return add_fields({}, class, depth) end
    if object == nil then return hostile() end
    return object
  end

  return function(f)
    if entries[f] == nil then entries[f] = value_of.entry(reference, f) or false end
    local entry = entries[f]
    if not entry or not entry.params then return nil end
    local arguments, count = {}, 0
    if entry.kind == "method" and not entry.owner.namespace then
      count = 1
      arguments[1] = object_of(entry.owner.name)
      if arguments[1] == nil then arguments[1] = hostile() end
    end
    for _, param in ipairs(entry.params) do
      if param.optional and random(3) == 1 then break end
      count = count + 1
      arguments[count] = of_type(param.name == "..." and "any" or param.type, 0)
    end
    if random(20) == 1 then
      count = count + 1
      arguments[count] = hostile()
    end
    return arguments, count
  end
end
