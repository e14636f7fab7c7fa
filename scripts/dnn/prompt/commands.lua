-- The prompt's commands: what begins with %, with ? or with $. bindings/prompt/commands.c calls run with an
-- input that is not Lua, and complete for Tab. It loads this module with globals of its own: here they are the
-- libraries', whatever the user does to those of the prompt, which are host.globals.
local stdout = io.stdout
local find, format, gsub, lower, match, rep, sub = string.find, string.format, string.gsub, string.lower,
  string.match, string.rep, string.sub

local commands = {} -- the module
local known = {} -- name -> {usage, what it does, function(argument, host)}

local function say(...)
  stdout:write(...)
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
  local results = table.pack(chunk())
  local elapsed = host.now() - start
  local more = collectgarbage "count" - memory
  say(seconds(elapsed), more > 1 and ", " .. bytes(more) .. " more Lua memory" or "", "\n")
  return table.unpack(results, 1, results.n)
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
    local path = os.tmpname()
    os.remove(path)
    draft = setmetatable({path = path .. ".lua"}, {__gc = function(self) os.remove(self.path) end})
  end
  return draft.path
end

local function contents(path)
  local file <close> = io.open(path, "rb")
  return file and file:read "a"
end

local function edit(path)
  local named = path ~= ""
  if not named then path = draft_path() end
  local before = contents(path)
  local editor = os.getenv "VISUAL" or os.getenv "EDITOR" or "vi"
  if not os.execute(editor .. " " .. quote(path)) then
    error(format("the editor '%s' failed; set $VISUAL or $EDITOR to use another", editor), 0)
  end
  local after = contents(path)
  if not after or after == before and not named then
    say("nothing was saved, so nothing is run\n")
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
  table.sort(names)
  return names
end

-- What a value is, in a few words, without calling anything of the user's.
local function describe(value)
  local kind, meta = type(value), debug.getmetatable(value)
  local name = type(meta) == "table" and rawget(meta, "__name")
  if kind == "table" then
    local count = 0
    for _ in next, value do
      count = count + 1
    end
    return format("%s, %d field%s", type(name) == "string" and name or "table", count, count == 1 and "" or "s")
  elseif kind == "string" then
    return "string, " .. rawlen(value) .. " bytes"
  elseif name == "dnn.Matrix" then
    return format("Matrix, %d x %d, %s", value.rows, value.cols, value.dtype)
  elseif type(name) == "string" and find(name, "^dnn%.") then
    return match(tostring(value), "^[^\n]*")
  elseif kind == "boolean" or kind == "number" then
    return kind .. ", " .. tostring(value)
  end
  return kind
end

local function who(_, host)
  local names = user_globals(host)
  if #names == 0 then say("you have no globals\n") end
  local widest = 0
  for _, name in ipairs(names) do
    widest = #name > widest and #name or widest
  end
  for _, name in ipairs(names) do
    say(host.printable(name .. rep(" ", widest - #name + 2) .. describe(rawget(host.globals, name))), "\n")
  end
end

local function reset(_, host)
  local count = #user_globals(host)
  for name in next, host.globals do
    if host.standard[name] == nil and name ~= "dnn" and name ~= "arg" then rawset(host.globals, name, nil) end
  end
  for name, value in next, host.standard do
    rawset(host.globals, name, value)
    if type(value) == "table" and name ~= "_G" then -- what was in a library is in it again
      for key, field in next, host.pristine[name] do
        rawset(value, key, field)
      end
    end
  end
  collectgarbage()
  say(format("removed %d global%s\n", count, count == 1 and "" or "s"))
end

--- Others ---

local function history(argument, host)
  local count = argument == "" and 20 or match(argument, "^%d+$") and math.tointeger(argument)
  if not count then error("%history takes a number of inputs: %history 50", 0) end
  for _, input in ipairs(host.history(count)) do
    say(host.printable((gsub(input, "\n", "\n  "))), "\n")
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
  table.sort(lines)
  for _, other in ipairs{
    {"?name", "explains a name or a value, or finds \"words\"; name? works too"},
    {"$ command", "runs a shell command"},
    {"expression;", "a semicolon at the end hides the value; ans is the last value"},
  } do
    lines[#lines + 1] = format("%s%s  %s\n", other[1], rep(" ", widest - #other[1]), other[2])
  end
  say(table.concat(lines))
end

known.time = {"%time expression", "measures how long it takes", timed}
known.load = {"%load file", "runs a file in the prompt's globals", load_file}
known.edit = {"%edit [file]", "opens $VISUAL or $EDITOR, and runs what was saved", edit}
known.who = {"%who", "lists your globals", who}
known.reset = {"%reset", "removes your globals", reset}
known.history = {"%history [n]", "the last n inputs", history}
known.help = {"%help", "this list", help}

-- What an unknown command was meant to be: a prefix of one, or a misspelling.
local function meant(name, host)
  local core = host.module "dnn.core"
  local first
  for other in pairs(known) do
    if sub(other, 1, #name) == name and (not first or other < first) then first = other end
  end
  return first or core and core._nearest(name, known)
end

local function unknown(name, host)
  local near = meant(lower(name), host)
  error(format("no command %%%s%s", name,
    near and format("; did you mean %%%s?", near) or "; %help lists them"), 0)
end

--- Questions and the shell ---

local function ask(topic, host)
  local help_module, message = host.module "dnn.help"
  if not help_module then
    error(find(message, "not found", 1, true) and "help is not installed" or message, 0)
  end
  local columns, _, colour = host.terminal()
  local text
  text, message = help_module.topic(topic, host.globals, {width = columns, colour = colour})
  if not text then error(message, 0) end
  if sub(text, -1) ~= "\n" then text = text .. "\n" end
  if not host.page(text) then say(text) end
end

local function shell(command)
  stdout:flush()
  local well, how, status = os.execute(command)
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
    local command = known[name == "" and "help" or name] or unknown(name, host)
    return command[3](argument, host)
  else
    ask(match(input, "^%s*(.-)%s*%?%s*$"), host)
  end
end

--- Completion ---

-- The byte at which the word before the cursor begins, and the sorted texts that may stand for it; a topic is
-- completed as a name, what follows %load, %edit and $ as a file.
function commands.complete(text, cursor, host)
  local typed = sub(text, 1, cursor)
  local start = match(typed, "^%s*%%()%a*$")
  if start then
    local names = {}
    for name in pairs(known) do
      if sub(name, 1, cursor - start + 1) == sub(typed, start) then names[#names + 1] = name end
    end
    table.sort(names)
    return start, names
  end
  local complete = host.module "dnn.prompt.complete"
  if not complete then return cursor + 1, {} end
  start = match(typed, "^%s*%%load%s+()") or match(typed, "^%s*%%edit%s+()") or match(typed, "^%s*%$.-()%S*$")
  if start then -- as if in quotes
    local first, candidates = complete('"' .. sub(typed, start), cursor - start + 2)
    return first and first + start - 2, candidates
  end
  return complete(text, cursor)
end

return commands
