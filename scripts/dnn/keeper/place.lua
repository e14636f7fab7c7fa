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

-- The name of a folder that is not there yet.
local function unused_folder(folder)
  local there, number = {}, 1
  for _, name in ipairs(dnn.system.list(folder) or {}) do there[name] = true end
  while there["earlier-" .. number] do number = number + 1 end
  return "earlier-" .. number
end

-- Moves the files to another folder, all or none: true, or nil and a message.
local function move(files, folder)
  local made, message = dnn.system.make_folder(folder)
  if not made then return nil, message end
  local function path_in(file) return folder .. "/" .. file.path:match "[^/]*$" end
  for i, file in ipairs(files) do
    local moved, why = os.rename(file.path, path_in(file))
    if not moved then
      for k = 1, i - 1 do os.rename(path_in(files[k]), files[k].path) end
      os.remove(folder)
      return nil, ("%s: %s"):format(file.path, why)
    end
  end
  return true
end

-- Moves the files of an earlier training out of the way, all or none: the folder where they are now, or nil and a
-- message.
function place.set_aside(folder, files)
  local name = unused_folder(folder)
  local moved, message = move(files, folder .. "/" .. name)
  if moved then return folder .. "/" .. name end
  return nil, ("%s holds checkpoints of an earlier training, which cannot be moved to %s (%s); continue from them with "
    .. "run:resume(), or give the run another folder"):format(folder, name, message)
end

-- Removes the oldest of the files, {path, ...}, that is not read-only, but never the last. False where none can go.
function place.drop_oldest(files)
  for i = 1, #files - 1 do
    if dnn.system.can_write(files[i]) and os.remove(files[i]) then
      table.remove(files, i)
      return true
    end
  end
  return false
end

-- Whether a checkpoint can be written in the folder; nil and a message where none can.
function place.can_write(folder) return dnn.system.can_write(folder .. "/step-new.safetensors") end

-- What holds the folder against other runs, of this program and of others; nil and a message where it is in use, or is
-- no place for checkpoints.
function place.claim(folder)
  local made, message = place.list(folder)
  if made then made, message = dnn.system.make_folder(folder) end
  if made then made, message = place.can_write(folder) end
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
