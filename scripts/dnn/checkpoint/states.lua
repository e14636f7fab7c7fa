-- The states of a checkpoint's parts: which objects have one, how it is read, and how states are set, all of them or
-- none.
local dnn = require "dnn"
local try = require "dnn.try"

local states = {}

local function name_of(value)
  local metatable = type(value) == "userdata" and getmetatable(value)
  return metatable and metatable.__name or type(value)
end

local function random_state(random)
  local key, position = random:state()
  return {key = key, position = position}
end

local function set_random_state(random, state)
  if math.type(state.key) ~= "integer" or math.type(state.position) ~= "integer" then
    error("the state of a dnn.Random must be two whole numbers, key and position", 0)
  end
  random:set_state(state.key, state.position)
end

-- Calls a method of C's; its message names no line of this file.
local function call(method, ...)
  local good, result = pcall(method, ...)
  if not good then error(result, 0) end
  return result
end

-- A network's values and what its recurrent layers carry, under names that no value has: "train/0".
local function network_state(net)
  local state = call(net.state_dict, net)
  for name, matrix in pairs(call(net.states, net)) do state[name] = matrix end
  return state
end

local function set_network_state(net, state)
  local values, carried = {}, {}
  for name, matrix in pairs(state) do
    local of = (name:find "^train/" or name:find "^eval/") and carried or values
    of[name] = matrix
  end
  call(net.load_state_dict, net, values)
  call(net.load_states, net, carried)
end

local function has_method(value, name)
  local found, method = try(function() return value[name] end)
  return found and type(method) == "function"
end

-- The functions (object) and (object, state) that read and set an object's state; nil where it has none. A table or
-- userdata of a script's own has one when it has the methods state_dict and load_state_dict.
local function methods_of(value)
  local name = name_of(value)
  if name == "dnn.Random" then return random_state, set_random_state end
  if name == "dnn.Layer" then return network_state, set_network_state end
  if name == "dnn.Optimiser" or (name == "table" or type(value) == "userdata" and name ~= "dnn.Matrix")
      and has_method(value, "state_dict") and has_method(value, "load_state_dict") then
    return value.state_dict, value.load_state_dict
  end
end

-- What a network was called in files of before.
local FORMER_KINDS <const> = {Sequential = "Layer"}

local ANY_TABLE <const> = "batches" -- and what every table was called before

-- What an object is called in messages and in the file: "Adam", "Layer", "batches".
local function kind_of(object)
  local name = name_of(object)
  if name == "dnn.Optimiser" then return object.name end
  local class = name == "table" and getmetatable(object)
  if name == "table" then name = type(class) == "table" and rawget(class, "__name") or ANY_TABLE end
  return (name:match "[^.]*$")
end

states.name_of, states.methods_of, states.kind_of = name_of, methods_of, kind_of
states.set_random, states.FORMER_KINDS, states.ANY_TABLE = set_random_state, FORMER_KINDS, ANY_TABLE

-- A Matrix of the script's own as a part, whose values are brought back in place.
local Own = {__name = "Matrix"}
Own.__index = Own

function Own:state_dict() return {value = self.matrix} end

function Own:load_state_dict(state)
  local value = state.value
  if name_of(value) ~= "dnn.Matrix" then error("the state of a Matrix must have its value", 0) end
  dnn.no_grad(function() call(self.matrix.copy_, self.matrix, value) end)
end

local owns = setmetatable({}, {__mode = "k"})

-- The part that stands for a Matrix; anything else is its own.
function states.of_matrix(object)
  if name_of(object) ~= "dnn.Matrix" then return object end
  owns[object] = owns[object] or setmetatable({matrix = object}, Own)
  return owns[object]
end

local COPIES <const> = {["dnn.Random"] = true, ["dnn.Layer"] = true, ["dnn.Optimiser"] = true}

-- The state of the part of that name, which later changes of the object do not reach; nil and a message where it
-- gives none that a file could hold.
function states.read(name, object)
  local read, state = try(methods_of(object), object)
  if not read then return nil, ("'%s': %s"):format(name, tostring(state)) end
  if COPIES[name_of(object)] then return state end
  if type(state) ~= "table" then
    return nil, ("'%s': its state_dict must return a table, which its load_state_dict takes, got %s"):format(name,
      name_of(state))
  end
  local own = {}
  for key, value in pairs(state) do
    if type(key) ~= "string" and type(key) ~= "number" then
      return nil, ("the state of '%s' has the key %s; keys must be strings or numbers"):format(name, tostring(key))
    end
    own[key] = name_of(value) == "dnn.Matrix" and value:copy() or value
  end
  return own
end

-- Sets the state of the part of that name, which must have kept the types of its matrices; or nil and a message.
local function set(name, object, state)
  local _, load_state = methods_of(object)
  local fits, problem = try(load_state, object, state)
  if not fits then return nil, ("'%s': %s"):format(name, tostring(problem)) end
  local taken, message = states.read(name, object)
  if not taken then return nil, message end
  for key, value in pairs(state) do
    local own = taken[key]
    if name_of(value) == "dnn.Matrix" and name_of(own) == "dnn.Matrix" and value.dtype ~= own.dtype then
      return nil, ("'%s': %s is %s in the checkpoint and %s here, and a training continues in the type that it had; "
        .. "give it dtype = \"%s\" (net:load converts, and takes the weights alone)"):format(name, key, value.dtype,
        own.dtype, value.dtype)
    end
  end
  return true
end

-- Sets the states of the objects, by name; when one does not fit, all are as before, and nil and a message. False
-- stands for no object.
function states.set_all(objects, new)
  local before = {}
  for name, object in pairs(objects) do
    if object then
      local state, message = states.read(name, object)
      if not state then return nil, message end
      before[name] = state
    end
  end
  for name in pairs(before) do
    local fits, message = set(name, objects[name], new[name])
    if not fits then
      for other, state in pairs(before) do set(other, objects[other], state) end
      return nil, message
    end
  end
  return true
end

return states
