-- Trains a convolutional autoencoder: it squeezes each image of MNIST into a code of a few numbers and draws the
-- image again from those. What it learns is how digits look.
--
--     dnnlua autoencoder.lua FOLDER       a folder with MNIST's four files, gzipped or not
--     dnnlua --view autoencoder.lua FOLDER
--     dnnlua autoencoder.lua --help       all options
--
-- Ctrl-C ends the training, and what it has learned so far is shown.
local dnn = require "dnn"
local args = require "dnn.args"

local parser = args.parser("autoencoder.lua", "Trains a network to squeeze images of digits into a few numbers and "
  .. "to draw them again, and shows how well it does with digits that it has not seen.")
parser:argument("folder", "folder with train-images-idx3-ubyte and the other three files, plain or .gz")
parser:option("--code", "numbers that an image is squeezed into", "16"):argname "<n>"
  :convert(args.whole("--code", 1, 784))
parser:option("--limit", "how many images to train on (all)"):argname "<n>":convert(args.whole("--limit", 2))
parser:option("--png", "a file for some digits and what was drawn of them (they are shown in the terminal)")
  :convert(args.output)
  :argname "<file>"
args.training(parser, {epochs = 5, batch = 100, lr = 0.002})
local options = parser:parse()

local started = dnn.time()
if options.threads then dnn.set_num_threads(options.threads) end
dnn.manual_seed(options.seed)

local data = args.need(dnn.data.mnist(options.folder))
if data.width ~= 28 or data.height ~= 28 then
  args.fail("%s: the images are %d x %d, and this network is made for 28 x 28", options.folder, data.height, data.width)
end
local count = math.min(options.limit or math.huge, data.train.Y.cols)
local train = data.train.raw:cols_range(1, count)
local batches = dnn.data.Loader({X = train, Y = data.train.Y:cols_range(1, count)},
  {batch_size = options.batch, drop_last = true})
local test = data.test.X
print(("%d images to learn from, %d to test on"):format(count, test.cols))

-- From 28 x 28 pixels over 14 x 14 and 7 x 7 to the code, and all the way back.
local net = dnn.Sequential{
  dnn.Input(28, 28, 1),
  dnn.Conv2d(1, 16, 4, {stride = 2, padding = 1}),           dnn.BatchNorm2d(16), dnn.ReLU(),
  dnn.Conv2d(16, 32, 4, {stride = 2, padding = 1}),          dnn.BatchNorm2d(32), dnn.ReLU(),
  dnn.Conv2d(32, options.code, 7),
  dnn.ConvTranspose2d(options.code, 32, 7),                  dnn.BatchNorm2d(32), dnn.ReLU(),
  dnn.ConvTranspose2d(32, 16, 4, {stride = 2, padding = 1}), dnn.BatchNorm2d(16), dnn.ReLU(),
  dnn.ConvTranspose2d(16, 1, 4, {stride = 2, padding = 1}),  dnn.Sigmoid(),
}
local loss = dnn.MSELoss()
local optimiser = dnn.optim.Adam(net:parameters(), {lr = options.lr})
local schedule = dnn.optim.CosineAnnealingLR(optimiser, {T_max = options.epochs * #batches})
local run = dnn.Run(options.run, {view = options.view, net = net, optimiser = optimiser, settings = options})

-- The mean squared error of what is drawn of the test images.
local function test_error(draw)
  local sum = 0
  for first = 1, test.cols, 500 do
    local X = test:cols_range(first, math.min(first + 499, test.cols))
    sum = sum + ((draw(X) - X) ^ 2):sum()
  end
  return sum / #test
end
local function redraw(X) return net:predict(X) end

local step = 0
for epoch = 1, options.epochs do
  for X in batches do
    step = step + 1
    local cost = loss:forward(net:forward(X), X)
    net:backward(loss:backward())
    optimiser:step()
    schedule:step()
    run:log(step, {cost = cost, grad_norm = net:grad_norms()})
    if run.stopped then break end
  end
  local measured = test_error(redraw)
  run:log(step, {test = measured})
  for k = 1, run.path and 4 or 0 do
    run:image(step, ("digits/%d"):format(k), dnn.cat({test:col(k), redraw(test:col(k))}, 1), 28, 56)
  end
  print(("epoch %2d: reconstruction error %.5f"):format(epoch, measured))
  if run.stopped then break end
end
run:close()
if options.save then args.need(net:save(options.save)) end

-- What simpler codes would do: none at all, and as many principal components.
local sample = train:cols_range(1, math.min(10000, count)):float() / 255
local mean = sample:mean(2)
local centred = sample - mean
local _, vectors = dnn.linalg.eigh(dnn.mm(centred, centred, {tb = true}))
local main = vectors:cols_range(vectors.cols - options.code + 1, vectors.cols)
print(("in %.1f seconds"):format(dnn.time() - started))
print(("mean squared error of the pixels of %d test images:"):format(test.cols))
print(("  %-34s %.5f"):format("the mean image", test_error(function(X) return 0 * X + mean end)))
print(("  %-34s %.5f"):format(("%d principal components"):format(options.code),
  test_error(function(X) return main * dnn.mm(main, X - mean, {ta = true}) + mean end)))
print(("  %-34s %.5f"):format(("this network's code of %d numbers"):format(options.code), test_error(redraw)))

-- Some test images, and below each what was drawn of it.
local some = test:cols_range(1, math.min(8, test.cols))
local _, message = dnn.imshow(dnn.cat({some, redraw(some)}, 1),
  {width = 28, height = 56, channels = 1, png = options.png, title = "digits and their reconstructions"})
if message then args.fail("%s", message) end
