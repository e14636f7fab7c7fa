-- Learns a new task from few images with the first convolutions of a network that has learned another one from many:
-- they are frozen, and only a new head is trained. Beside it the same network is trained from scratch.
--
--     dnnlua train_cats.lua PHOTOS --model cnn --save cats.safetensors
--     dnnlua transfer.lua cats.safetensors IMAGES
--     dnnlua transfer.lua --help              all options
--
-- IMAGES are whatever train_cats.lua takes; catvnoncat's 209 photos, each a cat or something else, make a good case.
local dnn = require "dnn"
local args = require "dnn.args"
local cats = require "dnn.cats"
local cats_net = require "dnn.cats_net"

local parser = args.parser("transfer.lua", "Trains a new head on the frozen convolutions of a network that "
  .. "train_cats.lua --model cnn has saved, and beside it the same network from scratch.")
parser:argument("weights", "the file that train_cats.lua --model cnn --save has written")
parser:argument("images", "a folder of photos of two classes, or one with train_*.h5 and test_*.h5")
parser:option("--size", "width and height to scale photos to", "64"):argname "<pixels>"
  :convert(args.whole("--size", 16, 4096))
args.training(parser, {epochs = 20, batch = 16, lr = 0.002})
local options = parser:parse()

local started = dnn.time()
if options.threads then dnn.set_num_threads(options.threads) end
local weights = args.need(dnn.load(options.weights))
local images = cats.read_images{images = {options.images}, model = "cnn", size = options.size,
  seed = options.seed, dtype = "float32"}
local train, test = images.train, images.test
print(("%d images to learn from, %d to test on: %s or %s"):format(train.Y.cols, test.Y.cols,
  table.unpack(images.classes)))

-- Puts the saved values of the first layers in their places, and freezes them: no optimiser moves them, backward ends
-- above them, and their batch norm keeps the means that it has.
local function take_over(net)
  local state = net:state_dict()
  for name in pairs(state) do
    if cats_net.is_taken(name) then
      state[name] = args.need(weights[name], ("%s: has no %s; was it written by train_cats.lua --model cnn --save?")
        :format(options.weights, name))
    end
  end
  net:load_state_dict(state)
  for i = 1, cats_net.TAKEN do
    net[1][i].requires_grad = false
    net[1][i]:eval()
  end
end

-- Trains a network, and says how good it has become.
local function learn(name, net)
  local loss, optimiser = dnn.BCELoss(), dnn.optim.AdamW(net:parameters(), {lr = options.lr})
  local run <close> = dnn.Run(options.run and options.run .. "/" .. name, {view = options.view, net = net,
    optimiser = optimiser, settings = options})
  local next_batch, batches = cats.batches(train, {batch = options.batch, model = "cnn", size = images.size})
  local steps = options.epochs * (batches and #batches or 1)
  local schedule = dnn.optim.CosineAnnealingLR(optimiser, {T_max = steps})
  for step in run:steps(steps) do
    local X, Y = next_batch()
    local cost = loss:forward(net:forward(X), Y)
    net:backward(loss:backward())
    optimiser:step()
    schedule:step()
    run:log(step, {cost = cost, grad_norm = net:grad_norms()})
  end
  print(("%-12s %6.2f %% of the training images, %6.2f %% of the test images"):format(name .. ":",
    cats.accuracy(net, train), cats.accuracy(net, test)))
end

dnn.manual_seed(options.seed)
local from_scratch, transferred = cats_net.new(images.size), cats_net.new(images.size)
take_over(transferred)
learn("from scratch", from_scratch)
learn("transferred", transferred)
print(("in %.1f seconds"):format(dnn.time() - started))
if options.save then args.need(transferred:save(options.save)) end
