-- What is documented, in words that the prompt and the manual share: types, signatures, options.
local concat, ipairs, unpack = table.concat, ipairs, table.unpack
local find, gmatch, gsub, sub = string.find, string.gmatch, string.gsub, string.sub
local len, offset = utf8.len, utf8.offset

local words = {}

-- "number|dnn.Matrix" as "number or Matrix".
function words.type(type)
  if find(type, "^fun%(") then return (gsub(type, "dnn%.(%a)", "%1")) end
  return (gsub(gsub(gsub(type, "dnn%.([%w_.]+)", "%1"), "%s*|%s*", " or "), "^%((.*)%)%[%]$", "table of %1"))
end

-- The class of options that a type names, or nil.
local function options_in(reference, type)
  for name in gmatch(type, "[%w_.]+") do
    if find(name, "%.Options$") then return reference.classes[name] end
  end
end

-- The arguments that are written between the parentheses: of a function that became a method, all but the first.
function words.arguments(entry)
  return {unpack(entry.params, entry.alias_of and entry.kind == "method" and 2 or 1)}
end

-- "dnn.zeros(rows, cols [, options])"; a method is that of `object` where it is given: "mine:forward(X)".
function words.signature(entry, object)
  if entry.kind == "field" then return entry.written or entry.name end
  local parts = {}
  for i, param in ipairs(words.arguments(entry)) do
    local name = (i > 1 and ", " or "") .. param.name
    parts[#parts + 1] = param.optional and ((i > 1 and " [" or "[") .. name .. "]") or name
  end
  local written = object and entry.kind == "method" and object .. ":" .. entry.key or entry.written
  return written .. "(" .. concat(parts) .. ")"
end

-- "Matrix, Matrix", "" where nothing is returned.
function words.returned(entry)
  local types = {}
  for _, result in ipairs(entry.returns or {}) do
    if result.type ~= "nil" then types[#types + 1] = words.type(result.type) end
  end
  return concat(types, ", ")
end

-- Fields of a class, its own first, then those of its parents that it does not have itself; methods likewise.
function words.members(reference, class, kind)
  local members, seen = {}, {}
  local function add(from)
    for _, member in ipairs(from[kind]) do
      if not seen[member.key] then
        seen[member.key] = true
        members[#members + 1] = member
      end
    end
    for _, parent in ipairs(from.parents) do
      if reference.classes[parent] then add(reference.classes[parent]) end
    end
  end
  add(class)
  return members
end

-- The options of a function or method, fields in an array and by key, and the argument that takes them: the last that
-- may. Nil where there are none.
function words.options(reference, entry)
  local class, taken_by
  for _, param in ipairs(entry.params or {}) do
    local found = options_in(reference, param.type)
    if found then class, taken_by = found, param end
  end
  if not class then return nil end
  local options = {}
  for _, field in ipairs(words.members(reference, class, "fields")) do
    if find(field.key, "^%a") then
      options[#options + 1] = field
      options[field.key] = field
    end
  end
  return options, taken_by
end

-- A member of a class or of its parents.
function words.member(reference, class, key)
  for _, kind in ipairs {"methods", "fields"} do
    for _, member in ipairs(words.members(reference, class, kind)) do
      if member.key == key then return member end
    end
  end
end

-- "(number or Matrix) what it is".
function words.explained(type, text)
  local explained = "(" .. words.type(type) .. ")"
  return text == "" and explained or explained .. " " .. text
end

-- Text cut to a width.
function words.cut(text, width)
  if (len(text) or #text) <= width then return text end
  local last = offset(text, width - 2)
  return sub(text, 1, last and last - 1 or width - 3) .. "..."
end

return words
