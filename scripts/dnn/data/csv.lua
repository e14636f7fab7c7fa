-- CSV files as matrices, and matrices as CSV files. The parsing is C; here are the options, and how columns are
-- named.
local dnn = require "dnn"
local arguments = require "dnn.arguments"
local fail = require "dnn.failure"
local options_of = require "dnn.options"
local set = require "dnn.data.set"
local text = require "dnn.data.text"
local native = dnn._data

local csv = {}

local Table = {__name = "dnn.data.csv", __tostring = text.csv}

-- Options ----------------------------------------------------------------------------------------------

local function is_column(value)
  return type(value) == "string" or math.type(value) == "integer"
end

local is_columns = options_of.list(is_column)

local function is_delimiter(value)
  return type(value) == "string" and #value == 1 and not value:find '[%w"\r\n.+-]'
end

local function is_missing(value)
  return type(value) == "number" or value == "mean" or value == "skip"
end

local DELIMITER <const> = {nil, is_delimiter, "one character, such as ',', ';', '\\t' or ' '"}
local READ <const> = {
  label = {nil, is_column, "the name or the number of a column"},
  columns = {nil, is_columns, "a table of names or numbers of columns"},
  header = {nil, options_of.is "boolean", "true or false"},
  delimiter = DELIMITER,
  decimal = {nil, options_of.one_of(".", ","), "'.' or ','"},
  missing = {nil, is_missing, "a number, 'mean' or 'skip'"},
  dtype = set.DTYPE,
  max_bytes = {0, options_of.whole(1), "a whole number of bytes"},
}

-- Reading ----------------------------------------------------------------------------------------------

-- Gives each column a name of its own: one without is "column 3", and a name that comes again is "price.1", as in
-- pandas. Returns the second column of each name that comes again.
local function complete(names)
  local owner, repeated, count = {}, {}, {}
  for i, name in ipairs(names) do
    if name == "" then names[i] = "column " .. i end
    name = names[i]
    if owner[name] then repeated[name] = repeated[name] or i else owner[name] = i end
  end
  for i, name in ipairs(names) do
    while (owner[names[i]] or i) ~= i do
      count[name] = (count[name] or 0) + 1
      names[i] = name .. "." .. count[name]
    end
    owner[names[i]] = i
  end
  return repeated
end

-- The number of a column by its name or number; nil and a message when there is none.
local function column_of(path, names, repeated, column)
  if math.type(column) == "integer" then
    if column >= 1 and column <= #names then return column end
    return fail("%s: has no column %d; it has %d", path, column, #names)
  end
  for i, name in ipairs(names) do
    if name == column then
      local other = repeated[name]
      if not other then return i end
      return fail("%s: columns %d and %d are both named '%s'; choose one by its number", path, i, other, name)
    end
  end
  local known = table.concat(names, ", ")
  if #known > 300 then known = known:sub(1, 300) .. " ..." end
  return fail("%s: has no column '%s'; it has: %s", path, column, known)
end

-- The columns of X, then that of the label where one is wanted; nil and a message.
local function choose(path, names, repeated, opts)
  local chosen, label, message = {}
  if opts.label then
    label, message = column_of(path, names, repeated, opts.label)
    if not label then return nil, message end
  end
  local taken = {[label or 0] = true}
  for i = 1, opts.columns and #opts.columns or #names do
    local column = i
    if opts.columns then
      column, message = column_of(path, names, repeated, opts.columns[i])
      if not column then return nil, message end
      if taken[column] then
        return fail("%s: column '%s' is given twice", path, opts.columns[i])
      end
    end
    if not taken[column] then chosen[#chosen + 1] = column end
    taken[column] = true
  end
  return chosen, label
end

-- The texts of those columns that hold texts, by the columns' names; nil where none does.
local function categories_of(file, names, is_text, chosen)
  local categories
  for _, column in ipairs(chosen) do
    if is_text[column] then
      categories = categories or {}
      categories[names[column]] = file:classes(column)
    end
  end
  return categories
end

-- A CSV file as {X = , Y = , names = , label = , classes = , categories = }; or nil and a message.
function csv.csv(path, options)
  if not arguments.is_path(path) then arguments.wrong(1, "the path of a file", path) end
  local opts = options_of.read("dnn.data.csv", options, READ)
  local dtype = opts.dtype or dnn.get_default_dtype()
  local file <close>, message =
    native.csv(path, opts.delimiter, opts.decimal, opts.header, opts.missing, dtype, opts.max_bytes)
  if not file then return nil, message end
  local names, is_text = file:columns()
  local chosen, label = choose(path, names, complete(names), opts)
  if not chosen then return nil, label end

  local count = #chosen
  local rows, why = file:read(label and table.move({label}, 1, 1, count + 1, table.move(chosen, 1, count, 1,
    {})) or chosen)
  if not rows then return nil, why end
  local result = {X = file:take(1, count, dtype), names = {}, categories = categories_of(file, names, is_text, chosen)}
  for i, column in ipairs(chosen) do result.names[i] = names[column] end
  if label then
    result.Y, result.label = file:take(count + 1, 1, dtype), names[label]
    result.classes = is_text[label] and file:classes(label) or nil
  end
  return setmetatable(result, Table)
end

-- Writing ----------------------------------------------------------------------------------------------

local WRITE <const> = {
  names = {nil, is_columns, "a table of names"},
  delimiter = {",", DELIMITER[2], DELIMITER[3]},
}

-- X's rows as parts for the C half: those whose numbers stand for texts alone, the others together.
local function parts_of(X, names, categories)
  local parts, first = {}, 1
  local function add(last, texts)
    if last >= first then
      parts[#parts + 1] = {X:rows_range(first, last), names and table.move(names, first, last, 1, {}), texts}
    end
    first = last + 1
  end
  for i = 1, categories and names and X.rows or 0 do
    if categories[names[i]] then
      add(i - 1)
      add(i, categories[names[i]])
    end
  end
  add(X.rows)
  return parts
end

-- Writes a matrix, or what dnn.data.csv gave, as a CSV file: a column becomes a line. True, or nil and a message.
function csv.write_csv(path, data, options)
  if not arguments.is_path(path) then arguments.wrong(1, "the path of a file", path) end
  local opts = options_of.read("dnn.data.write_csv", options, WRITE)
  local is_matrix = dnn._is_matrix(data)
  if not is_matrix and (type(data) ~= "table" or not dnn._is_matrix(data.X)) then
    arguments.wrong(2, "a Matrix or a table {X = , Y = , names = }", data)
  end
  local X, Y = is_matrix and data or data.X, not is_matrix and data.Y or nil
  local names = opts.names or not is_matrix and data.names or nil
  if names and #names ~= X.rows then
    arguments.fail("write_csv: there are %d names for the %d rows of X", #names, X.rows)
  end
  local parts = parts_of(X, names, not is_matrix and data.categories or nil)
  if Y then
    local label = names and (Y.rows == 1 and {data.label or "label"} or {})
    for i = 1, names and Y.rows > 1 and Y.rows or 0 do label[i] = "label " .. i end
    parts[#parts + 1] = {Y, label, data.classes}
  end
  local ok, written, message = pcall(native.write_csv, path, opts.delimiter, parts)
  if not ok then arguments.fail(written) end
  return written, message
end

return csv
