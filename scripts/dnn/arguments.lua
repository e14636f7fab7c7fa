-- Nothing that a caller passes is ignored: the words of errors about arguments, and functions written in Lua that
-- refuse more arguments than they have.
--
-- A file of the Lua half ends with
--
--     return arguments.guard("dnn.stepwise", stepwise)            functions: dnn.stepwise.compute_cost
--     arguments.guard("dnn.data.batches", Batches, ":")           methods:   batches:state_dict()
--
-- and every function in the table refuses what its parameters do not take (those that end in `...` take all). A value
-- of the wrong kind is refused by the function itself:
--
--     if not arguments.is_path(path) then arguments.wrong(1, "the path of a file", path) end
--
-- which raises, in the line of the script, "read_image: path must be the path of a file, got 5; usage:
-- dnn.data.read_image(path [, options])". For functions in C see bindings/arguments.h.
--
-- Whatever else is wrong is raised by `arguments.fail("the loader: no image of %d could be read", count)`, in the line
-- of the script, too.
--
-- Names of arguments and signatures come from the pages in dnn/meta, which are read when an error needs them.
local core = require "dnn.core"
local inspect, printable = core._inspect, core._printable
local about, frame, getmetatable, marked = inspect.about, inspect.frame, inspect.metatable, inspect.mark
local concat, pack, unpack = table.concat, table.pack, table.unpack
local maxinteger <const> = math.maxinteger
local find, format, gsub, match, sub = string.find, string.format, string.gsub, string.match, string.sub
local error, ipairs, next, pcall, rawget, require, select, setmetatable, tostring, type, xpcall = error, ipairs, next,
  pcall, rawget, require, select, setmetatable, tostring, type, xpcall

local arguments = {}

local DEEPEST <const> = 30 -- frames of the stack in which a function of the module is looked for

-- How the sources of the module's files begin.
local HOME <const> = match(frame(1).source, "^(.*)arguments%.lua$")

-- The names of functions in the reference: guarded ones, by the function that scripts call and by the one that it
-- calls, and from the first error on those in C.
local names = setmetatable({}, {__mode = "k"})
local written = setmetatable({}, {__mode = "k"})

-- Words ------------------------------------------------------------------------------------------------

-- A value's kind: "number", "Matrix".
local function kind_of(value)
  local metatable = type(value) == "userdata" and getmetatable(value)
  local name = type(metatable) == "table" and rawget(metatable, "__name")
  return type(name) == "string" and match(name, "^dnn%.(.*)$") or type(value)
end

-- A value as a message shows it: a matrix by its type, not by its numbers.
local function shown(value)
  if type(value) == "string" then
    return format(#value > 60 and "'%.57s...'" or "'%s'", (gsub(value, "\0", "\\0"))) -- C ends a text at a zero byte
  end
  if value ~= value then return "nan" end
  if type(value) == "number" or type(value) == "boolean" then return tostring(value) end
  if type(value) == "function" then
    local page = require "dnn.help.value".entry(require "dnn.reference"(), value)
    return page and format("the function %s; did you mean %s(...)?", page.name, page.name) or "a function"
  end
  local metatable = getmetatable(value)
  local name = type(metatable) == "table" and rawget(metatable, "__name")
  return type(name) == "string" and name or type(value)
end
arguments.shown = shown

-- Whether a value names a file or a folder; an empty string names none.
function arguments.is_path(value)
  return type(value) == "string" and value ~= ""
end

-- The name in the reference of the function that runs at a level of the stack, 1 for the caller; nil where it has none.
local function known_at(level)
  level = level + 1
  local known = marked(level, names)
  if known or frame(level).what ~= "C" then return known end
  require "dnn.help.value".add_names(names, require "dnn.reference"())
  return (marked(level, names))
end

-- The page of a function, from its name in the reference; where it has none, from what the stack calls it and how, and
-- the first argument.
local function page_of(known, name, how, object)
  local reference = require "dnn.reference"()
  local entry = reference.by_name[known]
  if not entry then
    local class = reference.classes["dnn." .. kind_of(object)]
    entry = class and name and require "dnn.help.words".member(reference, class, name)
    if not entry or entry.kind == "field" then return nil end
  end
  for _, alias in ipairs(how == "method" and entry.kind ~= "method" and entry.aliases or {}) do
    if alias.kind == "method" then return alias end
  end
  return entry
end

-- How a page's function is called as a method: "A:exp(...)"; nil where it is none.
local function method_of(page)
  for _, entry in ipairs{page, unpack(page.aliases or {})} do
    if entry.kind == "method" then return match(entry.written, "^%w+:") .. page.key .. "(...)" end
  end
end

-- A call as messages need it.
local function describe(known, name, how, given)
  local page = page_of(known, name, how, given[1])
  local words = require "dnn.help.words"
  local self = page and page.kind == "method" and 1 or 0      -- arguments before those in parentheses
  local options = page and words.options(require "dnn.reference"(), page)
  return {
    name = page and page.key or name or "function", self = self, given = given,
    parameters = page and words.arguments(page) or {}, usage = page and "; usage: " .. words.signature(page) or "",
    method = page and method_of(page),
    takes_out = options and options.out ~= nil,
  }
end

-- How another library's habit is written here, by the kinds of the arguments; nil where none is known.
local function habit_of(call, kinds)
  for _, row in ipairs(require "dnn.advice.habits") do
    if row[1] == call.name and find(concat(kinds, " "), row[2]) then return row[3] end
  end
  if call.takes_out and call.given.n > 1 and kinds[call.given.n] == "Matrix" then
    return "the Matrix to write into is given by name: {out = B}"
  end
end

-- What follows the first part of a message: how another library's habit is written here, and the signature.
local function ending(call)
  local kinds = {}
  for i = 1, call.given.n do kinds[i] = kind_of(call.given[i]) end
  local habit = habit_of(call, kinds)
  return (habit and "; " .. habit or "") .. call.usage
end

local function surplus_text(call, most)
  most = most - call.self
  return format("%s: expected %s, got %d%s", call.name,
    most == 0 and "no arguments" or format("at most %d argument%s", most, most == 1 and "" or "s"),
    call.given.n - call.self, ending(call))
end

-- Hints on how to make what was expected of what came.
local function hint(call, expected, value)
  if call.given.n == 0 and call.method then return "; methods take a colon, as in " .. call.method end
  if value == 0 and find(expected, "^1 %(") then return "; axes are counted from 1: NumPy's axis 0 is 1 here" end
  if not find(expected, "^a Matrix") then return "" end
  if type(value) == "table" then return "; dnn.Matrix{...} makes one of a table" end
  if type(value) == "number" then return "; dnn.full(rows, cols, number) makes one of a number" end
  return value == nil and "; check the name, or whether a load failed: it returns nil and a message" or ""
end

local function wrong_text(call, index, expected)
  local parameter = call.parameters[index - call.self]
  local value = call.given[index]
  return format("%s: %s must be %s, got %s%s%s", call.name,
    index == call.self and (match(call.method or "", "^%w+") or "the object")
      or parameter and parameter.name or "argument " .. index - call.self,
    expected, index > call.given.n and "nothing" or shown(value), hint(call, expected, value), ending(call))
end

-- The name of the nearest function of the module's below on the stack; nil where there is none.
local function nearest_of_module()
  for level = 3, DEEPEST do
    if not frame(level) then return nil end
    local known = known_at(level)
    if known then return known end
  end
end

-- For bindings/arguments.c, which calls it from the function that runs.
function arguments.explain(what, detail, more, ...)
  local running = frame(2)
  local call = describe(known_at(2), what == "surplus" and more or running.name, running.namewhat, pack(...))
  if what == "surplus" then return surplus_text(call, detail) end
  local outer = call.usage == "" and nearest_of_module()  -- what runs is a part of a function of the module's
  if outer then call.usage = describe(outer, nil, nil, {n = 0}).usage end
  local most = #call.parameters + call.self   -- not what the function itself has pushed since
  if most > 0 and call.given.n > most then call.given.n = most end
  if what == "wrong" then return wrong_text(call, detail, more) end
  return ending(call)
end

-- Raising -------------------------------------------------------------------------------------------

-- What catches errors.
local catches <const> = {[pcall] = true, [xpcall] = true}

-- The line of the script, "script.lua:8: ": the nearest that is not in a file of the module's, however deep in the
-- module an error is raised. "", as with Lua's own functions, where `pcall` itself has called the function of the
-- module. Also for bindings/arguments.c.
function arguments.where()
  local called     -- what the function at this level has called is the module's
  for level = 1, maxinteger do
    local running = frame(level)
    if not running then return "" end
    if running.currentline > 0 and sub(running.source, 1, #HOME) ~= HOME then
      return format("%s:%d: ", running.short_src, running.currentline)
    end
    if called and marked(level, catches) then return "" end
    called = running.what == "C" or marked(level, names)
  end
end

-- Raises the message, which is formatted where it has values, for the line of the script. Names in it may be a file's.
function arguments.fail(message, ...)
  error(arguments.where() .. printable(select("#", ...) > 0 and format(message, ...) or message), 0)
end

-- Functions in Lua -----------------------------------------------------------------------------------

local function refuse(name, most, key, how, ...)
  arguments.fail(surplus_text(describe(name, key, how, pack(...)), most))
end

-- A function that takes as many arguments as f has parameters and then calls `run` (f when not given). `name` is its
-- name in the reference.
function arguments.guarded(name, f, run)
  local most, key = about(f).nparams, match(name, "[^.:]*$")
  local how = find(name, ":", 1, true) and "method" or ""
  run = run or f
  local function guarded(...)
    if select("#", ...) > most then refuse(name, most, key, how, ...) end
    return run(...)
  end
  names[f], names[guarded], written[guarded] = name, name, f
  return guarded
end

-- The function as it is written that a guarded one calls; any other itself.
function arguments.written(f)
  return written[f] or f
end

-- Guards every function in Lua of a table, in place, and returns the table. `mark` is ":" for methods.
function arguments.guard(title, functions, mark)
  for key, f in next, functions do
    if type(f) == "function" and type(key) == "string" and find(key, "^%a") then
      local info = about(f)
      if info.what ~= "C" and not info.isvararg then
        functions[key] = arguments.guarded(title .. (mark or ".") .. key, f)
      end
    end
  end
  return functions
end

-- For functions that check, however deep in the module: how the message ends, "; usage: dnn.data.split(set [,
-- options])".
function arguments.usage()
  local known = nearest_of_module()
  return known and describe(known, nil, nil, {n = 0}).usage or ""
end

-- Raises for the argument at `index` (a method's object counts) of the guarded function that calls this.
function arguments.wrong(index, expected, value)
  local name, given = marked(2, names) or "", {n = index}
  given[index] = value
  local how = find(name, ":", 1, true) and "method"
  arguments.fail(wrong_text(describe(name, match(name, "[^.:]*$"), how, given), index, expected))
end

return arguments
