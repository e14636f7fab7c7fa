-- For the mistakes_*_spec.lua: what people who come from PyTorch, NumPy or the tutorial do wrong at first, and the one
-- line that each of them reads.

local assert = require "luassert"

-- A test (`it`) for each case {sentence, the mistake, the message}: the mistake raises just that message, after the
-- line that it is in, and before the signature that may end it. Where it raises nothing, it returns nil and the
-- message.
return function(it, cases)
  for _, case in ipairs(cases) do
    local sentence, mistake, expected = case[1], case[2], case[3]
    it(sentence, function()
      local ok, text, second = pcall(mistake)
      if ok then
        assert.is_nil(text, "no error and not nil, expected: " .. expected)
        assert.equal(expected, second)
        return
      end
      local where = debug.getinfo(mistake, "S")
      local path, line, message = text:match "^([^:]+):(%d+): (.*)$"
      local got = message or text
      assert.equal(expected, expected:find("; usage: ", 1, true) and got or (got:gsub("; usage: .*", "")))
      assert.equal(where.short_src, path)
      assert.is_true(tonumber(line) >= where.linedefined and tonumber(line) <= where.lastlinedefined, text)
      assert.is_nil(message:find "\n")
    end)
  end
end
