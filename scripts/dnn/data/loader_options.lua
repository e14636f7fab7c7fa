-- The options of dnn.data.Loader: read, checked against the set, and made into what the threads need. Errors are raised
-- in the line of the script.
local dnn = require "dnn"
local arguments = require "dnn.arguments"
local options_of = require "dnn.options"
local set = require "dnn.data.set"
local text = require "dnn.data.text"
local native = dnn._data

local loader_options = {}

local function refuse(format, ...)
  arguments.fail("dnn.data.Loader: " .. format, ...)
end

-- What is known ----------------------------------------------------------------------------------------

local is_side = options_of.whole(1, 65535)

local is_pair, is_triple = options_of.list(is_side, 2, 2), options_of.list(is_side, 3, 3)
local function is_shape(value) return is_triple(value) and (value[3] == 1 or value[3] == 3) end
local function is_crop(value) return is_side(value) or is_pair(value) end

local CROP <const> = "a whole number of pixels, or {height, width}"

-- The lines of `augment`: those of the C half, and the two crops.
local function augmentations()
  local known = {crop = {nil, is_crop, CROP}, center_crop = {nil, is_crop, CROP}}
  for _, row in ipairs(native.augmentations()) do
    local most = math.type(row.most) == "float" and row.most % 1 == 0 and ("%d"):format(row.most) or row.most
    known[row.name] = {nil, options_of.number(0, row.most), ("a number from 0 (not at all) to %s: the image is %s")
      :format(most, row.doc)}
  end
  return known
end

local is_finite = options_of.number()
local function is_numbers(value, count)
  return options_of.list(is_finite, count, count)(value)
end

local function is_normalisation(value)
  return type(value) == "boolean" or type(value) == "table" and type(value.mean) == "table"
    and type(value.deviation) == "table"
end

-- The fields of a table that is no loader.
local NORMALISATION <const> = {
  mean = {nil, options_of.is "table", "a number for each channel"},
  deviation = {nil, options_of.is "table", "a number for each channel"},
}

local LOADER <const> = {
  batch_size = {32, options_of.whole(1), "a whole number of examples, 1 or more"},
  shuffle = {true, options_of.is "boolean", "true or false"},
  drop_last = {false, options_of.is "boolean", "true or false"},
  workers = {1, options_of.whole(0, 64), "a whole number of threads from 0 to 64"},
  prefetch = {2, options_of.whole(1, 64), "a whole number of batches from 1 to 64"},
  cache = {256000000, options_of.whole(0, 1 << 50), "a whole number of bytes"},
  augment = {{}, options_of.is "table", "a table, as in {horizontal_flip = 0.5}"},
  normalise = {false, is_normalisation, "true, false, {mean = {...}, deviation = {...}}, or another loader"},
  weights = {nil, function(value) return type(value) == "table" or dnn._is_matrix(value) end,
    "a table or a Matrix of a number for each example"},
  balanced = {false, options_of.is "boolean", "true or false"},
  one_hot = {false, function(value) return type(value) == "boolean" or options_of.whole(1)(value) end,
    "true, false or the number of classes"},
  shape = {nil, is_shape, "{height, width, channels} with 1 or 3 channels"},
  seed = {nil, options_of.whole(math.mininteger), "a whole number"},
  scale = {nil, options_of.number(), "a number"},
  dtype = set.DTYPE,
  max_failures = {0.05, options_of.number(0, 1), "a share from 0 to 1"},
  warn = {text.warn, options_of.is "function", "a function(message)"},
}

-- Where the examples are: fields of the C half's configuration.
local function examples_of(examples, config)
  local files = type(examples) == "table" and rawget(examples, "files")
  if files and not rawget(examples, "raw") and not rawget(examples, "X") then
    local target, shape = rawget(examples, "target"), rawget(examples, "shape")
    if not dnn._is_matrix(rawget(examples, "Y")) or not target and not is_shape(shape) then
      refuse("a set of files needs Y, a Matrix with a column for each, and shape = {height, width, "
        .. "channels}")
    end
    config.files = files
    config.target = target or {height = shape[1], width = shape[2], channels = shape[3], fit = 0}
    return "uint8"
  end
  config.X = set.source(examples, "dnn.data.Loader")
  if examples.lengths then refuse "a set with lengths needs dnn.data.batches, which returns them with X and Y" end
  return config.X.dtype
end

-- The shape of a column: as it is said, or so many rows of nothing known.
local function set_shape(config, examples, opts)
  local shape = opts.shape or rawget(examples, "shape")
  if config.target then shape = {config.target.height, config.target.width, config.target.channels} end
  if not is_shape(shape) then shape = nil end
  local rows = config.X and config.X.rows
  if shape and rows and shape[1] * shape[2] * shape[3] ~= rows then
    refuse("shape is %s, which makes %d rows, but X has %d", table.concat(shape, " x "),
      shape[1] * shape[2] * shape[3], rows)
  end
  config.height, config.width, config.channels = table.unpack(shape or {rows, 1, 1})
  return shape
end

local function set_crop(config, shape, crop, centre)
  local height, width = crop, crop
  if type(crop) == "table" then height, width = crop[1], crop[2] end
  if height > shape[1] or width > shape[2] then
    refuse("augment: a crop of %d x %d does not fit into images of %d x %d", height, width,
      shape[1], shape[2])
  end
  config.crop_height, config.crop_width, config.centre = height, width, centre
end

local function set_augment(config, shape, augment)
  config.strength = {}
  for _, row in ipairs(native.augmentations()) do
    local strength = augment[row.name]
    if strength and strength > 0 then
      if row.needs_shape and not shape then
        refuse("augment: %s needs the shape of an image; give shape = {height, width, channels}", row.name)
      end
      if row.needs_colour and shape[3] ~= 3 then
        refuse("augment: %s needs 3 channels; these images have 1", row.name)
      end
      config.strength[row.name] = strength
    end
  end
  local crop = augment.crop or augment.center_crop
  if not crop then return end
  if not shape then
    refuse("augment: a crop needs the shape of an image; give shape = {height, width, channels}")
  end
  if augment.crop and augment.center_crop then
    refuse("augment: crop and center_crop exclude each other")
  end
  set_crop(config, shape, crop, augment.center_crop ~= nil)
end

-- How often each label is, by its value; labels are in one row.
local function label_counts(Y, where)
  if Y.rows ~= 1 then
    refuse("%s needs labels in one row; Y has %d rows", where, Y.rows)
  end
  local labels, counts = {}, {}
  for j = 1, Y.cols do
    local label = Y(1, j)
    labels[j], counts[label] = label, (counts[label] or 0) + 1
  end
  return labels, counts
end

-- The weights of the examples as a row of doubles, or nil.
local function weights_of(Y, opts)
  local weights = opts.weights
  if opts.balanced then
    if weights then refuse("weights and balanced exclude each other") end
    local labels, counts = label_counts(Y, "balanced")
    weights = {}
    for j, label in ipairs(labels) do weights[j] = 1 / counts[label] end
  end
  if not weights then return nil end
  if type(weights) == "table" then
    if not is_numbers(weights, #weights) then refuse("weights must be numbers") end
    weights = dnn.Matrix({weights}, {dtype = "float64"})
  end
  if #weights ~= Y.cols then
    refuse("%d weights for %d examples", #weights, Y.cols)
  end
  return weights:double():copy()
end

-- The number of classes whose labels become columns of 0 and 1; 0 where they stay as they are.
local function one_hot_of(Y, classes, opts, mixes)
  local wanted = opts.one_hot
  if math.type(wanted) == "integer" then return wanted end
  local several = classes and #classes > 2
  if wanted then
    return several and #classes or math.tointeger(Y:double():max()) or 0
  end
  if mixes and several then return #classes end
  if mixes and Y.rows == 1 and Y:double():max() > 1 then
    refuse("augment: mixup needs labels that can be mixed, not class numbers; give one_hot = the "
      .. "number of classes")
  end
  return 0
end

local function check_normalisation(value, channels)
  if not getmetatable(value) then options_of.read("dnn.data.Loader: normalise", value, NORMALISATION) end
  if not is_numbers(value.mean, channels) or not is_numbers(value.deviation, channels) then
    refuse("normalise needs a number for each of %d channels in mean and in deviation", channels)
  end
end

-- The options with their defaults, the configuration of the C half, and the shape of a column, nil where it is unknown.
function loader_options.read(examples, options)
  local opts = options_of.read("dnn.data.Loader", options, LOADER)
  opts.augment = options_of.read("dnn.data.Loader: augment", opts.augment, augmentations())
  local config = {}
  local dtype = examples_of(examples, config)
  local Y, classes = examples.Y, rawget(examples, "classes")
  local shape = set_shape(config, examples, opts)
  set_augment(config, shape, opts.augment)
  local bytes = dtype == "uint8"
  config.Y = Y
  config.scale = opts.scale or bytes and (rawget(examples, "scale") or 1 / 255) or 1
  config.top = bytes and 255 * config.scale or 1
  config.cache = opts.cache
  config.batch_size, config.workers, config.prefetch = opts.batch_size, opts.workers, opts.prefetch
  config.weights = weights_of(Y, opts)
  config.shuffle, config.drop_last = opts.shuffle, opts.drop_last
  config.one_hot = one_hot_of(Y, classes, opts, config.strength.mixup)
  config.seed = opts.seed or dnn._random:below(1 << 62)
  config.dtype = opts.dtype or rawget(examples, "dtype") or dtype:find "^float" and dtype or dnn.get_default_dtype()
  if type(opts.normalise) == "table" then check_normalisation(opts.normalise, config.channels) end
  return opts, config, shape
end

return loader_options
