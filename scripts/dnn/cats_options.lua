-- The command line of train_cats.lua, and the settings that suit each kind of pictures.
local args = require "dnn.args"

local cats_options = {}

-- Drawn pictures and photos: what trains well in seconds. The .h5 files: the tutorial's own
-- settings. A batch of 0 is all pictures at once.
local defaults = {
  drawn = {
    hidden = {20, 7, 5}, optimiser = "adam", iterations = 1500, batch = 0, init = "he",
  },
  photos = {
    hidden = {20, 7, 5}, optimiser = "adam", iterations = 2000, batch = 0, init = "he",
  },
  hdf5 = {
    hidden = {20, 7, 5}, optimiser = "sgd", iterations = 2500, batch = 0, init = "1/sqrt(n)",
  },
}

local MANY <const> = 1000 -- pictures, above which a default batch is one of
local BATCH <const> = 64

local learning_rates = {sgd = 0.0075, momentum = 0.0075, adam = 0.001, adamw = 0.001}

-- The run whose results were published: everything that --published decides.
local published = {
  layers = {12288, 20, 7, 5, 1}, lr = 0.0075, iterations = 2500, batch = 0, optimiser = "sgd",
  init = "1/sqrt(n)",
}

local function parser()
  local p = args.parser("train_cats.lua", [[
Trains a network to tell cats from dogs, and shows how well it does on pictures that it has not
seen. Without pictures it draws some itself.]])
  p:argument("pictures", [[
a folder of photos named cat.N.jpg, dog.N.jpg or sorted into two subfolders; or a folder with
train_*.h5 and test_*.h5, or those two files]]):args "0-2"
  p:option("--layers", "units of each layer, from the numbers in a picture to 1 (12288,20,7,5,1)")
    :convert(args.sizes "--layers"):argname "<n,n,...>"
  p:option("--lr", "learning rate (sgd and momentum 0.0075, adam and adamw 0.001)")
    :convert(args.positive "--lr")
  p:option("--iterations", "steps to take"):convert(args.whole("--iterations", 1))
  p:option("--batch", "pictures per step, 0 for all (all, or 64 where there are more than 1000)")
    :convert(args.whole("--batch", 0))
  p:option("--optimiser", "adam, and sgd for .h5 files")
    :choices {"sgd", "momentum", "adam", "adamw"}
  p:option("--init", "starting weights"):choices {"he", "xavier", "0.01", "1/sqrt(n)"}
  p:option("--seed", "of everything that is drawn at random", "1"):convert(args.whole("--seed", 0))
  p:option("--size", "width and height that pictures are brought to", "64")
    :convert(args.whole("--size", 1))
  p:option("--threads", "threads to compute on"):convert(args.whole("--threads", 1))
  p:option("--predict", "a photo to classify when the training is done"):argname "<photo.jpg>"
  p:mutex(
    p:flag("--float64", "compute in double precision"),
    p:flag("--float32", "compute in single precision, also with --published"))
  p:flag("--published", [[
the tutorial's published run: its starting weights, layers, rate and 2500 iterations, in float64]])
  return p
end

-- The options given, from the table `arg` of a script.
function cats_options.parse(arguments)
  local p = parser()
  local options = p:parse(arguments)
  if options.published then
    for name, value in pairs(published) do
      if options[name] then
        p:error(("--published decides --%s itself; leave one of them out"):format(name))
      end
      options[name] = value
    end
  end
  local float64 = options.float64 or options.published and not options.float32
  options.dtype = float64 and "float64" or "float32"
  return options
end

-- Fills in what was not given, now that the pictures are known, and checks the layers against them.
function cats_options.complete(options, pictures)
  local default = defaults[pictures.kind]
  local features, m = pictures.train.X.rows, pictures.train.X.cols
  for _, name in ipairs {"optimiser", "iterations", "init"} do
    options[name] = options[name] or default[name]
  end
  options.lr = options.lr or learning_rates[options.optimiser]
  options.batch = options.batch or (m > MANY and BATCH or default.batch)
  if options.batch == 0 or options.batch > m then options.batch = m end

  if not options.layers then
    local a, b, c = table.unpack(default.hidden)
    options.layers = {features, a, b, c, 1}
  end
  local first, last = options.layers[1], options.layers[#options.layers]
  if first ~= features then
    args.fail("--layers begins with %d, but a picture of %d x %d x 3 is %d numbers",
      first, pictures.size, pictures.size, features)
  end
  if last ~= 1 then
    args.fail("--layers ends with %d, but the last layer must have 1 unit: how sure it is of '%s'",
      last, pictures.classes[2])
  end
  return options
end

return cats_options
