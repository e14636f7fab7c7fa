-- require "dnn.prompt.complete": what a piece of Lua that is being typed may go on with.
--
--     complete(text, cursor) -> first, candidates
--
-- cursor is the number of bytes before the cursor; the candidates, sorted, are texts that replace
-- text:sub(first, cursor). The user's values are looked at and never run, and no error gets out.
-- lexer.lua cuts the text into words, path.lua finds what an expression is, values.lua what it has.
local byte, find, format, gsub, match, sub =
  string.byte, string.find, string.format, string.gsub, string.match, string.sub
local next, pcall, rawget, require, type = next, pcall, rawget, require, type
local concat, sort = table.concat, table.sort
local files = require "dnn.prompt.files"
local lexer = require "dnn.lexer"
local names = require "dnn.prompt.names"
local path = require "dnn.prompt.path"
local values = require "dnn.prompt.values"

local MOST <const> = 2000 -- candidates
local MOST_BYTES <const> = 1 << 16 -- that are looked at

local KEYWORDS <const> = {}
for i = 1, #lexer.keywords do KEYWORDS[lexer.keywords[i]] = true end

-- Candidates ---------------------------------------------------------------------------------------

-- A collection of the texts that begin with `word`. Of more than can be offered it keeps some, and among
-- them the first and the last in order, so that the common prefix can be read off these.
local function collection(word)
  return {word = word, length = #word, list = {}, seen = {}}
end

local function add(found, text)
  if sub(text, 1, found.length) ~= found.word or found.seen[text] then return end
  local list = found.list
  if not found.least then
    found.seen[text] = true
    list[#list + 1] = text
    if #list == MOST then
      sort(list)
      found.least, found.greatest = list[1], list[MOST]
    end
  elseif text < found.least then
    found.least = text
  elseif text > found.greatest then
    found.greatest = text
  end
end

-- True for a text that could change nothing any more.
local function is_beyond(found, text)
  return found.least and text >= found.least and text <= found.greatest
end

local function sorted(found)
  local list = found.list
  if found.least then
    list[1], list[MOST] = found.least, found.greatest
  else
    sort(list)
  end
  return list
end

-- Names with an underscore before them are private, or Lua's; who wants them types it.
local function is_shown(found, name)
  return found.length > 0 or sub(name, 1, 1) ~= "_"
end

local function add_fields(found, known, methods_only)
  values.each_field(known, function(key, value)
    if type(key) ~= "string" or is_beyond(found, key) then return end
    if sub(key, 1, found.length) ~= found.word then return end
    if values.is_name(key, KEYWORDS) and is_shown(found, key)
      and (not methods_only or type(value) == "function") then
      add(found, key)
    end
  end)
end

-- Options ------------------------------------------------------------------------------------------

local function help()
  local ok, module = pcall(require, "dnn.help")
  return ok and type(module) == "table" and module or nil
end

local function is_sign(token, text)
  return token ~= nil and token.kind == "sign" and token.text == text
end

-- The name of the function that the table opened at token `brace` is an argument of, as the manual has it.
local function called(tokens, brace, locals)
  local before = tokens[brace - 1]
  local last = brace - 1
  if before and before.kind == "sign" and (before.text == "," or before.text == "(") then
    local open = path.enclosing(tokens, brace - 1)
    if not open or tokens[open].text ~= "(" then return nil end
    last = open - 1
  end
  if not tokens[last] or tokens[last].kind ~= "name" then return nil end
  if is_sign(tokens[last - 1], ":") then
    local object = path.known_at(tokens, last - 2, locals)
    return object and values.method_name(object, tokens[last].text)
  end
  local known, first = path.known_at(tokens, last, locals)
  local name = known and type(known.value) == "function" and names.of_functions(true)[known.value]
  if name then return name end
  local parts = {}
  for i = first or last, last do parts[#parts + 1] = tokens[i].text end
  return concat(parts)
end

-- Where the word at token `at` would be a key of a table of options, that are not given yet: these.
local function add_options(found, tokens, at, locals)
  local before = tokens[at - 1]
  if not before or not find(before.text, "^[{,;]$") then return false end
  local brace = path.enclosing(tokens, at - 1)
  if not brace or tokens[brace].text ~= "{" then return false end
  local name, module = called(tokens, brace, locals), help()
  local ask = name and module and rawget(module, "options")
  local ok, keys = pcall(ask, name)
  if not ok or type(keys) ~= "table" then return false end
  local given = {}
  for i = brace, at - 2 do
    if tokens[i].kind == "name" and tokens[i + 1].text == "=" then given[tokens[i].text] = true end
  end
  for i = 1, #keys do
    if not given[keys[i]] then add(found, keys[i] .. " = ") end
  end
  return #found.list > 0
end

-- Code ---------------------------------------------------------------------------------------------

-- A word that begins at token `at`, which may be the place after the last.
local function complete_word(found, tokens, at, locals)
  local before = tokens[at - 1]
  if is_sign(before, ".") or is_sign(before, ":") then
    local known = path.known_at(tokens, at - 2, locals)
    if known then add_fields(found, known, before.text == ":") end
    return
  end
  if is_sign(before, "::") or before and (before.text == "local" or before.text == "goto") then return end
  local options = add_options(found, tokens, at, locals)
  if options and found.length == 0 then return end
  for name in next, locals do add(found, name) end
  values.each_global(function(name)
    if values.is_name(name, KEYWORDS) and is_shown(found, name) then add(found, name) end
  end)
  for i = 1, #lexer.keywords do
    if found.length > 0 then add(found, lexer.keywords[i]) end
  end
end

local function escape(text, mark)
  return (gsub(gsub(text, "[\\" .. mark .. "]", "\\%0"), "%c", function(c)
    return c == "\n" and "\\n" or format("\\x%02X", byte(c))
  end))
end

-- A string that is not ended, from byte `first` on: a key, a module, a file.
local function complete_string(text, first, tokens, locals)
  local mark, inside = sub(text, first, first), lexer.unescape(sub(text, first + 1))
  if not inside then return first + 1, {} end
  local before = tokens[#tokens]
  if is_sign(before, "[") then
    local known = path.known_at(tokens, #tokens - 1, locals)
    if known then
      local found = collection(inside)
      values.each_field(known, function(key)
        if type(key) == "string" and not is_beyond(found, key) then add(found, key) end
      end)
      local list = sorted(found)
      for i = 1, #list do list[i] = escape(list[i], mark) end
      return first + 1, list
    end
  end
  if is_sign(before, "(") then before = tokens[#tokens - 1] end
  if before and before.kind == "name" and before.text == "require" then
    local found = collection(inside)
    files.each_module(inside, function(name) add(found, name) end)
    return first + 1, sorted(found)
  end
  local found = collection ""
  local whole = files.each(inside, function(name) add(found, escape(name, mark)) end)
  local behind_slash = match(sub(text, first + 1), "^.*/()") or 1
  return first + (whole and 1 or behind_slash), sorted(found)
end

local function complete_code(text)
  local tokens, inside, first = lexer.read(text, MOST_BYTES)
  if inside == "string" then
    return complete_string(text, first, tokens, path.locals(tokens, #tokens))
  end
  local last, at, word = tokens[#tokens], #tokens + 1, ""
  if last and last.last == #text then
    if last.kind == "number" or last.kind == "string" then return #text + 1, {} end
    if last.kind ~= "sign" then word, at = last.text, #tokens end
  end
  local found = collection(word)
  if not inside then complete_word(found, tokens, at, path.locals(tokens, at - 1)) end
  return #text - #word + 1, sorted(found)
end

-- Topics ------------------------------------------------------------------------------------------

-- ?topic: an expression, or what the manual has under that name.
local function complete_topic(text)
  local begin = match(text, "^%s*%?%s*()")
  local first, list = complete_code(sub(text, begin))
  if #list > 0 then return first + begin - 1, list end
  local module = help()
  local ok, entries = pcall(module and rawget(module, "entries"))
  local found = collection(sub(text, begin))
  for i = 1, ok and type(entries) == "table" and #entries or 0 do
    if type(entries[i]) == "string" then add(found, entries[i]) end
  end
  return begin, sorted(found)
end

local function complete_any(text)
  local code = match(text, "^%s*%%%a+%s+()")
  if code then -- as in %time expression
    local first, list = complete_code(sub(text, code))
    return first + code - 1, list
  end
  if find(text, "^%s*%?") then return complete_topic(text) end
  return complete_code(text)
end

local function complete(text, cursor)
  local before = sub(text, 1, cursor)
  local ok, first, candidates = pcall(complete_any, before)
  if not ok then return #before + 1, {} end
  return first, candidates
end

return complete
