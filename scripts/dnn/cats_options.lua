-- The command line of train_cats.lua, and the settings that suit each kind of images.
local args = require "dnn.args"

local cats_options = {}

-- Drawn images and photos: what trains well in seconds. The .h5 files: the tutorial's own settings.
-- A batch of 0 is all images at once.
local defaults = {
  drawn = {hidden = {32, 16}, optimiser = "adam", iterations = 1000, batch = 32, init = "he"},
  photos = {hidden = {32, 16}, optimiser = "momentum", iterations = 3000, batch = 64, init = "he"},
  hdf5 = {
    hidden = {20, 7, 5}, optimiser = "sgd", iterations = 2500, batch = 0, init = "1/sqrt(n)",
  },
}

-- What --model cnn decides where it is not said otherwise.
local cnn = {optimiser = "adamw", iterations = 10000, batch = 32, lr = 0.003}

local learning_rates = {sgd = 0.0075, momentum = 0.002, adam = 0.0003, adamw = 0.0003}

-- The run whose results were published: everything that --published decides.
local published = {
  layers = {12288, 20, 7, 5, 1}, lr = 0.0075, iterations = 2500, batch = 0, optimiser = "sgd",
  init = "1/sqrt(n)",
}

local function parser()
  local p = args.parser("train_cats.lua", "Trains a network to tell cats from dogs, and shows how "
    .. "well it does on images that it has not seen. Without images it draws some itself.")
  p:argument("images", "a folder of photos named cat.N.jpg, dog.N.jpg or sorted into two "
    .. "subfolders; or a folder with train_*.h5 and test_*.h5, or those two files"):args "0-2"
  local function option(name, value, description)
    return p:option("--" .. name, description):argname(value)
  end
  option("model", "<name>", "dense, the layers below, or cnn, a convolutional network (dense)")
    :choices {"dense", "cnn"}
  option("layers", "<n,...>", "units of each layer, from the numbers in an image to 1 "
    .. "(12288,32,16,1; .h5 files 12288,20,7,5,1)"):convert(args.sizes "--layers")
  option("lr", "<rate>", "learning rate (adam and adamw 0.0003, momentum 0.002, sgd 0.0075; cnn 0.003)")
    :convert(args.positive("--lr", 1e6))
  option("iterations", "<n>", "steps to take (1000; photos 3000; .h5 files 2500; cnn 10000)")
    :convert(args.whole("--iterations", 1))
  option("batch", "<n>", "images per step, 0 for all (32; photos 64; .h5 files all; cnn 32)")
    :convert(args.whole("--batch", 0))
  option("optimiser", "<name>", "sgd, momentum, adam or adamw (adam; photos momentum; .h5 files "
    .. "sgd; cnn adamw)")
    :choices {"sgd", "momentum", "adam", "adamw"}
  option("init", "<name>", "starting weights: he, xavier, 0.01 or 1/sqrt(n) (he; .h5 files "
    .. "1/sqrt(n))"):choices {"he", "xavier", "0.01", "1/sqrt(n)"}
  option("seed", "<n>", "of all random numbers (1)")
    :convert(args.whole("--seed", 0))
  option("size", "<pixels>", "width and height to scale photos to (64)")
    :convert(args.whole("--size", 1, 4096))
  option("threads", "<n>", "threads to use (one for each core)")
    :convert(args.whole("--threads", 1, 256))
  option("predict", "<photo>", "a photo to classify after training")
  option("save", "<file>", "a file to save the trained weights to"):convert(args.output)
  option("resume", "<file>", "a checkpoint to continue from, with the options of that training: what the key k "
    .. "of the window saves")
  option("run", "<folder>", "a folder for the run's log, for dnnview and TensorBoard")
    :convert(args.run)
  p:flag("--view", "open a window on the run")
  p:mutex(
    p:flag("--float64", "compute in double precision"),
    p:flag("--float32", "compute in single precision, also with --published"))
  p:flag("--published", "the tutorial's published run: its starting weights, layers, rate and "
    .. "2500 iterations, in float64")
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
  options.seed = options.seed or 1
  options.size = options.size or 64
  if options.model == "cnn" then
    if options.layers then p:error "--layers is of dense networks; leave --model cnn or --layers out" end
    if options.size < 16 then p:error "--model cnn halves images four times; --size must be 16 or more" end
  end
  return options
end

-- Fills in what was not given, now that the images are known, and checks the layers against them.
function cats_options.complete(options, images)
  local default = setmetatable(options.model == "cnn" and cnn or {}, {__index = defaults[images.kind]})
  for _, name in ipairs {"optimiser", "iterations", "init", "batch"} do
    options[name] = options[name] or default[name]
  end
  options.lr = options.lr or default.lr or learning_rates[options.optimiser]
  local m = images.train.Y.cols
  if options.batch == 0 or options.batch > m then options.batch = m end

  local features = 3 * images.size * images.size
  if not options.layers then
    options.layers = {features, table.unpack(default.hidden)}
    options.layers[#options.layers + 1] = 1
  end
  local first, last = options.layers[1], options.layers[#options.layers]
  if first ~= features then
    args.fail("--layers begins with %d, but an image of %d x %d x 3 is %d numbers",
      first, images.size, images.size, features)
  end
  if last ~= 1 then
    args.fail("--layers ends with %d, but the last layer must have 1 unit: how sure it is of '%s'",
      last, images.classes[1])
  end
  return options
end

return cats_options
