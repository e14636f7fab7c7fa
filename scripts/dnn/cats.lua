-- What train_cats.lua needs besides the training itself: pictures from wherever they are, the
-- published starting weights, and the report at the end.
local dnn = require "dnn"
local args = require "dnn.args"
local numpy_random = require "dnn.numpy_random"
local pets_folder = require "dnn.pets_folder"

local cats = {}

-- Pictures ----------------------------------------------------------------------------------------

-- All functions here give {kind, size, classes, train = {X, Y, names}, test = {X, Y, names}}: a
-- column of X is a picture in 0..1, Y is 0 for classes[1] and 1 for classes[2], names[j] is what
-- to call it.

local DRAWN_COUNT <const> = 600

local function read_images(folder, kind, options)
  local images = args.need(dnn.data.images(folder, {
    size = options.size, test = 0.2, seed = options.seed, dtype = options.dtype,
  }))
  if #images.classes ~= 2 then
    args.fail("%s holds %d classes (%s), but this network tells two apart", folder, #images.classes,
      table.concat(images.classes, ", "))
  end
  local function set(part)
    return {X = part.X, Y = part.Y - 1, names = part.files}
  end
  return {
    kind = kind, size = options.size, classes = images.classes,
    train = set(images.train), test = set(images.test),
  }
end

local function read_hdf5_set(path, part, dtype)
  local file = args.need(dnn.data.hdf5(path))
  local X = file:read(part .. "_set_x"):to(dtype) / 255
  local Y = file:read(part .. "_set_y"):to(dtype)
  local names = {}
  for j = 1, X.cols do names[j] = ("%s picture %d"):format(part, j) end
  return {X = X, Y = Y, names = names}
end

local function read_hdf5(train_path, test_path, options)
  local train = read_hdf5_set(train_path, "train", options.dtype)
  local test = read_hdf5_set(test_path, "test", options.dtype)
  return {
    kind = "hdf5", size = math.tointeger((train.X.rows / 3) ^ 0.5) or 0,
    classes = {"not a cat", "cat"}, train = train, test = test,
  }
end

-- The first file of a folder whose name begins with `prefix` and ends in .h5.
local function find_hdf5(names, folder, prefix)
  for _, name in ipairs(names) do
    if name:sub(1, #prefix) == prefix and name:sub(-3) == ".h5" then
      return folder .. "/" .. name
    end
  end
end

-- What the arguments on the command line name: nothing, a folder, or two .h5 files.
function cats.read_pictures(options)
  local first, second = table.unpack(options.pictures)
  if not first then
    local folder = args.need(pets_folder.draw_folder(nil,
      {count = DRAWN_COUNT, size = options.size, seed = options.seed}))
    return read_images(folder, "drawn", options)
  end
  if second then return read_hdf5(first, second, options) end

  local names = args.need(dnn.system.list(first))
  table.sort(names)
  local train, test = find_hdf5(names, first, "train_"), find_hdf5(names, first, "test_")
  if train and test then return read_hdf5(train, test, options) end
  return read_images(first, "photos", options)
end

-- One photo as a column, brought to the size of the others.
function cats.read_photo(path, pictures, options)
  local photo = args.need(dnn.data.read_image(path, {size = pictures.size, channels = 3}))
  return photo:to(options.dtype) / 255
end

-- Weights -----------------------------------------------------------------------------------------

-- The published run's: np.random.seed(1), W[l] = randn(n[l], n[l-1]) / sqrt(n[l-1]), b[l] = 0.
function cats.set_published_weights(net)
  local generator = numpy_random.new(1)
  for l = 1, #net, 2 do
    local weight = net[l].weight
    weight:copy_(generator:randn(weight.rows, weight.cols) / math.sqrt(weight.cols))
    net[l].bias:fill_(0)
  end
end

-- Results -----------------------------------------------------------------------------------------

local BLOCK <const> = 256 -- pictures that go through the network at once

-- How sure the network is of classes[2], for each column of X.
local function probabilities(net, X)
  local blocks = {}
  for first = 1, X.cols, BLOCK do
    local last = math.min(first + BLOCK - 1, X.cols)
    blocks[#blocks + 1] = net:forward(X:cols_range(first, last)):copy()
  end
  return dnn.cat(blocks, 2)
end

-- Per cent of a set's pictures that the network gets right, deciding at one half.
function cats.accuracy(net, set)
  return 100 * dnn.eq(dnn.gt(probabilities(net, set.X), 0.5), set.Y):mean()
end

-- "cat", 0.93: the class that a probability stands for, and how sure that is.
local function verdict(pictures, probability)
  if probability > 0.5 then return pictures.classes[2], probability end
  return pictures.classes[1], 1 - probability
end

-- Prints what the network takes `count` pictures for, evenly spread over the test set.
function cats.print_predictions(net, pictures, count)
  local test = pictures.test
  local AL = probabilities(net, test.X)
  count = math.min(count, AL.cols)
  print "some pictures that it had not seen:"
  for k = 1, count do
    local j = 1 + (k - 1) * AL.cols // count
    local truth = pictures.classes[1 + math.tointeger(test.Y(1, j))]
    local class, sure = verdict(pictures, AL(1, j))
    print(("  %-20s %-10s %5.1f %% sure%s"):format(test.names[j], class, 100 * sure,
      class == truth and "" or ("   wrong: " .. truth)))
  end
end

-- Prints what the network takes one photo for.
function cats.print_prediction(net, pictures, path, photo)
  local class, sure = verdict(pictures, net:forward(photo)(1, 1))
  print(("%s: %s (%.1f %% sure)"):format(path, class, 100 * sure))
end

return cats
