-- The prompt's commands: what begins with %, with ? or with $. bindings/program/commands.c calls run with an
-- input that is no Lua, and complete for Tab. Functions of the libraries are kept here, so that a user who
-- overwrites them still has the commands.
local error, ipairs, load, loadfile, next, pairs, pcall, rawget, rawlen, rawset, require, setmetatable, tostring, type =
  error, ipairs, load, loadfile, next, pairs, pcall, rawget, rawlen, rawset, require, setmetatable, tostring, type
local collectgarbage, getmetatable = collectgarbage, debug.getmetatable
local find, format, gsub, lower, match, rep, sub = string.find, string.format, string.gsub, string.lower,
  string.match, string.rep, string.sub
local concat, pack, sort, unpack = table.concat, table.pack, table.sort, table.unpack
local execute, getenv, remove, tmpname = os.execute, os.getenv, os.remove, os.tmpname
local min, tointeger = math.min, math.tointeger
local open, stdout = io.open, io.stdout
local output, flush = stdout.write, stdout.flush

local commands = {} -- the module
local known = {} -- name -> {usage, what it does, function(argument, host)}

local function say(...)
  output(stdout, ...)
end

-- A module of the prompt that may not be there; nil, message then.
local function optional(name)
  local found, module = pcall(require, name)
  if found then return module end
  return nil, module
end

--- Running ---

-- The function of a piece of Lua, an expression or a statement; raises what is wrong with it.
local function compile(code)
  local chunk = load("return " .. code, "=stdin", "t")
  if chunk then return chunk end
  local message
  chunk, message = load(code, "=stdin", "t")
  return chunk or error(message, 0)
end

local function seconds(s)
  if s < 1e-3 then return format("%.3g µs", s * 1e6) end
  if s < 1 then return format("%.3g ms", s * 1e3) end
  if s < 100 then return format("%.3g s", s) end
  return format("%.0f s", s)
end

local function bytes(kilobytes)
  if kilobytes < 1000 then return format("%.1f KB", kilobytes) end
  if kilobytes < 1e6 then return format("%.1f MB", kilobytes / 1000) end
  return format("%.2f GB", kilobytes / 1e6)
end

local function timed(code, host)
  if code == "" then error("%time needs an expression: %time A * B", 0) end
  local chunk = compile(code)
  local memory = collectgarbage "count"
  local start = host.now()
  local results = pack(chunk())
  local elapsed = host.now() - start
  local more = collectgarbage "count" - memory
  say(seconds(elapsed), more > 1 and ", " .. bytes(more) .. " of Lua's memory more" or "", "\n")
  return unpack(results, 1, results.n)
end

local function load_file(path)
  if path == "" then error("%load needs a file: %load experiment.lua", 0) end
  local chunk, message = loadfile(path, "t")
  if not chunk then error(message, 0) end
  return chunk()
end

--- Files to edit ---

local function quote(text)
  return "'" .. gsub(text, "'", "'\\''") .. "'"
end

local draft -- the file of an %edit without a name, kept until the program ends

local function draft_path()
  if not draft then
    local path = tmpname()
    remove(path)
    draft = setmetatable({path = path .. ".lua"}, {__gc = function(self) remove(self.path) end})
  end
  return draft.path
end

local function contents(path)
  local file <close> = open(path, "rb")
  return file and file:read "a"
end

local function edit(path)
  local named = path ~= ""
  if not named then path = draft_path() end
  local before = contents(path)
  local editor = getenv "VISUAL" or getenv "EDITOR" or "vi"
  if not execute(editor .. " " .. quote(path)) then
    error(format("the editor '%s' failed; $VISUAL or $EDITOR names another", editor), 0)
  end
  local after = contents(path)
  if not after or after == before and not named then
    say("nothing was saved, and nothing is run\n")
    return
  end
  return load_file(path)
end

--- Globals ---

local own = {ans = true, arg = true, dnn = true, _PROMPT = true, _PROMPT2 = true}

-- The names of the user's globals, sorted.
local function user_globals(host)
  local names = {}
  for name, value in next, host.globals do
    if type(name) == "string" and not own[name] and value ~= rawget(host.standard, name) then
      names[#names + 1] = name
    end
  end
  sort(names)
  return names
end

-- What a value is, in a few words, without calling anything of the user's.
local function describe(value)
  local kind = type(value)
  if kind == "table" then
    local count = 0
    for _ in next, value do
      count = count + 1
    end
    local meta = getmetatable(value)
    local name = type(meta) == "table" and rawget(meta, "__name")
    return (type(name) == "string" and name or "table") .. (count == 1 and ", 1 field" or ", " .. count .. " fields")
  elseif kind == "string" then
    return "string, " .. rawlen(value) .. " bytes"
  elseif kind == "userdata" then
    local meta = getmetatable(value)
    local name = type(meta) == "table" and rawget(meta, "__name")
    if name == "dnn.Matrix" then
      local rows, cols = value:size()
      return format("Matrix, %d x %d, %s", rows, cols, value.dtype)
    end
    return type(name) == "string" and (gsub(name, "^dnn%.", "")) or "userdata"
  elseif kind == "function" or kind == "thread" then
    return kind
  end
  return kind .. ", " .. tostring(value)
end

local function who(_, host)
  local names = user_globals(host)
  if #names == 0 then say("no globals of yours\n") end
  local widest = 0
  for _, name in ipairs(names) do
    widest = #name > widest and #name or widest
  end
  for _, name in ipairs(names) do
    say(name, rep(" ", widest - #name + 2), describe(rawget(host.globals, name)), "\n")
  end
end

local function reset(_, host)
  local count = #user_globals(host)
  for name in pairs(host.globals) do
    if rawget(host.standard, name) == nil and name ~= "dnn" and name ~= "arg" then
      rawset(host.globals, name, nil)
    end
  end
  for name, value in pairs(host.standard) do
    rawset(host.globals, name, value)
  end
  collectgarbage()
  say(count == 1 and "1 global is gone\n" or count .. " globals are gone\n")
end

--- Others ---

local function history(argument, host)
  local count = argument == "" and 20 or match(argument, "^%d+$") and tointeger(argument)
  if not count then error("%history takes a number of inputs: %history 50", 0) end
  for _, input in ipairs(host.history(count)) do
    say((gsub(input, "\n", "\n  ")), "\n")
  end
end

local function help()
  local widest = 0
  for _, command in pairs(known) do
    widest = #command[1] > widest and #command[1] or widest
  end
  local lines = {}
  for _, command in pairs(known) do
    lines[#lines + 1] = format("%s%s  %s\n", command[1], rep(" ", widest - #command[1]), command[2])
  end
  sort(lines)
  for _, other in ipairs{
    {"?name", "explains a name, a value or \"some words\"; name? as well"},
    {"$ command", "runs a command of the shell"},
    {"expression;", "a semicolon at the end shows no value; ans is the last"},
  } do
    lines[#lines + 1] = format("%s%s  %s\n", other[1], rep(" ", widest - #other[1]), other[2])
  end
  say(concat(lines))
end

known.time = {"%time expression", "how long it takes", timed}
known.load = {"%load file", "runs a file; its globals are the prompt's", load_file}
known.edit = {"%edit [file]", "opens $VISUAL or $EDITOR, and runs what was saved", edit}
known.who = {"%who", "your globals, and what they are", who}
known.reset = {"%reset", "takes your globals away", reset}
known.history = {"%history [n]", "the last n inputs", history}
known.help = {"%help", "this list", help}

-- How many letters lie between two words: added, left out, replaced or swapped.
local function distance(a, b)
  local before, last = nil, {}
  for j = 0, #b do
    last[j] = j
  end
  for i = 1, #a do
    local row = {[0] = i}
    for j = 1, #b do
      local same = sub(a, i, i) == sub(b, j, j)
      row[j] = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (same and 0 or 1))
      if i > 1 and j > 1 and sub(a, i, i) == sub(b, j - 1, j - 1) and sub(a, i - 1, i - 1) == sub(b, j, j) then
        row[j] = min(row[j], before[j - 2] + 1)
      end
    end
    before, last = last, row
  end
  return last[#b]
end

local function unknown(name)
  local nearest, least = nil, 3
  for other in pairs(known) do
    local d = find(other, name, 1, true) == 1 and 0 or distance(lower(name), other)
    if d < least or d == least and nearest and other < nearest then
      nearest, least = other, d
    end
  end
  error(format("there is no command %%%s%s", name,
    nearest and format("; did you mean %%%s?", nearest) or "; %help lists them"), 0)
end

--- Questions and the shell ---

local function ask(topic, host)
  local help_module, message = optional "dnn.help"
  if not help_module then
    error(find(message, "not found", 1, true) and "there is no help in this installation" or message, 0)
  end
  local columns, _, colour = host.terminal()
  local text
  text, message = help_module.topic(topic, host.globals, {width = columns, colour = colour})
  if not text then error(message, 0) end
  say(text, sub(text, -1) == "\n" and "" or "\n")
end

local function shell(command)
  flush(stdout)
  local well, how, status = execute(command)
  if not well then
    say(how == "signal" and "ended by signal " or "status ", status, "\n")
  end
end

function commands.run(input, host)
  local kind, rest = match(input, "^%s*([%%?$])%s*(.-)%s*$")
  if kind == "$" then
    shell(rest)
  elseif kind == "?" then
    ask(rest, host)
  elseif kind == "%" then
    local name, argument = match(rest, "^(%S*)%s*(.*)$")
    local command = known[name == "" and "help" or name] or unknown(name)
    return command[3](argument, host)
  else
    ask(match(input, "^%s*(.-)%s*%?%s*$"), host)
  end
end

--- Completion ---

-- The byte at which the word before the cursor begins, and the sorted texts that may stand for it; a topic is
-- completed as a name, what follows %load, %edit and $ as a file.
function commands.complete(text, cursor)
  local typed = sub(text, 1, cursor)
  local start = match(typed, "^%s*%%()%a*$")
  if start then
    local names = {}
    for name in pairs(known) do
      if sub(name, 1, cursor - start + 1) == sub(typed, start) then names[#names + 1] = name end
    end
    sort(names)
    return start, names
  end
  local complete = optional "dnn.prompt.complete"
  if not complete then return cursor + 1, {} end
  start = match(typed, "^%s*%%load%s+()") or match(typed, "^%s*%%edit%s+()") or match(typed, "^%s*%$.-()[^%s]*$")
  if start then -- as if in quotes
    local first, candidates = complete('"' .. sub(typed, start), cursor - start + 2)
    return first and first + start - 2, candidates
  end
  return complete(text, cursor)
end

return commands
