-- dnn.prompt.names: what functions are called, as found in the loaded modules and the tables in them, by
-- raw access.
local debug_getinfo, getupvalue = debug.getinfo, debug.getupvalue
local next, rawequal, rawget, type = next, rawequal, rawget, type
local find, format, gsub, match, sub = string.find, string.format, string.gsub, string.match, string.sub
local getregistry, loaded = debug.getregistry, package.loaded

local names = {}

local MOST <const> = 20000 -- fields that are looked at, of all modules together
local GLOBALS <const> = 2  -- LUA_RIDX_GLOBALS, its place in the registry
local NAME <const> = "^[%a_][%w_]*$"

-- The table of globals as it is now; see values.lua.
local function globals_now()
  return rawget(getregistry(), GLOBALS)
end

-- Puts the functions of a table into `found`, each under the shortest name that leads to it.
local function collect(found, t, prefix, budget, tables)
  for key, value in next, t do
    budget = budget - 1
    if budget < 0 then return 0 end
    if type(key) == "string" and find(key, NAME) and key ~= "ans" then -- the prompt's last value
      local name = prefix .. key
      if type(value) == "function" then
        local known = found[value]
        if not known or #name < #known or #name == #known and name < known then found[value] = name end
      elseif tables and type(value) == "table" and sub(key, 1, 1) ~= "_" then
        tables[#tables + 1] = {value, name .. "."}
      end
    end
  end
  return budget
end

-- The methods that a metatable keeps, as an upvalue of its __index where that is a C function.
local function methods_of(metatable)
  local index = type(metatable) == "table" and rawget(metatable, "__index")
  if type(index) ~= "function" or debug_getinfo(index, "S").what ~= "C" then return index end
  local _, methods = getupvalue(index, 1)
  return methods
end

-- A table of the functions' names by function: those of globals, `print` and not `_G.print`, unless only
-- modules are asked for, and those of modules: string.format, dnn.optim.SGD, and dnn.Sequential:forward.
function names.of_functions(only_modules)
  local found, tables, globals = {}, {}, globals_now()
  local budget = only_modules and MOST or collect(found, globals, "", MOST)
  for name, module in next, loaded do
    if type(name) == "string" and type(module) == "table" and not rawequal(module, globals)
      and not find(name, "%f[%a]core$") then
      budget = collect(found, module, name .. ".", budget, tables)
    end
  end
  for i = 1, #tables do
    budget = collect(found, tables[i][1], tables[i][2], budget)
  end
  for name, metatable in next, getregistry() do
    local class = type(name) == "string" and match(name, "^dnn%.%u%a*$")
    local methods = class and methods_of(metatable)
    if type(methods) == "table" then budget = collect(found, methods, class .. ":", budget) end
  end
  return found
end

local function key_of(t, value)
  for key, field in next, t do
    if type(key) == "string" and rawequal(field, value) then return key end
  end
end

-- The name of a table that is a loaded module, or a group of functions in one (dnn.optim); nil of _G and
-- of other tables.
function names.of_module(t)
  local found, globals = nil, globals_now()
  if rawequal(t, globals) then return nil end
  for name, module in next, loaded do
    if type(name) == "string" and type(module) == "table" and not rawequal(module, globals) then
      local full = rawequal(module, t) and name or nil
      if not full and name == "dnn" then
        local group = key_of(module, t)
        full = group and name .. "." .. group
      end
      if full and (not found or #full < #found) then found = full end
    end
  end
  return found
end

-- "function: string.format", "function: double demo.lua:12".
function names.describe(f, known)
  local guards = rawget(loaded, "dnn.arguments")
  local info = debug_getinfo(guards and guards.written(f) or f, "S")
  local name = known[f] and " " .. known[f] or ""
  if info.what == "C" then return "function:" .. (name ~= "" and name or " builtin") end
  local source = gsub(info.short_src, "%c", "?")
  return format("function:%s %s:%d", name, source, info.linedefined)
end

return names
