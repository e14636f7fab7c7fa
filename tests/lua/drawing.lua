-- For specs of plots: what a call draws in the terminal, which is a file that stands for io.stdout, and what is in it.
local assert = require "luassert"
local program = require "program"

local drawing = {}

-- What a call writes to io.stdout, and what it returns.
function drawing.drawn(call, ...)
  local stdout <const> = io.stdout
  local file <close> = assert(io.tmpfile())
  rawset(io, "stdout", file)
  local results = table.pack(pcall(call, ...))
  rawset(io, "stdout", stdout)
  assert(results[1], results[2])
  file:seek "set"
  return file:read "a", table.unpack(results, 2, results.n)
end

function drawing.lines_of(text)
  local lines = {}
  for line in text:gmatch "([^\n]*)\n" do lines[#lines + 1] = line end
  return lines
end

function drawing.raises(message, call, ...)
  local arguments = table.pack(...)
  local ok, got = pcall(function() call(table.unpack(arguments, 1, arguments.n)) end)
  assert.is_false(ok)
  assert.matches("^tests/lua/[%w_]+.lua:%d+: ", got)
  assert.is_truthy(got:find(message, 1, true), ("expected '%s' in '%s'"):format(message, got))
end

function drawing.holds(text, part)
  assert.is_truthy(text:find(part, 1, true), ("'%s' is not in\n%s"):format(part, text))
end

function drawing.lacks(text, part)
  assert.is_nil(text:find(part, 1, true), ("'%s' is in\n%s"):format(part, text))
end

function drawing.size_of_png(path)
  local bytes = program.read_all(path)
  assert.equal("\137PNG\r\n\26\n", bytes:sub(1, 8))
  return (">I4I4"):unpack(bytes, 17)
end

return drawing
