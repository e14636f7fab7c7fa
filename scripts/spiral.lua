-- Three arms of a spiral, and a network that learns which point is of which: its decision boundary, drawn while it
-- learns.
--
--     dnnlua spiral.lua                in the terminal
--     dnnlua spiral.lua --view         in dnnview, as an image that changes
--     dnnlua spiral.lua --help
local dnn = require "dnn"
local args = require "dnn.args"

local SIDE <const> = 64         -- pixels of the image
local EDGE <const> = 1.2        -- it shows points from -EDGE to EDGE
local WIDTH <const>, HEIGHT <const> = 64, 32 -- characters in the terminal

local parser = args.parser("spiral.lua", "Learns to tell the arms of a spiral apart, and draws how.")
parser:option("--points", "of each arm", "200"):argname "<n>":convert(args.whole("--points", 2))
parser:option("--noise", "by which points miss their arm, 0.4 is much", "0.2"):argname "<x>"
  :convert(args.positive("--noise", 1))
parser:option("--every", "epochs between two images", "5"):argname "<n>":convert(args.whole("--every", 1))
args.training(parser, {epochs = 400, batch = 100, lr = 0.02})
local options = parser:parse()
if options.threads then dnn.set_num_threads(options.threads) end
dnn.manual_seed(options.seed)

-- Points of the three arms: X is 2 x 3n, Y the number of the arm.
local function spiral(n)
  local X, Y = {}, {}
  for arm = 1, 3 do
    local radius = dnn.linspace(0.05, 1, n):t()
    local angle = radius * 6 + arm * 2 * math.pi / 3 + dnn.randn(1, n) * options.noise
    local xs, ys = {}, {}
    for i = 1, n do xs[i], ys[i] = radius(1, i) * math.cos(angle(1, i)), radius(1, i) * math.sin(angle(1, i)) end
    X[arm], Y[arm] = dnn.Matrix{xs, ys}, dnn.full(1, n, arm)
  end
  return {X = dnn.cat(X, 2), Y = dnn.cat(Y, 2), classes = {"blue", "orange", "green"}}
end
local train, test = spiral(options.points), spiral(options.points)

local net = dnn.Sequential{
  dnn.Linear(2, 64), dnn.Tanh(),
  dnn.Linear(64, 64), dnn.Tanh(),
  dnn.Linear(64, 3),
}
local optimiser = dnn.optim.SGD(net:parameters(), {lr = options.lr, momentum = 0.9})
local run <close> = dnn.Run(options.run, {view = options.view, net = net, optimiser = optimiser, settings = options})

-- The middle of each pixel, row by row from the top, and a colour for each arm: blue, orange and green, which differ in
-- brightness too, for terminals without colours.
local places = {{}, {}}
for i = 0, SIDE * SIDE - 1 do
  places[1][i + 1] = EDGE * (2 * (i % SIDE + 0.5) / SIDE - 1)
  places[2][i + 1] = -EDGE * (2 * (i // SIDE + 0.5) / SIDE - 1)
end
local grid = dnn.Matrix(places)
local colours = dnn.Matrix{{0.15, 1, 0.35}, {0.3, 0.8, 0.7}, {0.75, 0.45, 0.4}}

-- What the network takes each place for, as colours mixed by its probabilities, with the points darker.
local function draw()
  local scores = dnn.predict(net, grid):exp()
  local image = colours * (scores / scores:sum(1))
  for j = 1, train.X.cols do
    local column = math.floor((train.X(1, j) / EDGE + 1) / 2 * SIDE)
    local row = math.floor((1 - train.X(2, j) / EDGE) / 2 * SIDE)
    if column >= 0 and column < SIDE and row >= 0 and row < SIDE then
      image:col(row * SIDE + column + 1):copy_(colours:col(train.Y(1, j) // 1 | 0) * 0.35)
    end
  end
  return image:reshape(3 * SIDE * SIDE, 1)
end

-- In a terminal each image takes the place of the one before.
local shown = false
local function show(title)
  if shown then io.write(("\27[%dA\27[J"):format(shown)) end
  io.flush()
  dnn.imshow(draw(), {width = SIDE, height = SIDE, size = {WIDTH, HEIGHT}, labels = {title}})
  shown = HEIGHT
end

local live = dnn.system.terminal "stdout" and not options.view
dnn.fit{
  net = net, data = train, loss = dnn.CrossEntropyLoss(), optimiser = optimiser, epochs = options.epochs,
  batch_size = options.batch, metrics = {"accuracy"}, run = run, progress = false,
  on_epoch = function(info)
    if info.epoch % options.every > 0 then return end
    local title = ("epoch %d: cost %.3f, accuracy %.1f %%"):format(info.epoch, info.cost,
      100 * info.results["accuracy/train"])
    if live then show(title) elseif info.epoch % (10 * options.every) == 0 then print(title) end
    if run.path then args.need(run:image(info.step, "decision boundary", draw(), SIDE, SIDE)) end
  end,
}
if not live then show "decision boundary" end
local results = dnn.evaluate(net, test, {metrics = {"accuracy", "confusion"}})
print(results.confusion)
print(("accuracy on %d new points: %.1f %%"):format(test.X.cols, 100 * results.accuracy))
if options.save then args.need(net:save(options.save)) end
