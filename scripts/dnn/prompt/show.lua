-- require "dnn.prompt.show": any value as a person wants to see it at the prompt.
--
--     show(value, {width = 80, height = 24, colour = false}) -> text without a newline at its end
--
-- Looks into tables by raw access only. The one thing of the user's that it calls is __tostring, and an
-- error in that becomes text; show itself raises nothing but an interruption and the lack of memory.
-- quote.lua writes strings, tree.lua and layout.lua tables, names.lua functions.
local error, getmetatable, pcall, rawequal, rawget, tostring, type =
  error, debug.getmetatable, pcall, rawequal, rawget, tostring, type
local find, format, gsub, gmatch, sub =
  string.find, string.format, string.gsub, string.gmatch, string.sub
local concat = table.concat
local getinfo, getregistry, status = debug.getinfo, debug.getregistry, coroutine.status
local loaded = package.loaded
local layout = require "dnn.prompt.layout"
local listing = require "dnn.prompt.listing"
local names = require "dnn.prompt.names"
local quote = require "dnn.prompt.quote"
local tree = require "dnn.prompt.tree"

local LONGEST_TEXT <const> = 1 << 16 -- bytes of a __tostring that are shown,
local MOST_LINES <const> = 400       -- and lines
local LINE <const> = 1000            -- and columns of a line
local KEPT_LINES <const> = 4         -- of the screen: the input, its value and the next prompt

-- Colours that can be read on dark and light ground alike.
local COLOURS <const> = {
  string = "32", number = "36", constant = "35", object = "35", title = "1", faint = "2", alarm = "31",
}

local function plain(_, text) return text end

local function coloured(kind, text)
  return "\27[" .. COLOURS[kind] .. "m" .. text .. "\27[0m"
end

-- What must not become text: Ctrl-C in a __tostring, and the lack of memory.
local function pass_on(message)
  if type(message) == "string"
    and (find(message, "interrupted!", 1, true) or find(message, "not enough memory", 1, true)) then
    error(message, 0)
  end
end

local function message_of(value)
  if type(value) == "string" then return value end
  return "(error object is a " .. type(value) .. " value)"
end

local function field(value, name)
  local metatable = getmetatable(value)
  if type(metatable) == "table" then return rawget(metatable, name) end
end

-- The Matrix's own text for a width and a number of rows; nil where value is not a Matrix.
local function matrix_text(value, width, rows)
  local metatable = type(value) == "userdata" and getmetatable(value)
  if not metatable or not rawequal(metatable, rawget(getregistry(), "dnn.Matrix")) then return nil end
  local core = rawget(loaded, "dnn.core")
  local ok, text = pcall(type(core) == "table" and rawget(core, "_matrix_text"), value, width, rows)
  return ok and text or nil
end

-- What __tostring says, once for each value and call of show.
local function text_of(shown, value)
  local text = shown.texts[value]
  if text then return text end
  local ok
  ok, text = pcall(tostring, value)
  if not ok then
    pass_on(text)
    text = format("%s: __tostring failed: %s", type(value), message_of(text))
  end
  shown.texts[value] = text
  return text
end

local function function_text(shown, value)
  shown.names = shown.names or names.of_functions()
  return names.describe(value, shown.names)
end

-- thread: suspended demo.lua:12
local function thread_text(value)
  local state = status(value)
  local at = state == "suspended" and getinfo(value, 1, "Sl")
  return at and format("thread: %s %s:%d", state, at.short_src, at.currentline) or "thread: " .. state
end

-- One line for a value that is not a table, or one with a __tostring; and its columns.
local function leaf(shown, value, room)
  local kind = type(value)
  local text, width
  if kind == "string" then
    text, width = quote.string(value, room)
    return shown.paint("string", text), width
  elseif kind == "number" then
    text = quote.number(value)
    return shown.paint("number", text), #text
  elseif kind == "nil" or kind == "boolean" then
    text = value and "true" or kind == "nil" and "nil" or "false"
    return shown.paint("constant", text), #text
  elseif kind == "function" then
    text = function_text(shown, value)
  elseif kind == "thread" then
    text = thread_text(value)
  elseif field(value, "__tostring") ~= nil then
    text = matrix_text(value, room, 0) or text_of(shown, value)
    local first = gsub(text, "\n.*", "")
    text = first == text and text or gsub(first, ":?%s*$", "")
  else
    local name = field(value, "__name")
    text = type(name) == "string" and format("userdata: %s", name) or format("userdata: %p", value)
  end
  text, width = quote.line(text, room)
  return shown.paint("object", text), width
end

-- A matrix's rows with what is not finite marked, to be seen at once.
local function alarmed(paint, rows)
  return (gsub(rows, "%-?%f[%a]%a+%f[%A]", function(word)
    return (word == "nan" or word == "inf" or word == "-inf") and paint("alarm", word) or nil
  end))
end

-- The lines of a __tostring or a matrix, the first one as its title.
local function full_text(shown, text)
  local lines, cut = {}, #text > LONGEST_TEXT
  for line in gmatch(sub(text, 1, LONGEST_TEXT) .. "\n", "(.-)\n") do
    if #lines == MOST_LINES then
      cut = true
      break
    end
    lines[#lines + 1] = quote.line(line, LINE)
  end
  lines[1] = shown.paint(#lines > 1 and "title" or "object", lines[1])
  if cut then lines[#lines + 1] = shown.paint("faint", format("... (%s bytes)", quote.grouped(#text))) end
  return concat(lines, "\n")
end

local function is_leaf(value)
  return field(value, "__tostring") ~= nil
end

local function write(shown, value)
  local width, height, paint = shown.width, shown.height, shown.paint
  local kind = type(value)
  if kind == "string" then
    return paint("string", (quote.string(value, width * (height // 2))))
  elseif kind == "table" and not is_leaf(value) then
    local function leaf_of(inner, room) return leaf(shown, inner, room) end
    return listing(value, width, paint)
      or layout.write(tree.build(value, width, leaf_of, is_leaf), width, height, paint)
  elseif (kind == "userdata" or kind == "table") and is_leaf(value) then
    local matrix = matrix_text(value, width, height)
    if not matrix then return full_text(shown, text_of(shown, value)) end
    local title, rows = gsub(matrix, "\n.*", ""), gsub(matrix, "^[^\n]*", "")
    return paint("title", title) .. (shown.colour and alarmed(paint, rows) or rows)
  end
  return (leaf(shown, value, LINE))
end

local function show(value, options)
  local width, height = options and options.width or 80, options and options.height or 24
  local colour = options and options.colour or false
  local shown = {
    width = width > 20 and width or 20,
    height = height - KEPT_LINES > 6 and height - KEPT_LINES or 6,
    colour = colour,
    paint = colour and coloured or plain,
    texts = {},
  }
  local ok, text = pcall(write, shown, value)
  if ok then return text end
  pass_on(text)
  return format("%s (which cannot be shown: %s)", type(value), message_of(text))
end

return show
