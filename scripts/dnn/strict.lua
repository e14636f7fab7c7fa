-- Tables of functions in which a name that they have not is an error, as a slip of the pen;
-- rawget(dnn, name) asks without one.
local core = require "dnn.core"

local strict = {}

-- To be returned from __index, so that the error stands in the script's line. The tables hold the names
-- that there are.
function strict.unknown(title, name, ...)
  if type(name) ~= "string" then return nil end
  error(("%s has no '%s'%s"):format(title, name, core._advice(title, name, ...)), 2)
end

-- Makes a table strict and returns it.
function strict.make(title, members)
  return setmetatable(members, {
    __index = function(_, name) return strict.unknown(title, name, members) end,
  })
end

return strict
