-- Files of arrays: NumPy's .npy and .npz, and IDX. The reading is C; here are the options and what an archive is.
local dnn = require "dnn"
local arguments = require "dnn.arguments"
local fail = require "dnn.failure"
local options_of = require "dnn.options"
local text = require "dnn.data.text"
local native = dnn._data

local arrays = {}

local MAX_BYTES <const> = {0, options_of.whole(1), "a whole number of bytes"}
local FILE <const> = {max_bytes = MAX_BYTES}
local NPZ <const> = {max_bytes = MAX_BYTES, names = {nil, options_of.names, "a table of names of arrays"}}

-- An IDX file, plain or gzipped, as a matrix, and its shape; or nil and a message.
function arrays.idx(path, options)
  if not arguments.is_path(path) then arguments.wrong(1, "the path of a file", path) end
  return native.read_idx(path, options_of.read("dnn.data.idx", options, FILE).max_bytes)
end

-- A .npy file as a matrix, and its shape; or nil and a message.
function arrays.npy(path, options)
  if not arguments.is_path(path) then arguments.wrong(1, "the path of a file", path) end
  return native.read_npy(path, options_of.read("dnn.data.npy", options, FILE).max_bytes)
end

-- What the arrays of an archive are: a table of matrices by name, in which an unknown name is an error, as is one
-- whose elements a matrix does not hold.
local function archive_of(path, matrices, shapes, left_out)
  return setmetatable(matrices, {
    __name = "dnn.data.npz",
    __tostring = function(archive) return text.npz(path, archive, shapes, left_out) end,
    __index = function(archive, name)
      if type(name) ~= "string" then return nil end
      if left_out[name] then arguments.fail(left_out[name]) end
      arguments.fail("%s: has no array '%s'; it has: %s", path, name, options_of.names_of(archive))
    end,
  })
end

-- The arrays of a .npz file by name, and their shapes by name; or nil and a message.
function arrays.npz(path, options)
  if not arguments.is_path(path) then arguments.wrong(1, "the path of a file", path) end
  local opts = options_of.read("dnn.data.npz", options, NPZ)
  local archive <close>, message = native.npz(path, opts.max_bytes)
  if not archive then return nil, message end
  local wanted = {}
  for _, name in ipairs(opts.names or archive:names()) do wanted[name] = true end
  for i, name in ipairs(archive:names()) do
    if wanted[name] then
      local fits, reason = archive:require(i)
      if not fits then return nil, reason end
    end
  end

  local matrices, shapes, left_out = {}, {}, {}
  for i, name in ipairs(archive:names()) do
    if wanted[name] then
      local matrix, shape, of_other_type = archive:read(i)
      if matrix then
        matrices[name], shapes[name] = matrix, shape
      elseif opts.names or not of_other_type then
        return nil, shape
      else
        left_out[name] = shape
      end
      wanted[name] = nil
    end
  end
  if next(wanted) then
    return fail("%s: has no array '%s'; it has: %s", path, next(wanted), table.concat(archive:names(), ", "))
  end
  if not next(matrices) then return nil, select(2, next(left_out)) end
  return archive_of(path, matrices, shapes, left_out), shapes
end

local WRITE <const> = {
  shape = {nil, options_of.list(options_of.whole(0)), "a table of whole numbers, as in {60000, 28, 28}"},
}

-- Writes a matrix as a .npy file whose first axis are the columns. True, or nil and a message.
function arrays.write_npy(path, A, options)
  if not arguments.is_path(path) then arguments.wrong(1, "the path of a file", path) end
  local opts = options_of.read("dnn.data.write_npy", options, WRITE)
  if not dnn._is_matrix(A) then arguments.wrong(2, "a Matrix", A) end
  local ok, written, message = pcall(native.write_npy, path, A, opts.shape)
  if not ok then arguments.fail(written) end
  return written, message
end

return arrays
