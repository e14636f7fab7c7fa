-- dnn.prompt.listing: a module as the names in it, in columns.
local getmetatable, next, rawget, type = debug.getmetatable, next, rawget, type
local concat, sort = table.concat, table.sort
local find, rep, sub = string.find, string.rep, string.sub
local names = require "dnn.prompt.names"

local MOST <const> = 500 -- names of a module; a table with more is none

-- The names, those that begin with an underscore left out; nil where they are not mostly functions.
local function public(t)
  local list, functions, count = {}, 0, 0
  for key, value in next, t do
    count = count + 1
    if count > MOST or type(key) ~= "string" or not find(key, "^[%a_][%w_]*$") then return nil end
    if type(value) == "function" then functions = functions + 1 end
    if sub(key, 1, 1) ~= "_" then list[#list + 1] = type(value) == "table" and key .. "." or key end
  end
  local metatable = getmetatable(t)
  local parts = type(metatable) == "table" and rawget(metatable, "__parts")
  for key in next, type(parts) == "table" and parts or {} do
    if rawget(t, key) == nil then list[#list + 1] = key .. "." end
  end
  sort(list)
  return 2 * functions > count and list or nil
end

-- The text for a table that is a module, or nil.
return function(t, width, paint)
  local name = names.of_module(t)
  local list = name and public(t)
  if not list then return nil end
  local widest = 0
  for i = 1, #list do
    if #list[i] > widest then widest = #list[i] end
  end
  local across = width // (widest + 2)
  if across < 1 then across = 1 end
  local down = (#list + across - 1) // across
  local lines = {paint("title", "module " .. name)}
  for y = 1, down do
    local line = {}
    for i = y, #list, down do
      line[#line + 1] = i + down <= #list and list[i] .. rep(" ", widest - #list[i]) or list[i]
    end
    lines[y + 1] = "  " .. concat(line, "  ")
  end
  return concat(lines, "\n")
end
