-- require "dnn": the C half of the module, and those parts written in Lua that are loaded when a program
-- first touches them, so that starting stays quick.
local core = require "dnn.core"

local parts = {
  data = "dnn.data",
  stepwise = "dnn.stepwise",
}

-- A name that the module has not is an error, as a slip of the pen; rawget(dnn, name) asks without one.
local function unknown(name)
  local nearest = core._nearest(name, core, parts)
  error(("dnn has no '%s'%s"):format(name, nearest and ("; did you mean '%s'?"):format(nearest) or ""), 3)
end

return setmetatable(core, {
  __index = function(dnn, name)
    local part = parts[name]
    if not part then
      if type(name) == "string" then unknown(name) end
      return nil
    end
    local loaded = require(part)
    rawset(dnn, name, loaded)
    return loaded
  end,
})
