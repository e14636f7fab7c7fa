-- How long training waits for its data: the network of train_cats.lua --model cnn, on photos that one background thread
-- decodes again in each epoch, shrinks, flips, crops and changes the colours of.
--
--     DNN_NUM_THREADS=1 build/bin/dnnlua bench/waits.lua PHOTOS [SECONDS]
--
-- It takes a core for the network and a small part of another one for the loader; where that one is not free, the time
-- that the loader's thread waits for a core counts too. Printed: images per second, and the share of the time that
-- the loop spent waiting for a batch.
local dnn = require "dnn"
local cats_net = require "dnn.cats_net"

local photos, duration = assert(arg[1], "usage: waits.lua PHOTOS [SECONDS]"), tonumber(arg[2] or 60)
local data = assert(dnn.data.images(photos, {size = 72, lazy = true, test = 0}))
local loader <close> = dnn.data.Loader(data.train, {
  batch_size = 32, workers = 1, cache = 0, drop_last = true,
  augment = {horizontal_flip = 0.5, crop = 64, brightness = 0.2, contrast = 0.2, saturation = 0.2, hue = 0.02},
})
local net, loss = cats_net.new(64), dnn.BCELoss()
local optimiser = dnn.optim.AdamW(net:parameters())

local started, first, steps = dnn.time(), nil, 0
local elapsed = 0
while elapsed < duration do
  for X, Y in loader do
    first = first or loader:statistics().waited
    loss(net(X), Y)
    net:backward(loss:backward())
    optimiser:step()
    steps, elapsed = steps + 1, dnn.time() - started
    if elapsed >= duration then break end
  end
end

local seen = loader:statistics()
print(("%d steps of 32 images in %.1f s, %.0f images per second; %d threads train, 1 decodes"):format(
  steps, elapsed, 32 * steps / elapsed, dnn.get_num_threads()))
print(("waited for data: %.2f s, %.2f %% of the time; %.2f s of it for the first batch"):format(
  seen.waited, 100 * seen.waited / elapsed, first))
