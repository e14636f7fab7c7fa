-- dnn.plot and dnn.hist: series of numbers as curves, and as histograms.
local dnn = require "dnn"
local figure = require "dnn.figure"
local options_of = require "dnn.options"

local plot = {}

local MOST_SERIES <const> = 50

-- Series -------------------------------------------------------------------------------------------

-- A table of several series and options among them, as two tables.
local function separate(mixed)
  local series, options = {}, {}
  for key, value in pairs(mixed) do
    if math.type(key) == "integer" then series[key] = value else options[key] = value end
  end
  return series, options
end

-- Is it {series, series ..., option = ...} rather than the numbers of one?
local function is_list(value)
  return type(value) == "table" and type(value[1]) ~= "number"
end

local ENTRY <const> = {
  name = figure.TEXT,
  style = {nil, options_of.one_of("lines", "points"), "'lines' or 'points'"},
}

-- One entry of a list: numbers, or {y, name = }, or {x, y, name = }. As {values, ...} and its options.
local function entry_of(where, entry, n, most)
  if figure.is_numbers(entry) then return {entry}, {} end
  if type(entry) ~= "table" or #entry == 0 then
    error(("%s: series %d must be a Matrix, a table of numbers or {%sy, name = }, got %s")
      :format(where, n, most == 2 and "x, " or "", figure.shown(entry)), 3)
  end
  local values, options = separate(entry)
  if #values > most then
    error(("%s: series %d has %d tables of numbers; expected {%sy, name = }")
      :format(where, n, #values, most == 2 and "x, " or ""), 3)
  end
  for name, value in pairs(options) do
    local row = ENTRY[name]
    if not row or most == 1 and name == "style" then
      error(("%s: series %d: unknown option '%s'; known: name%s")
        :format(where, n, name, most == 2 and ", style" or ""), 3)
    end
    if not row[2](value) then
      error(("%s: series %d: %s must be %s, got %s"):format(where, n, name, row[3], figure.shown(value)), 3)
    end
  end
  return values, options
end

-- The columns of y as series; a row is one series.
local function add_columns(where, series, what, x, y, options)
  y = figure.numbers(where, what, y, 3)
  if y.rows == 1 then y = figure.column(y) end
  x = x and figure.column(figure.numbers(where, "x", x, 3))
  if x and #x ~= y.rows then
    error(("%s: x has %d values and %s has %d: there must be as many"):format(where, #x, what, y.rows), 3)
  end
  if y.cols > MOST_SERIES then
    error(("%s: %s is %d x %d, and each column is a series: more than %d cannot be told apart (y:t() makes "
      .. "columns of rows; dnn.imshow shows a matrix as colours)"):format(where, what, y.rows, y.cols, MOST_SERIES), 3)
  end
  for column = 1, y.cols do
    series[#series + 1] = {x = x, y = y, column = column, name = options.name, style = options.style,
      of_many = y.cols > 1}
  end
end

-- Plot ---------------------------------------------------------------------------------------------

local function is_names(value)
  if type(value) ~= "table" then return false end
  for i = 1, #value do
    if type(value[i]) ~= "string" then return false end
  end
  return #value > 0
end

local PLOT <const> = figure.options {
  x = {nil, figure.is_numbers, "a Matrix or a table of numbers"},
  names = {nil, is_names, "a table of texts, one for each series"},
  style = {"lines", options_of.one_of("lines", "points"), "'lines' or 'points'"},
  x_scale = figure.SCALE,
  y_scale = figure.SCALE,
}

-- What was given, as x, y or a list of series, and options.
local function arguments_of(first, second, third)
  if is_list(first) and second == nil then return nil, separate(first) end
  if third ~= nil or figure.is_numbers(second) then return first, second, third end
  return nil, first, second
end

local function describe(drawing, opts)
  drawing:say("title", opts.title)
  drawing:say("x_label", opts.x_label)
  drawing:say("y_label", opts.y_label)
  drawing:say("x_scale", opts.x_scale)
  drawing:say("y_scale", opts.y_scale)
end

-- Names by the option `names`, by the entry, or by number; one series without a name needs none.
local function name_of(series, n, names)
  local one = series[n]
  if names and names[n] then return names[n] end
  if one.name then return one.of_many and ("%s %d"):format(one.name, one.column) or one.name end
  return #series > 1 and tostring(n) or ""
end

-- dnn.plot(y), dnn.plot(x, y), dnn.plot{y, {x, y, name = }, ...}, each with options.
function plot.plot(first, second, third)
  local x, y, given = arguments_of(first, second, third)
  local opts = options_of.read("dnn.plot", given, PLOT)
  local series = {}
  if is_list(y) then
    if #y == 0 then error("dnn.plot: expected series, got an empty table: there is nothing to draw", 2) end
    for n = 1, #y do
      local values, options = entry_of("dnn.plot", y[n], n, 2)
      local own_x = #values == 2 and values[1] or opts.x
      add_columns("dnn.plot", series, ("series %d"):format(n), own_x, values[#values], options)
    end
  else
    add_columns("dnn.plot", series, "y", x or opts.x, y, {})
  end
  local drawing = figure.new "dnn.plot"
  describe(drawing, opts)
  for n, one in ipairs(series) do
    drawing:say(one.style or opts.style, ("%d %s"):format(one.y.rows, name_of(series, n, opts.names)))
    drawing:give(one.x or dnn.arange(1, one.y.rows, 1, {dtype = "float64"}))
    drawing:give(one.y, one.column)
  end
  return drawing:show(opts)
end

-- Histogram ----------------------------------------------------------------------------------------

local HIST <const> = figure.options {
  bins = {nil, options_of.whole(1, 10000), "a whole number from 1 to 10000"},
  x_scale = figure.SCALE,
  y_scale = figure.SCALE,
}

-- dnn.hist(values), dnn.hist{values, {values, name = }, ...}, each with options. All elements of a matrix
-- are counted together.
function plot.hist(values, options)
  local list = {values}
  if is_list(values) and options == nil then
    list, options = separate(values)
    if #list == 0 then error("dnn.hist: expected numbers, got an empty table: there is nothing to count", 2) end
  end
  local opts = options_of.read("dnn.hist", options, HIST)
  local drawing, series = figure.new "dnn.hist", {}
  for n = 1, math.max(#list, 1) do
    local own, named = {list[n]}, {}
    if is_list(list[n]) then own, named = entry_of("dnn.hist", list[n], n, 1) end
    local what = #list > 1 and ("series %d"):format(n) or "the values"
    series[n] = {y = figure.column(figure.numbers("dnn.hist", what, own[1], 2)), name = named.name}
  end
  opts.y_label = opts.y_label or "count"
  describe(drawing, opts)
  drawing:say("bins", opts.bins)
  for n, one in ipairs(series) do
    drawing:say("values", ("%d %s"):format(#one.y, name_of(series, n)))
    drawing:give(one.y)
  end
  return drawing:show(opts)
end

return plot
