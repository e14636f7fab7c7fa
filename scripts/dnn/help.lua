-- dnn.help: help on a name, a value or words, from the definition files in the folder dnn/meta beside this file.
--
-- It never calls code of the script that asks: a name is looked up by raw access alone, through tables and tables that
-- are in __index. The files are read when help is first asked for. The globals are those of the moment, since the
-- prompt loads its modules with a copy.
local dnn = require "dnn"
local arguments = require "dnn.arguments"
local get_reference = require "dnn.reference"
local text = require "dnn.help.text"
local words = require "dnn.help.words"
local page = require "dnn.help.page"
local search = require "dnn.help.search"
local value_of = require "dnn.help.value"
local lua_functions = require "dnn.help.lua"

local find, format, gsub, lower, match = string.find, string.format, string.gsub, string.lower, string.match
local ipairs, next, print, setmetatable, sort, type = ipairs, next, print, setmetatable,
  table.sort, type
local globals_now, most_like, page_text, terminal, version = dnn._inspect.globals, dnn._nearest, dnn._page,
  dnn.system.terminal, dnn.version

local help = {}

-- Names ------------------------------------------------------------------------------------------------

local is_option_class <const> = "%.Options$"

-- What is documented under a name as it is in the files: an entry, a class, or a field of a class.
local function documented(name)
  local r = get_reference()
  local entry = r.by_name[name]
  if entry then return entry end
  local class = r.classes[name]
  if class then return nil, class end
  local owner, key = match(name, "^(.+)[.:]([%w_]+)$")
  class = owner and r.classes[owner]
  local member = class and words.member(r, class, key)
  if member then return member end
  local options = r.by_name[owner] and words.options(r, r.by_name[owner])
  return options and options[key] or nil
end

-- Everything whose last name is this one: {{name, summary, entry or field}, ...}, a name by alias once.
local function by_last_name(key)
  local found, seen = {}, {}
  for _, entry in ipairs(get_reference().entries) do
    local first = entry.alias_of or entry
    if entry.key == key and not seen[first] then
      seen[first] = true
      found[#found + 1] = {entry.name, entry.summary, entry}
    end
  end
  for _, class in next, get_reference().classes do
    local field = not find(class.name, is_option_class) and class.fields[key]
    if field then found[#found + 1] = {field.name, field.summary, field} end
  end
  sort(found, function(a, b) return a[1] < b[1] end)
  return found
end

-- Functions that take an option of this name.
local function by_option(key)
  local found = {}
  for _, entry in ipairs(get_reference().entries) do
    local options = not entry.alias_of and words.options(get_reference(), entry)
    local field = options and options[key]
    if field then found[#found + 1] = {entry.name .. " {" .. key .. "}", field.summary} end
  end
  return found
end

-- Pages ------------------------------------------------------------------------------------------------

local function show_field_or_entry(out, thing)
  if thing.kind == "field" then page.field(out, thing) else page.entry(out, get_reference(), thing) end
end

-- Whatever is documented under a name; false where nothing is.
local function show_documented(out, name)
  local thing, class = documented(name)
  if class then
    page.class(out, get_reference(), class)
  elseif thing then
    show_field_or_entry(out, thing)
    class = thing.kind == "function" and get_reference().classes[thing.name]
    if class then page.made(out, get_reference(), class) end
  end
  return thing ~= nil or class ~= nil
end

local function lua_page(out, name)
  local row = lua_functions[name]
  if not row then return false end
  text.paragraph(out, text.bold(out, row[1]))
  text.gap(out)
  text.markdown(out, row[2] .. ".")
  text.gap(out)
  text.line(out, "Lua 5.4 Reference Manual, section " .. row[3])
  return true
end

-- The value, its path where it has one, and the names after it that raw access did not reach: methods and fields of a
-- kind.
local function show_value(out, path, value, rest)
  local class, maker = value_of.class(get_reference(), value)
  if rest then
    local key = match(rest, "^[%w_]+$")
    local member = key and class and words.member(get_reference(), class, key)
    if member then
      show_field_or_entry(out, member)
      return true
    end
    return key and type(value) == "string" and lua_page(out, "string." .. key)
  end
  if type(value) == "function" then
    local entry, name = value_of.entry(get_reference(), value), value_of.lua_name(value)
    if entry then show_field_or_entry(out, entry) return true end
    if name then return lua_page(out, name) end
  elseif class then
    if class.namespace then
      page.class(out, get_reference(), class)
    else
      page.value(out, get_reference(), path, class, maker)
    end
    return true
  end
  text.line(out, (path or "This") .. " is " .. value_of.description(value))
  return true
end

local MOST <const> = 30     -- lines of a search

local function show_search(out, query)
  local recipe = search.recipe(get_reference(), query)
  local found = search.all(get_reference(), query, recipe)
  if recipe then page.recipe(out, recipe) end
  if recipe and #found > 0 then text.heading(out, "See also") end
  local first = {}
  for i = 1, #found < MOST and #found or MOST do first[i] = found[i] end
  page.list(out, first)
  if #found > MOST then text.line(out, format("  ... and %d more", #found - MOST)) end
  return recipe ~= nil or #found > 0
end

-- Topics -----------------------------------------------------------------------------------------------

local function section_of(name)
  for _, section in ipairs(get_reference().sections) do
    if lower(name) == section.key or lower(name) == lower(section.title) or lower(name) == section.key .. "s" then
      return section
    end
  end
end

-- A name without its module in front, a chapter, Lua's own, or whatever ends in it.
local function show_name(out, name)
  if show_documented(out, "dnn." .. name) then return true end
  local section = section_of(name)
  if section then
    page.section(out, section)
    return true
  end
  if lua_page(out, name) then return true end
  local found = by_last_name(name)
  for _, row in ipairs(by_option(name)) do found[#found + 1] = row end
  if #found == 1 and found[1][3] then
    show_field_or_entry(out, found[1][3])
  else
    page.list(out, found)
  end
  return #found > 0
end

local function nearest(name)
  local names, last = {}, {}
  for _, entry in ipairs(get_reference().entries) do
    names[entry.name] = true
    last[entry.key] = entry.name
  end
  for class in next, get_reference().classes do names[class] = true end
  local full = find(name, "^dnn%.") or find(name, ":", 1, true)
  local near = full and most_like(name, names)
  return near or last[most_like(match(name, "[^.:]+$") or name, last)]
end

-- Words in quotation marks, without them; nil where there are none.
local function quoted(topic)
  return match(topic, '^"(.*)"$') or match(topic, "^'(.*)'$")
end

-- True when the page was made; else nil and a message.
local function show_topic(out, topic, env)
  if topic == "" or topic == "dnn" then
    page.overview(out, get_reference(), version)
    return true
  end
  local query = quoted(topic)
  if query then
    if show_search(out, query) then return true end
    return nil, format("no help mentions \"%s\"", query)
  end
  local name = gsub(gsub(topic, "%s*[%({].*$", ""), "%s+", "")
  if name == "" then name = topic end
  if show_documented(out, name) then return true end
  local value, rest = value_of.path(env, name)
  if value ~= nil and show_value(out, name, value, rest) then return true end
  if show_name(out, name) then return true end
  local recipe = search.recipe(get_reference(), topic)
  if recipe then
    page.recipe(out, recipe)
    return true
  end
  local near = nearest(name)
  return nil, format("no help on '%s'%s", topic, near and format("; did you mean '%s'?", near) or "")
end

-- Help on what was typed: a name, an expression that names a value in the table `env`, words in quotation marks, or
-- nothing. Options: width = 80, colour = false. Nil and a message where there is none.
function help.topic(topic, env, options)
  if type(topic) ~= "string" then arguments.wrong(1, "a string", topic) end
  if env ~= nil and type(env) ~= "table" then arguments.wrong(2, "a table", env) end
  if options ~= nil and type(options) ~= "table" then arguments.wrong(3, "a table of options", options) end
  local out = text.new(options and options.width or 80, options and options.colour or false)
  local shown, message = show_topic(out, match(topic, "^%s*(.-)%s*$"), env or globals_now())
  if not shown then return nil, message end
  return text.result(out)
end

-- The keys of the table of options that a function takes, as in "dnn.Linear"; nil where it takes none.
function help.options(name)
  if type(name) ~= "string" then arguments.wrong(1, "a string", name) end
  local entry = documented(name)
  local options = entry and words.options(get_reference(), entry)
  if not options then return nil end
  local keys = {}
  for i, field in ipairs(options) do keys[i] = field.key end
  return keys
end

-- All documented names, sorted.
function help.entries()
  local names, seen = {}, {}
  local function add(name)
    if not seen[name] then
      seen[name] = true
      names[#names + 1] = name
    end
  end
  for _, entry in ipairs(get_reference().entries) do add(entry.name) end
  for name, class in next, get_reference().classes do
    if not find(name, is_option_class) then
      add(name)
      for _, field in ipairs(class.fields) do
        if find(field.key, "^%a") then add(field.name) end
      end
    end
  end
  sort(names)
  return names
end

-- Printing ---------------------------------------------------------------------------------------------

-- In a terminal, what is longer than the screen goes to the user's pager.
local function show(shown)
  if not page_text(shown .. "\n") then print(shown) end
end

-- dnn.help(topic): prints help on a name or a value.
local print_help = arguments.guarded("dnn.help", function(topic)
  local width, coloured = terminal "stdout"
  local options = {width = width or 80, colour = coloured}
  if topic == nil or type(topic) == "string" then
    local words_shown, message = help.topic(topic or "", nil, options)
    show(words_shown or message)
    return
  end
  local out = text.new(options.width, options.colour)
  show_value(out, nil, topic)
  show(text.result(out))
end)

return setmetatable(arguments.guard("dnn.help", help), {__call = function(_, ...) return print_help(...) end})
