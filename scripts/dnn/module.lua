-- dnn.Module(name, class): layers written as expressions. Here is what a class is and what `init` has
-- put into an object; bindings/nn/module_make.c makes a layer of it.
local core = require "dnn.core"
local arguments_of = require "dnn.arguments"
local options_of = require "dnn.options"

local function is_layer(value)
  return type(value) == "userdata" and arguments_of.shown(value) == "dnn.Layer"
end

local is_list = options_of.list(is_layer)

-- What is in `init`'s self: reads the class's methods, and knows in which order fields were set.
local function new_self(class)
  local order = {}
  return setmetatable({}, {
    __index = class,
    __newindex = function(self, name, value)
      order[#order + 1] = name
      rawset(self, name, value)
    end,
  }), order
end

local function add_parameter(definition, name, W)
  definition.values[#definition.values + 1] = {name, W.rows, W.cols}
  definition.start[#definition.start + 1] = W
end

local function add_list(definition, name, list)
  for i, layer in ipairs(list) do
    definition.children[#definition.children + 1] = {("%s.%d"):format(name, i - 1), layer}
  end
  definition.own[name] = list
end

-- Sorts the fields into parameters, layers and the rest.
local function definition_of(title, class, self, order)
  local definition = {
    name = title, class = class, forward = class.forward,
    values = {}, start = {}, children = {}, own = {},
  }
  for _, name in ipairs(order) do
    local value = rawget(self, name)
    if name == "in_features" or name == "out_features" then
      definition[name] = value
    elseif core._is_matrix(value) and value.requires_grad then
      add_parameter(definition, name, value)
    elseif is_layer(value) then
      definition.children[#definition.children + 1] = {name, value}
    elseif is_list(value) then
      add_list(definition, name, value)
    else
      definition.own[name] = value
    end
  end
  return definition
end

local function new_object(title, class, ...)
  local self, order = new_self(class)
  if class.init then class.init(self, ...) end
  return core._module(definition_of(title, class, self, order))
end

local function fail(title, format, ...)
  arguments_of.fail("Module: %s" .. format, title, ...)
end

-- What other languages call init.
local CONSTRUCTORS <const> = {"new", "__init", "__init__", "constructor", "initialize"}

-- dnn.Module(name, class)
local function module(title, class)
  if type(title) ~= "string" or title == "" then arguments_of.wrong(1, "the name of the class", title) end
  if type(class) ~= "table" then arguments_of.wrong(2, "a table of functions, {init = f, forward = g}", class) end
  if type(class.forward) ~= "function" then
    fail(title, " needs a function forward(self, X), got %s", arguments_of.shown(class.forward))
  end
  for _, name in ipairs(class.init and {} or CONSTRUCTORS) do
    if class[name] ~= nil then fail(title, ": %s is never called; what makes an object is init(self, ...)", name) end
  end
  local methods = {}
  for name, value in pairs(class) do
    if type(value) ~= "function" then
      fail(title, ": %s must be a function, got %s; what an object has is set in init", tostring(name),
        arguments_of.shown(value))
    end
    methods[name] = value
  end
  return setmetatable({}, {
    __name = title,
    __call = function(_, ...) return new_object(title, methods, ...) end,
    __tostring = function() return "module class " .. title end,
  })
end

return arguments_of.guarded("dnn.Module", module)
