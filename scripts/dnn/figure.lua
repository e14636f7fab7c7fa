-- What dnn.plot, dnn.hist, dnn.imshow and dnn.subplots share: their options, their data as columns of numbers, and
-- passing both to dnnview, which draws. A figure is one file without a name (viz/plot/figure.h describes it).
local dnn = require "dnn"
local arguments = require "dnn.arguments"
local options_of = require "dnn.options"

local usage, fail = arguments.usage, arguments.fail

-- What makes a figure of each kind, by the name of its function: maker(where, in_grid, ...) is the figure and its
-- options.
local figure = {makers = {}}

-- Options ------------------------------------------------------------------------------------------

local TEXT <const> = {nil, options_of.is "string", "a text"}

local is_pair = options_of.list(options_of.whole(5, 16384), 2, 2)
local function is_size(value) return is_pair(value) and value[1] >= 20 end

-- Those that every figure has.
local COMMON <const> = {title = TEXT, x_label = TEXT, y_label = TEXT}

-- Where it is drawn; of a grid, the whole of it.
local OUTPUT <const> = {
  png = {nil, arguments.is_path, "the path of a file"},
  svg = {nil, arguments.is_path, "the path of a file"},
  window = {false, options_of.is "boolean", "true or false"},
  size = {nil, is_size, "a width and a height, {80, 20}: characters in the terminal, points elsewhere"},
  scale = {nil, options_of.number(0.25, 8), "a number of pixels per point from 0.25 to 8"},
  theme = {nil, options_of.one_of("light", "dark"), "'light' or 'dark'"},
}

local SCALE <const> = {"linear", options_of.one_of("linear", "log", "symlog"), "'linear', 'log' or 'symlog'"}
figure.TEXT, figure.SCALE, figure.OUTPUT = TEXT, SCALE, OUTPUT

-- The options `given` to a figure that has the common ones and its own; those about where it is drawn belong to the
-- grid, where it is in one.
function figure.read(where, in_grid, given, own)
  local all = {}
  for _, rows in ipairs {COMMON, own, in_grid and {} or OUTPUT} do
    for name, row in pairs(rows) do all[name] = row end
  end
  for name in pairs(in_grid and type(given) == "table" and given or {}) do
    if OUTPUT[name] then fail("%s: %s is an option of subplots:show", where, name) end
  end
  return options_of.read(where, given, all)
end

-- Data ---------------------------------------------------------------------------------------------

local is_matrix = dnn._is_matrix

function figure.is_numbers(value)
  return is_matrix(value) or type(value) == "table" and type(value[1]) == "number"
end

-- The words for a value that was passed.
function figure.shown(value)
  if is_matrix(value) then return ("a Matrix %d x %d"):format(value.rows, value.cols) end
  if type(value) == "table" then return #value == 0 and "an empty table" or "a table" end
  return type(value) == "string" and ("'%s'"):format(value) or tostring(value)
end

-- A matrix of float64 from a matrix or a table of numbers; nil and what is wrong.
local function numbers_of(value)
  if is_matrix(value) then
    if #value == 0 then return nil, ("is empty (%d x %d): there is nothing to draw"):format(value.rows, value.cols) end
    return value:double()
  end
  if type(value) ~= "table" then
    return nil, ("must be a Matrix or a table of numbers, got %s%s"):format(figure.shown(value), usage())
  end
  if #value == 0 then return nil, "is an empty table: there is nothing to draw" end
  for i = 1, #value do
    if type(value[i]) ~= "number" then
      return nil, ("must contain numbers, got %s at index %d"):format(figure.shown(value[i]), i)
    end
  end
  for key in pairs(value) do
    if math.type(key) ~= "integer" then
      return nil, ("must contain numbers alone, got '%s' beside them"):format(key)
    end
  end
  return dnn.Matrix(value, {dtype = "float64"})
end

-- The same, or an error that names the function and what it was given.
function figure.numbers(where, what, value)
  local matrix, message = numbers_of(value)
  if not matrix then fail("%s: %s %s", where, what, message) end
  return matrix
end

-- One column with all elements.
function figure.column(matrix)
  return matrix.cols == 1 and matrix or matrix:reshape(#matrix, 1)
end

-- Series -------------------------------------------------------------------------------------------

-- A table of numbers or series with options among them, as two tables; no options where there are none.
function figure.separate(mixed)
  local options
  for key, value in pairs(mixed) do
    if math.type(key) ~= "integer" then
      options = options or {}
      options[key] = value
    end
  end
  return options and table.move(mixed, 1, #mixed, 1, {}) or mixed, options
end

-- Is it {series, series ..., option = ...} rather than the numbers of one?
function figure.is_list(value)
  return type(value) == "table" and type(value[1]) ~= "number"
end

local ENTRY <const> = {
  name = TEXT,
  style = {nil, options_of.one_of("lines", "points"), "'lines' or 'points'"},
  band = {nil, figure.is_numbers, "a Matrix or a table of numbers"},
  error = {nil, figure.is_numbers, "a Matrix or a table of numbers"},
  color = {nil, figure.is_numbers, "a Matrix or a table of numbers"},
}

-- One entry of a list: numbers, perhaps with a name beside them, or {y, name = }, or {x, y, name = }. As {values, ...}
-- and its options.
function figure.entry(where, entry, n, most)
  if is_matrix(entry) then return {entry}, {} end
  if type(entry) ~= "table" or #entry == 0 then
    fail("%s: series %d must be a Matrix, a table of numbers or {%sy, name = }, got %s", where, n,
      most == 2 and "x, " or "", figure.shown(entry))
  end
  local values, options = figure.separate(entry)
  if figure.is_numbers(values) then values = {values} end
  if #values > most then
    fail("%s: series %d has %d tables of numbers; expected {%sy, name = }", where, n, #values,
      most == 2 and "x, " or "")
  end
  for name, value in pairs(options or {}) do
    local row = ENTRY[name]
    if not row or most == 1 and name ~= "name" then
      fail("%s: series %d: unknown option '%s'; known: name%s", where, n, name,
        most == 2 and ", style, band, error, color" or "")
    end
    if not row[2](value) then
      fail("%s: series %d: %s must be %s, got %s", where, n, name, row[3], figure.shown(value))
    end
  end
  return values, options or {}
end

-- Names by the option `names`, by the entry, or by number; one series without a name needs none.
function figure.name(series, n, names)
  local one = series[n]
  if names and names[n] then return names[n] end
  if one.name then return one.of_many and ("%s %d"):format(one.name, one.column) or one.name end
  return #series > 1 and tostring(n) or ""
end

-- Handing over -------------------------------------------------------------------------------------

local Figure = {}
Figure.__index = Figure

function figure.new(where)
  return setmetatable({where = where, words = {}, numbers = {}}, Figure)
end

-- A grid of figures, row by row.
function figure.grid(where, rows, columns, title, figures)
  local all = figure.new(where)
  all:say("grid", ("%d %d %s"):format(rows, columns, title or ""))
  for n, one in ipairs(figures) do
    if n > 1 then all.words[#all.words + 1] = "next" end
    table.move(one.words, 1, #one.words, #all.words + 1, all.words)
    table.move(one.numbers, 1, #one.numbers, #all.numbers + 1, all.numbers)
  end
  return all
end

-- Copies its numbers, so that it stays as it is while the script changes its matrices.
function Figure:keep()
  for _, row in ipairs(self.numbers) do row[1] = row[1]:copy() end
  return self
end

-- A line of words; nothing when there is nothing to say.
function Figure:say(key, value)
  if value == nil then return end
  local text = type(value) == "number" and ("%.17g"):format(value) or tostring(value)
  self.words[#self.words + 1] = key .. " " .. text:gsub("%c", " ")
end

-- What all series have in common.
function Figure:describe(opts)
  self:say("title", opts.title)
  self:say("x_label", opts.x_label)
  self:say("y_label", opts.y_label)
  self:say("x_scale", opts.x_scale)
  self:say("y_scale", opts.y_scale)
end

-- The numbers that the last line announces.
function Figure:give(matrix, column)
  self.numbers[#self.numbers + 1] = {matrix, column}
end

-- The whole in a file that has no name and vanishes when it is closed; or nil and a message.
function Figure:file()
  local file, message = io.tmpfile()
  if not file then return nil, message end
  local written
  written, message = file:write("dnnview figure 1\n", table.concat(self.words, "\n"), "\n\n")
  for _, row in ipairs(written and self.numbers or {}) do
    written, message = dnn._write_column(file, row[1], row[2])
    if not written then break end
  end
  if written then written, message = file:flush() end
  if written then return file end
  file:close()
  return nil, message
end

local windows = {} -- processes whose end nobody has taken notice of

local function forget_closed_windows()
  for i = #windows, 1, -1 do
    if dnn._viewer_wait(windows[i]) then table.remove(windows, i) end
  end
end

local function command_line(options)
  local words = {"--figure", "-"}
  local function add(name, value)
    if value then
      words[#words + 1] = name
      words[#words + 1] = value
    end
  end
  add("--png", options.png)
  add("--svg", options.svg)
  add("--size", options.size and ("%dx%d"):format(options.size[1], options.size[2]))
  add("--scale", options.scale and ("%.17g"):format(options.scale))
  add("--theme", options.theme)
  if not (options.png or options.svg or options.window) then words[#words + 1] = "--text" end
  return words
end

local function open_window(figure_file, words)
  if not (os.getenv "DISPLAY" or os.getenv "WAYLAND_DISPLAY") then
    return nil, "no display for a window (neither DISPLAY nor WAYLAND_DISPLAY is set); "
      .. "without window = true the image is drawn in the terminal, with png = \"a.png\" in a file"
  end
  local process, message = dnn._viewer_start(words, figure_file, io.stdout, io.stderr, true)
  if not process then return nil, message end
  windows[#windows + 1] = process
  return true
end

local function draw(figure_file, words)
  local said <close>, why = io.tmpfile()
  if not said then return nil, why end
  local process, message = dnn._viewer_start(words, figure_file, io.stdout, said, false)
  if not process then return nil, message end
  local status = dnn._viewer_wait(process, true)
  if status == 0 then return true end
  if status < 0 then return nil, ("dnnview was killed by signal %d"):format(-status) end
  said:seek("set")
  return nil, (said:read("l") or ("dnnview failed with status %d"):format(status)):gsub("^dnnview: ", "")
end

-- Draws the figure where the options say. Returns nothing after an image in the terminal, true after a
-- file or a window, or nil and a message.
function Figure:show(options)
  forget_closed_windows()
  local words = command_line(options)
  local file <close>, message = self:file()
  local done
  if file then
    local files = options.png or options.svg
    done = true
    if files or not options.window then done, message = draw(file, words) end
    if done and options.window then done, message = open_window(file, words) end
    if done and not files and not options.window then return end
  end
  if done then return true end
  return nil, ("%s: %s"):format(self.where, message)
end

return figure
