-- dnn.data: files and folders as matrices, splits and minibatches. Each noun has its file in data/, a table of
-- the functions that it adds here; decoding and copying are C.
local arguments = require "dnn.arguments"
local strict = require "dnn.strict"

local NOUNS <const> = {"images", "arrays", "collections", "csv", "hdf5", "split", "batches", "loader"}

local data = {}
for _, noun in ipairs(NOUNS) do
  for name, member in pairs(require("dnn.data." .. noun)) do data[name] = member end
end

return strict.make("dnn.data", arguments.guard("dnn.data", data))
