-- For specs of readers: files that they make in a folder of their own, and readers that refuse them.
local assert = require "luassert"
local program = require "program"

local files = {folder = nil, path = nil} -- path: the last file that was put

function files.open()
  files.folder = program.folder()
end

function files.close()
  program.remove(files.folder)
end

function files.put(bytes, name)
  files.path = files.folder .. "/" .. (name or "file")
  program.write_all(files.path, bytes)
  return files.path
end

-- The call gives nil and this message after the file's path.
function files.refuses(expected, read, file, options)
  local got, message = read(file, options)
  assert.is_nil(got)
  assert.equal(file .. ": " .. expected, message)
end

return files
