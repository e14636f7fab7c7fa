-- Trains a small convolutional network to read handwritten digits: 99.3 % and more of MNIST's 10,000 test
-- images in under three minutes on two cores.
--
--     dnnlua mnist.lua FOLDER             a folder with the four files, gzipped or not
--     dnnlua --view mnist.lua FOLDER      with a window that shows how it goes
--     dnnlua mnist.lua --help             all options
--
-- Ctrl-C ends the training, and what it has learned so far is tested.
local dnn = require "dnn"
local args = require "dnn.args"

local parser = args.parser("mnist.lua", "Trains a convolutional network to read handwritten digits, and tests it "
  .. "on those that it has not seen. Data sets in the same format, such as Fashion-MNIST, work too.")
parser:argument("folder", "folder with train-images-idx3-ubyte and the other three files, plain or .gz")
parser:option("--limit", "how many images to train on (all)"):argname "<n>":convert(args.whole("--limit", 2))
args.training(parser, {epochs = 10, batch = 100, lr = 0.004})
local options = parser:parse()

local started = dnn.time()
if options.threads then dnn.set_num_threads(options.threads) end
dnn.manual_seed(options.seed)

-- Images: a column of X is one, Y holds its label, 1 for the digit 0. Each time an image comes up, it is moved,
-- turned and scaled a little otherwise.
local data = args.need(dnn.data.mnist(options.folder))
local classes = data.classes
local count = math.min(options.limit or math.huge, data.train.Y.cols)
local train = {X = data.train.raw:cols_range(1, count), Y = data.train.Y:cols_range(1, count), shape = data.train.shape}
local batches = dnn.data.Loader(train, {batch_size = options.batch, drop_last = true,
  augment = {shift = 2, rotation = 10, scale = 0.1}})
print(("%d images to learn from, %d to test on"):format(count, data.test.Y.cols))

-- Three times convolution, batch norm and ReLU; then scores of the ten classes.
local layers = {dnn.Input(data.height, data.width, 1)}
local function add(...)
  for _, layer in ipairs{...} do layers[#layers + 1] = layer end
end
for i, channels in ipairs{16, 32, 64} do
  add(dnn.Conv2d(i == 1 and 1 or channels // 2, channels, 3, {padding = 1, bias = false}),
    dnn.BatchNorm2d(channels), dnn.ReLU(), dnn.MaxPool2d(2))
end
add(dnn.Flatten(), dnn.Dropout(0.3), dnn.Linear(64 * (data.height // 8) * (data.width // 8), #classes))
local net = dnn.Sequential(layers)

local loss = dnn.CrossEntropyLoss()
local optimiser = dnn.optim.AdamW(net:parameters())
local schedule = dnn.optim.OneCycleLR(optimiser, {max_lr = options.lr, epochs = options.epochs,
  steps_per_epoch = #batches})
local run = dnn.Run(options.run, {view = options.view, net = net, optimiser = optimiser, settings = options})

local step = 0
for epoch = 1, options.epochs do
  local costs = 0
  for X, Y in batches do
    step = step + 1
    local cost = loss:forward(net:forward(X), Y)
    net:backward(loss:backward())
    optimiser:step()
    schedule:step()
    run:log(step, {cost = cost, lr = optimiser.lr, grad_norm = net:grad_norms()})
    costs = costs + cost
    if run.stopped then break end
  end
  local accuracy = dnn.evaluate(net, data.test, {metrics = {"accuracy"}}).accuracy
  run:log(step, {accuracy = {test = accuracy}})
  print(("epoch %2d: cost %.4f, test accuracy %.2f %%"):format(epoch, costs / #batches, 100 * accuracy))
  if run.stopped then break end
end
run:close()
if options.save then args.need(net:save(options.save)) end
print(("in %.1f seconds"):format(dnn.time() - started))

-- Some that it gets wrong.
local labels, truth = dnn.predict(net, data.test):argmax(1):table()[1], data.test.Y:table()[1]
local wrong = {}
for j, label in ipairs(labels) do
  if label ~= truth[j] then wrong[#wrong + 1] = j end
end
print(("%d of %d images wrong%s"):format(#wrong, #truth, #wrong > 0 and ", such as:" or ""))
for k = 1, math.min(#wrong, 8) do
  local j = wrong[k]
  print(("  test image %5d is %s, taken for %s"):format(j, classes[truth[j]], classes[labels[j]]))
end
