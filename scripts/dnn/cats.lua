-- What train_cats.lua needs besides the training itself: images from wherever they are, the
-- published starting weights, and the report at the end.
local dnn = require "dnn"
local args = require "dnn.args"
local numpy_random = require "dnn.numpy_random"
local pets_folder = require "dnn.pets_folder"

local cats = {}

-- Images ----------------------------------------------------------------------------------------

-- All functions here give {kind, size, classes, train, test}. A set holds X, a column an image in
-- 0..1; Y, 1 for classes[1] and 0 for classes[2]; and perhaps files, the images' paths.

local DRAWN_COUNT <const> = 1000

-- What is held out: a fifth, of a large folder a round thousand; the seed decides which.
local function test_share(folder)
  local names = dnn.system.list(folder)
  return names and #names > 5000 and 1000 or 0.2
end

local function read_images(folder, kind, options)
  local images = args.need(dnn.data.images(folder, {
    size = options.size, test = options.model == "cnn" and test_share(folder) or 0.2, seed = options.seed,
    dtype = options.dtype,
  }))
  if #images.classes ~= 2 then
    args.fail("%s holds %d classes (%s), but this network tells two apart", folder, #images.classes,
      table.concat(images.classes, ", "))
  end
  images.kind = kind
  for i, name in ipairs(images.classes) do images.classes[i] = args.plain(name) end -- they are printed, and name images
  return images
end

local function read_hdf5_set(path, part, dtype)
  local file <close> = args.need(dnn.data.hdf5(path))
  local there = table.concat(file:names(), ", ")
  local function read(name)
    if not (", " .. there .. ", "):find(", " .. name .. ", ", 1, true) then
      args.fail("%s holds no %s, only %s", path, name, there)
    end
    return args.need(file:read(name)):to(dtype)
  end
  return {X = read(part .. "_set_x") / 255, Y = read(part .. "_set_y")}
end

local function read_hdf5(train_path, test_path, options)
  local train = read_hdf5_set(train_path, "train", options.dtype)
  local size = math.tointeger((train.X.rows / 3) ^ 0.5)
  if not size then
    args.fail("%s: %d numbers are not a square image of 3 colours", train_path, train.X.rows)
  end
  return {
    kind = "hdf5", size = size, classes = {"cat", "not a cat"},
    train = train, test = read_hdf5_set(test_path, "test", options.dtype),
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
function cats.read_images(options)
  local first, second = table.unpack(options.images)
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
function cats.read_photo(path, images, options)
  local photo = args.need(dnn.data.read_image(path, {size = images.size, channels = 3}))
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

-- Training ----------------------------------------------------------------------------------------

-- Changes of the images that a convolutional network learns from.
local AUGMENT <const> = {
  horizontal_flip = 0.5, shift = 0.1, scale = 0.2, rotation = 10, brightness = 0.2, contrast = 0.2, saturation = 0.2,
  cutout = 0.25, mixup = 0.2,
}

-- A function that gives the next `options.batch` images and their labels, in a new order in each round,
-- or always all of them where there are no more than that; and the batches that it takes them from. A
-- convolutional network gets them flipped, shifted and lit otherwise each time.
function cats.batches(set, options)
  if options.batch >= set.Y.cols then
    return function() return set.X, set.Y end
  end
  local batches = options.model == "cnn"
    and dnn.data.Loader(set, {batch_size = options.batch, drop_last = true, augment = AUGMENT,
                              shape = {options.size, options.size, 3}})
    or dnn.data.batches(set, {size = options.batch})
  local X, Y
  return function()
    X, Y = batches(nil, X)
    if not X then X, Y = batches(nil, nil) end
    return X, Y
  end, batches
end

-- The share of a learning rate at a point of the training, 0 to 1: up to all of it along a line in the first tenth,
-- then down to 0 along a cosine.
function cats.warm_cosine(point)
  if point < 0.1 then return point / 0.1 end
  return (1 + math.cos(math.pi * (point - 0.1) / 0.9)) / 2
end

-- The iteration that a training begins with: 0, or the one after that of the checkpoint at `path`, from
-- which the parts are brought back.
function cats.resume(path, parts)
  if not path then return 0 end
  local values = args.need(dnn.checkpoint.load(path, parts))
  return args.need(dnn.checkpoint._step(path, values)) + 1
end

-- Results -----------------------------------------------------------------------------------------

local BLOCK <const> = 256 -- images that go through the network at once

-- Per cent of a set's images that the network gets right, deciding at one half; of the first
-- `limit` or some more where that is given.
function cats.accuracy(net, set, limit)
  local right, seen = 0, 0
  for X, Y in dnn.data.batches(set, {size = BLOCK, shuffle = false}) do
    right = right + dnn.eq(dnn.gt(net:predict(X), 0.5), Y):sum()
    seen = seen + Y.cols
    if seen >= (limit or math.huge) then break end
  end
  return 100 * right / seen
end

-- Which of the classes the network sees in one image, a column, and how sure it is of it.
local function classify(net, images, image)
  local probability = net:predict(image)(1, 1)
  if probability > 0.5 then return images.classes[1], probability end
  return images.classes[2], 1 - probability
end

-- For `count` images, evenly spread over the test set: the number of each in that set, its class,
-- and what the network takes it for.
local function samples(net, images, count)
  local test = images.test
  local m = test.Y.cols
  count = math.min(count, m)
  local k = 0
  return function()
    if k == count then return nil end
    k = k + 1
    local j = 1 + (k - 1) * m // count
    return j, images.classes[test.Y(1, j) == 1 and 1 or 2],
      classify(net, images, test.X:col(j))
  end
end

-- Prints what the network makes of `count` images that it has not seen.
function cats.print_predictions(net, images, count)
  print "some images it has not seen:"
  local files = images.test.files
  for j, truth, class, sure in samples(net, images, count) do
    local name = files and files[j]:match "[^/]*$" or "test image " .. j
    print(("  %-16s  %-9s  %5.1f %%%s"):format(args.plain(name), class, 100 * sure,
      class == truth and "" or "   wrong: " .. truth))
  end
end

-- Logs the same images to a run, each with what the network takes it for as its caption.
function cats.log_predictions(run, step, net, images, count)
  local size = images.size
  for j, truth, class, sure in samples(net, images, count) do
    local tag = ("prediction/%d %s"):format(j, truth)
    args.need(run:image(step, tag, images.test.X:col(j), size, size))
    run:text(tag, ("%s %.0f %%%s"):format(class, 100 * sure, class == truth and "" or " ✗"))
  end
end

-- Prints what the network takes one photo for.
function cats.print_prediction(net, images, path, photo)
  local class, sure = classify(net, images, photo)
  print(("%s: %s (%.1f %%)"):format(args.plain(path), class, 100 * sure))
end

return cats
