-- Values of a script as help sees them: found by a path, distinguished by kind, without calling code of the script's.
--
-- Raw access alone goes through tables, and through tables that are in __index.
local dnn = require "dnn"
local lua_functions = require "dnn.help.lua"

local format, gmatch, match, sub = string.format, string.gmatch, string.match, string.sub
local about, getmetatable, is, methods_of = dnn._inspect.about, dnn._inspect.metatable, dnn._inspect.is,
  dnn._inspect.methods
local globals, ipairs, loaded, next, pcall, rawequal, rawget = _G, ipairs, package.loaded, next, pcall, rawequal, rawget
local tonumber, tostring, type = tonumber, tostring, type

local value_of = {}

-- t[key] without a call; through __index where that is a table.
local function raw_member(t, key)
  for _ = 1, 100 do
    if type(t) ~= "table" then return nil end
    local value = rawget(t, key)
    if value ~= nil then return value end
    local metatable = getmetatable(t)
    t = metatable and rawget(metatable, "__index")
  end
end

-- The function of C that answers for the fields of a userdata; nil where it is none.
local function field_reader(value)
  local metatable = type(value) == "userdata" and getmetatable(value)
  local index = metatable and rawget(metatable, "__index")
  return type(index) == "function" and about(index).what == "C" and index or nil
end

-- The layer in a place of a network; nil of anything else.
local function layer_in(value, place)
  local reader = field_reader(value)
  if not reader or not is(value, "dnn.Layer") then return nil end
  local ok, layer = pcall(reader, value, place)
  return ok and layer or nil
end

-- The value that a path such as a.b.c, a:m or net[1] names, as far as raw access goes, and the names after that.
function value_of.path(env, path)
  local root, rest = match(path, "^([%a_][%w_]*)(.*)$")
  if not root then return nil end
  local value = raw_member(env, root)
  while value ~= nil and rest ~= "" do
    local place, more = match(rest, "^%[(%d+)%](.*)$")
    local key, inner = place and tonumber(place), nil
    if not place then key, more = match(rest, "^[.:]([%a_][%w_]*)(.*)$") end
    if not key then return nil end
    if type(value) == "table" then inner = raw_member(value, key) elseif place then inner = layer_in(value, key) end
    if inner == nil then return value, sub(rest, 2) end
    value, rest = inner, more
  end
  return value
end

-- The table of the module's that a class of functions is, such as dnn.linalg.
local function module_table(name)
  local value = dnn
  for key in gmatch(sub(name, 4), "[^.]+") do
    value = type(value) == "table" and rawget(value, key) or nil
  end
  return value
end

-- A function that gives the table that an entry's function is in: one of the module's, or a userdata's methods.
local function owners()
  local tables = {}
  return function(entry)
    local owner = entry.owner.name
    if tables[owner] == nil then
      tables[owner] = entry.owner.namespace and module_table(owner) or methods_of(owner) or false
    end
    return tables[owner]
  end
end

-- The entry of a function of the module's.
function value_of.entry(reference, value)
  local owner_of = owners()
  for _, entry in ipairs(reference.entries) do
    local owner = owner_of(entry)
    if owner and rawequal(rawget(owner, entry.key), value) then return entry end
  end
end

-- Puts the names of all of the module's functions into `names`, by function, where it has none yet.
function value_of.add_names(names, reference)
  local owner_of = owners()
  for _, entry in ipairs(reference.entries) do
    local owner = owner_of(entry)
    local f = owner and rawget(owner, entry.key)
    if type(f) == "function" and not names[f] then names[f] = entry.name end
  end
end

-- Kinds of userdata that come in several kinds; their field `name` says which.
local named = {["dnn.Layer"] = "dnn.%s", ["dnn.Loss"] = "dnn.%s", ["dnn.Optimiser"] = "dnn.optim.%s"}

-- The class of a value, and the function that makes such values.
function value_of.class(reference, value)
  if type(value) == "table" then
    for name, class in next, reference.classes do
      if class.namespace and rawequal(module_table(name), value) then return class end
    end
  end
  local metatable = type(value) ~= "string" and getmetatable(value)
  local kind = type(metatable) == "table" and rawget(metatable, "__name")
  if type(kind) ~= "string" then return nil end
  local reader, maker = named[kind] and field_reader(value), nil
  if reader then maker = format(named[kind], reader(value, "name")) end
  return reference.classes[maker] or reference.classes[kind], reference.by_name[maker or kind]
end

local plain = {
  ["nil"] = "nil", boolean = "a boolean", number = "a number", string = "a string, with the methods of string",
  table = "a table", thread = "a coroutine", userdata = "a userdata",
}

-- What can be said of a value that is none of the module's.
function value_of.description(value)
  if type(value) ~= "function" then
    local kind = plain[type(value)]
    return type(value) == "number" and kind .. ", " .. tostring(value) or kind
  end
  local info = about(value)
  if info.what == "C" then return "a C function" end
  return format("a function of %s%d argument%s, %s:%d", info.isvararg and "at least " or "", info.nparams,
    info.nparams == 1 and "" or "s", info.short_src, info.linedefined)
end

-- Lua's name of one of its own functions, by the function itself.
function value_of.lua_name(value)
  for name in next, lua_functions do
    local library, key = match(name, "^(%w+)%.(%w+)$")
    local t = library and loaded[library] or globals
    if type(t) == "table" and rawequal(rawget(t, key or name), value) then return name end
  end
end

return value_of
