-- dnn.prompt.quote: strings and numbers as Lua writes them, and how wide a text is on a terminal.
-- Like all of the prompt's modules it holds the library's functions in locals, so that a script that
-- replaces them changes nothing here; and since `s:sub` would ask string's metatable, it is sub(s, ...).
local byte, find, format, gsub, sub =
  string.byte, string.find, string.format, string.gsub, string.sub
local concat, type_of_number = table.concat, math.type
local codepoint, valid, offset = utf8.codepoint, utf8.len, utf8.offset

local quote = {}

local PLAIN <const> = "^[ !#-Z%[%]^-~]+" -- ASCII that stands for itself in a literal
local LOOKED_AT <const> = 8 -- bytes of a string for each column that it may have

local ESCAPES <const> = {
  ["\a"] = "\\a", ["\b"] = "\\b", ["\f"] = "\\f", ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t",
  ["\v"] = "\\v", ["\\"] = "\\\\", ['"'] = '\\"',
}

-- Code points that a terminal draws over the last one (0 columns) or with two columns: the blocks in
-- common use, as first, last, columns; sorted.
local WIDTHS <const> = {
  {0x300, 0x36F, 0}, {0x483, 0x489, 0}, {0x591, 0x5BD, 0}, {0x610, 0x61A, 0}, {0x64B, 0x65F, 0},
  {0x1100, 0x115F, 2}, {0x1AB0, 0x1AFF, 0}, {0x1DC0, 0x1DFF, 0}, {0x20D0, 0x20FF, 0},
  {0x231A, 0x231B, 2}, {0x23E9, 0x23EC, 2}, {0x2614, 0x2615, 2}, {0x26A1, 0x26A1, 2},
  {0x2705, 0x2705, 2}, {0x274C, 0x274C, 2}, {0x2B50, 0x2B50, 2}, {0x2E80, 0x303E, 2},
  {0x3041, 0xA4CF, 2}, {0xA960, 0xA97F, 2}, {0xAC00, 0xD7A3, 2}, {0xF900, 0xFAFF, 2},
  {0xFE00, 0xFE0F, 0}, {0xFE20, 0xFE2F, 0}, {0xFE30, 0xFE6F, 2}, {0xFF00, 0xFF60, 2},
  {0xFFE0, 0xFFE6, 2}, {0x1F300, 0x1F64F, 2}, {0x1F680, 0x1F6FF, 2}, {0x1F900, 0x1F9FF, 2},
  {0x20000, 0x3FFFD, 2}, {0xE0100, 0xE01EF, 0},
}

local function columns(code)
  if code < 0x300 then return 1 end
  for i = 1, #WIDTHS do
    local block = WIDTHS[i]
    if code < block[1] then return 1 end
    if code <= block[2] then return block[3] end
  end
  return 1
end

-- Code points that would move the cursor, turn the writing round or not be seen at all.
local function is_hidden(code)
  return code < 0x20 or code >= 0x7F and code < 0xA0 or code == 0xAD or code == 0xFEFF
    or code >= 0x200B and code <= 0x200F or code >= 0x2028 and code <= 0x202E
    or code >= 0x2060 and code <= 0x206F or code >= 0xE0000 and code < 0xE0100
    or code >= 0xE000 and code <= 0xF8FF or code >= 0xF0000
end

-- What is at byte i of s: its text, its columns and the place after it. `escapes` are the bytes
-- that have an escape of their own; runs of plain ASCII come as one, `most` bytes long at most.
local function unit(s, i, most, escapes, plain)
  local _, last = find(s, plain, i)
  if last then
    if last - i + 1 > most then last = i + (most > 1 and most or 1) - 1 end
    return sub(s, i, last), last - i + 1, last + 1
  end
  local b = byte(s, i)
  if b >= 0xC2 and valid(s, i, i) then
    local code, after = codepoint(s, i), offset(s, 2, i)
    if not is_hidden(code) then return sub(s, i, after - 1), columns(code), after end
    local text = format("\\u{%X}", code)
    return text, #text, after
  end
  local text = escapes[sub(s, i, i)] or format("\\x%02X", b)
  return text, #text, i + 1
end

-- The first units of s that fit `room` columns: their text, their columns, and whether that is all.
local function cut(s, room, escapes, plain)
  local complete = #s <= LOOKED_AT * room + LOOKED_AT
  if not complete then s = sub(s, 1, LOOKED_AT * room + LOOKED_AT) end
  local parts, count, width, i = {}, 0, 0, 1
  while i <= #s do
    local text, wide, after = unit(s, i, room - width, escapes, plain)
    if width + wide > room then return concat(parts), width, false end
    count = count + 1
    parts[count] = text
    width, i = width + wide, after
  end
  return concat(parts), width, complete
end

-- 1234567 as "1,234,567".
function quote.grouped(n)
  local digits = format("%d", n)
  local head = #digits % 3
  local text = sub(digits, 1, head) .. gsub(sub(digits, head + 1), "%d%d%d", ",%0")
  return head == 0 and sub(text, 2) or text
end

-- A string as a literal, and its columns; one that needs more than `room` columns is cut, with its
-- length after it.
function quote.string(s, room)
  local text, width, whole = cut(s, room - 2, ESCAPES, PLAIN)
  if whole then return '"' .. text .. '"', width + 2 end
  local note = format("... (%s bytes)", quote.grouped(#s))
  text, width = cut(s, room - 2 - #note > 8 and room - 2 - #note or 8, ESCAPES, PLAIN)
  return '"' .. text .. '"' .. note, width + 2 + #note
end

-- One line of foreign text (of a __tostring, of a file name) made harmless, and its columns: what
-- controls the terminal and what is not UTF-8 is escaped; what goes beyond `room` columns becomes "...".
function quote.line(s, room)
  local text, width, whole = cut(s, room, {["\t"] = "    "}, "^[ -~]+")
  if whole then return text, width end
  text, width = cut(s, room > 3 and room - 3 or 0, {["\t"] = "    "}, "^[ -~]+")
  return text .. "...", width + 3
end

-- A number as Lua prints it.
function quote.number(x)
  if type_of_number(x) == "integer" then return format("%d", x) end
  if x ~= x then return "nan" end -- C says -nan of some
  local text = format("%.14g", x)
  return find(text, "^-?%d+$") and text .. ".0" or text
end

return quote
