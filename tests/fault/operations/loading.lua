-- Batches prepared on other threads, from memory and from files.
local dnn = require "dnn"

return function(operation, dense, path)
  local function epoch(set, options)
    return function()
      local loader <close> = dnn.data.Loader(set, options)
      local count = 0
      for x in loader do count = count + x.cols end
      return count
    end
  end
  local set = {X = dense.X, Y = dense.Y}
  operation("loader from memory", {run = epoch(set, {batch_size = 8, workers = 2, shuffle = true})})
  local lazy = assert(dnn.data.images(path "photos", {size = 8, lazy = true, progress = false})).train
  local augment = {horizontal_flip = 0.5, shift = 1}
  operation("loader from files", {run = epoch(lazy, {batch_size = 2, workers = 2, augment = augment})})
end
