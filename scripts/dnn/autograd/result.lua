-- What a function of matrices has to return.
local core = require "dnn.core"
local arguments_of = require "dnn.arguments"

-- The function's result, which must be a Matrix; `name` opens the message.
return function(name, f, ...)
  local out = f(...)
  if not core._is_matrix(out) then
    error(("%s: the function must return a Matrix, it returned %s"):format(name, arguments_of.shown(out)),
      arguments_of.level())
  end
  return out
end
