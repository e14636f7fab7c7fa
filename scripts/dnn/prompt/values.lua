-- dnn.prompt.values: looking at the user's values without running anything of the user's: fields by raw
-- access and through __index tables, the fields of the module's own objects, which C answers for, and the
-- parts of the module that are loaded when first touched. What only a call would show is as the reference has it
-- (dnn.help.types), so that a layer that has a page there is known here.
local getinfo, getmetatable, getregistry, getupvalue =
  debug.getinfo, debug.getmetatable, debug.getregistry, debug.getupvalue
local next, pcall, rawequal, rawget, rawset, require, type = next, pcall, rawequal, rawget, rawset, require, type
local find = string.find
local type_of_number = math.type
local loaded = package.loaded

local values = {}

local GLOBALS <const> = 2         -- LUA_RIDX_GLOBALS, its place in the registry
local LONGEST_CHAIN <const> = 50  -- __index tables one after the other
local MOST_FIELDS <const> = 1 << 20 -- of a table that are looked at

-- What the reference knows of types; nil where there is none.
local function types()
  local ok, module = pcall(require, "dnn.help.types")
  return ok and type(module) == "table" and module or nil
end

-- The name of the metatable of one of the module's own objects ("dnn.Matrix"), or nil.
local function own_class(metatable)
  local name = rawget(metatable, "__name")
  if type(name) ~= "string" or not find(name, "^dnn%.") then return nil end
  return rawequal(rawget(getregistry(), name), metatable) and name or nil
end

-- What is known of an expression is a table: {value = v}, or {class = metatable, type = documented class} where
-- only the kind of object is known; a class that is made of tables has no metatable.
local function metatable_of(known)
  local metatable = known.class or getmetatable(known.value)
  return type(metatable) == "table" and metatable or nil
end

-- What is known of an object whose documented class is one of these, each before its parents.
local function of_classes(classes)
  local registry = getregistry()
  for i = 1, #classes do
    if classes[i] == "" then return {value = ""} end
    local metatable = rawget(registry, classes[i])
    if type(metatable) == "table" then return {class = metatable, type = classes[1]} end
  end
  return classes[1] and {type = classes[1]} or nil
end

-- Asks the reference by name of a question: of_call, of_field, of_method.
local function documented(question, ...)
  local module = types()
  if not module then return nil end
  local ok, classes = pcall(module[question], ...)
  return ok and of_classes(classes) or nil
end

-- The class of an object of the module's as the reference has it.
local function type_of(known, class)
  if known.type then return known.type end
  local module = types()
  local ok, found = pcall(module and module.of_value, known.value)
  return ok and found or class
end

-- The methods that a C __index of the module keeps as its upvalue.
local function own_methods(metatable)
  local index = rawget(metatable, "__index")
  if type(index) ~= "function" or getinfo(index, "S").what ~= "C" then return nil end
  local _, methods = getupvalue(index, 1)
  return type(methods) == "table" and methods or nil
end

-- The names of the fields of one of the module's objects, as C lists them.
local function own_fields(known, class)
  local core = rawget(loaded, "dnn.core")
  local ok, fields = pcall(type(core) == "table" and rawget(core, "_fields"), known.value or class)
  return ok and fields or {}
end

-- The parts of the module `dnn` that are loaded when they are first named, {data = "dnn.data"}, where t
-- is that module.
local function lazy_parts(t, metatable)
  local parts = rawget(metatable, "__parts")
  local module = rawget(loaded, "dnn")
  return type(parts) == "table" and rawequal(t, module) and parts or nil
end

-- The fields that an __index function answers to, by name, where the metatable says: methods, and the
-- classes of other fields.
local function listed_fields(metatable)
  local fields = metatable and rawget(metatable, "__fields")
  return type(fields) == "table" and fields or nil
end

-- Where the chain of __index goes on from a value: a table, or nil.
local function next_table(known)
  local metatable = metatable_of(known)
  local index = metatable and rawget(metatable, "__index")
  return type(index) == "table" and index or nil
end

-- A field of one of the module's objects: its value where no more than reading it is needed, else its
-- class.
local function own_field(known, class, metatable, key)
  local methods = own_methods(metatable)
  local method = methods and rawget(methods, key)
  if method ~= nil then return {value = method} end
  if type(key) == "number" and known.value ~= nil then -- a layer of a network
    local index = rawget(metatable, "__index")
    local ok, element = pcall(getinfo(index, "S").what == "C" and index, known.value, key)
    return ok and element ~= nil and {value = element} or nil
  end
  return documented("of_field", type_of(known, class), key)
end

-- What is known of a field, or nil.
function values.field(known, key)
  for _ = 1, LONGEST_CHAIN do
    local metatable = metatable_of(known)
    if type(known.value) == "table" then
      local value = rawget(known.value, key)
      if value ~= nil then return {value = value} end
      local parts = metatable and lazy_parts(known.value, metatable)
      if parts and type(key) == "string" and parts[key] then
        local ok, part = pcall(require, parts[key])
        if ok then rawset(known.value, key, part) end -- as its __index does; the reference finds functions by it
        return ok and {value = part} or nil
      end
      local fields = listed_fields(metatable)
      local listed = fields and rawget(fields, key)
      if listed ~= nil then return type(listed) == "string" and of_classes{listed} or {value = listed} end
    end
    local class = metatable and own_class(metatable)
    if class and type(rawget(metatable, "__index")) == "function" then
      return own_field(known, class, metatable, key)
    end
    if known.type then return documented("of_field", known.type, key) end
    local index = next_table(known)
    if not index then return nil end
    known = {value = index}
  end
end

-- Calls each(key, value) for the fields of t itself.
local function each_of(t, each)
  local count = 0
  for key, value in next, t do
    each(key, value)
    count = count + 1
    if count == MOST_FIELDS then return end
  end
end

-- Calls each(key, value) for every field that can be reached; the value is nil where only the name is
-- known.
function values.each_field(known, each)
  local seen = {}
  for _ = 1, LONGEST_CHAIN do
    local metatable = metatable_of(known)
    if type(known.value) == "table" then
      each_of(known.value, each)
      local parts = metatable and lazy_parts(known.value, metatable)
      if parts then each_of(parts, each) end
      local fields = listed_fields(metatable)
      if fields then each_of(fields, each) end
    end
    local class = metatable and own_class(metatable)
    if class and type(rawget(metatable, "__index")) == "function" then
      each_of(own_methods(metatable) or {}, each)
      local fields = own_fields(known, class)
      for i = 1, #fields do each(fields[i]) end
      return
    end
    if known.type and types() then
      pcall(types().each_member, known.type, function(key, is_method) each(key, is_method and each or nil) end)
      return
    end
    local index = next_table(known)
    if not index or seen[index] then return end
    seen[index] = true
    known = {value = index}
  end
end

-- The name that a method of one of the module's objects has in the reference, as "dnn.Network:forward", or nil.
function values.method_name(known, method)
  local metatable = metatable_of(known)
  local class = known.type or metatable and own_class(metatable)
  if not class then return nil end
  local module = types()
  local ok, name = pcall(module and module.method_name, type_of(known, class), method)
  return ok and name or nil
end

-- What is known of what a call gives, of a function or of a method of an object: as the reference has it.
function values.result(known, method)
  if method then
    local metatable = metatable_of(known)
    local class = known.type or metatable and own_class(metatable)
    return class and documented("of_method", type_of(known, class), method) or nil
  end
  if type(rawget(loaded, "dnn")) ~= "table" or type(known.value) ~= "function" then return nil end
  return documented("of_call", known.value)
end

-- What require gives for a module that is loaded, or for `dnn`.
function values.module(name)
  local module = rawget(loaded, name)
  if module ~= nil then return {value = module} end
  return name == "dnn" and values.global "dnn" or nil
end

-- The table of globals as it is now. The prompt loads its modules with another one, which no script has
-- touched.
local function globals()
  return rawget(getregistry(), GLOBALS)
end

-- What is known of a global. `dnn` is loaded where the prompt offers it.
function values.global(name)
  local value = rawget(globals(), name)
  if value ~= nil then return {value = value} end
  if name == "dnn" then
    local ok, module = pcall(require, "dnn")
    return ok and {value = module} or nil
  end
  return values.field({value = globals()}, name)
end

function values.each_global(each)
  values.each_field({value = globals()}, each)
  each("dnn")
end

-- True for a key that can be after a point.
function values.is_name(key, keywords)
  return type(key) == "string" and find(key, "^[%a_][%w_]*$") and not keywords[key]
end

-- A number typed in brackets, as Lua takes it for a key.
function values.number_key(x)
  return type_of_number(x) == "float" and x // 1 == x and x // 1 | 0 or x
end

return values
