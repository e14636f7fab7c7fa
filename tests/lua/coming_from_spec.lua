-- docs/coming-from.md: every line of its tables runs, after what the page begins with.
local program = dofile "tests/lua/program.lua"
local quote, read_all = program.quote, program.read_all

local page = read_all "docs/coming-from.md"

-- The rows of the tables: {what it is elsewhere, {pieces of code for here}}; no code where it is not needed.
local function rows()
  local found = {}
  for elsewhere, here in page:gmatch "\n| (`[^\n]-) | ([^\n]-) |%f[\n]" do
    local code = {}
    for piece in here:gmatch "`([^`]+)`" do code[#code + 1] = piece end
    found[#found + 1] = {elsewhere, here:find "^not needed" and {} or code, here}
  end
  return found
end

describe("the page for those who come from elsewhere", function()
  local prelude = page:match "```lua\n(.-)```"

  it("has nothing on the right that does not run", function()
    local folder, file = program.folder()
    local script, count = {}, 0
    for _, row in ipairs(rows()) do
      local code = {prelude}
      for _, piece in ipairs(row[2]) do
        code[#code + 1] = load("return " .. piece) and "local _ = " .. piece or piece
        count = count + 1
      end
      script[#script + 1] = ("do local ok, message = pcall(assert(load(%q))) if not ok then io.stderr:write(%q, '  ', "
        .. "message, '\\n') end end"):format(table.concat(code, "\n"), row[3])
    end
    local path = file("rows.lua", table.concat(script, "\n"))
    local _, err, status = program.shell(("cd %s && %s %s"):format(quote(folder),
      quote((program.dnnlua:find "^/" and "" or io.popen("pwd"):read() .. "/") .. program.dnnlua), quote(path)))
    program.remove(folder)
    assert.same({"", 0}, {err, status})
    assert.is_true(count > 120, count)
  end)

  it("says something on the right of every row", function()
    assert.is_true(#rows() > 80)
    for _, row in ipairs(rows()) do
      assert.is_true(#row[2] > 0 or row[3]:find "^not needed" ~= nil, row[1])
    end
    local lines = select(2, page:gsub("\n|", "\n|")) - 8 -- two lines of each table are its head
    assert.equal(lines, #rows())
  end)

  it("names every class of torch.nn that is not here under its name", function()
    if not program.has_torch() then pending "python3-torch is absent" return end
    local names = program.shell("/usr/bin/python3 -c " .. quote([[
from torch import nn
print(*[n for n in dir(nn) if isinstance(getattr(nn, n), type) and issubclass(getattr(nn, n), nn.Module)])]]))
    local dnn, count = require "dnn", 0
    for name in names:gmatch "%w+" do
      local kind = name:find "^Lazy" and "Lazy%*" or name:find "3d$" and "%*3d" or name
      assert.is_true(rawget(dnn, name) ~= nil or page:find("`nn%." .. kind .. "[`(]") ~= nil,
        name .. ": docs/coming-from.md says nothing of it")
      count = count + 1
    end
    assert.is_true(count > 100, count)
  end)
end)
