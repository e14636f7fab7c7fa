-- docs/autograd.md: every snippet runs, one after the other, and prints what follows its arrows.
local dnn = require "dnn" -- luacheck: ignore

local function read_page()
  local file <close> = assert(io.open "docs/autograd.md")
  return file:read "a"
end

describe("the chapter on autograd", function()
  it("runs as it stands and prints what it says", function()
    local code, wanted, printed = {}, {}, {}
    for block in read_page():gmatch "```lua\n(.-)```" do code[#code + 1] = block end
    local text = table.concat(code)
    for output in text:gmatch "%-%-> ([^\n]*)" do wanted[#wanted + 1] = output end
    local scope = setmetatable({
      print = function(...)
        local words = {}
        for i = 1, select("#", ...) do words[i] = tostring((select(i, ...))) end
        printed[#printed + 1] = table.concat(words, "\t")
      end,
    }, {__index = _G})
    assert(load(text, "=docs/autograd.md", "t", scope))()
    assert.is_true(#wanted > 10)
    assert.same(wanted, printed)
  end)
end)
