-- For specs: a call of these arguments raises an error whose text holds `message`.
local assert = require "luassert"

return function(message, ...)
  local ok, got = pcall(...)
  assert.is_false(ok)
  assert.is_truthy(tostring(got):find(message, 1, true), ("expected '%s' in '%s'"):format(message, tostring(got)))
end
