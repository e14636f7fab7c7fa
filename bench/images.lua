-- The program's side of images.py: images.lua PHOTOS COUNT THREADS.
local dnn = require "dnn"

local photos, count, threads = arg[1], math.tointeger(arg[2]), math.tointeger(arg[3])
local data = assert(dnn.data.images(photos, {size = 64, lazy = true, limit = count, test = 0}))
local loader = dnn.data.Loader(data.train, {
  batch_size = 32, workers = threads, cache = 0,
  normalise = {mean = {0.485, 0.456, 0.406}, deviation = {0.229, 0.224, 0.225}},
  augment = {horizontal_flip = 0.5, shift = 4, brightness = 0.2, contrast = 0.2, saturation = 0.2},
})

io.stdout:setvbuf("line")
print("ready")
for _ in io.lines() do
  local images = 0
  for X in loader do images = images + X.cols end
  print(images)
end
