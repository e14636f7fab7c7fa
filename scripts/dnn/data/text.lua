-- What sets, folders of images, HDF5 files and batches say of themselves: their __tostring, and warnings.
local dnn = require "dnn"

local text = {}

local BYTES <const> = {float32 = 4, float64 = 8, uint8 = 1, int32 = 4}

local function memory(set)
  local bytes = 0
  for _, name in ipairs {"raw", "X", "Y"} do
    local A = rawget(set, name)
    bytes = bytes + (A and #A * BYTES[A.dtype] or 0)
  end
  if bytes < 1000 then return ("%d bytes"):format(bytes) end
  if bytes < 100000 then return ("%.4g kB"):format(bytes / 1e3) end
  return ("%.4g MB"):format(bytes / 1e6)
end

local function plural(count, one, many)
  return ("%d %s"):format(count, count == 1 and one or many)
end

-- set of 209 examples: raw 12288 x 209 uint8, Y 1 x 209 float32 (2.569 MB), files. X is named when it has
-- been made.
function text.set(set)
  local parts = {}
  for _, name in ipairs {"raw", "X", "Y"} do
    local A = rawget(set, name)
    parts[#parts + 1] = A and ("%s %d x %d %s"):format(name, A.rows, A.cols, A.dtype)
  end
  local shape, files = rawget(set, "shape"), rawget(set, "files")
  return ("set of %s: %s%s (%s)%s"):format(plural(set.Y.cols, "example", "examples"), table.concat(parts, ", "),
    shape and ", shape " .. table.concat(shape, " x ") or "", memory(set),
    rawget(set, "target") and ", images read when they are needed" or files and ", files" or "")
end

-- The number of images of each class; of two classes, Y is 1 for the first and 0 for the other.
local function class_counts(set, classes)
  local counts = {}
  for k = 1, #classes do
    counts[k] = ("%d"):format(dnn.eq(set.Y, #classes == 2 and 2 - k or k):sum())
  end
  return counts
end

local FEW <const> = 10 -- classes that have a column of their own

-- One line for each of the two sets, with the number of images in each class where these are few; what was left
-- out.
function text.images(images)
  local classes, shape = images.classes, images.shape
  local listed = #classes <= FEW and classes or {}
  local lines = {("dnn.data.images: %d x %d pixels, %s, %d classes"):format(shape[1], shape[2],
    plural(images.channels, "channel", "channels"), #classes)}
  local function add(name, count, counts, bytes)
    local parts = {("  %-5s  %8s"):format(name, count)}
    for k, class in ipairs(listed) do
      parts[#parts + 1] = ("  %" .. math.max(#class, 6) .. "s"):format(counts[k])
    end
    parts[#parts + 1] = ("  %9s"):format(bytes)
    lines[#lines + 1] = table.concat(parts)
  end
  add("set", "images", listed, "memory")
  for _, name in ipairs {"train", "test"} do
    local set = rawget(images, name)
    if set then add(name, set.Y.cols, class_counts(set, listed), set.target and "lazy" or memory(set)) end
  end
  if #images.failures > 0 then
    lines[#lines + 1] = ("  %d could not be read: failures"):format(#images.failures)
  end
  if #images.skipped > 0 then
    lines[#lines + 1] = ("  %d passed over: skipped"):format(#images.skipped)
  end
  return table.concat(lines, "\n")
end

-- Its datasets, with their shapes in the file.
function text.hdf5(file)
  if not file.handle then return ("dnn.data.hdf5 '%s' (closed)"):format(file.path) end
  local lines = {("dnn.data.hdf5 '%s'"):format(file.path)}
  for _, name in ipairs(file:names()) do
    local extent, stored = file:shape(name)
    lines[#lines + 1] = ("  %s: %s %s"):format(name, stored, table.concat(extent, " x "))
  end
  return table.concat(lines, "\n")
end

-- dnn.data.Loader: 151 batches of 32 from 4802 examples, shuffled, the last of 2: X 12288 x 32 float32 (64 x 64 x 3),
-- Y 1 x 32 float32; 1 thread; augment: horizontal_flip 0.5; normalised
function text.loader(loader)
  local X, Y, rest = loader.X, loader.Y, loader.examples % loader.batch_size
  local last = rest > 0 and (loader.drop_last and ", %d left out" or ", the last of %d"):format(rest) or ""
  local lines = {}
  for name, strength in pairs(loader.augment) do
    if type(strength) == "table" then strength = table.concat(strength, " x ") end
    lines[#lines + 1] = ("%s %s"):format(name, strength)
  end
  table.sort(lines)
  return ("dnn.data.Loader: %s of %d from %s%s%s: X %d x %d %s%s, Y %d x %d %s; %s%s%s"):format(
    plural(loader.batches, "batch", "batches"), loader.batch_size, plural(loader.examples, "example", "examples"),
    loader.shuffle and ", shuffled" or "", last, X.rows, X.cols, X.dtype,
    loader.shape and (" (%s)"):format(table.concat(loader.shape, " x ")) or "", Y.rows, Y.cols, Y.dtype,
    plural(loader.workers, "thread", "threads"), #lines > 0 and "; augment: " .. table.concat(lines, ", ") or "",
    loader.mean and "; normalised" or "")
end

-- A line for each array, sorted: its matrix and its shape in the file; and for each that was left out, why.
function text.npz(path, archive, shapes, left_out)
  local lines = {}
  for name, A in pairs(archive) do
    lines[#lines + 1] = ("  %s: %d x %d %s, %s in the file"):format(name, A.rows, A.cols, A.dtype,
      #shapes[name] == 0 and "one number" or table.concat(shapes[name], " x "))
  end
  for _, message in pairs(left_out) do lines[#lines + 1] = "  left out: " .. message end
  table.sort(lines)
  return ("dnn.data.npz '%s'\n%s"):format(path, table.concat(lines, "\n"))
end

-- dnn.data.mnist: 28 x 28 pixels, 1 channel, 10 classes, and a line for each of its sets.
function text.collection(name, collection)
  return ("%s: %d x %d pixels, %s, %d classes\n  train: %s\n  test: %s"):format(name, collection.width,
    collection.height, plural(collection.channels, "channel", "channels"), #collection.classes,
    text.set(collection.train), text.set(collection.test))
end

-- 1599 rows of 11 columns and the label quality: X 11 x 1599 float32, Y 1 x 1599 float32 (76.75 kB)
function text.csv(data)
  local label = data.Y and (" and the label %s%s"):format(data.label, data.classes
    and (", %s"):format(plural(#data.classes, "class", "classes")) or "") or ""
  local Y = data.Y and (", Y %d x %d %s"):format(data.Y.rows, data.Y.cols, data.Y.dtype) or ""
  return ("dnn.data.csv: %s of %s%s: X %d x %d %s%s (%s)"):format(plural(data.X.cols, "row", "rows"),
    plural(data.X.rows, "column", "columns"), label, data.X.rows, data.X.cols, data.X.dtype, Y, memory(data))
end

-- 7 batches of 32 from 209 examples, shuffled, the last of 17: X 12288 x 32 float32, Y 1 x 32 float32
function text.batches(batches)
  local X, Y, m = batches.X, batches.Y, #batches.order
  local rest = m % batches.size
  local last = rest > 0 and (batches.drop_last and ", %d left out" or ", the last of %d"):format(rest) or ""
  return ("%s of %d from %s%s%s: X %d x %d %s, Y %d x %d %s"):format(plural(#batches, "batch", "batches"),
    batches.size, plural(m, "example", "examples"), batches.shuffle and ", shuffled" or "", last,
    X.rows, X.cols, X.dtype, Y.rows, Y.cols, Y.dtype)
end

-- Names from files do not steer the terminal that shows them.
for name, describe in pairs(text) do
  text[name] = function(...) return dnn._printable(describe(...)) end
end

-- What is called with warnings about files, unless the caller gives a function.
function text.warn(message)
  io.stderr:write(dnn._printable(message), "\n")
end

return text
