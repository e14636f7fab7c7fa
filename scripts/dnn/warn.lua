-- Warnings: a line on stderr, once for each reason, for what may well be wrong and still has a result.
local warned = {}

-- Writes the message unless something was written for this reason before.
return function(reason, message)
  if warned[reason] then return end
  warned[reason] = true
  io.stderr:write("dnn: ", message, "\n")
end
