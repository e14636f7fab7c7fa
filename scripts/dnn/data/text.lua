-- What sets, folders of pictures, HDF5 files and batches say of themselves: their __tostring.
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
  return ("set of %s: %s (%s)%s"):format(plural(set.Y.cols, "example", "examples"), table.concat(parts, ", "),
    memory(set), rawget(set, "files") and ", files" or "")
end

-- One line for each of the two sets, with the number of pictures in each class where these are few.
function text.images(images)
  local classes = images.classes
  local listed = #classes <= 4 and classes or {}
  local lines = {("dnn.data.images: %d x %d pixels, %s, %d classes"):format(images.size, images.size,
    plural(images.channels, "channel", "channels"), #classes)}
  local function add(name, pictures, counts, bytes)
    local parts = {("  %-5s  %8s"):format(name, pictures)}
    for k, class in ipairs(listed) do
      parts[#parts + 1] = ("  %" .. math.max(#class, 6) .. "s"):format(counts[k])
    end
    parts[#parts + 1] = ("  %9s"):format(bytes)
    lines[#lines + 1] = table.concat(parts)
  end
  add("set", "pictures", listed, "memory")
  for _, name in ipairs {"train", "test"} do
    local set = rawget(images, name)
    local counts = {}
    for k = 1, set and #listed or 0 do -- of two classes, Y is 1 for the first and 0 for the other
      counts[k] = ("%d"):format(dnn.eq(set.Y, #classes == 2 and 2 - k or k):sum())
    end
    if set then add(name, set.Y.cols, counts, memory(set)) end
  end
  if #images.failures > 0 then
    lines[#lines + 1] = ("  %d could not be read: failures"):format(#images.failures)
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

-- 7 batches of 32 from 209 examples, shuffled, the last of 17: X 12288 x 32 float32, Y 1 x 32 float32
function text.batches(batches)
  local X, Y, m = batches.X, batches.Y, #batches.order
  local rest = m % batches.size
  local last = rest > 0 and (batches.drop_last and ", %d left out" or ", the last of %d"):format(rest) or ""
  return ("%s of %d from %s%s%s: X %d x %d %s, Y %d x %d %s"):format(plural(#batches, "batch", "batches"),
    batches.size, plural(m, "example", "examples"), batches.shuffle and ", shuffled" or "", last,
    X.rows, X.cols, X.dtype, Y.rows, Y.cols, Y.dtype)
end

return text
