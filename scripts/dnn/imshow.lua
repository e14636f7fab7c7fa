-- dnn.imshow: a matrix as colours, or columns of pixels as images.
local dnn = require "dnn"
local arguments = require "dnn.arguments"
local figure = require "dnn.figure"
local options_of = require "dnn.options"
local numeral = require "dnn.numeral"

local whole <const> = options_of.whole(1, 16384)

local is_list = options_of.any_list(1)
local function is_labels(value) return dnn._is_matrix(value) or is_list(value) end

local IMSHOW <const> = {
  width = {nil, whole, "a whole number of pixels"},
  height = {nil, whole, "a whole number of pixels"},
  channels = {nil, options_of.one_of(1, 3), "1 or 3"},
  count = {16, options_of.whole(1, 1000), "a whole number of images from 1 to 1000"},
  labels = {nil, is_labels, "a table or a row of labels, one for each image"},
  map = {nil, options_of.one_of("heat", "grey"), "'heat' or 'grey'"},
  low = {nil, options_of.number(), "a number"},
  high = {nil, options_of.number(), "a number"},
}

-- Width, height and channels of columns of so many rows; nil when they are not an image.
local function shape_of(rows, opts)
  for _, channels in ipairs {opts.channels or 1, opts.channels or 3} do
    local pixels = rows // channels
    local width, height = opts.width, opts.height
    if width and not height then height = pixels // width end
    if height and not width then width = pixels // height end
    if not width then
      width = math.floor(math.sqrt(pixels) + 0.5)
      height = width
    end
    if width * height * channels == rows then return width, height, channels end
  end
end

-- Floats as bytes: 0 .. 1, or the range that they have beyond it.
local function bytes_of(pixels, opts)
  if pixels.dtype == "uint8" then return pixels end
  local low, high = opts.low, opts.high
  local least, most = pixels:min(), pixels:max()
  if not low then low = least < 0 and least > -math.huge and least or 0 end
  if not high then high = most > 1 and most < math.huge and most or 1 end
  return ((pixels - low) * (255 / math.max(high - low, 1e-300))):clamp(0, 255):byte()
end

local function label_of(labels, n)
  if not labels then return "" end
  local label
  if dnn._is_matrix(labels) then
    label = n <= #labels and labels:reshape(1, #labels)(1, n)
  else
    label = labels[n]
  end
  if math.type(label) == "float" then return numeral("%.6g", label) end
  return label and tostring(label) or ""
end

local function add_images(drawing, where, columns, opts)
  local width, height, channels = shape_of(columns.rows, opts)
  if not width then
    arguments.fail("%s: a column of %d rows is not %s; expected width x height x channels, pixel by pixel: give "
      .. "{width = , height = , channels = }", where, columns.rows, opts.width and opts.height
        and ("an image of %d x %d pixels of %s"):format(opts.width, opts.height, opts.channels or "1 or 3 bytes")
        or ("a square image of %s"):format(opts.channels and opts.channels .. " channels" or "1 or 3 channels"))
  end
  local count = math.min(opts.count, columns.cols)
  local bytes = bytes_of(columns:cols_range(1, count), opts)
  for n = 1, count do
    drawing:say("picture", ("%d %d %d %s"):format(width, height, channels, label_of(opts.labels, n)))
  end
  drawing:give(bytes)
end

-- What Y says of each column: the name of its class where there are names, else numbers.
local function labels_of(Y, classes)
  if not dnn._is_matrix(Y) then return nil end
  if not classes then return Y.rows == 1 and Y or nil end
  local labels = {}
  for j = 1, Y.cols do
    local class = Y(1, j)
    if Y.rows > 1 then -- one row for each class: the largest, and its share where it is not alone
      local best = 1
      for k = 2, Y.rows do if Y(k, j) > Y(best, j) then best = k end end
      class = Y(best, j) == 1 and best or nil
      labels[j] = class and classes[best] or ("%s %s"):format(classes[best] or best, numeral("%.2f", Y(best, j)))
    elseif #classes == 2 then -- 1 for the first, 0 for the other, between where two are mixed
      local share = classes[1] .. " " .. numeral("%.2f", class)
      labels[j] = class == 1 and classes[1] or class == 0 and classes[2] or share
    else
      labels[j] = classes[math.tointeger(class) or 0] or numeral("%.6g", class)
    end
  end
  return labels
end

local function set_size(shape, opts)
  if not shape or opts.width or opts.height or opts.channels then return end
  opts.height, opts.width, opts.channels = shape[1], shape[2], shape[3]
end

-- The batch that a loader gives next, as it is augmented.
local function of_loader(loader, opts)
  local X, Y = loader:preview()
  opts.labels = opts.labels or labels_of(Y, loader.classes or nil)
  set_size(loader.shape or nil, opts)
  return loader:denormalise(X)
end

-- The columns of a set, and labels where it has a number for each.
local function of_set(set, opts)
  local columns, Y = rawget(set, "raw") or set.X, set.Y
  set_size(rawget(set, "shape"), opts)
  if not opts.labels and dnn._is_matrix(Y) and Y.rows == 1 then opts.labels = Y end
  return columns
end

local function is_loader(value)
  local metatable = type(value) == "table" and getmetatable(value)
  return metatable and metatable.__name == "dnn.data.Loader"
end

-- A table of rows as a matrix, or an error.
local function matrix_of(where, value)
  if type(value) == "table" and #value > 0 then
    local made, matrix = pcall(dnn.Matrix, value, {dtype = "float64"})
    if not made then arguments.fail("%s: %s", where, matrix) end
    value = matrix
  end
  if not dnn._is_matrix(value) then
    arguments.fail("%s: expected a Matrix, a table of rows or a set, got %s%s", where, figure.shown(value),
      arguments.usage())
  end
  if #value == 0 then
    arguments.fail("%s: the matrix is empty (%d x %d): there is nothing to draw", where, value.rows, value.cols)
  end
  return value
end

-- The figure of (A), (pixels, {width = , height = , channels = }), (set), (loader), each with options.
function figure.makers.imshow(where, in_grid, value, options)
  local opts = figure.read(where, in_grid, options, IMSHOW)
  if opts.low and opts.high and opts.low >= opts.high then
    arguments.fail("%s: low must be below high, got %g and %g", where, opts.low, opts.high)
  end
  local of_images = is_loader(value)
  local is_set = not of_images and type(value) == "table" and (dnn._is_matrix(value.raw) or dnn._is_matrix(value.X))
  if of_images then
    value = of_loader(value, opts)
  elseif is_set then
    value = of_set(value, opts)
  end
  value = matrix_of(where, value)
  local drawing = figure.new(where)
  for _, key in ipairs {"title", "x_label", "y_label"} do drawing:say(key, opts[key]) end
  if is_set or of_images or value.dtype == "uint8" and not opts.map or opts.width or opts.height or opts.channels
    or opts.labels then
    add_images(drawing, where, value, opts)
  else
    for _, key in ipairs {"map", "low", "high"} do drawing:say(key, opts[key]) end
    drawing:say("matrix", ("%d %d"):format(value.rows, value.cols))
    drawing:give(value:double())
  end
  return drawing, opts
end

local function imshow(value, options)
  local drawing, opts = figure.makers.imshow("dnn.imshow", false, value, options)
  return drawing:show(opts)
end

return arguments.guarded("dnn.imshow", imshow)
