-- Pages of help for a terminal, one function for each kind of thing that is documented.
local text = require "dnn.help.text"
local words = require "dnn.help.words"

local concat, ipairs = table.concat, ipairs
local find, format, gsub, match, rep, sub = string.find, string.format, string.gsub, string.match, string.rep,
  string.sub
local min, max = math.min, math.max

local page = {}

local MANY <const> = 24       -- methods from which on their names alone are listed
local WIDEST <const> = 24     -- columns of a term before its explanation
local LIST <const> = 34       -- the same in a list of one line each

-- Terms and explanations, {{term, words}, ...}, in two columns.
local function definitions(out, rows, indent)
  local wide = 0
  for _, row in ipairs(rows) do wide = max(wide, #row[1]) end
  for _, row in ipairs(rows) do text.definition(out, row[1], row[2], indent, min(wide, WIDEST)) end
end

local function field_rows(fields)
  local rows = {}
  for _, field in ipairs(fields) do rows[#rows + 1] = {field.key, words.explained(field.type, field.text)} end
  return rows
end

local function arguments(out, reference, entry)
  local rows = {}
  local options, given = words.options(reference, entry)
  for _, param in ipairs(words.arguments(entry)) do
    if param ~= given then rows[#rows + 1] = {param.name, words.explained(param.type, param.text)} end
  end
  if #rows > 0 then
    text.gap(out)
    definitions(out, rows, "  ")
  end
  if options then
    text.heading(out, given.optional and "Options" or "Keys")
    definitions(out, field_rows(options), "  ")
  end
end

local function results(out, entry)
  local rows, nameless = {}, {}
  for _, result in ipairs(entry.returns) do
    if result.name then
      rows[#rows + 1] = {result.name, words.explained(result.type, result.text)}
    elseif result.text ~= "" then
      nameless[#nameless + 1] = words.explained(result.type, result.text)
    end
  end
  if #rows + #nameless == 0 then return end
  text.heading(out, "Returns")
  definitions(out, rows, "  ")
  for _, explained in ipairs(nameless) do text.paragraph(out, explained, "  ", "  ") end
end

local function example(out, entry)
  if not entry.example then return end
  text.heading(out, "Example")
  text.code(out, entry.example)
end

-- Other names of a function: "dnn.add(A, B [, out])".
local function other_names(out, entry)
  local first = entry.alias_of or entry
  local names = {}
  if first ~= entry then names[1] = "`" .. words.signature(first) .. "`" end
  for _, alias in ipairs(first.aliases) do
    if alias ~= entry then names[#names + 1] = "`" .. words.signature(alias) .. "`" end
  end
  if #names == 0 then return end
  text.gap(out)
  text.paragraph(out, "Also " .. concat(names, ", ") .. ".")
end

-- A function or method.
function page.entry(out, reference, entry)
  local returned = words.returned(entry)
  local result = returned ~= "" and " -> " .. returned or ""
  text.paragraph(out, "`" .. words.signature(entry) .. "`" .. result, "", "    ")
  text.gap(out)
  text.markdown(out, entry.text)
  other_names(out, entry)
  arguments(out, reference, entry)
  results(out, entry)
  example(out, entry)
end

-- A field of a class or of the module.
function page.field(out, field)
  local name = gsub(field.written or field.name, "%.Options%.(.*)$", " {%1 = }")
  text.paragraph(out, "`" .. name .. "` : " .. words.type(field.type), "", "    ")
  text.gap(out)
  text.markdown(out, field.text)
end

-- One line each, {{name, summary}, ...}: what was found in a search, or the members of something.
function page.list(out, rows)
  local wide = 0
  for _, row in ipairs(rows) do wide = max(wide, #row[1]) end
  wide = min(wide, LIST)
  for _, row in ipairs(rows) do
    local name = words.cut(row[1], out.width - 2)
    local line = "  " .. name .. rep(" ", wide - #name) .. "  " .. gsub(row[2], "`", "")
    text.line(out, "  " .. text.bold(out, name) .. sub(words.cut(line, out.width), #name + 3))
  end
end

local function member_lines(out, members, object)
  local rows = {}
  for _, member in ipairs(members) do rows[#rows + 1] = {words.signature(member, object), member.summary} end
  page.list(out, rows)
end

-- Names of methods, group by group.
local function member_groups(out, members)
  local groups, order = {}, {}
  for _, member in ipairs(members) do
    local title = member.group.title or member.section.title
    if not groups[title] then
      groups[title] = {}
      order[#order + 1] = title
    end
    local names = groups[title]
    names[#names + 1] = member.key
  end
  for _, title in ipairs(order) do
    text.definition(out, title, concat(groups[title], ", "), "  ", WIDEST)
  end
end

-- Fields and methods of a class, or the functions of a table; `object` is the name of a value of the class.
function page.members(out, reference, class, object)
  local fields = words.members(reference, class, "fields")
  if #fields > 0 then
    text.heading(out, "Fields")
    definitions(out, field_rows(fields), "  ")
  end
  local methods = words.members(reference, class, "methods")
  if #methods == 0 then return end
  text.heading(out, class.namespace and "Functions" or "Methods")
  if #methods > MANY then member_groups(out, methods) else member_lines(out, methods, object) end
end

-- "a Matrix", "an Adam", "an SGD".
local function one(name)
  local kind = match(name, "[^.]+$")
  local vowel = find(kind, "^[AEIOUaeiou]") or find(kind, "^[FHLMNRSX]%u")
  return (vowel and "an `" or "a `") .. kind .. "`"
end

-- What a class is and the names of its fields and methods, after the function that makes it.
function page.made(out, reference, class)
  if class.text ~= "" then
    local kind = find(class.name, "%f[^.]%l") -- dnn.data.images is not the name of a class
    text.heading(out, kind and "What it gives" or gsub(gsub(one(class.name), "^a", "A"), "`", ""))
    text.markdown(out, class.text)
  end
  for _, kind in ipairs {"fields", "methods"} do
    local names = {}
    for _, member in ipairs(words.members(reference, class, kind)) do names[#names + 1] = member.key end
    if #names > 0 then
      text.heading(out, kind == "fields" and "Fields" or "Methods")
      text.paragraph(out, concat(names, ", "), "  ", "  ")
    end
  end
end

-- What is said of a class, or of the one that it continues.
local function text_of(reference, class)
  while class.text == "" and reference.classes[class.parents[1]] do class = reference.classes[class.parents[1]] end
  return class.text
end

-- A value: what it is, and what can be done with it. `path` is its name, nil where it has none; `maker` is the function
-- that makes such values.
function page.value(out, reference, path, class, maker)
  local made = maker and maker.written or class.name
  local about = gsub(text_of(reference, class), "\n", " ")
  text.paragraph(out, format("%s is %s. %s", path or "This", one(made), about))
  page.members(out, reference, class, path)
  if maker then
    text.gap(out)
    text.line(out, "More: ?" .. made)
  end
end

-- A class that no constructor makes, a table of functions, or a table of options.
function page.class(out, reference, class)
  text.line(out, text.bold(out, class.name))
  text.gap(out)
  text.markdown(out, class.text)
  page.members(out, reference, class)
end

-- A recipe: what it is for, and the code.
function page.recipe(out, group)
  text.line(out, text.bold(out, group.title))
  text.gap(out)
  text.markdown(out, group.text)
end

-- A chapter: its introduction, and one line for each function in it.
function page.section(out, section)
  text.line(out, text.bold(out, section.title))
  for _, group in ipairs(section.groups) do
    if group.title then text.heading(out, group.title) end
    text.gap(out)
    text.markdown(out, group.text)
    local members = {}
    for _, item in ipairs(group.items) do
      if item.summary and item.kind and not item.alias_of then members[#members + 1] = item end
    end
    text.gap(out)
    if #members > MANY then member_groups(out, members) else member_lines(out, members) end
  end
end

local ASKING <const> = {
  {"?dnn.Linear", "a function or class of the module"},
  {"?net", "a value: what it is, and what can be done with it"},
  {"?net:forward", "a method"},
  {'?"learning rate"', "a recipe, or everything that mentions these words"},
  {"?runs", "a chapter"},
  {"?string.format", "Lua's own functions"},
}

function page.overview(out, reference, version)
  text.line(out, text.bold(out, "dnn " .. version))
  text.heading(out, "Asking")
  definitions(out, ASKING, "  ")
  text.heading(out, "Chapters")
  local rows = {}
  for _, section in ipairs(reference.sections) do
    local names = {}
    for _, group in ipairs(section.groups) do
      for _, item in ipairs(group.items) do
        if item.kind == "function" and not item.alias_of and find(item.name, "^dnn%.") then
          names[#names + 1] = gsub(sub(item.name, 5), "^" .. section.key .. "%.", "")
        end
      end
    end
    rows[#rows + 1] = {section.key, section.title .. ": " .. concat(names, ", ")}
  end
  definitions(out, rows, "  ")
end

return page
