-- What the reference says of types, for completion: what functions and methods return, and what fields hold. A type is
-- the name of a class, as "dnn.Linear".
local get_reference = require "dnn.reference"
local value_of = require "dnn.help.value"
local words = require "dnn.help.words"

local find, format, gmatch, match = string.find, string.format, string.gmatch, string.match
local ipairs, next, type = ipairs, next, type

local types = {}

-- The classes that a text such as "dnn.Matrix|nil" names, each before its parents; "" for a string.
local function classes_in(text)
  local found = {}
  if find(text, '^"') or match(text, "^string%f[%W]") then found[1] = "" end
  local function add(name)
    local class = get_reference().classes[name]
    if not class then return end
    found[#found + 1] = name
    for _, parent in ipairs(class.parents) do add(parent) end
  end
  if not find(text, "^fun%(") then
    for name in gmatch(text, "dnn%.[%w_.]+") do add(name) end
  end
  return found
end

-- The class of one of the module's objects.
function types.of_value(value)
  local class = value_of.class(get_reference(), value)
  return class and class.name
end

-- The classes of the first value that a function returns.
function types.of_call(f)
  local entry = value_of.entry(get_reference(), f)
  local first = entry and entry.returns and entry.returns[1]
  return first and classes_in(first.type) or {}
end

-- A member of a class or its parents, or of a class that has it for a parent.
local function member_of(class_name, key)
  local reference = get_reference()
  local class = reference.classes[class_name]
  local member = class and words.member(reference, class, key)
  if member or not class then return member end
  for _, other in next, reference.classes do
    for _, parent in ipairs(classes_in(other.name)) do
      if parent == class_name and words.member(reference, other, key) then
        return words.member(reference, other, key)
      end
    end
  end
end

-- The classes of what a field holds; the key of an element is a number.
function types.of_field(class, key)
  local field = member_of(class, type(key) == "number" and "[integer]" or key)
  return field and field.kind == "field" and classes_in(field.type) or {}
end

-- The classes of what a method returns.
function types.of_method(class, key)
  local method = member_of(class, key)
  local first = method and method.returns and method.returns[1]
  return first and classes_in(first.type) or {}
end

-- The name that a method is documented by, as "dnn.Network:forward".
function types.method_name(class, key)
  local method = member_of(class, key)
  return method and method.name or format("%s:%s", class, key)
end

-- Calls each(key, is_method) for the documented members of a class.
function types.each_member(class_name, each)
  local reference = get_reference()
  local class = reference.classes[class_name]
  for _, kind in ipairs{"methods", "fields"} do
    for _, member in ipairs(class and words.members(reference, class, kind) or {}) do
      if find(member.key, "^%a") then each(member.key, kind == "methods") end
    end
  end
end

return types
