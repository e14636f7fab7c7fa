-- Images: folders of them as sets, single ones read and written. The decoding is C; here are the options, and
-- what happens to files that cannot be read.
local dnn = require "dnn"
local options_of = require "dnn.options"
local set = require "dnn.data.set"
local text = require "dnn.data.text"
local strict = require "dnn.strict"
local native = dnn._data

local images = {}

local CHUNK <const> = 64    -- pictures decoded between two looks at the progress bar
local SHOWN <const> = 5     -- unreadable files that are named; all are in `failures`

-- Passes on what pcall gave for a function of the C half; its error gets the line of the script, which
-- called the function that called this one.
local function checked(ok, ...)
  if ok then return ... end
  error((...), 3)
end

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
  return set.new {
    raw = raw:cols_range(first, last),
    Y = dnn.Matrix({labels}, {dtype = opts.dtype}),
    files = files,
    dtype = opts.dtype,
    scale = opts.normalise and 1 / 255 or 1,
  }
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
  test = set.TEST,
  seed = set.SEED,
  limit = {nil, options_of.whole(2), "a whole number of pictures, 2 or more"},
  normalise = {true, options_of.is "boolean", "true (values 0 .. 1) or false (0 .. 255)"},
  max_failures = {0.05, options_of.number(0, 1), "a share from 0 to 1"},
  dtype = set.DTYPE,
  progress = {true, options_of.is("boolean", "function"), "true, false or a function(done, total)"},
  warn = {warn_on_stderr, options_of.is "function", "a function(message)"},
}

-- The pictures of a folder (one subfolder per class, or files named like cat.1.jpg), shuffled by a
-- stream of their own and split: {train = , test = , classes = , positive = , size = , channels = ,
-- failures = }. Files that cannot be read are named, skipped and kept in `failures`; nil and a message
-- when they are more than the share max_failures, or when the folder cannot be read.
function images.images(path, options)
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
  local tested, why = set.test_count(opts.test, #good)
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
function images.read_image(path, options)
  if type(path) ~= "string" then
    error(("dnn.data.read_image: expected the path of a picture, got %s"):format(type(path)), 2)
  end
  local opts = options_of.read("dnn.data.read_image", options, READ_IMAGE)
  if opts.size then return native.read_resized(path, opts.size, opts.channels) end
  return native.read_image(path, opts.channels)
end

-- Writes width x height pixels of 1 or 3 channels, in the order of a picture's column, as a PNG: bytes as
-- they are, floats from 0 .. 1. True, or nil and a message.
function images.write_png(path, picture, width, height)
  if type(picture) == "userdata" and picture.dtype ~= "uint8" then picture = (picture * 255):byte() end
  local written, message = checked(pcall(native.write_png, path, picture, width, height))
  return written, message
end

return images
