-- The module's reference, read from the definition files in the folder dnn/meta beside this file when it is first
-- needed: help, and errors that show a signature, share it.
local read = require "dnn.help.read"
local list = require "dnn.core".system.list

local _, here = ...     -- where require has found this file
local folder <const> = here:gsub("reference%.lua$", "meta")

local reference

return function()
  if not reference then
    reference = read(folder, list)
  end
  return reference
end
