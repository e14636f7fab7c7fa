-- dnn.prompt.values: looking at the user's values without running anything of the user's: fields by raw
-- access and through __index tables, the fields of the module's own objects, which C answers for, and the
-- parts of the module that are loaded when first touched.
local getinfo, getmetatable, getregistry, getupvalue =
  debug.getinfo, debug.getmetatable, debug.getregistry, debug.getupvalue
local next, pcall, rawequal, rawget, require, type = next, pcall, rawequal, rawget, require, type
local find, gmatch, match = string.find, string.gmatch, string.match
local type_of_number = math.type
local loaded = package.loaded

local values = {}

local GLOBALS <const> = 2         -- LUA_RIDX_GLOBALS, its place in the registry
local LONGEST_CHAIN <const> = 50  -- __index tables one behind the other
local MOST_FIELDS <const> = 1 << 20 -- of a table that are looked at

-- What the module's functions and the methods of its objects give, where that is an object of the module.
local RESULTS <const> = {Sequential = "dnn.Sequential", Random = "dnn.Random", Run = "dnn.Run",
  ["dnn.Sequential:parameters"] = "dnn.Parameters", ["dnn.Sequential:layer"] = "dnn.Layer",
  ["dnn.Layer:parameters"] = "dnn.Parameters"}
for names, class in next, {
  ["Layer Linear ReLU Sigmoid Tanh"] = "dnn.Layer",
  ["BCELoss BCEWithLogitsLoss CrossEntropyLoss MSELoss"] = "dnn.Loss",
  ["optim.SGD optim.Adam optim.AdamW"] = "dnn.Optimiser",
  ["Matrix zeros ones full eye rand randn arange linspace empty dnn.Sequential:forward dnn.Sequential:backward "
    .. "dnn.Layer:forward dnn.Loss:backward dnn.Matrix:copy dnn.Matrix:reshape dnn.Matrix:t dnn.Matrix:row "
    .. "dnn.Matrix:col dnn.Matrix:block dnn.Matrix:rows_range dnn.Matrix:cols_range"] = "dnn.Matrix",
} do
  for name in gmatch(names, "%S+") do RESULTS[name] = class end
end

-- The name of the metatable of one of the module's own objects ("dnn.Matrix"), or nil.
local function own_class(metatable)
  local name = rawget(metatable, "__name")
  if type(name) ~= "string" or not find(name, "^dnn%.") then return nil end
  return rawequal(rawget(getregistry(), name), metatable) and name or nil
end

-- What is known of an expression is a table: {value = v}, or {class = metatable} where only the kind of
-- object is known.
local function metatable_of(known)
  local metatable = known.class or getmetatable(known.value)
  return type(metatable) == "table" and metatable or nil
end

local function class_named(name)
  local metatable = rawget(getregistry(), name)
  return type(metatable) == "table" and {class = metatable} or nil
end

-- The methods that a C __index of the module keeps as its upvalue.
local function own_methods(metatable)
  local index = rawget(metatable, "__index")
  if type(index) ~= "function" or getinfo(index, "S").what ~= "C" then return nil end
  local _, methods = getupvalue(index, 1)
  return type(methods) == "table" and methods or nil
end

-- The names of the fields of one of the module's objects, told by C.
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

-- The fields that an __index function answers to, by name, where the metatable tells: methods, and the
-- classes of other fields.
local function told_fields(metatable)
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
  if class == "dnn.Sequential" and type(key) == "number" and known.value ~= nil then
    local ok, layer = pcall(rawget(metatable, "__index"), known.value, key)
    return ok and layer ~= nil and {value = layer} or nil
  elseif class == "dnn.Sequential" and type(key) == "number" then
    return class_named "dnn.Layer"
  elseif class == "dnn.Optimiser" and key == "parameters" then
    return class_named "dnn.Parameters"
  elseif class == "dnn.Parameters" and (type(key) == "number" or key == "values" or key == "grads") then
    return class_named "dnn.Matrix"
  elseif class == "dnn.Layer" and type(key) == "string" and find(key, "^d?[AZWb]$") then
    return class_named "dnn.Matrix"
  elseif class == "dnn.Layer" and type(key) == "string" and find(key, "^%l+_grad$") or key == "weight" then
    return class_named "dnn.Matrix"
  elseif key == "name" or key == "dtype" or key == "path" or key == "file" then
    return {value = ""}
  end
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
        return ok and {value = part} or nil
      end
      local fields = told_fields(metatable)
      local told = fields and rawget(fields, key)
      if told ~= nil then return type(told) == "string" and class_named(told) or {value = told} end
    end
    local class = metatable and own_class(metatable)
    if class and type(rawget(metatable, "__index")) == "function" then
      return own_field(known, class, metatable, key)
    end
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
      local fields = told_fields(metatable)
      if fields then each_of(fields, each) end
    end
    local class = metatable and own_class(metatable)
    if class and type(rawget(metatable, "__index")) == "function" then
      each_of(own_methods(metatable) or {}, each)
      local fields = own_fields(known, class)
      for i = 1, #fields do each(fields[i]) end
      return
    end
    local index = next_table(known)
    if not index or seen[index] then return end
    seen[index] = true
    known = {value = index}
  end
end

-- The class of one of the module's objects as the manual has it, or nil.
function values.class(known)
  local metatable = metatable_of(known)
  local class = metatable and own_class(metatable)
  if class == "dnn.Sequential" or class == "dnn.Layer" then return "dnn.Network" end -- their methods' owner
  return class
end

-- What is known of what a call gives: the class of object that a constructor of the module makes.
function values.result(known, method)
  local class = method and own_class(metatable_of(known) or {})
  if class then return class_named(RESULTS[class .. ":" .. method]) end
  local module = not method and rawget(loaded, "dnn")
  if type(module) ~= "table" or type(known.value) ~= "function" then return nil end
  for name, result in next, RESULTS do
    local group, inner = match(name, "^(%l+)%.(.*)$")
    local t = group and rawget(module, group) or module
    if type(t) == "table" and rawequal(rawget(t, inner or name), known.value) then return class_named(result) end
  end
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

-- True for a key that can stand behind a point.
function values.is_name(key, keywords)
  return type(key) == "string" and find(key, "^[%a_][%w_]*$") and not keywords[key]
end

-- A number typed in brackets, as Lua takes it for a key.
function values.number_key(x)
  return type_of_number(x) == "float" and x // 1 == x and x // 1 | 0 or x
end

return values
