-- Collections of images that come as a few files of a fixed form: MNIST and its kin, and CIFAR-10. Each becomes
-- {train = , test = , classes = , size = , channels = }, as a folder of images does.
local dnn = require "dnn"
local arguments = require "dnn.arguments"
local fail = require "dnn.failure"
local options_of = require "dnn.options"
local set = require "dnn.data.set"
local text = require "dnn.data.text"
local native = dnn._data

local collections = {}

local OPTIONS <const> = {
  dtype = set.DTYPE,
  normalise = {true, options_of.is "boolean", "true (values 0 .. 1) or false (0 .. 255)"},
}

local function new_set(raw, Y, shape, classes, opts)
  return set.new {
    raw = raw, Y = Y, shape = shape, classes = classes, dtype = opts.dtype, scale = opts.normalise and 1 / 255 or 1,
  }
end

local function read_options(where, options)
  local opts = options_of.read(where, options, OPTIONS)
  opts.dtype = opts.dtype or dnn.get_default_dtype()
  return opts
end

-- The first of these names that is there in the folder.
local function find(folder, names)
  for _, name in ipairs(names) do
    local path = folder .. "/" .. name
    if dnn._exists(path) then return path end
  end
end

local function new_collection(name, fields)
  return setmetatable(fields, {
    __name = name,
    __tostring = function(collection) return text.collection(name, collection) end,
  })
end

-- MNIST ------------------------------------------------------------------------------------------------

-- The usual name, with a dot as some have it, plain or gzipped: "train-images-idx3-ubyte".
local function mnist_file(folder, part, kind, axes)
  local names = {}
  for _, form in ipairs {"%s-%s-idx%d-ubyte", "%s-%s.idx%d-ubyte"} do
    names[#names + 1] = form:format(part, kind, axes)
    names[#names + 1] = names[#names] .. ".gz"
  end
  local path = find(folder, names)
  if path then return path end
  return fail("%s: has no %s, plain or .gz; expected train-images-idx3-ubyte, train-labels-idx1-ubyte, "
    .. "t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte", folder, names[1])
end

-- Images, labels and the images' shape; or nil and a message.
local function mnist_part(folder, part)
  local images, message = mnist_file(folder, part, "images", 3)
  local labels, missing = mnist_file(folder, part, "labels", 1)
  if not images or not labels then return nil, message or missing end
  local raw, shape = native.read_idx(images, 0)
  if not raw then return nil, shape end
  local y, why = native.read_idx(labels, 0)
  if not y then return nil, why end
  if #shape ~= 3 or raw.dtype ~= "uint8" then
    return fail("%s: expected images, bytes of 3 axes, got %s of %d", images, raw.dtype, #shape)
  end
  if y.dtype ~= "uint8" then return fail("%s: expected labels, bytes, got %s", labels, y.dtype) end
  if y.rows ~= 1 or y.cols ~= raw.cols then
    return fail("%s: has %d labels for %d images", labels, #y, raw.cols)
  end
  return raw, y, shape
end

-- The four files of MNIST, or of a collection like it, in a folder; or nil and a message.
function collections.mnist(folder, options)
  if not arguments.is_path(folder) then arguments.wrong(1, "the path of a folder", folder) end
  local opts = read_options("dnn.data.mnist", options)
  local raw, y, shape = mnist_part(folder, "train")
  if not raw then return nil, y end
  local test_raw, test_y, test_shape = mnist_part(folder, "t10k")
  if not test_raw then return nil, test_y end
  if test_raw.rows ~= raw.rows or test_shape[2] ~= shape[2] then
    return fail("%s: the images to train on are %d x %d and those to test with %d x %d", folder, shape[3], shape[2],
      test_shape[3], test_shape[2])
  end
  local classes = {}
  for k = 0, math.tointeger(math.max(dnn.max(y), dnn.max(test_y), 9)) do classes[k + 1] = tostring(k) end
  local image = {shape[2], shape[3], 1}
  return new_collection("dnn.data.mnist", {
    train = new_set(raw, y:to(opts.dtype) + 1, image, classes, opts),
    test = new_set(test_raw, test_y:to(opts.dtype) + 1, image, classes, opts),
    classes = classes, width = shape[3], height = shape[2], channels = 1,
  })
end

-- CIFAR-10 ---------------------------------------------------------------------------------------------

local CIFAR_CLASSES <const> = {"airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"}

-- All images of some files as one set; or nil and a message.
local function cifar_set(paths, opts)
  local counts, total = {}, 0
  for i, path in ipairs(paths) do
    local count, message = native.cifar_count(path)
    if not count then return nil, message end
    counts[i], total = count, total + count
  end
  local raw, Y = dnn.empty(3072, total, {dtype = "uint8"}), dnn.empty(1, total, {dtype = opts.dtype})
  local column = 1
  for i, path in ipairs(paths) do
    local read, message = native.cifar_read(path, counts[i], raw, Y, column)
    if not read then return nil, message end
    column = column + counts[i]
  end
  return new_set(raw, Y, {32, 32, 3}, {table.unpack(CIFAR_CLASSES)}, opts)
end

local function cifar_files(folder)
  local train = {}
  for i = 1, 5 do train[#train + 1] = find(folder, {("data_batch_%d.bin"):format(i)}) end
  local test = find(folder, {"test_batch.bin"})
  if #train == 5 and test then return train, test end
  if dnn._exists(folder .. "/data_batch_1") then
    return fail("%s: is CIFAR-10's version for Python, whose pickles could run any code; download the binary version, "
      .. "cifar-10-binary.tar.gz", folder)
  end
  return fail("%s: has %d of the 5 files data_batch_1.bin to data_batch_5.bin, and %s test_batch.bin", folder, #train,
    test and "a" or "no")
end

-- CIFAR-10's binary version in a folder, or in its folder cifar-10-batches-bin; or nil and a message.
function collections.cifar10(folder, options)
  if not arguments.is_path(folder) then arguments.wrong(1, "the path of a folder", folder) end
  local opts = read_options("dnn.data.cifar10", options)
  if dnn._exists(folder .. "/cifar-10-batches-bin/test_batch.bin") then folder = folder .. "/cifar-10-batches-bin" end
  local files, test_file = cifar_files(folder)
  if not files then return nil, test_file end
  local train, message = cifar_set(files, opts)
  if not train then return nil, message end
  local test, why = cifar_set({test_file}, opts)
  if not test then return nil, why end
  return new_collection("dnn.data.cifar10", {
    train = train, test = test, classes = {table.unpack(CIFAR_CLASSES)}, width = 32, height = 32, channels = 3,
  })
end

return collections
