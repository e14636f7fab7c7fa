-- HDF5 files: their datasets as matrices. The reading is C, in a module of its own (dnn.hdf5).
local dnn = require "dnn"
local arguments = require "dnn.arguments"
local text = require "dnn.data.text"

local hdf5 = {}

local File = {}

local function handle_of(file, level)
  return file.handle or error(("%s: the file is closed"):format(file.path), level + 1)
end

local function read_dataset(file, name, level)
  local handle = handle_of(file, level + 1)
  local rows, cols, dtype, stored = handle:info(name)
  if not rows then error(cols, level + 1) end
  if not dtype then
    error(("%s: dataset '%s' (%s) is not numbers that fit a matrix")
      :format(file.path, name, stored), level + 1)
  end
  return handle:read(name, dnn.empty(rows, cols, {dtype = dtype}))
end

-- The names of all datasets, sorted.
function File:names()
  return handle_of(self, 2):names()
end

-- A dataset of numbers as a matrix: its first axis becomes columns. A file that turns out damaged gives
-- nil and a message.
function File:read(name)
  local matrix, message = read_dataset(self, name, 2)
  return matrix, message
end

-- Shape in the file, as a table, and type as stored.
function File:shape(name)
  local rows, message, _, stored, extent = handle_of(self, 2):info(name)
  if not rows then error(message, 2) end
  return extent, stored
end

-- May be called twice.
function File:close()
  if self.handle then self.handle:close() end
  self.handle = false
end

local file_metatable = {
  __name = "dnn.data.hdf5",
  __close = File.close,
  __tostring = text.hdf5,
  __fields = File,
  -- A dataset by its name: file.train_set_x.
  __index = function(file, name)
    if File[name] then return File[name] end
    local matrix, message = read_dataset(file, name, 2)
    return matrix or error(message, 2)
  end,
}

arguments.guard("dnn.data.hdf5", File, ":")

-- An HDF5 file, or nil and a message.
function hdf5.hdf5(path)
  if type(path) ~= "string" then
    error(("dnn.data.hdf5: expected the path of a file, got %s"):format(type(path)), 2)
  end
  local handle, message = require "dnn.hdf5".open(path)
  if not handle then return nil, message end
  return setmetatable({handle = handle, path = path}, file_metatable)
end

return hdf5
