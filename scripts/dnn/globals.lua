-- What `dnnlua -W` says of a script before it runs: globals that nothing defines, most of them misspelt.
--
-- The script is read, not run, so that a slip in what a long training does last is found at its start. No
-- parser: tokens (dnn.lexer), and a stack of blocks and brackets with the locals of each. Where the two would differ
-- a name is rather taken for a local, and nothing is said. Takes scripts that Lua has compiled.
local lexer = require "dnn.lexer"

local globals = {}

local sub = string.sub

-- Tokens -----------------------------------------------------------------------------------------------

-- Three arrays: kinds ("name", "number", "string", or, for keywords and symbols, the text itself), texts and lines of
-- the tokens.
local function tokens_of(text)
  local kinds, texts, lines = {}, {}, {}
  local line, last = 1, 1
  text = text:gsub("^#[^\n]*", "")
  for i, token in ipairs(lexer.read(text)) do
    local _, breaks = sub(text, last, token.first - 1):gsub("\n", "")
    line = line + breaks
    kinds[i] = (token.kind == "keyword" or token.kind == "sign") and token.text or token.kind
    texts[i], lines[i] = token.text, line
    last = token.first
  end
  return kinds, texts, lines
end

-- Names ------------------------------------------------------------------------------------------------

local OPENS <const> = {["do"] = true, ["then"] = true, ["repeat"] = true, ["("] = true, ["["] = true, ["{"] = true}
local CLOSES <const> = {["end"] = true, ["elseif"] = true, [")"] = true, ["]"] = true, ["}"] = true}
local MATCHING <const> = {["("] = 1, ["["] = 1, ["{"] = 1, [")"] = -1, ["]"] = -1, ["}"] = -1}

-- The token after the bracket that opens at token i.
local function skip_brackets(kinds, i)
  local depth = 0
  repeat
    depth = depth + (MATCHING[kinds[i]] or 0)
    i = i + 1
  until depth == 0 or not kinds[i]
  return i
end

-- Whether the name at token i is assigned to: `name =`, or `name, other.place[i] =`.
local function is_target(kinds, i)
  i = i + 1
  while kinds[i] == "," do
    if kinds[i + 1] ~= "name" then return false end
    i = i + 2
    while kinds[i] == "." or kinds[i] == "[" do
      i = kinds[i] == "." and i + 2 or skip_brackets(kinds, i)
    end
  end
  return kinds[i] == "="
end

-- Whether the script asks there if the global is defined: it knows that it may not be.
local function is_tested(kinds, texts, i)
  local before, after = kinds[i - 1], kinds[i + 1]
  return before == "not" or after == "and" or after == "or"
    or (before == "if" or before == "elseif" or before == "and") and after == "then"
    or (after == "==" or after == "~=") and kinds[i + 2] == "nil"
    or before == "(" and texts[i - 2] == "type"
end

-- What a script does with globals: {read = {name = line}, assigned = {name = line}, known = {name = true},
-- locals = {name = true}, loads = whether it runs other files}. nil for one that changes what a global is.
local function survey(text)
  local kinds, texts, lines = tokens_of(text)
  for i, kind in ipairs(kinds) do
    if kind == "name" and (texts[i] == "_ENV" or texts[i] == "setmetatable" and texts[i + 2] == "_G") then
      return nil
    end
  end
  local found = {read = {}, assigned = {}, known = {}, locals = {}, loads = false}
  local stack = {{names = {}}}

  local function declare(name)
    stack[#stack].names[name] = true
    found.locals[name] = true
  end
  local function is_local(name)
    for k = #stack, 1, -1 do
      if stack[k].names[name] then return true end
    end
  end
  local function open(kind) stack[#stack + 1] = {kind = kind, names = {}} end
  local function close() if #stack > 1 then stack[#stack] = nil end end

  -- Declares the names of a list from token i on; returns the token after it.
  local function declare_list(i)
    while kinds[i] == "name" do
      declare(texts[i])
      i = i + 1
      if kinds[i] == "<" then i = i + 3 end
      if kinds[i] ~= "," then break end
      i = i + 1
    end
    return i
  end

  local function use(i)
    local name = texts[i]
    if name == "_G" then
      if kinds[i + 1] == "." then found.known[texts[i + 2]] = true end
      if kinds[i + 2] == "string" then found.known[texts[i + 2]:sub(2, -2)] = true end
    end
    if is_local(name) then return end
    if name == "dofile" or name == "loadfile" or name == "load" then found.loads = true end
    if stack[#stack].kind ~= "{" and is_target(kinds, i) then
      found.assigned[name] = found.assigned[name] or lines[i]
    elseif is_tested(kinds, texts, i) then
      found.known[name] = true
    else
      found.read[name] = found.read[name] or lines[i]
    end
  end

  -- From the token `function` on: its name, if it is a statement, and its parameters.
  local function open_function(i)
    local method = false
    local at = i + 1
    if kinds[at] == "name" then
      if kinds[i - 1] == "local" then
        declare(texts[at])
      elseif kinds[at + 1] == "(" then
        if not is_local(texts[at]) then found.assigned[texts[at]] = found.assigned[texts[at]] or lines[at] end
        found.known[texts[at]] = true
      else
        use(at)
      end
      while kinds[at] ~= "(" do
        method = method or kinds[at] == ":"
        at = at + 1
      end
    end
    open "function"
    if method then stack[#stack].names.self = true end
    at = declare_list(at + 1)
    return (kinds[at] == "..." and at + 1 or at) + 1
  end

  local i = 1
  while kinds[i] do
    local kind, next_token = kinds[i], i + 1
    if kind == "name" then
      local before = kinds[i - 1]
      local is_field = before == "." or before == ":" or before == "goto" or before == "::"
        or stack[#stack].kind == "{" and kinds[i + 1] == "=" and (before == "{" or before == "," or before == ";")
      if not is_field then use(i) end
    elseif kind == "function" then
      next_token = open_function(i)
    elseif kind == "local" and kinds[i + 1] == "name" then
      next_token = declare_list(i + 1)
    elseif kind == "for" then
      open "for"
      next_token = declare_list(i + 1)
    elseif kind == "do" and stack[#stack].kind == "for" and not stack[#stack].begun then
      stack[#stack].begun = true
    elseif kind == "else" then
      close()
      open "else"
    elseif kind == "until" then -- what follows still sees the block's locals
      local names = stack[#stack].names
      close()
      for name in pairs(names) do stack[#stack].names[name] = true end
    elseif OPENS[kind] then
      open(kind)
    elseif CLOSES[kind] then
      close()
    end
    i = next_token
  end
  return found
end

-- Messages ---------------------------------------------------------------------------------------------

-- Whether two names differ in digits alone, as those of a row: net1, net2.
local function numbered(a, b)
  return a:gsub("%d+", "") == b:gsub("%d+", "")
end

-- The warnings for the text of a script: an array of {line = , text = } by line. `defined` holds the names
-- that are defined before it runs; nearest(name, tables ...) is the key most like a name.
function globals.check(text, defined, nearest)
  local found = survey(text)
  local warnings = {}
  if not found then return warnings end
  local function add(line, format, ...)
    warnings[#warnings + 1] = {line = line, text = format:format(...)}
  end
  local function is_known(name)
    return defined[name] or found.known[name]
  end

  for name, line in pairs(found.read) do
    if not is_known(name) and not found.assigned[name] then
      local near = nearest(name, defined, found.known, found.assigned, found.locals)
      if near then
        add(line, "'%s' is not defined; did you mean '%s'?", name, near)
      elseif not found.loads then
        add(line, "'%s' is not defined", name)
      end
    end
  end
  for name, line in pairs(found.assigned) do
    if not is_known(name) and not found.read[name] then
      local near = nearest(name, defined, found.read, found.locals)
      if near and not numbered(name, near) then
        add(line, "'%s' is assigned and never read; did you mean '%s'?", name, near)
      end
    end
  end
  table.sort(warnings, function(a, b)
    if a.line ~= b.line then return a.line < b.line end
    return a.text < b.text
  end)
  return warnings
end

-- Warns of the globals of the script at a path, before it runs. Says nothing where the script has given _G
-- an __index, through which names may come from anywhere; `offered` are those of the program's own.
function globals.warn(path, offered)
  local metatable = getmetatable(_G)
  if metatable and metatable.__index and not offered then return end
  local file <close> = io.open(path, "rb")
  local text = file and file:read "a"
  if not text or text:find "^\27" then return end
  local defined = {dnn = offered and true or nil}
  for name in next, _G do defined[name] = true end
  local warnings = globals.check(text:gsub("^\xEF\xBB\xBF", "", 1), defined, function(...)
    return require "dnn.core"._nearest(...)
  end)
  for _, warning in ipairs(warnings) do
    warn(("%s:%d: %s"):format(path, warning.line, warning.text))
  end
end

return globals
