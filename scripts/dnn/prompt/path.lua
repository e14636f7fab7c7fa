-- dnn.prompt.path: what is known of the expression that ends at a token: `a.b[1].c`, `("x")`, `net[2]`.
-- Nothing is called: what a call gives is not known.
local error, find, tonumber = error, string.find, tonumber
local lexer = require "dnn.lexer"
local values = require "dnn.prompt.values"

local path = {}

local MOST_LOOKS <const> = 10000 -- at expressions, for one completion
local OPENING <const> = {[")"] = "(", ["]"] = "[", ["}"] = "{"}

-- The brackets that answer each other, by the place of each of the two.
local function pairs_of(tokens)
  if tokens.pairs then return tokens.pairs end
  local answers, open = {}, {}
  for i = 1, #tokens do
    local text = tokens[i].kind == "sign" and tokens[i].text
    if text == "(" or text == "[" or text == "{" then
      open[#open + 1] = i
    elseif text and OPENING[text] and #open > 0 and tokens[open[#open]].text == OPENING[text] then
      answers[i], answers[open[#open]] = open[#open], i
      open[#open] = nil
    end
  end
  tokens.pairs = answers
  return answers
end

-- The bracket that is still open at token i, or nil: its place.
function path.enclosing(tokens, i)
  while i >= 1 do
    local token = tokens[i]
    if token.kind == "sign" then
      if OPENING[token.text] then
        i = pairs_of(tokens)[i]
        if not i then return nil end
      elseif token.text == "(" or token.text == "{" or token.text == "[" then
        return i
      end
    end
    i = i - 1
  end
end

-- True when an expression can end at this token, so that a bracket after it is a call or an index.
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

-- What is known of a call of the function whose expression ends at token i: of require, and of the module's
-- own constructors.
local function known_call(tokens, i, locals)
  local name, before = tokens[i], tokens[i - 1]
  if name.kind == "name" and is_sign(before, ":") then
    local object, from = known_at(tokens, i - 2, locals)
    return object and values.result(object, name.text), from
  end
  local argument = tokens[i + (is_sign(tokens[i + 1], "(") and 2 or 1)]
  if name.text == "require" and argument.kind == "string" then
    local module = lexer.value(argument)
    return module and values.module(module), i
  end
  local called, from = known_at(tokens, i, locals)
  return called and values.result(called), from
end

-- What is known of a local variable that is declared by `local name = expression`.
local function known_local(tokens, name, locals)
  local last = locals[name]
  if last == true then return nil end
  locals[name] = last.outer -- in its own expression the name is that of another variable
  local known, from = known_at(tokens, last.last, locals)
  locals[name] = last
  return from == last.first and known or nil
end

-- What is known of the expression that ends at token i, or nil; and the place of its first token.
function known_at(tokens, i, locals)
  local token = tokens[i]
  if not token then return nil end
  tokens.looks = (tokens.looks or 0) + 1
  if tokens.looks > MOST_LOOKS then error "too much to find out" end
  if token.kind == "string" then
    if ends_value(tokens[i - 1]) then return known_call(tokens, i - 1, locals) end
    return {value = lexer.value(token)}, i
  end
  if token.kind == "name" then
    local before = tokens[i - 1]
    if is_sign(before, ".") or is_sign(before, ":") then
      local known, from = known_at(tokens, i - 2, locals)
      return known and values.field(known, token.text), from
    end
    if locals[token.text] then return known_local(tokens, token.text, locals), i end
    return values.global(token.text), i
  end
  if token.kind ~= "sign" or not OPENING[token.text] then return nil end
  local open = pairs_of(tokens)[i]
  if not open then return nil end
  if token.text ~= "]" and ends_value(tokens[open - 1]) then
    return known_call(tokens, open - 1, locals)
  elseif token.text == "]" and ends_value(tokens[open - 1]) then
    local known, from = known_at(tokens, open - 1, locals)
    local key = known and key_between(tokens, open + 1, i - 1, locals)
    return key ~= nil and values.field(known, key) or nil, from
  elseif token.text == ")" then
    local known, from = known_at(tokens, i - 1, locals)
    return from == open + 1 and known or nil, open
  end
  return nil, open
end

path.known_at = known_at

-- The last token of the simple expression that begins at token i: names, indices and calls.
local function expression_end(tokens, i, count)
  local last = i
  while last < count do
    local following = tokens[last + 1]
    if is_sign(following, ".") or is_sign(following, ":") then
      last = last + 2
    elseif following.kind == "string" then
      last = last + 1
    elseif is_sign(following, "(") or is_sign(following, "[") or is_sign(following, "{") then
      last = pairs_of(tokens)[last + 1]
      if not last then return nil end
    else
      break
    end
  end
  local following = tokens[last + 1]
  local goes_on = following and (following.kind == "sign" and following.text ~= ";"
    or following.text == "and" or following.text == "or")
  return last <= count and not goes_on and last or nil
end

-- The variables that the first `count` tokens declare: true, or {first = , last = }, the place of the
-- expression that it is declared with.
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
        local name, outer = i, tokens[i] and found[tokens[i].text]
        i = names_from(i)
        local last = i == name + 1 and i < count and is_sign(tokens[i], "=") and expression_end(tokens, i + 1, count)
        if last then found[tokens[name].text] = {first = i + 1, last = last, outer = outer} end
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
