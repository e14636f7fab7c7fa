-- A folder of drawn cats and dogs: made when it is first asked for, kept in the user's cache.
local dnn = require "dnn"
local pets = require "dnn.pets"
local new_bar = require "dnn.bar".new

local pets_folder = {}

-- The folder of these images in the user's cache; without a home, in this folder.
local function cache_path(opts)
  local name = ("dnnlua/pets-%d-%d-%d-%d"):format(pets.version, opts.seed, opts.size, opts.count)
  return dnn._cache_path(name) or "./.cache/" .. name
end

-- Draws opts.count images of opts.size, half of them cats, from opts.seed into a folder (that of
-- the cache when nil) and returns it; nil and a message where that fails. A file appears under its
-- name only when it is whole, so drawing that was interrupted goes on where it stopped.
function pets_folder.draw_folder(folder, opts)
  folder = folder or cache_path(opts)
  local made, message = dnn.system.make_folder(folder)
  if not made then return nil, message end

  local streams = dnn.Random(opts.seed)
  local bar = new_bar {total = opts.count, label = "drawing", unit = "images"}
  for i = 1, opts.count do
    local random = streams:split() -- an animal does not depend on which ones were drawn before
    local kind = i % 2 == 1 and "cat" or "dog"
    local path = ("%s/%s.%d.png"):format(folder, kind, (i - 1) // 2)
    if not dnn._exists(path) then
      local picture = pets.draw(kind, opts.size, random)
      local written, why = dnn.data.write_png(path, picture, opts.size, opts.size)
      if not written then return nil, why end
      bar:update(i)
    end
  end
  bar:finish()
  return folder
end

return pets_folder
