-- Writes docs/reference.md from the definition files in scripts/dnn/meta:
--
--     build/bin/dnnlua docs/make_reference.lua > docs/reference.md
--
-- A test holds that the file is what this writes.
local dnn = require "dnn"
local read = require "dnn.help.read"
local words = require "dnn.help.words"

local folder = package.searchpath("dnn.help", package.path):gsub("help%.lua$", "meta")
local reference = read(folder, dnn.system.list)

local function write(format, ...)
  io.write(select("#", ...) > 0 and format:format(...) or format, "\n")
end

local function code(text) return "`" .. text .. "`" end

-- A type, as code where Markdown would read more into it.
local function type_of(type)
  type = words.type(type)
  return type:find "[<(%[]" and code(type) or type
end

-- "`dtype` (number): what it is".
local function item(name, type, text, indent)
  write("%s- %s (%s)%s", indent or "", code(name), type_of(type), text == "" and ""
    or ": " .. text:gsub("\n", " "))
end

local function write_returns(entry)
  local returned = {}
  for _, result in ipairs(entry.returns) do
    if result.type ~= "nil" then
      local type = type_of(result.type)
      returned[#returned + 1] = (result.name and ("%s (%s)"):format(code(result.name), type) or type)
        .. (result.text ~= "" and ", " .. result.text or "")
    end
  end
  if #returned > 0 then write("\nReturns %s.", table.concat(returned, "; ")) end
end

local function write_arguments(entry)
  local options, given = words.options(reference, entry)
  if #entry.params > 0 then write "" end
  for _, param in ipairs(entry.params) do
    if param == given then
      write("- %s: a table of", code(param.name))
      for _, field in ipairs(options) do item(field.key, field.type, field.text, "  ") end
    else
      item(param.name, param.type, param.text)
    end
  end
end

local function write_entry(entry)
  if entry.alias_of then return end
  write("\n#### %s\n\n%s", code(words.signature(entry)), entry.text)
  if entry.kind == "field" then return end
  local aliases = {}
  for i, alias in ipairs(entry.aliases) do aliases[i] = code(words.signature(alias)) end
  if #aliases > 0 then write("\nAlso %s.", table.concat(aliases, ", ")) end
  write_arguments(entry)
  write_returns(entry)
  if entry.example then write("\n```lua\n%s\n```", entry.example) end
end

local function write_class(class)
  if class.namespace or class.name:find "%.Options$" then return end
  if #class.fields == 0 and class.text == "" then return end
  local parents = {}
  for i, parent in ipairs(class.parents) do parents[i] = code((parent:gsub("^dnn%.", ""))) end
  write("\n#### The class %s\n", code((class.name:gsub("^dnn%.", ""))))
  if class.text ~= "" then write(class.text) end
  if #parents > 0 then write("\nIt has all that %s has.", table.concat(parents, ", ")) end
  if #class.fields > 0 then write "" end
  for _, field in ipairs(class.fields) do item(field.key, field.type, field.text) end
end

-- The functions of a chapter, without "dnn.".
local function names_in(section)
  local names = {}
  for _, group in ipairs(section.groups) do
    for _, thing in ipairs(group.items) do
      if thing.kind == "function" and not thing.alias_of then names[#names + 1] = code(thing.name:sub(5)) end
    end
  end
  return names
end

local function anchor(title)
  return (title:lower():gsub("[^%w%s_-]", ""):gsub("%s", "-"))
end

write [[
# Reference of the module dnn

<!-- Made by docs/make_reference.lua from scripts/dnn/meta: edit those files. -->

The same texts are at the [prompt](prompt.md), `?dnn.Linear`, and in editors that know LuaLS
([building.md](building.md#editors)). Arguments in square brackets may be left out. In examples, `-->` precedes
what is printed.
]]
for _, section in ipairs(reference.sections) do
  write("- [%s](#%s): %s", section.title, anchor(section.title), table.concat(names_in(section), ", "))
end
for _, section in ipairs(reference.sections) do
  write("\n## %s", section.title)
  for _, group in ipairs(section.groups) do
    if group.title then write("\n### %s", group.title) end
    if group.text ~= "" then write("\n%s", group.text) end
    for _, thing in ipairs(group.items) do
      if thing.kind then write_entry(thing) else write_class(thing) end
    end
  end
end
