-- The search for words in everything that is documented.
local words = require "dnn.help.words"

local concat, ipairs, next, sort = table.concat, ipairs, next, table.sort
local find, gmatch, gsub, lower, match = string.find, string.gmatch, string.gsub, string.lower, string.match

local is_option_class <const> = "%.Options$"

-- How well a text fits words: 0 where one of them is nowhere, more for names than for summaries and for other text.
local function score(searched, name, summary, rest)
  local total = 0
  name, summary, rest = lower(name), lower(summary), lower(rest)
  local key = match(name, "[^.:]+$") or name
  for _, word in ipairs(searched) do
    local points = key == word and 60 or find(name, word, 1, true) and 20 or find(summary, word, 1, true) and 8
      or find(rest, word, 1, true) and 2 or 0
    if points == 0 then return 0 end
    total = total + points
  end
  return total
end

local function texts_of(things)
  local texts = {}
  for _, one in ipairs(things or {}) do texts[#texts + 1] = (one.key or one.name or "") .. " " .. one.text end
  return concat(texts, "\n")
end

local search = {}

-- The group of the recipes that names the query among its words, or a word of the query's; nil where none does.
function search.recipe(reference, query)
  query = gsub(gsub(lower(query), "^%s+", ""), "%s+$", "")
  local recipes = reference.sections.recipes
  local partly
  for _, group in ipairs(recipes and recipes.groups or {}) do
    for _, word in ipairs(group.words) do
      if word == query then return group end
      if find(" " .. query .. " ", " " .. word .. " ", 1, true) then partly = partly or group end
    end
  end
  return partly
end

-- Everything that holds all the words, best first, without one group: {{name, summary}, ...}.
function search.all(reference, query, without)
  local searched, found = {}, {}
  for word in gmatch(lower(query), "%S+") do searched[#searched + 1] = word end
  local function try(name, summary, rest)
    local points = score(searched, name, summary, rest)
    if points > 0 then found[#found + 1] = {name, summary, points = points, place = #found} end
  end
  for _, entry in ipairs(reference.entries) do
    if not entry.alias_of then
      local options = words.options(reference, entry)
      try(entry.name, entry.summary, entry.text .. "\n" .. texts_of(entry.params)
        .. (options and "\n" .. texts_of(options) or ""))
    end
  end
  for name, class in next, reference.classes do
    for _, field in ipairs(find(name, is_option_class) and {} or class.fields) do
      try(field.name, field.summary, field.text)
    end
  end
  for _, section in ipairs(reference.sections) do
    for i, group in ipairs(section.groups) do
      if group ~= without then try(section.key, i == 1 and section.title or group.title, group.text) end
    end
  end
  sort(found, function(a, b)
    if a.points ~= b.points then return a.points > b.points end
    if a[1] ~= b[1] then return a[1] < b[1] end
    return a.place < b.place
  end)
  return found
end

return search
