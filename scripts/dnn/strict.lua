-- Tables of functions in which an unknown name is an error that suggests the closest one;
-- rawget(dnn, name) asks without one.
local core = require "dnn.core"

local strict = {}

-- What the module or another group of it has by that name: "; it is dnn.data.read_image here".
local function elsewhere(title, name)
  if title ~= "dnn" then
    local parts = (getmetatable(core) or {}).__parts
    if rawget(core, name) ~= nil or parts and parts[name] then return ("; it is dnn.%s here"):format(name) end
  end
  for _, group in ipairs {"data", "linalg", "optim", "checkpoint", "stepwise"} do
    local full = "dnn." .. group
    local members = rawget(core, group) or package.loaded[full]
    if not members and (group == "data" or group == "optim") then members = require(full) end
    if full ~= title and type(members) == "table" and rawget(members, name) ~= nil then
      return ("; it is %s.%s here"):format(full, name)
    end
  end
end

-- To be returned from __index, so that the error names the script's line. The tables hold the known
-- names.
function strict.unknown(title, name, ...)
  if type(name) ~= "string" then return nil end
  local advice = core._advice(title, name, ...)
  if title:find "^dnn" and (advice == "" or advice:find("did you mean", 1, true)) then
    advice = elsewhere(title, name) or advice
  end
  error(("%s has no '%s'%s"):format(title, name, advice), 2)
end

-- Makes a table strict and returns it.
function strict.make(title, members)
  return setmetatable(members, {
    __index = function(_, name) return strict.unknown(title, name, members) end,
  })
end

return strict
