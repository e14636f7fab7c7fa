-- Trains a network to tell cats from dogs: the L-layer network of the tutorial, from images to a
-- verdict, or with --model cnn a convolutional one.
--
--     dnnlua train_cats.lua               on images that it draws itself
--     dnnlua train_cats.lua FOLDER        on photos: cat.N.jpg, dog.N.jpg, or a folder per class
--     dnnlua --view train_cats.lua        with a window that shows how it goes
--     dnnlua train_cats.lua --help        all options
--
-- Of 6002 photos, 64 x 64 pixels, --model cnn holds out 1000 and gets 91.1 % of them right (91.7 % with --seed 2, which
-- holds out others). It decides by the mean of what it says of a photo and of its mirror image.
--
-- Ctrl-C ends the training, and what it has learned so far is shown.
local dnn = require "dnn"
local args = require "dnn.args"
local cats = require "dnn.cats"
local cats_net = require "dnn.cats_net"
local cats_options = require "dnn.cats_options"
local new_bar = require "dnn.bar".new

local started = dnn.time()
local options = cats_options.parse(arg)
if options.threads then dnn.set_num_threads(options.threads) end
dnn.manual_seed(options.seed)

-- Images: a column of X is one, as numbers in 0..1; Y is 1 for classes[1], the cats, else 0.
local images = cats.read_images(options)
cats_options.complete(options, images)
local photo = options.predict and cats.read_photo(options.predict, images, options)
print(("%d images to learn from, %d to test on: %s or %s"):format(
  images.train.Y.cols, images.test.Y.cols, table.unpack(images.classes)))

-- The network: (linear, relu) for every hidden layer, then (linear, sigmoid); or a convolutional one.
local convolutional = options.model == "cnn"
local net
if convolutional then
  net = cats_net.new(images.size, {dtype = options.dtype})
else
  local sizes, layers = options.layers, {}
  for l = 1, #sizes - 1 do
    table.insert(layers, dnn.Linear(sizes[l], sizes[l + 1], {init = options.init}))
    table.insert(layers, l < #sizes - 1 and dnn.ReLU() or dnn.Sigmoid())
  end
  net = dnn.Sequential(layers, {dtype = options.dtype})
end
if options.published then cats.set_published_weights(net) end

local loss = dnn.BCELoss()
local lr = options.lr
local optimisers = {
  sgd = function(parameters) return dnn.optim.SGD(parameters, {lr = lr}) end,
  momentum = function(parameters) return dnn.optim.SGD(parameters, {lr = lr, momentum = 0.9}) end,
  adam = function(parameters) return dnn.optim.Adam(parameters, {lr = lr}) end,
  adamw = function(parameters)
    return dnn.optim.AdamW(parameters, {lr = lr, weight_decay = convolutional and 0.05 or 0.01})
  end,
}
local optimiser = optimisers[options.optimiser](net:parameters())

-- What the window saves when it is asked to, and a training can be resumed from.
local next_batch, batches = cats.batches(images.train, options)
local first = cats.resume(options.resume, {net = net, optimiser = optimiser, batches = batches})

-- What dnnview shows: kept in the folder of --run, or where a window is open.
local run = dnn.Run(options.run, {view = options.view, net = net, optimiser = optimiser,
  settings = options, checkpoint = {batches = batches}})
if run.path then run:checkpoint{batches = batches, best = "accuracy/test"} end
local shown_every = math.max(1, options.iterations // 50)
local function accuracy_so_far(i)
  if not run.path or i % shown_every > 0 then return nil end
  if i % (2 * shown_every) == 0 then cats.log_predictions(run, i, net, images, 8) end
  return {train = cats.accuracy(net, images.train, 500),
          test = cats.accuracy(net, images.test, 500)}
end

-- Training: forward, cost, backward, step. An iteration sees all images or a batch of them; the
-- cost shown for batches is a running mean over about one round through the images.
local bar = new_bar {total = options.iterations, label = "training", unit = "steps"}
local share = options.batch / images.train.Y.cols
local shown
for i in run:steps(first, options.iterations - 1) do
  local X, Y = next_batch()
  if convolutional then
    optimiser.lr = lr * cats.warm_cosine(i / options.iterations)
    Y = 0.9 * Y + 0.05 -- so that the network is not too sure of itself
  end
  local AL = net:forward(X)
  local cost = loss:forward(AL, Y)
  net:backward(loss:backward())
  optimiser:step()
  run:log(i, { -- the accuracy is that of the weights that the step has made, which a best checkpoint holds
    cost = cost, accuracy = accuracy_so_far(i), grad_norm = net:grad_norms(), epoch = (i + 1) * share,
  })

  shown = shown and shown + share * (cost - shown) or cost
  if i % 100 == 0 then bar:print(("Cost after iteration %d: %.6f"):format(i, shown)) end
  bar:update(i + 1, ("cost %.4f"):format(shown))
end
bar:finish()
run:close()
if options.save then args.need(net:save(options.save)) end

local judge = convolutional and cats_net.with_mirror_images(net, images.size) or net
print(("train accuracy: %.2f %%"):format(cats.accuracy(judge, images.train)))
print(("test accuracy: %.2f %%"):format(cats.accuracy(judge, images.test)))
if convolutional then
  print(("without the mirror images: %.2f %%"):format(cats.accuracy(net, images.test)))
end
print(("in %.1f seconds"):format(dnn.time() - started))
cats.print_predictions(judge, images, 8)
if photo then cats.print_prediction(judge, images, options.predict, photo) end
