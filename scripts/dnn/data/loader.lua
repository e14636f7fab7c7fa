-- dnn.data.Loader: minibatches that threads prepare while the network trains. The threads are C; here are the options,
-- the position, and what becomes of files that cannot be read.
local dnn = require "dnn"
local arguments = require "dnn.arguments"
local options_of = require "dnn.options"
local set = require "dnn.data.set"
local strict = require "dnn.strict"
local text = require "dnn.data.text"
local native = dnn._data

local loader = {}

local Loader = strict.make("the loader", {})
Loader.__index = Loader
Loader.__name = "dnn.data.Loader"
Loader.__tostring = text.loader

-- Epochs -----------------------------------------------------------------------------------------------

-- `epoch` is the one that is under way, or the last that was; `place` is how many of its batches have been given out,
-- 0 between epochs. `pending` is "begin" or "go on" after load_state_dict, whatever the loop was doing.

local function check_open(self)
  if self.closed then error("the loader is closed", 3) end
end

-- Warns of files that could not be read since the last time; raises when they are too many.
local function report(self)
  local failures = self.failures
  local message = self.threads:failure(#failures + 1)
  while message do
    failures[#failures + 1] = message
    self.warn(message)
    message = self.threads:failure(#failures + 1)
  end
  if #failures > self.max_failures * self.examples then
    error(("the loader: %d of %d images could not be read, more than max_failures = %s allows; the first: %s")
      :format(#failures, self.examples, self.max_failures, failures[1]), 3)
  end
end

-- The first `count` columns.
local function columns(self, A, count)
  return count == self.batch_size and A or A:cols_range(1, count)
end

-- The next pair, as `for` asks for it: nil as the last X begins an epoch, or goes on with one that load_state_dict has
-- brought back.
function Loader:__call(_, last)
  check_open(self)
  local pending = self.pending
  self.pending = false
  if pending == "begin" or last == nil and pending ~= "go on" then
    self.epoch, self.place = self.epoch + 1, 0
  end
  while self.place < self.batches do
    local count = self.threads:get(self.epoch, self.place + 1, self.X, self.Y)
    self.place = self.place + 1
    report(self)
    if count > 0 then return columns(self, self.X, count), columns(self, self.Y, count) end
  end
  self.place = 0
  return nil
end

-- The number of batches in an epoch.
function Loader:__len()
  return self.batches
end

-- The batch that comes next, in matrices of its own, while the position stays where it is.
function Loader:preview()
  check_open(self)
  local epoch, place = self.epoch, self.place + 1
  if self.place == 0 or place > self.batches then epoch, place = epoch + 1, 1 end
  local X = dnn.empty(self.X.rows, self.X.cols, {dtype = self.X.dtype})
  local Y = dnn.empty(self.Y.rows, self.Y.cols, {dtype = self.Y.dtype})
  local count = self.threads:preview(epoch, place, X, Y)
  report(self)
  if count == 0 then error("the loader: no image of the next batch could be read", 2) end
  return columns(self, X, count), columns(self, Y, count)
end

-- X of a batch in 0 .. 1 again, as bytes are shown: without the normalisation by channel.
function Loader:denormalise(X)
  if not self.mean then return X end
  local channels = #self.mean
  local values = X:copy():reshape(channels, #X // channels)
  for c = 1, channels do
    values:row(c):copy_(values:row(c) * self.deviation[c] + self.mean[c])
  end
  return values:reshape(X.rows, X.cols)
end

-- Seconds that the loop waited for batches, files decoded, and bytes in the cache, since the loader was made.
function Loader:statistics()
  check_open(self)
  local waited, decoded, cached = self.threads:statistics()
  return {waited = waited, decoded = decoded, cached = cached}
end

-- Ends the threads; it may be called twice.
function Loader:close()
  self.closed = true
  self.threads:close()
end
Loader.__close = Loader.close

-- State ------------------------------------------------------------------------------------------------

local KEPT <const> = {"examples", "batch_size", "shuffle", "drop_last"}

-- Where it stands: with this, another loader of the same set and options goes on with the same batches.
function Loader:state_dict()
  local state = {seed = self.seed, epoch = self.epoch, place = self.place}
  for _, name in ipairs(KEPT) do state[name] = self[name] end
  return state
end

-- Takes up what state_dict gave: the next batch is the one that would have come there, in the middle of a loop too.
function Loader:load_state_dict(state)
  check_open(self)
  if type(state) ~= "table" then
    error("the loader: load_state_dict: expected a table as from state_dict, got " .. options_of.shown(state), 2)
  end
  for _, name in ipairs(KEPT) do
    if state[name] ~= self[name] then
      error(("the loader: load_state_dict: %s is %s here and %s in the state; they must be of the same set and options")
        :format(name, tostring(self[name]), tostring(state[name])), 2)
    end
  end
  local epoch, place = state.epoch, state.place
  if math.type(state.seed) ~= "integer" or math.type(epoch) ~= "integer" or epoch < 0
    or math.type(place) ~= "integer" or place < 0 or place > self.batches then
    error("the loader: load_state_dict: the state is damaged", 2)
  end
  if state.seed ~= self.seed then
    self.seed = state.seed
    self.config.seed = state.seed
    self.threads:close()
    self.threads = self.open()
  end
  self.epoch, self.place = epoch, place
  self.pending = place > 0 and "go on" or "begin"
end

-- Options ----------------------------------------------------------------------------------------------

local is_side = options_of.whole(1, 65535)

local function is_shape(value)
  return type(value) == "table" and #value == 3 and is_side(value[1]) and is_side(value[2])
    and (value[3] == 1 or value[3] == 3) and next(value, 3) == nil
end

local function is_crop(value)
  if type(value) ~= "table" then return is_side(value) end
  return #value == 2 and is_side(value[1]) and is_side(value[2]) and next(value, 2) == nil
end

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

local function is_numbers(value, count)
  if type(value) ~= "table" or #value ~= count then return false end
  for _, number in ipairs(value) do
    if type(number) ~= "number" or number - number ~= 0 then return false end
  end
  return true
end

local function is_normalisation(value)
  return type(value) == "boolean" or type(value) == "table" and type(value.mean) == "table"
    and type(value.deviation) == "table"
end

local function is_matrix(value)
  return type(value) == "userdata" and getmetatable(value) == getmetatable(dnn.empty(0, 0))
end

local LOADER <const> = {
  batch_size = {32, options_of.whole(1), "a whole number of examples, 1 or more"},
  shuffle = {true, options_of.is "boolean", "true or false"},
  drop_last = {false, options_of.is "boolean", "true or false"},
  workers = {1, options_of.whole(0, 64), "a whole number of threads from 0 to 64"},
  prefetch = {2, options_of.whole(1, 64), "a whole number of batches from 1 to 64"},
  cache = {256000000, options_of.whole(0, 1 << 50), "a whole number of bytes"},
  augment = {{}, options_of.is "table", "a table, as in {horizontal_flip = 0.5}"},
  normalise = {false, is_normalisation, "true, false, or {mean = {...}, deviation = {...}}, which a loader is too"},
  weights = {nil, function(value) return type(value) == "table" or is_matrix(value) end,
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

-- Where the examples are: fields of the C half's configuration. Raises for the caller's caller.
local function examples_of(examples, config)
  local files = type(examples) == "table" and rawget(examples, "files")
  if files and not rawget(examples, "raw") and not rawget(examples, "X") then
    local target, shape = rawget(examples, "target"), rawget(examples, "shape")
    if not is_matrix(rawget(examples, "Y")) or not target and not is_shape(shape) then
      error("dnn.data.Loader: a set of files needs Y, a Matrix with a column for each, and shape = {height, width, "
        .. "channels}", 3)
    end
    config.files = files
    config.target = target or {height = shape[1], width = shape[2], channels = shape[3], fit = 0}
    return "uint8"
  end
  config.X = set.source(examples, "dnn.data.Loader", 1)
  return config.X.dtype
end

-- The shape of a column: as it is said, or so many rows of nothing known.
local function set_shape(config, examples, opts)
  local shape = opts.shape or rawget(examples, "shape")
  if config.target then shape = {config.target.height, config.target.width, config.target.channels} end
  if not is_shape(shape) then shape = nil end
  local rows = config.X and config.X.rows
  if shape and rows and shape[1] * shape[2] * shape[3] ~= rows then
    error(("dnn.data.Loader: shape is %s, which makes %d rows, but X has %d"):format(table.concat(shape, " x "),
      shape[1] * shape[2] * shape[3], rows), 3)
  end
  config.height, config.width, config.channels = table.unpack(shape or {rows, 1, 1})
  return shape
end

local function set_crop(config, shape, crop, centre)
  local height, width = crop, crop
  if type(crop) == "table" then height, width = crop[1], crop[2] end
  if height > shape[1] or width > shape[2] then
    error(("dnn.data.Loader: augment: a crop of %d x %d does not fit into images of %d x %d"):format(height, width,
      shape[1], shape[2]), 4)
  end
  config.crop_height, config.crop_width, config.centre = height, width, centre
end

local function set_augment(config, shape, augment)
  config.strength = {}
  for _, row in ipairs(native.augmentations()) do
    local strength = augment[row.name]
    if strength and strength > 0 then
      if row.needs_shape and not shape then
        error(("dnn.data.Loader: augment: %s needs the shape of an image; give shape = {height, width, channels}")
          :format(row.name), 3)
      end
      if row.needs_colour and shape[3] ~= 3 then
        error(("dnn.data.Loader: augment: %s needs 3 channels; these images have 1"):format(row.name), 3)
      end
      config.strength[row.name] = strength
    end
  end
  local crop = augment.crop or augment.center_crop
  if not crop then return end
  if not shape then
    error("dnn.data.Loader: augment: a crop needs the shape of an image; give shape = {height, width, channels}", 3)
  end
  if augment.crop and augment.center_crop then
    error("dnn.data.Loader: augment: crop and center_crop exclude each other", 3)
  end
  set_crop(config, shape, crop, augment.center_crop ~= nil)
end

-- How often each label is, by its value; labels stand in one row.
local function label_counts(Y, where)
  if Y.rows ~= 1 then
    error(("dnn.data.Loader: %s needs labels in one row; Y has %d rows"):format(where, Y.rows), 4)
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
    if weights then error("dnn.data.Loader: weights and balanced exclude each other", 3) end
    local labels, counts = label_counts(Y, "balanced")
    weights = {}
    for j, label in ipairs(labels) do weights[j] = 1 / counts[label] end
  end
  if not weights then return nil end
  if type(weights) == "table" then
    if not is_numbers(weights, #weights) then error("dnn.data.Loader: weights must be numbers", 3) end
    weights = dnn.Matrix({weights}, {dtype = "float64"})
  end
  if #weights ~= Y.cols then
    error(("dnn.data.Loader: %d weights for %d examples"):format(#weights, Y.cols), 3)
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
    error("dnn.data.Loader: augment: mixup mixes labels, which numbers of classes do not bear; give one_hot = the "
      .. "number of classes", 3)
  end
  return 0
end

local function check_normalisation(value, channels)
  if not is_numbers(value.mean, channels) or not is_numbers(value.deviation, channels) then
    error(("dnn.data.Loader: normalise needs a number for each of %d channels in mean and in deviation")
      :format(channels), 3)
  end
end

-- Mean and deviation of each channel, measured; a channel that never changes keeps its scale.
local function measure(threads, channels, level)
  local mean, deviation = threads:moments(channels)
  if not mean then error("dnn.data.Loader: " .. deviation, level + 1) end
  for c = 1, channels do
    if deviation[c] == 0 then deviation[c] = 1 end
  end
  return mean, deviation
end

-- Minibatches of a set, in memory or of files that are read when they are needed: `for X, Y in loader do` goes once
-- through it. X and Y are the same two matrices in every round, and views of them for a smaller batch.
function loader.Loader(examples, options)
  local opts = options_of.read("dnn.data.Loader", options, LOADER)
  local augment = options_of.read("dnn.data.Loader: augment", opts.augment, augmentations())
  local config = {}
  local dtype = examples_of(examples, config)
  local Y, classes = examples.Y, rawget(examples, "classes")
  local shape = set_shape(config, examples, opts)
  set_augment(config, shape, augment)
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

  local self
  local function open()
    local opened, threads = pcall(native.loader, config)
    if not opened then error(threads, 3) end
    if self and self.mean then threads:normalise(self.mean, self.deviation) end
    return threads
  end
  local threads = open()
  local batches, rows, label_rows = threads:shape()
  local size = math.min(opts.batch_size, Y.cols)
  if config.crop_height then shape = {config.crop_height, config.crop_width, shape[3]} end
  self = setmetatable({
    threads = threads, config = config, open = open, X = false, Y = false, mean = false, deviation = false,
    epoch = 0, place = 0, batches = batches, examples = Y.cols, batch_size = size, seed = config.seed,
    shuffle = opts.shuffle, drop_last = opts.drop_last, shape = shape or false, classes = classes or false,
    augment = augment, workers = opts.workers, failures = {}, max_failures = opts.max_failures, warn = opts.warn,
    pending = false, closed = false,
  }, Loader)
  self.X = dnn.empty(rows, size, {dtype = config.dtype})
  self.Y = dnn.empty(label_rows, size, {dtype = config.dtype})
  if opts.normalise == true then
    self.mean, self.deviation = measure(threads, config.channels, 2)
  elseif opts.normalise then
    self.mean, self.deviation = opts.normalise.mean, opts.normalise.deviation
  end
  if self.mean then
    local ok, message = pcall(threads.normalise, threads, self.mean, self.deviation)
    if not ok then error(message, 2) end
  end
  return self
end

arguments.guard("dnn.data.Loader", Loader, ":")

return loader
