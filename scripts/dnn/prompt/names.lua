-- dnn.prompt.names: what functions are called, as found in the loaded modules and the tables in them, by
-- raw access.
local debug_getinfo, next, rawequal, type = debug.getinfo, next, rawequal, type
local find, format, gsub, sub = string.find, string.format, string.gsub, string.sub
local loaded, globals = package.loaded, _G

local names = {}

local MOST <const> = 20000 -- fields that are looked at, of all modules together
local NAME <const> = "^[%a_][%w_]*$"

-- Puts the functions of a table into `found`, each under the shortest name that leads to it.
local function collect(found, t, prefix, budget, tables)
  for key, value in next, t do
    budget = budget - 1
    if budget < 0 then return 0 end
    if type(key) == "string" and find(key, NAME) then
      local name = prefix .. key
      if type(value) == "function" then
        local known = found[value]
        if not known or #name < #known or #name == #known and name < known then found[value] = name end
      elseif tables and type(value) == "table" and not rawequal(value, globals) and sub(key, 1, 1) ~= "_" then
        tables[#tables + 1] = {value, name .. "."}
      end
    end
  end
  return budget
end

-- A table of the functions' names by function. Globals come first, `print` and not `_G.print`, and then
-- modules: string.format, dnn.optim.SGD.
function names.of_functions()
  local found, tables = {}, {}
  local budget = collect(found, globals, "", MOST)
  for name, module in next, loaded do
    if type(name) == "string" and type(module) == "table" and not rawequal(module, globals)
      and not find(name, "%f[%a]core$") then
      budget = collect(found, module, name .. ".", budget, tables)
    end
  end
  for i = 1, #tables do
    budget = collect(found, tables[i][1], tables[i][2], budget)
  end
  return found
end

-- The name of a loaded module that a table is, or nil.
function names.of_module(t)
  if rawequal(t, globals) then return "_G" end
  local found
  for name, module in next, loaded do
    if rawequal(module, t) and type(name) == "string" and (not found or #name < #found) then found = name end
  end
  return found
end

-- "function: string.format", "function: double demo.lua:12".
function names.describe(f, known)
  local info = debug_getinfo(f, "S")
  local name = known[f] and " " .. known[f] or ""
  if info.what == "C" then return "function:" .. (name ~= "" and name or " builtin") end
  local source = gsub(info.short_src, "%c", "?")
  return format("function:%s %s:%d", name, source, info.linedefined)
end

return names
