-- What a function of matrices has to return.
local core = require "dnn.core"
local arguments_of = require "dnn.arguments"

-- The function's result, which must be a Matrix; `name` opens the message.
return function(name, f, ...)
  local out = f(...)
  if not core._is_matrix(out) then
    arguments_of.fail("%s: the function must return a Matrix, it returned %s", name, arguments_of.shown(out))
  end
  return out
end
