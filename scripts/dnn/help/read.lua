-- Reads the definition files of dnn/meta, the one source of all documentation of the module: help at the
-- prompt, docs/reference.md and editors (LuaLS) live on them.
--
-- They are Lua that is never run. What counts is comments and the line of code after them:
--
--     -- # Title            a section of the manual, then its introduction in Markdown; -- ## a group in it,
--                           with words in braces after its title that it is found by, too
--     ---text               documentation of what follows; code between ```lua and ``` is its example
--     ---@param ---@return ---@class ---@field ---@operator ---@overload ---@alias ---@type
--     function dnn.f(a, b) end      local A = {}      A.f = dnn.f      dnn.version = ""
--
-- The files follow LuaLS's rules alone, with one tag to a line.
local concat, ipairs, sort = table.concat, ipairs, table.sort
local byte, find, gmatch, gsub, match, sub = string.byte, string.find, string.gmatch, string.gsub, string.match,
  string.sub
local error, format, open, upper = error, string.format, io.open, string.upper

local AT <const>, BAR <const>, DASH <const> = byte "@", byte "|", byte "-"

-- Types ----------------------------------------------------------------------------------------------

local closing = {["("] = ")", ["{"] = "}", ["<"] = ">", ["["] = "]", ['"'] = '"', ["'"] = "'", ["`"] = "`"}

-- The place after the bracket or quotation mark that answers the one at `place`.
local function skip_pair(text, place)
  local last = closing[sub(text, place, place)]
  local quoted = find(last, "[\"'`]") ~= nil
  place = place + 1
  while place <= #text do
    local c = sub(text, place, place)
    if c == last then return place + 1 end
    place = not quoted and closing[c] and skip_pair(text, place) or place + 1
  end
  return place
end

-- "number|nil some text" as a type and the text. A type holds blanks only inside brackets and quotation marks,
-- around "|", and after the ":" and "," of fun(...): T, U.
local function split_type(text)
  local simple, rest = match(text, "^([%w_.?%[%]|]+)%s+([^|%s].*)$")
  if simple and byte(simple, -1) ~= BAR then return simple, rest end
  local place, goes_on = 1, find(text, "^[%w_.|]*fun%(") and "[|:,]%s*$" or "|%s*$"
  while place <= #text do
    local c = sub(text, place, place)
    if closing[c] then
      place = skip_pair(text, place)
    elseif c == " " and not find(text, "^%s*|", place) and not find(sub(text, 1, place - 1), goes_on) then
      break
    else
      place = place + 1
    end
  end
  return sub(text, 1, place - 1), match(sub(text, place), "^%s*(.*)$")
end

-- A type and the text after it, with names of ---@alias replaced by what they stand for.
local function read_type(state, text)
  local type, rest = split_type(text)
  return gsub(type, "dnn%.[%w_.]+", state.reference.aliases), rest
end

local function without_mark(text)
  return (gsub(text, "^[#:]%s*", ""))
end

-- Blocks ---------------------------------------------------------------------------------------------

-- What is above a line of code.
local function new_block()
  return {lines = {}, params = {}, returns = {}, overloads = {}}
end

-- Lines as text and the examples in it, which are taken out. Text may be after "---" or after "--- ".
local function take_examples(lines)
  local text, examples, example, indent = {}, {}, nil, 0
  for _, line in ipairs(lines) do
    if example then
      if find(line, "^ ?```") then
        examples[#examples + 1] = concat(example, "\n")
        example = nil
      else
        example[#example + 1] = sub(line, indent + 1)
      end
    elseif find(line, "^ ?```lua") then
      example, indent = {}, find(line, "`", 1, true) - 1
    else
      text[#text + 1] = gsub(line, "^ ", "")
    end
  end
  return gsub(gsub(concat(text, "\n"), "^%s+", ""), "%s+$", ""), examples
end

-- The first sentence, or the first paragraph where none ends in it.
local function summary_of(text)
  local paragraph = gsub(match(text .. "\n\n", "^(.-)\n%s*\n"), "\n", " ")
  for place in gmatch(paragraph, "()[.!?]%s") do
    local sentence = sub(paragraph, 1, place)
    local goes_on = find(sentence, "%f[%w]%l%.%l%.$") or find(sentence, "et al%.$") -- "e.g.", "i.e.", "et al."
    if not goes_on then return sentence end
  end
  return paragraph
end

local function describe(thing, block)
  local text, examples = take_examples(block.lines)
  thing.text, thing.summary, thing.example = text, summary_of(text), examples[1]
  return thing
end

-- Tags -----------------------------------------------------------------------------------------------

local function fail(state, message)
  error(format("%s.lua:%d: %s", state.section.key, state.line, message), 0)
end

local function class_of(reference, name)
  local class = reference.classes[name]
  if not class then
    class = {name = name, parents = {}, fields = {}, methods = {}, operators = {}, overloads = {}, text = "",
      summary = ""}
    reference.classes[name] = class
  end
  return class
end

local tags = {}

function tags.param(state, rest)
  local name, optional, more = match(rest, "^([%w_.]+)(%??)%s+(.*)$")
  if not name then fail(state, "---@param is to have a name and a type") end
  local type, text = read_type(state, more)
  local params = state.block.params
  params[#params + 1] = {name = name, optional = optional == "?", type = type, text = without_mark(text)}
end

tags["return"] = function(state, rest)
  local type, text = read_type(state, rest)
  local name, more = match(text, "^([%a_][%w_]*)%s+(.*)$")
  if not name then name, more = match(text, "^([%a_][%w_]*)$"), "" end
  if find(text, "^#") then name, more = nil, without_mark(text) end
  local returns = state.block.returns
  returns[#returns + 1] = {type = type, name = name, text = more}
end

function tags.overload(state, rest)
  local overloads = state.block.overloads
  overloads[#overloads + 1] = rest
end

function tags.type(state, rest)
  state.block.type = read_type(state, rest)
end

function tags.class(state, rest)
  local name, parents = match(gsub(rest, "^%(exact%)%s*", ""), "^([%w_.]+)%s*:?%s*(.*)$")
  local class, block = class_of(state.reference, name), state.block
  for parent in gmatch(parents, "[%w_.]+") do class.parents[#class.parents + 1] = parent end
  if #block.lines > 0 or not class.section then
    if #block.lines > 0 then describe(class, block) end
    class.section, class.group = state.section, state.group
    local items = state.group.items
    items[#items + 1] = class
  end
  block.class, block.lines = class, {}
  block.overloads = class.overloads
end

function tags.field(state, rest)
  rest = gsub(gsub(rest, "^private%s+", ""), "^public%s+", "")
  local class = state.block.class
  local name, optional, more = match(rest, "^(%b[])(%??)%s+(.*)$")
  if not name then name, optional, more = match(rest, "^([%w_]+)(%??)%s+(.*)$") end
  if not class or not name then fail(state, "---@field is to stand below a ---@class and have a type") end
  local type, text = read_type(state, more)
  local above = concat(state.block.lines, "\n")
  state.block.lines = {}
  text = without_mark(text)
  if above ~= "" then text = text == "" and above or above .. "\n" .. text end
  local field = {
    kind = "field", key = name, name = class.name .. "." .. name, owner = class, optional = optional == "?",
    type = type, text = text, summary = summary_of(text), section = state.section,
  }
  class.fields[#class.fields + 1] = field
  class.fields[name] = field
end

function tags.operator(state, rest)
  local operators = state.block.class.operators
  operators[#operators + 1] = rest
end

function tags.alias(state, rest)
  local name, text = match(rest, "^([%w_.]+)%s*(.*)$")
  state.reference.aliases[name] = split_type(text)
  state.block.alias, state.block.lines = name, {}
end

-- Code -----------------------------------------------------------------------------------------------

-- The class that a variable of the file stands for: `A` for dnn.Matrix, `dnn.linalg` for itself.
local function class_behind(state, variable)
  return state.variables[variable] or class_of(state.reference, variable)
end

local function add_entry(state, entry)
  local class = entry.owner
  entry.section, entry.group = state.section, state.group
  entry.name = class.name .. (entry.kind == "method" and ":" or ".") .. entry.key
  class.methods[#class.methods + 1] = entry
  class.methods[entry.key] = entry
  state.reference.by_name[entry.name] = entry
  local entries, items = state.reference.entries, state.group.items
  entries[#entries + 1] = entry
  items[#items + 1] = entry
end

local function add_function(state, variable, mark, key, arguments)
  local block = state.block
  local class = class_behind(state, variable)
  class.namespace = class.namespace or find(variable, ".", 1, true) ~= nil
  local entry = describe({
    kind = mark == ":" and "method" or "function", owner = class, key = key, written = variable .. mark .. key,
    arguments = arguments, params = block.params, returns = block.returns, overloads = block.overloads,
    aliases = {},
  }, block)
  add_entry(state, entry)
end

-- A.exp = dnn.exp: one function by two names. The documentation is that of the first.
local function add_alias(state, variable, key, original)
  local class = class_behind(state, variable)
  local of = class_behind(state, match(original, "^(.*)[.]")).methods[match(original, "[^.]+$")]
  if not of then fail(state, original .. " is not documented above") end
  local method = not class.namespace
  local entry = {
    kind = method and "method" or "function", owner = class, key = key,
    written = variable .. (method and ":" or ".") .. key, arguments = of.arguments, params = of.params,
    returns = of.returns, overloads = {}, aliases = {}, alias_of = of, text = of.text, summary = of.summary,
    example = of.example,
  }
  of.aliases[#of.aliases + 1] = entry
  add_entry(state, entry)
end

local function add_value(state, variable, key)
  local entry = describe({
    kind = "field", owner = class_behind(state, variable), key = key, type = state.block.type,
    written = variable .. "." .. key,
  }, state.block)
  add_entry(state, entry)
end

local function read_code(state, line)
  local variable, mark, key, arguments = match(line, "^function ([%w_.]-)([.:])([%w_]+)%((.-)%)")
  if variable then return add_function(state, variable, mark, key, arguments) end
  local class = state.block.class
  local name, value = match(line, "^local ([%w_]+) = (.*)$")
  if not name then name, value = match(line, "^([%w_.]+) = (.*)$") end
  if not name then return end
  if class then
    class.variable = class.variable or name
    class.namespace = class.name == "dnn" or find(name, ".", 1, true) ~= nil
    state.variables[name] = class
  elseif find(value, "^[%a_][%w_.]*%.[%w_]+$") then
    add_alias(state, match(name, "^(.*)%."), match(name, "[^.]+$"), value)
  elseif find(name, ".", 1, true) then
    add_value(state, match(name, "^(.*)%."), match(name, "[^.]+$"))
  end
end

-- Files ----------------------------------------------------------------------------------------------

local function new_group(section, title)
  for _, group in ipairs(section.groups) do
    if title and group.title == gsub(title, "%s*{.*}$", "") then return group end
  end
  local words = {}
  for word in gmatch(match(title or "", "%s*{(.*)}$") or "", "[^,%s][^,]*") do words[#words + 1] = word end
  local group = {title = title and gsub(title, "%s*{.*}$", ""), words = words, lines = {}, items = {}}
  section.groups[#section.groups + 1] = group
  return group
end

-- A line of a section's text: its title, a group's, or words of whichever came last.
local function read_section(state, text)
  local level, title = match(text, "^(##?)%s+(.*)$")
  if level == "#" then
    state.section.title = title
  elseif level then
    state.group = new_group(state.section, title)
  else
    local lines = state.group.lines
    lines[#lines + 1] = text
  end
end

local function finish_text(section)
  for _, group in ipairs(section.groups) do
    group.text = gsub(gsub(concat(group.lines, "\n"), "^%s+", ""), "%s+$", "")
  end
  section.text = section.groups[1].text
end

local function read_line(state, line)
  local first, second, third, fourth = byte(line, 1, 4)
  if first ~= DASH or second ~= DASH then
    if first then read_code(state, line) end
    if state.block.used then state.block = new_block() end
  elseif third ~= DASH then
    read_section(state, match(line, "^%-%-%s?(.*)$"))
  elseif fourth == AT then
    local name, rest = match(line, "^%-%-%-@(%a+)%s*(.*)$")
    if tags[name] then tags[name](state, rest) end
    state.block.used = true
  elseif fourth == BAR then
    local aliases, alias = state.reference.aliases, state.block.alias
    if alias then aliases[alias] = gsub(aliases[alias] .. split_type(sub(line, 4)), "^|%s*", "") end
  else
    local block = state.block
    block.used = true
    block.lines[#block.lines + 1] = sub(line, 4)
  end
end

local function read_text(reference, key, text)
  local section = {key = key, title = gsub(key, "^%l", upper), groups = {}}
  local sections = reference.sections
  sections[#sections + 1] = section
  sections[key] = section
  local state = {
    reference = reference, section = section, group = new_group(section), variables = {}, block = new_block(),
    line = 0,
  }
  for line in gmatch(text, "([^\n]*)\n?") do
    state.line = state.line + 1
    read_line(state, line)
  end
  finish_text(section)
end

-- Sections in the order in which one reads a manual; further files follow by name.
local order = {
  "dnn", "matrix", "elementwise", "functions", "reduce", "linalg", "random", "autograd", "layers", "network", "modules",
  "losses", "optim", "schedules", "run", "data", "fit", "metrics", "stepwise", "recipes",
}
local place = {}
for i, name in ipairs(order) do place[name] = i end

local function before(a, b)
  local i, j = place[a] or #order + 1, place[b] or #order + 1
  if i ~= j then return i < j end
  return a < b
end

local function text_of(path)
  local file <close>, message = open(path, "rb")
  if not file then error(message, 0) end
  return file:read("a")
end

-- The text of a section: its file, then those of the folder of the same name, one for each layer, loss or optimiser.
local function section_text(folder, key, list)
  local texts = {text_of(format("%s/%s.lua", folder, key))}
  local parts = list(format("%s/%s", folder, key)) or {}
  sort(parts)
  for _, part in ipairs(parts) do
    if match(part, "^[^.].*%.lua$") then texts[#texts + 1] = text_of(format("%s/%s/%s", folder, key, part)) end
  end
  return concat(texts, "\n")
end

-- All that is said in the files of a folder, which `list` gives the names of: {sections, classes, entries, by_name,
-- aliases}.
local function read(folder, list)
  local reference = {sections = {}, classes = {}, entries = {}, by_name = {}, aliases = {}}
  local keys = {}
  local names, message = list(folder)
  if not names then error(message, 0) end
  for _, name in ipairs(names) do keys[#keys + 1] = match(name, "^([^.].*)%.lua$") end
  sort(keys, before)
  for _, key in ipairs(keys) do
    read_text(reference, key, section_text(folder, key, list))
  end
  return reference
end

return read
