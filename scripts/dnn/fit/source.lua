-- What dnn.fit, dnn.evaluate and dnn.predict take as data, as something that `for X, Y in` goes through.
local dnn = require "dnn"
local arguments = require "dnn.arguments"
local options_of = require "dnn.options"
local try = require "dnn.try"

local source = {}

-- A check whether a value has all these methods.
function source.has(...)
  local methods = {...}
  return function(value)
    if type(value) ~= "userdata" and type(value) ~= "table" then return false end
    for _, name in ipairs(methods) do
      local found, method = try(function() return value[name] end)
      if not found or type(method) ~= "function" then return false end
    end
    return true
  end
end

source.predicts = source.has "predict"

-- Is it the schedule that takes what has been measured?
function source.is_plateau(schedule)
  return schedule and schedule.name == "ReduceLROnPlateau"
end

-- dnn.data.batches, a dnn.data.Loader, or a script's own that is called as they are.
function source.is_batches(value)
  local metatable = type(value) == "table" and getmetatable(value)
  return metatable and metatable.__call ~= nil
end

-- Raises where batches of a script's own give something else than two matrices.
function source.check_batch(where, X, Y)
  local name, value = "X", X
  if dnn._is_matrix(X) then name, value = "Y", Y end
  if dnn._is_matrix(value) then return end
  arguments.fail("%s: the batches gave %s for %s; expected a Matrix", where, options_of.shown(value), name)
end

-- Does it give its examples in another order each time?
function source.is_shuffled(batches)
  return rawget(batches, "shuffle") == true
end

local has_state = source.has("state_dict", "load_state_dict")

-- Does it give other batches each time, by a state? Those that shuffle or augment do, and maybe a script's own.
function source.moves(batches)
  if not has_state(batches) then return false end
  return rawget(batches, "shuffle") ~= false or next(rawget(batches, "augment") or {}) ~= nil
end

-- How many batches an epoch has; nil where they do not say.
function source.count(batches)
  local metatable = getmetatable(batches)
  return metatable.__len and #batches or nil
end

-- The names of the classes, where the data know them.
function source.classes(data)
  local classes = type(data) == "table" and rawget(data, "classes")
  return classes and #classes > 0 and classes or nil
end

-- A call of dnn.data's, whose errors become those of `where` in the line of the script.
function source.of_data(where, name, ...)
  local ok, result, second = try(dnn.data[name], ...)
  if ok then return result, second end
  local message = tostring(result):gsub("^.-dnn%.data%." .. name .. ": ", "")
  arguments.fail("%s: %s", where, message)
end

-- Batches of a set; of lazy images by a Loader. Batches pass as they are, and then nothing may be said about them.
function source.batches(where, data, given)
  if source.is_batches(data) then
    for _, name in ipairs{"batch_size", "shuffle"} do
      if given[name] ~= nil then
        arguments.fail("%s: %s is an option of the batches that were given as data; leave it out here", where, name)
      end
    end
    return data
  end
  local size, shuffle = given.batch_size or given.default_size, given.shuffle ~= false
  if type(data) == "table" and rawget(data, "target") then
    return source.of_data(where, "Loader", data, {batch_size = size, shuffle = shuffle})
  end
  if type(data) ~= "table" then
    arguments.fail("%s: data must be a set {X = , Y = }, a dnn.data.Loader or dnn.data.batches, got %s%s", where,
      options_of.shown(data), arguments.usage())
  end
  return source.of_data(where, "batches", data, {size = size, shuffle = shuffle})
end

return source
