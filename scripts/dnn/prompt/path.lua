-- dnn.prompt.path: what is known of the expression that ends at a token: `a.b[1].c`, `("x")`, `net[2]`.
-- Nothing is called: what a call gives is not known.
local find, tonumber = string.find, tonumber
local lexer = require "dnn.prompt.lexer"
local values = require "dnn.prompt.values"

local path = {}

local OPENING <const> = {[")"] = "(", ["]"] = "[", ["}"] = "{"}

-- The place of the bracket that the one at token i closes, or nil.
function path.opening(tokens, i)
  local depth, open, close = 0, OPENING[tokens[i].text], tokens[i].text
  for k = i, 1, -1 do
    local token = tokens[k]
    if token.kind == "sign" then
      if token.text == close then depth = depth + 1 end
      if token.text == open then depth = depth - 1 end
      if depth == 0 then return k end
    end
  end
end

-- The bracket that is still open at token i, or nil: its place.
function path.enclosing(tokens, i)
  while i >= 1 do
    local token = tokens[i]
    if token.kind == "sign" then
      if OPENING[token.text] then
        i = path.opening(tokens, i)
        if not i then return nil end
      elseif token.text == "(" or token.text == "{" or token.text == "[" then
        return i
      end
    end
    i = i - 1
  end
end

-- True when an expression can end at this token, so that a bracket behind it is a call or an index.
local function ends_value(token)
  if not token then return false end
  return token.kind == "name" or token.kind == "string"
    or token.kind == "sign" and (OPENING[token.text] ~= nil)
end

local function is_sign(token, text)
  return token and token.kind == "sign" and token.text == text
end

local known_at

-- The key between brackets from token `first` to `last`: a literal, or a variable that holds one.
local function key_between(tokens, first, last, locals)
  local token = tokens[last]
  if first == last and token.kind == "number" then return values.number_key(tonumber(token.text)) end
  if first == last and token.kind == "string" then return lexer.value(token) end
  if first == last and (token.text == "true" or token.text == "false") then return token.text == "true" end
  if first <= last and token.kind == "name" then
    local known, from = known_at(tokens, last, locals)
    if known and from == first then return known.value end
  end
end

-- What is known of the expression that ends at token i, or nil; and the place of its first token.
function known_at(tokens, i, locals)
  local token = tokens[i]
  if not token then return nil end
  if token.kind == "string" then return {value = lexer.value(token)}, i end
  if token.kind == "name" then
    local before = tokens[i - 1]
    if is_sign(before, ".") or is_sign(before, ":") then
      local known, from = known_at(tokens, i - 2, locals)
      return known and values.field(known, token.text), from
    end
    if locals[token.text] then return nil, i end
    return values.global(token.text), i
  end
  if token.kind ~= "sign" or not OPENING[token.text] then return nil end
  local open = path.opening(tokens, i)
  if not open then return nil end
  if token.text == "]" and ends_value(tokens[open - 1]) then
    local known, from = known_at(tokens, open - 1, locals)
    local key = known and key_between(tokens, open + 1, i - 1, locals)
    return key ~= nil and values.field(known, key) or nil, from
  elseif token.text == ")" and not ends_value(tokens[open - 1]) then
    local known, from = known_at(tokens, i - 1, locals)
    return from == open + 1 and known or nil, open
  end
  return nil, open
end

path.known_at = known_at

-- The names of the variables that the first `count` tokens declare.
function path.locals(tokens, count)
  local found = {}
  local i = 1
  local function names_from(k)
    while k <= count and (tokens[k].kind == "name" or is_sign(tokens[k], ",") or is_sign(tokens[k], "...")) do
      if tokens[k].kind == "name" then found[tokens[k].text] = true end
      k = k + 1
      if is_sign(tokens[k], "<") and is_sign(tokens[k + 2], ">") then k = k + 3 end
    end
    return k
  end
  while i <= count do
    local token = tokens[i]
    i = i + 1
    if token.kind == "keyword" and token.text == "for" then
      i = names_from(i)
    elseif token.kind == "keyword" and token.text == "local" then
      local is_function = tokens[i] and tokens[i].text == "function"
      if is_function and i < count and tokens[i + 1].kind == "name" then
        found[tokens[i + 1].text] = true
      elseif not is_function then
        i = names_from(i)
      end
    elseif token.kind == "keyword" and token.text == "function" then
      while i <= count and (tokens[i].kind == "name" or find(tokens[i].text, "^[.:]$")) do
        if is_sign(tokens[i], ":") then found.self = true end
        i = i + 1
      end
      if is_sign(tokens[i], "(") then i = names_from(i + 1) end
    end
  end
  return found
end

return path
