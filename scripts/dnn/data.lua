-- dnn.data: folders of pictures and HDF5 files as matrices, splits and minibatches. The decoding and the
-- copying are C; here are the options, what a set is, and what happens to files that cannot be read.
--
-- A set is a table: X, features x m, or raw, the same as bytes, of which X is made when it is first asked
-- for; Y, 1 x m; for pictures also files, their paths.
local dnn = require "dnn"
local options_of = require "dnn.options"
local text = require "dnn.data_text"
local strict = require "dnn.strict"
local native = dnn._data

local data = {}

local CHUNK <const> = 64    -- pictures decoded between two looks at the progress bar
local SHOWN <const> = 5     -- unreadable files that are named; all are in `failures`

-- Passes on what pcall gave for a function of the C half; its error gets the line of the script, which
-- called the function that called this one.
local function checked(ok, ...)
  if ok then return ... end
  error((...), 3)
end

local shown = options_of.shown

local function is_matrix(value)
  return type(value) == "userdata" and getmetatable(value) == getmetatable(dnn.empty(0, 0))
end

-- Sets ---------------------------------------------------------------------------------------------

local Set = {}

-- What a set may be without.
local OPTIONAL <const> = {raw = true, X = true, files = true, dtype = true, scale = true}
local SET <const> = {X = true, Y = true, raw = true, files = true}

-- X from the bytes, the first time that somebody asks.
function Set.__index(set, key)
  if key ~= "X" or not rawget(set, "raw") then
    if OPTIONAL[key] then return nil end
    return strict.unknown("the set", key, SET)
  end
  local X = dnn.empty(set.raw.rows, set.raw.cols, {dtype = set.dtype})
  native.order(set.raw.cols):gather(set.raw, 1, X, set.scale, 0)
  rawset(set, "X", X)
  return X
end

Set.__name = "dnn.data.set"
Set.__tostring = text.set
Set.__fields = {X = "dnn.Matrix"} -- for the prompt: what __index answers to, with its class

-- The bytes where there are any, else X; checks that Y has as many columns.
local function source_of(set, where)
  if type(set) ~= "table" then
    error(("%s: expected a set {X = , Y = } or {raw = , Y = }, got %s%s"):format(where, shown(set),
      set == nil and "; what cannot be loaded is nil, and a message comes second" or ""), 3)
  end
  if rawget(set, "train") then
    error(("%s: expected a set {X = , Y = } or {raw = , Y = }, got what has two of them; give its "
      .. "field train or test"):format(where), 3)
  end
  local source = set.raw or set.X
  if not source or not set.Y then
    error(("%s: the set has no %s; expected {X = , Y = } or {raw = , Y = }")
      :format(where, source and "Y" or "X"), 3)
  end
  local wrong = not is_matrix(source) and "X" or not is_matrix(set.Y) and "Y"
  if wrong then
    local value = wrong == "X" and source or set.Y
    error(("%s: %s must be a Matrix, got %s%s"):format(where, wrong, shown(value),
      type(value) == "table" and "; dnn.Matrix{{...}} makes a row of a table" or ""), 3)
  end
  if set.Y.cols ~= source.cols then
    local turned = set.Y.rows == source.cols and "Y" or set.Y.cols == source.rows and "X"
    error(("%s: X is %d x %d but Y is %d x %d; expected as many columns, one per example%s")
      :format(where, source.rows, source.cols, set.Y.rows, set.Y.cols,
        turned and (": is %s transposed?"):format(turned) or ""), 3)
  end
  return source
end

-- How many of m examples `test` asks for, a share below 1 or a number; nil and a message when that
-- leaves none to train on.
local function test_count(test, m)
  local count = test < 1 and math.floor(test * m + 0.5) or test
  if count < m then return count end
  return nil, ("test = %s leaves none of %d examples to train on"):format(test, m)
end

local function is_test(value)
  return type(value) == "number" and value >= 0 and (value < 1 or math.type(value) == "integer")
end
local TEST <const> = {0.2, is_test, "a share from 0 to below 1, or a whole number of examples"}
local SEED <const> = {1, options_of.whole(math.mininteger), "a whole number"}
local DTYPE <const> = {nil, options_of.one_of("float32", "float64"), "'float32' or 'float64'"}

-- Pictures -----------------------------------------------------------------------------------------

local function warn_on_stderr(message)
  io.stderr:write(message, "\n")
end

-- Decodes the folder's first `count` files. Returns their bytes (a column each), the numbers of the
-- files that were good, in order, and the messages of the others.
local function decode(folder, count, size, channels, report)
  local raw = dnn.empty(size * size * channels, count, {dtype = "uint8"})
  local good, failures = {}, {}
  for first = 1, count, CHUNK do
    local last = math.min(first + CHUNK - 1, count)
    local messages = folder:decode(first, last, size, channels, raw, #good + 1)
    for k, message in ipairs(messages) do
      if message then failures[#failures + 1] = message else good[#good + 1] = first + k - 1 end
    end
    report(last, count)
  end
  return raw, good, failures
end

-- Columns first .. last as a set. With two classes Y is 1 for the first of them and 0 for the second,
-- with more it is the label, 1 .. C.
local function picture_set(folder, raw, good, first, last, opts)
  local two = #folder:classes() == 2
  local labels, files = {}, {}
  for k = first, last do
    local file, label = folder:file(good[k])
    files[#files + 1] = file
    labels[#labels + 1] = two and 2 - label or label
  end
  return setmetatable({
    raw = raw:cols_range(first, last),
    Y = dnn.Matrix({labels}, {dtype = opts.dtype}),
    files = files,
    dtype = opts.dtype,
    scale = opts.normalise and 1 / 255 or 1,
  }, Set)
end

-- What a folder's pictures become; `test` and `positive` may be absent.
local PICTURES <const> = {train = true, test = true, classes = true, positive = true, size = true,
  channels = true, failures = true}
local Pictures = {__name = "dnn.data.images", __tostring = text.images}

function Pictures.__index(_, key)
  if PICTURES[key] then return nil end
  return strict.unknown("data", key, PICTURES)
end

-- How progress is reported: a bar, nothing, or a function of the caller's; and how it ends.
local function reporter(wish, total)
  if type(wish) == "function" then return wish, function() end end
  if not wish then return function() end, function() end end
  local bar = require "dnn.progress".new {total = total, label = "reading", unit = "pictures"}
  return function(done) bar:update(done) end, function() bar:finish() end
end

local function name_failures(failures, warn)
  for k = 1, math.min(#failures, SHOWN) do warn(failures[k]) end
  if #failures > SHOWN then
    warn(("... and %d more pictures could not be read"):format(#failures - SHOWN))
  end
end

local IMAGES <const> = {
  size = {64, options_of.whole(1, 4096), "a whole number from 1 to 4096"},
  channels = {3, options_of.one_of(1, 3), "1 (grey) or 3 (RGB)"},
  test = TEST,
  seed = SEED,
  limit = {nil, options_of.whole(2), "a whole number of pictures, 2 or more"},
  normalise = {true, options_of.is "boolean", "true (values 0 .. 1) or false (0 .. 255)"},
  max_failures = {0.05, options_of.number(0, 1), "a share from 0 to 1"},
  dtype = DTYPE,
  progress = {true, options_of.is("boolean", "function"), "true, false or a function(done, total)"},
  warn = {warn_on_stderr, options_of.is "function", "a function(message)"},
}

-- The pictures of a folder (one subfolder per class, or files named like cat.1.jpg), shuffled by a
-- stream of their own and split: {train = , test = , classes = , positive = , size = , channels = ,
-- failures = }. Files that cannot be read are named, skipped and kept in `failures`; nil and a message
-- when they are more than the share max_failures, or when the folder cannot be read.
function data.images(path, options)
  if type(path) ~= "string" then
    error(("dnn.data.images: expected the path of a folder, got %s"):format(type(path)), 2)
  end
  local opts = options_of.read("dnn.data.images", options, IMAGES)
  opts.dtype = opts.dtype or dnn.get_default_dtype()
  local folder, message = native.folder(path)
  if not folder then return nil, message end
  folder:shuffle(dnn.Random(opts.seed))

  local count = math.min(#folder, opts.limit or #folder)
  local report, finish = reporter(opts.progress, count)
  local raw, good, failures = decode(folder, count, opts.size, opts.channels, report)
  finish()
  if #failures > opts.max_failures * count then
    return nil, ("%s: %d of %d pictures could not be read, more than max_failures = %s allows; the first: %s")
      :format(path, #failures, count, opts.max_failures, failures[1])
  end
  name_failures(failures, opts.warn)
  local tested, why = test_count(opts.test, #good)
  if not tested then return nil, ("%s: %s"):format(path, why) end

  local classes = folder:classes()
  return setmetatable({
    train = picture_set(folder, raw, good, tested + 1, #good, opts),
    test = tested > 0 and picture_set(folder, raw, good, 1, tested, opts) or nil,
    classes = classes,
    positive = #classes == 2 and classes[1] or nil,
    size = opts.size,
    channels = opts.channels,
    failures = failures,
  }, Pictures)
end

local READ_IMAGE <const> = {
  size = {nil, IMAGES.size[2], IMAGES.size[3]},
  channels = IMAGES.channels,
}

-- One picture as a column of bytes, its width and its height, resized to size x size when that is given;
-- or nil and a message.
function data.read_image(path, options)
  if type(path) ~= "string" then
    error(("dnn.data.read_image: expected the path of a picture, got %s"):format(type(path)), 2)
  end
  local opts = options_of.read("dnn.data.read_image", options, READ_IMAGE)
  if opts.size then return native.read_resized(path, opts.size, opts.channels) end
  return native.read_image(path, opts.channels)
end

-- Writes width x height pixels of 1 or 3 channels, in the order of a picture's column, as a PNG: bytes as
-- they are, floats from 0 .. 1. True, or nil and a message.
function data.write_png(path, picture, width, height)
  if type(picture) == "userdata" and picture.dtype ~= "uint8" then picture = (picture * 255):byte() end
  local written, message = checked(pcall(native.write_png, path, picture, width, height))
  return written, message
end

-- HDF5 ---------------------------------------------------------------------------------------------

local File = {}

local function handle_of(file, level)
  return file.handle or error(("%s: the file is closed"):format(file.path), level + 1)
end

local function read_dataset(file, name, level)
  local handle = handle_of(file, level + 1)
  local rows, cols, dtype, stored = handle:info(name)
  if not rows then error(cols, level + 1) end
  if not dtype then
    error(("%s: dataset '%s' (%s) is not numbers that fit a matrix")
      :format(file.path, name, stored), level + 1)
  end
  return handle:read(name, dnn.empty(rows, cols, {dtype = dtype}))
end

-- The names of all datasets, sorted.
function File:names()
  return handle_of(self, 2):names()
end

-- A dataset of numbers as a matrix: its first axis becomes columns. A file that turns out damaged gives
-- nil and a message.
function File:read(name)
  local matrix, message = read_dataset(self, name, 2)
  return matrix, message
end

-- Shape in the file, as a table, and type as stored.
function File:shape(name)
  local rows, message, _, stored, extent = handle_of(self, 2):info(name)
  if not rows then error(message, 2) end
  return extent, stored
end

-- May be called twice.
function File:close()
  if self.handle then self.handle:close() end
  self.handle = false
end

local file_metatable = {
  __name = "dnn.data.hdf5",
  __close = File.close,
  __tostring = text.hdf5,
  __fields = File,
  -- A dataset by its name: file.train_set_x.
  __index = function(file, name)
    if File[name] then return File[name] end
    local matrix, message = read_dataset(file, name, 2)
    return matrix or error(message, 2)
  end,
}

-- An HDF5 file, or nil and a message.
function data.hdf5(path)
  if type(path) ~= "string" then
    error(("dnn.data.hdf5: expected the path of a file, got %s"):format(type(path)), 2)
  end
  local handle, message = require "dnn.hdf5".open(path)
  if not handle then return nil, message end
  return setmetatable({handle = handle, path = path}, file_metatable)
end

-- Splits and minibatches ---------------------------------------------------------------------------

-- Count columns of a matrix along an order from place `first` on, copied.
local function take(matrix, order, first, count)
  local out = dnn.empty(matrix.rows, count, {dtype = matrix.dtype})
  order:gather(matrix, first, out, 1, 0)
  return out
end

local SPLIT <const> = {test = TEST, seed = SEED}

-- A set's examples, shuffled by a stream of their own, as two sets: to train on and to test with.
function data.split(set, options)
  local source = source_of(set, "dnn.data.split")
  local opts = options_of.read("dnn.data.split", options, SPLIT)
  local m = source.cols
  local tested, why = test_count(opts.test, m)
  if not tested then error("dnn.data.split: " .. why, 2) end
  local order = native.order(m)
  order:shuffle(dnn.Random(opts.seed))

  local function part(first, count)
    local files = set.files and {}
    for k = 1, files and count or 0 do files[k] = set.files[order:at(first + k - 1)] end
    return setmetatable({
      [set.raw and "raw" or "X"] = take(source, order, first, count),
      Y = take(set.Y, order, first, count),
      files = files,
      dtype = set.dtype,
      scale = set.scale,
    }, Set)
  end
  return part(tested + 1, m - tested), part(1, tested)
end

local function is_random(value)
  return type(value) == "userdata" and getmetatable(value) == getmetatable(dnn.Random(0))
end

local BATCHES <const> = {
  size = {32, options_of.whole(1), "a whole number of examples, 1 or more"},
  shuffle = {true, options_of.is "boolean", "true or false"},
  random = {nil, is_random, "a dnn.Random"},
  dtype = DTYPE,
  scale = {nil, options_of.number(), "a number"},
  shift = {0, options_of.number(), "a number"},
  drop_last = {false, options_of.is "boolean", "true or false"},
}

-- Minibatches: `for X, Y in batches do` goes once through the set, in a new order each time when it
-- shuffles. X (scale * x + shift; 1/255 at first for a folder's pictures) and Y are the same two matrices
-- in every round, and views of them for a smaller last batch, so batches make no garbage. state_dict and
-- load_state_dict are for checkpoints.
function data.batches(set, options)
  local source = source_of(set, "dnn.data.batches")
  local opts = options_of.read("dnn.data.batches", options, BATCHES)
  opts.dtype = opts.dtype or set.dtype or source.dtype ~= "uint8" and source.dtype or dnn.get_default_dtype()
  opts.scale = opts.scale or set.raw and set.scale or 1
  return require "dnn.data_batches"(source, set.Y, native.order(source.cols), opts)
end

return strict.make("dnn.data", data)
