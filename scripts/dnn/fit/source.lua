-- What dnn.fit, dnn.evaluate and dnn.predict take as data, as something that `for X, Y in` goes through.
local dnn = require "dnn"
local arguments = require "dnn.arguments"
local options_of = require "dnn.options"

local source = {}

-- dnn.data.batches, a dnn.data.Loader, or a script's own that is called as they are.
function source.is_batches(value)
  local metatable = type(value) == "table" and getmetatable(value)
  return metatable and metatable.__call ~= nil
end

-- Does it give its examples in another order each time?
function source.is_shuffled(batches)
  return rawget(batches, "shuffle") == true
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
  local ok, result, second = pcall(dnn.data[name], ...)
  if ok then return result, second end
  local message = tostring(result):gsub("^.-dnn%.data%." .. name .. ": ", "")
  error(("%s: %s"):format(where, message), arguments.level())
end

-- Batches of a set; of lazy images by a Loader. Batches pass as they are, and then nothing may be said about them.
function source.batches(where, data, given)
  if source.is_batches(data) then
    for _, name in ipairs{"batch_size", "shuffle"} do
      if given[name] ~= nil then
        error(("%s: %s is an option of the batches that were given as data; leave it out here"):format(where, name),
          arguments.level())
      end
    end
    return data
  end
  local size, shuffle = given.batch_size or given.default_size, given.shuffle ~= false
  if type(data) == "table" and rawget(data, "target") then
    return source.of_data(where, "Loader", data, {batch_size = size, shuffle = shuffle})
  end
  if type(data) ~= "table" then
    error(("%s: data must be a set {X = , Y = }, a dnn.data.Loader or dnn.data.batches, got %s"):format(where,
      options_of.shown(data)) .. arguments.usage(), arguments.level())
  end
  return source.of_data(where, "batches", data, {size = size, shuffle = shuffle})
end

return source
