-- require "dnn": the C half of the module, and those parts written in Lua that are loaded when a program
-- first touches them, so that starting stays quick.
local core = require "dnn.core"

local parts = {
  data = "dnn.data",
  stepwise = "dnn.stepwise",
  hist = "dnn.hist", imshow = "dnn.imshow", plot = "dnn.plot",
}

-- A name that a table of the module has not is an error, as a slip of the pen; rawget(dnn, name) asks
-- without one. To be returned from __index, so that the error stands in the script's line.
local function unknown(title, name, ...)
  if type(name) ~= "string" then return nil end
  local nearest = core._nearest(name, ...)
  error(("%s has no '%s'%s"):format(title, name,
    nearest and ("; did you mean '%s'?"):format(nearest) or ""), 2)
end

for _, group in ipairs {"linalg", "optim"} do
  setmetatable(core[group], {
    __index = function(t, name) return unknown("dnn." .. group, name, t) end,
  })
end

return setmetatable(core, {
  __index = function(dnn, name)
    local part = parts[name]
    if not part then return unknown("dnn", name, core, parts) end
    local loaded = require(part)
    rawset(dnn, name, loaded)
    return loaded
  end,
})
