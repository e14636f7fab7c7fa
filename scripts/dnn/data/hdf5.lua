-- HDF5 files: their datasets as matrices. The reading is C, in a module of its own (dnn.hdf5).
local dnn = require "dnn"
local arguments = require "dnn.arguments"
local options_of = require "dnn.options"
local text = require "dnn.data.text"

local hdf5 = {}

local File = {}

local function handle_of(file)
  return file.handle or arguments.fail("%s: the file is closed", file.path)
end

-- Numbers as a matrix, texts as a table of strings.
local function read_dataset(file, name)
  local handle = handle_of(file)
  local rows, cols, dtype, stored, _, is_text, is_elsewhere = handle:info(name)
  if not rows then arguments.fail(cols) end
  if is_text then return handle:texts(name) end
  if stored:find "^link" then arguments.fail("%s: '%s' is a %s", file.path, name, stored) end
  if not dtype and not is_elsewhere then
    arguments.fail(dnn._printable(("%s: dataset '%s' (%s) cannot be read as a matrix of numbers")
      :format(file.path, name, stored)))
  end
  local readable, message = handle:check(name) -- before memory is taken for what the file claims
  if not readable then return nil, message end
  return handle:read(name, dnn.empty(rows, cols, {dtype = dtype}))
end

-- The names of all datasets, sorted.
function File:names()
  return handle_of(self):names()
end

-- A dataset of numbers as a matrix, whose columns are its first axis; one of strings as a table. A file that turns
-- out damaged gives nil and a message.
function File:read(name)
  if type(name) ~= "string" then arguments.wrong(2, "the name of a dataset", name) end
  local matrix, message = read_dataset(self, name)
  return matrix, message
end

-- Shape in the file, as a table, and type as stored.
function File:shape(name)
  local rows, message, _, stored, extent = handle_of(self):info(name)
  if not rows then arguments.fail(message) end
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
    local matrix, message = read_dataset(file, name)
    return matrix or arguments.fail(message)
  end,
}

arguments.guard("dnn.data.hdf5", File, ":")

local OPEN <const> = {
  external = {false, options_of.is "boolean", "true or false"},
  max_bytes = {0, options_of.whole(1), "a whole number of bytes"},
}

-- An HDF5 file, or nil and a message.
function hdf5.hdf5(path, options)
  if not arguments.is_path(path) then
    arguments.fail("dnn.data.hdf5: expected the path of a file, got %s%s", arguments.shown(path), arguments.usage())
  end
  local opts = options_of.read("dnn.data.hdf5", options, OPEN)
  local handle, message = require "dnn.hdf5".open(path, opts.external, opts.max_bytes)
  if not handle then return nil, message end
  return setmetatable({handle = handle, path = path}, file_metatable)
end

return hdf5
