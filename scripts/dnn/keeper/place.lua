-- The folder of a run's checkpoints: what is in it, and that one run at a time keeps its own there.
local dnn = require "dnn"

local place = {}

-- The checkpoints in the folder, the newest first; nil and a message where it cannot be read.
function place.list(folder)
  local names, message, missing = dnn.system.list(folder)
  if not names and not missing then return nil, message end
  local files = {}
  for _, name in ipairs(names or {}) do
    local kind, step = name:match "^(%l+)%-(%d+)%.safetensors$"
    step = math.tointeger(tonumber(step))
    if step and (kind == "step" or kind == "best") then
      files[#files + 1] = {path = folder .. "/" .. name, kind = kind, step = step}
    end
  end
  table.sort(files, function(a, b)
    if a.step ~= b.step then return a.step > b.step end
    return a.kind > b.kind
  end)
  return files
end

-- Whether a checkpoint can be written in the folder; nil and a message where none can.
function place.can_write(folder) return dnn.system.can_write(folder .. "/step-new.safetensors") end

-- What holds the folder against other runs, of this program and of others; nil and a message where it is in use, or is
-- no place for checkpoints.
function place.claim(folder)
  local made, message = dnn.system.make_folder(folder)
  if made then made, message = place.can_write(folder) end
  if made then made, message = place.list(folder) end
  if not made then return nil, message end
  local claim, why, holder, own = dnn._claim(folder)
  if own then -- by a run that nobody uses any more?
    collectgarbage()
    claim, why, holder, own = dnn._claim(folder)
  end
  if claim or not holder then return claim, why end
  local who = own and "another run of this program"
    or "another process" .. (holder > 0 and (" (%d)"):format(holder) or "")
  return nil, ("%s: %s keeps its checkpoints there; give each run a folder of its own"):format(folder, who)
end

return place
