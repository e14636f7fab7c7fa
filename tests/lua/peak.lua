-- The most memory that this process has held, since its start or the last reset: Linux's VmHWM.
local peak = {}

-- In kB; nil where the system does not say.
function peak.kilobytes()
  local file <close> = io.open "/proc/self/status"
  return file and tonumber(file:read("a"):match "VmHWM:%s*(%d+) kB")
end

-- Counts from what is held now, where the system can.
function peak.reset()
  local file <close> = io.open("/proc/self/clear_refs", "w")
  if file then file:write "5" end
end

return peak
