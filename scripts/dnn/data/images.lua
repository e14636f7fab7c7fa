-- Images: folders of them as sets, single ones read and written. The decoding is C; here are the options, and
-- what happens to files that cannot be read.
local dnn = require "dnn"
local arguments = require "dnn.arguments"
local fail = require "dnn.failure"
local options_of = require "dnn.options"
local set = require "dnn.data.set"
local text = require "dnn.data.text"
local strict = require "dnn.strict"
local native = dnn._data

local images = {}

local CHUNK <const> = 64    -- images decoded between two looks at the progress bar
local SHOWN <const> = 5     -- unreadable or passed over files that are named; all are in `failures` and `skipped`
local LARGEST <const> = 4096

-- Passes on what pcall gave for a function of the C half; its error gets the line of the script.
local function checked(ok, ...)
  if ok then return ... end
  arguments.fail((...))
end

-- What files become ----------------------------------------------------------------------------------

local whole_side = options_of.whole(1, LARGEST)

local is_pair = options_of.list(whole_side, 2, 2)
local function is_size(value)
  if type(value) ~= "table" then return whole_side(value) end
  return is_pair(value)
end

local FITS <const> = {stretch = 0, crop = 1, pad = 2}  -- dnn_fit in runtime/data/image.h

local TARGET <const> = {
  size = {64, is_size, "a whole number from 1 to 4096, or {height, width}"},
  fit = {"stretch", options_of.one_of("stretch", "crop", "pad"), "'stretch', 'crop' or 'pad'"},
  channels = {3, options_of.one_of(1, 3), "1 (grey) or 3 (RGB)"},
  orientation = {true, options_of.is "boolean",
    "true (turned upright as the camera noted) or false (as stored)"},
  max_pixels = {nil, options_of.whole(1, 1 << 28), "a whole number of pixels up to 2^28"},
}

-- As the C half takes it; without a size, an image keeps its own.
local function target_of(opts)
  local size = opts.size
  return {
    height = type(size) == "table" and size[1] or size,
    width = type(size) == "table" and size[2] or size,
    channels = opts.channels,
    fit = FITS[opts.fit],
    max_pixels = opts.max_pixels,
    as_stored = not opts.orientation,
  }
end

-- Folders --------------------------------------------------------------------------------------------

-- Decodes files first .. last of the folder. Returns their bytes (a column each), the numbers of the files
-- that were good, in order; what is wrong with the others is added to `failures`.
local function decode(folder, first, last, target, report, failures)
  local rows = target.height * target.width * target.channels
  local raw = dnn.empty(rows, last - first + 1, {dtype = "uint8"})
  local good = {}
  for from = first, last, CHUNK do
    local to = math.min(from + CHUNK - 1, last)
    local messages = folder:decode(from, to, target, raw, #good + 1)
    for k, message in ipairs(messages) do
      if message then failures[#failures + 1] = message else good[#good + 1] = from + k - 1 end
    end
    report(to - from + 1)
  end
  return raw, good
end

-- How progress is reported: a bar, nothing, or a function of the caller's; and how it ends.
local function reporter(wish, total)
  if not wish then return function() end, function() end end
  local done, bar = 0, nil
  if type(wish) ~= "function" then
    bar = require "dnn.bar".new {total = total, label = "reading", unit = "images"}
    wish = function(count) bar:update(count) end
  end
  return function(more)
    done = done + more
    wish(done, total)
  end, function() if bar then bar:finish() end end
end

-- The files with these numbers as a set; `raw` holds their bytes, or is nil where they are read later. With two
-- classes Y is 1 for the first of them and 0 for the second, with more it is the label, 1 .. C.
local function image_set(folder, raw, numbers, target, opts)
  local classes = folder:classes()
  local two = #classes == 2
  local labels, files = {}, {}
  for _, number in ipairs(numbers) do
    local file, label = folder:file(number)
    files[#files + 1] = file
    labels[#labels + 1] = two and 2 - label or label
  end
  return set.new {
    raw = raw,
    Y = dnn.Matrix({labels}, {dtype = opts.dtype}),
    files = files,
    shape = {target.height, target.width, target.channels},
    classes = classes,
    target = not raw and target or nil,
    dtype = opts.dtype,
    scale = opts.normalise and 1 / 255 or 1,
  }
end

-- What a folder's images become; `test` and `positive` may be absent.
local IMAGES_FIELDS <const> = {train = true, test = true, classes = true, positive = true, size = true,
  shape = true, channels = true, failures = true, skipped = true}
local Images = {__name = "dnn.data.images", __tostring = text.images}

function Images.__index(_, key)
  if IMAGES_FIELDS[key] then return nil end
  return strict.unknown("data", key, IMAGES_FIELDS)
end

local function name_some(messages, warn, rest)
  for k = 1, math.min(#messages, SHOWN) do warn(messages[k]) end
  if #messages > SHOWN then warn(("... and %d more %s"):format(#messages - SHOWN, rest)) end
end

local function is_classes(value)
  if not options_of.names(value) then return false end
  local seen = {}
  for _, name in ipairs(value) do
    if name == "" or name:find "\0" or seen[name] then return false end
    seen[name] = true
  end
  return true
end

local IMAGES <const> = {
  size = TARGET.size, fit = TARGET.fit, channels = TARGET.channels,
  orientation = TARGET.orientation, max_pixels = TARGET.max_pixels,
  classes = {nil, is_classes, "a table of class names without repeats, as in {'cat', 'dog'}"},
  lazy = {false, options_of.is "boolean", "true or false"},
  test = set.TEST,
  seed = set.SEED,
  limit = {nil, options_of.whole(2), "a whole number of images, 2 or more"},
  normalise = {true, options_of.is "boolean", "true (values 0 .. 1) or false (0 .. 255)"},
  max_failures = {0.05, options_of.number(0, 1), "a share from 0 to 1"},
  dtype = set.DTYPE,
  progress = {true, options_of.is("boolean", "function"), "true, false or a function(done, total)"},
  warn = {text.warn, options_of.is "function", "a function(message)"},
}

-- Numbers first .. last.
local function range(first, last)
  local numbers = {}
  for number = first, last do numbers[#numbers + 1] = number end
  return numbers
end

-- Reads, or only counts, the files first .. last. Returns bytes (nil where they are read later) and the
-- numbers of the files.
local function take(folder, first, last, target, opts, report, failures)
  if opts.lazy then return nil, range(first, last) end
  return decode(folder, first, last, target, report, failures)
end

local function slice(raw, first, last)
  return raw and raw:cols_range(first, last)
end

-- The two sets of a folder that has them.
local function own_sets(folder, target, opts, report, failures)
  local trained = folder:train_count()
  local last = math.min(trained, opts.limit or trained)
  local raw, good = take(folder, 1, last, target, opts, report, failures)
  local train = image_set(folder, slice(raw, 1, #good), good, target, opts)
  last = math.min(#folder, trained + (opts.limit or #folder))
  raw, good = take(folder, trained + 1, last, target, opts, report, failures)
  return train, #good > 0 and image_set(folder, slice(raw, 1, #good), good, target, opts) or nil
end

-- A folder with one set, split; nil and a message when that leaves nothing to train on.
local function split_sets(folder, count, target, opts, report, failures)
  local raw, good = take(folder, 1, count, target, opts, report, failures)
  local tested, why = set.test_count(opts.test, #good)
  if not tested then return nil, why end
  local train = image_set(folder, slice(raw, tested + 1, #good), table.move(good, tested + 1, #good, 1, {}),
    target, opts)
  if tested == 0 then return train end
  return train, image_set(folder, slice(raw, 1, tested), table.move(good, 1, tested, 1, {}), target, opts)
end

-- How many files are read.
local function count_of(folder, opts)
  local trained, limit = folder:train_count(), opts.limit or #folder
  return math.min(trained, limit) + math.min(#folder - trained, limit)
end

-- The images of a folder (one subfolder per class, or files named like cat.1.jpg), shuffled by a stream of
-- their own and split, or the two sets of its folders train/ and test/: {train = , test = , classes = ,
-- positive = , size = , shape = , channels = , failures = , skipped = }. Files that cannot be read are named,
-- skipped and kept in `failures`; nil and a message when they are more than the share max_failures, or when the
-- folder cannot be read.
function images.images(path, options)
  if not arguments.is_path(path) then
    arguments.fail("dnn.data.images: expected the path of a folder, got %s%s", arguments.shown(path), arguments.usage())
  end
  local opts = options_of.read("dnn.data.images", options, IMAGES)
  opts.dtype = opts.dtype or dnn.get_default_dtype()
  local folder, message = native.folder(path, opts.classes)
  if not folder then return nil, message end
  folder:shuffle(dnn.Random(opts.seed))
  local skipped = folder:skipped()
  name_some(skipped, opts.warn, "files and folders were passed over (skipped)")

  local count, failures, target = count_of(folder, opts), {}, target_of(opts)
  local report, finish = reporter(not opts.lazy and opts.progress, count)
  local two = folder:train_count() < #folder
  local train, test
  if two then
    train, test = own_sets(folder, target, opts, report, failures)
  else
    train, test = split_sets(folder, count, target, opts, report, failures)
  end
  finish()
  if #failures > opts.max_failures * count then
    return fail("%s: %d of %d images could not be read, more than max_failures = %s allows; the first: %s", path,
      #failures, count, opts.max_failures, failures[1])
  end
  name_some(failures, opts.warn, "images could not be read (failures)")
  if not train then return fail("%s: %s", path, test) end

  local classes = train.classes
  return setmetatable({
    train = train,
    test = test,
    classes = classes,
    positive = #classes == 2 and classes[1] or nil,
    size = opts.size,
    shape = {target.height, target.width, target.channels},
    channels = opts.channels,
    failures = failures,
    skipped = skipped,
  }, Images)
end

-- Single images ----------------------------------------------------------------------------------------

local READ_IMAGE <const> = {
  size = {nil, TARGET.size[2], TARGET.size[3]},
  fit = TARGET.fit, channels = TARGET.channels,
  orientation = TARGET.orientation, max_pixels = TARGET.max_pixels,
}

-- One image as a column of bytes, its width and its height, resized to size when that is given; or nil and a
-- message.
function images.read_image(path, options)
  if not arguments.is_path(path) then
    arguments.fail("dnn.data.read_image: expected the path of an image, got %s%s", arguments.shown(path),
      arguments.usage())
  end
  local opts = options_of.read("dnn.data.read_image", options, READ_IMAGE)
  return (opts.size and native.read_resized or native.read_image)(path, target_of(opts))
end

-- Writes width x height pixels of 1 or 3 channels, in the order of an image's column, as a PNG: bytes as they
-- are, floats from 0 .. 1. True, or nil and a message.
function images.write_png(path, image, width, height)
  if not arguments.is_path(path) then arguments.wrong(1, "the path of a file", path) end
  if type(image) ~= "userdata" then arguments.wrong(2, "a Matrix", image) end
  if math.type(width) ~= "integer" then arguments.wrong(3, "a whole number >= 0", width) end
  if math.type(height) ~= "integer" then arguments.wrong(4, "a whole number >= 0", height) end
  if type(image) == "userdata" and image.dtype ~= "uint8" then image = (image * 255):byte() end
  local written, message = checked(pcall(native.write_png, path, image, width, height))
  return written, message
end

return images
