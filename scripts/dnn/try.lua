-- pcall for what the module itself gets over: an interruption, which is for the script or the prompt, goes on.
local function passed(done, ...)
  if not done and type(...) == "string" and (...):find "interrupted!$" then error((...), 0) end
  return done, ...
end

return function(f, ...) return passed(pcall(f, ...)) end
