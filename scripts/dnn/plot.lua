-- dnn.plot: numbers as curves.
local dnn = require "dnn"
local arguments = require "dnn.arguments"
local figure = require "dnn.figure"
local options_of = require "dnn.options"

local fail = arguments.fail

local MOST_SERIES <const> = 50

-- The band, the error bars, the colours of a series: as many numbers as it has points.
local function more_numbers(where, what, y, options)
  local more = {}
  for _, name in ipairs {"band", "error", "color"} do
    local value = options[name]
    if value then
      if y.cols > 1 then
        fail("%s: %s is %d x %d: %s is for one series", where, what, y.rows, y.cols, name)
      end
      more[name] = figure.column(figure.numbers(where, name, value))
      if #more[name] ~= y.rows then
        fail("%s: %s has %d values and %s has %d: they must have the same length", where, name, #more[name],
          what, y.rows)
      end
    end
  end
  if more.band and more.error then fail(where .. ": a series has a band or error bars, not both") end
  if more.color and options.style == "lines" then fail(where .. ": color is for points, not lines") end
  return more
end

-- The columns of y as series; a row is one series.
local function add_columns(where, series, what, x, y, options)
  y = figure.numbers(where, what, y)
  if y.rows == 1 then y = figure.column(y) end
  x = x and figure.column(figure.numbers(where, "x", x))
  if x and #x ~= y.rows then
    fail("%s: x has %d values and %s has %d: they must have the same length", where, #x, what, y.rows)
  end
  local more = more_numbers(where, what, y, options)
  if y.cols > MOST_SERIES then
    fail("%s: %s is %d x %d, and each column is a series: more than %d cannot be distinguished (y:t() makes "
      .. "columns of rows; dnn.imshow shows a matrix as colours)", where, what, y.rows, y.cols, MOST_SERIES)
  end
  for column = 1, y.cols do
    series[#series + 1] = {x = x, y = y, column = column, name = options.name, of_many = y.cols > 1,
      style = options.style or more.color and "points", more = more}
  end
end

local is_triple, is_finite = options_of.list(options_of.is("number", "string"), 3, 3), options_of.number()
local function is_note(value)
  return is_triple(value) and is_finite(value[1]) and is_finite(value[2]) and type(value[3]) == "string"
end

local PLOT <const> = {
  notes = {nil, options_of.list(is_note, 0, 100), "a table of at most 100 {x, y, text}"},
  x = {nil, figure.is_numbers, "a Matrix or a table of numbers"},
  names = {nil, options_of.names, "a table of strings, one for each series"},
  style = {"lines", options_of.one_of("lines", "points"), "'lines' or 'points'"},
  x_scale = figure.SCALE,
  y_scale = figure.SCALE,
}

-- What was given, as x, y or a list of series, and options.
local function arguments_of(first, second, third)
  if second == nil and type(first) == "table" then return nil, figure.separate(first) end
  if third ~= nil or figure.is_numbers(second) then return first, second, third end
  return nil, first, second
end

-- The figure of (y), (x, y), {y, {x, y, name = }, ...}, each with options.
function figure.makers.plot(where, in_grid, first, second, third)
  local x, y, given = arguments_of(first, second, third)
  local opts = figure.read(where, in_grid, given, PLOT)
  local series = {}
  if figure.is_list(y) then
    if #y == 0 then fail(where .. ": expected series, got an empty table: there is nothing to draw") end
    for n = 1, #y do
      local values, options = figure.entry(where, y[n], n, 2)
      local own_x = #values == 2 and values[1] or opts.x
      add_columns(where, series, ("series %d"):format(n), own_x, values[#values], options)
    end
  else
    add_columns(where, series, "y", x or opts.x, y, {})
  end
  if opts.names and #opts.names ~= #series then
    fail("%s: names must be a table of strings, one for each series; got %d for %d", where, #opts.names, #series)
  end
  local drawing = figure.new(where)
  drawing:describe(opts)
  for _, note in ipairs(opts.notes or {}) do
    drawing:say("note", ("%.17g %.17g %s"):format(note[1], note[2], note[3]))
  end
  for n, one in ipairs(series) do
    drawing:say(one.style or opts.style, ("%d %s"):format(one.y.rows, figure.name(series, n, opts.names)))
    drawing:give(one.x or dnn.arange(1, one.y.rows, 1, {dtype = "float64"}))
    drawing:give(one.y, one.column)
    for _, row in ipairs {{"band", "band"}, {"error", "bars"}, {"color", "shades"}} do
      local numbers = one.more[row[1]]
      if numbers then
        drawing:say(row[2], one.y.rows)
        drawing:give(numbers)
      end
    end
  end
  return drawing, opts
end

local function plot(first, second, third)
  local drawing, opts = figure.makers.plot("dnn.plot", false, first, second, third)
  return drawing:show(opts)
end

return arguments.guarded("dnn.plot", plot)
