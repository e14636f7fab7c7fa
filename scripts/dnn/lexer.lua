-- dnn.lexer: the tokens of a piece of Lua, and what it ends in the middle of where it is unfinished. Completion and
-- the warnings about globals read Lua with it.
local byte, find, gsub, match, sub = string.byte, string.find, string.gsub, string.match, string.sub
local char, tonumber = string.char, tonumber

local lexer = {}

local KEYWORDS <const> = {
  "and", "break", "do", "else", "elseif", "end", "false", "for", "function", "goto", "if", "in", "local",
  "nil", "not", "or", "repeat", "return", "then", "true", "until", "while",
}
local IS_KEYWORD <const> = {}
for i = 1, #KEYWORDS do IS_KEYWORD[KEYWORDS[i]] = true end

local ESCAPES <const> = {
  a = "\a", b = "\b", f = "\f", n = "\n", r = "\r", t = "\t", v = "\v",
  ["\\"] = "\\", ['"'] = '"', ["'"] = "'",
}

-- The value of a literal's inside, or nil where it has an escape that is not understood here.
function lexer.unescape(inside)
  if not find(inside, "\\", 1, true) then return inside end
  local strange = false
  local text = gsub(inside, "\\(x?)(.)(%w?%w?)", function(hex, first, rest)
    if hex == "x" and #rest >= 1 and tonumber(first .. sub(rest, 1, 1), 16) then
      return char(tonumber(first .. sub(rest, 1, 1), 16)) .. sub(rest, 2)
    elseif hex == "" and ESCAPES[first] then
      return ESCAPES[first] .. rest
    end
    strange = true
  end)
  return not strange and text or nil
end

-- The place after a short string that begins at i with a quote, or nil where it does not end.
local function string_end(text, i, mark)
  local at = i + 1
  while true do
    local stop = find(text, '[\\\n' .. mark .. ']', at)
    if not stop or byte(text, stop) == 10 then return nil, stop end
    if sub(text, stop, stop) == mark then return stop + 1 end
    at = stop + 2
    if sub(text, stop + 1, stop + 1) == "z" then at = find(text, "%S", at) or #text + 1 end
  end
end

-- The place after a long bracket, of a string or a comment, that begins at i; nil where it does not end.
local function long_end(text, i, level)
  local _, stop = find(text, "]" .. level .. "]", i, true)
  return stop and stop + 1
end

local function add(tokens, kind, text, first, last)
  tokens[#tokens + 1] = {kind = kind, text = sub(text, first, last), first = first, last = last}
  return last + 1
end

local function number_end(text, first)
  local exponent = find(text, "^0[xX]", first) and "^[pP][+-]" or "^[eE][+-]"
  local at = first
  while find(text, "^[%w_.]", at) do
    at = at + (find(text, exponent, at) and 2 or 1)
  end
  return at - 1
end

-- Adds the token at i, which is not a space; the place after it. Where the text ends inside of one: nil,
-- what it is, and where it begins.
local function step(tokens, text, i)
  local _, last = find(text, "^[%a_][%w_]*", i)
  if last then
    local kind = IS_KEYWORD[sub(text, i, last)] and "keyword" or "name"
    return add(tokens, kind, text, i, last)
  end
  if find(text, "^%-%-", i) then
    local level = match(text, "^%-%-%[(=*)%[", i)
    if level then
      local after = long_end(text, i + 4 + #level, level)
      return after, "comment", i
    end
    local stop = find(text, "\n", i, true)
    return stop, "comment", i
  end
  local mark = match(text, "^[\"']", i)
  if mark then
    local after, broken = string_end(text, i, mark)
    if not after then return broken, "string", i end
    return add(tokens, "string", text, i, after - 1)
  end
  local level = match(text, "^%[(=*)%[", i)
  if level then
    local after = long_end(text, i + 2 + #level, level)
    if not after then return nil, "long", i end
    return add(tokens, "string", text, i, after - 1)
  end
  if find(text, "^%.?%d", i) then return add(tokens, "number", text, i, number_end(text, i)) end
  _, last = find(text, "^%.%.%.?", i)
  if not last then _, last = find(text, "^::", i) end
  if not last then _, last = find(text, "^[=~<>]=", i) end
  return add(tokens, "sign", text, i, last or i)
end

-- The tokens of text, {kind = "name" | "keyword" | "number" | "string" | "sign", text, first, last}, and
-- what it ends inside of, with where that begins: "string", "long", "comment", or nil. Of a text that is longer than
-- `most` bytes the end is read, from the beginning of a line on.
function lexer.read(text, most)
  local tokens, i = {}, 1
  if most and #text > most then i = (find(text, "\n", #text - most, true) or #text) + 1 end
  while true do
    i = find(text, "%S", i)
    if not i then return tokens end
    local after, inside, first = step(tokens, text, i)
    if not after then return tokens, inside, first end
    i = after
  end
end

-- The value of a string token.
function lexer.value(token)
  local inside = match(token.text, "^[\"'](.*).$")
  if inside then return lexer.unescape(inside) end
  return match(token.text, "^%[=*%[\n?(.-)%]=*%]$")
end

lexer.keywords = KEYWORDS

return lexer
