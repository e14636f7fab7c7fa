-- The prompt of dnnlua -i through a pipe: what lua's own prompt does, it does.
local program = dofile "tests/lua/program.lua"
local run, both = program.run, program.both

describe("dnnlua -i", function()
  -- Output without the lines of the input, which a lua with readline repeats, and that with its version.
  local function without_echo(out, input)
    local from = out:find "\n" + 1
    out = out:sub(from)
    from = 1
    for line in (input .. "\n"):gsub("\n\n$", "\n"):gmatch "[^\n]*\n" do
      local first, last = out:find(line, from, true)
      if first then
        out = out:sub(1, first - 1) .. out:sub(last + 1)
        from = first
      end
    end
    return out
  end

  local readline = program.has_lua and program.shell("lua5.4 -i", "unusual = 1\n"):find("unusual", 1, true)

  -- Holds that both programs write the same after the line that names their version.
  local function as_lua(arguments, input)
    if not program.has_lua then return pending "no lua5.4 to compare with" end
    local ours, luas = both(arguments, input)
    assert.equal(luas[2], ours[2])
    assert.equal(readline and without_echo(luas[1], input) or luas[1]:match "\n(.*)$", ours[1]:match "\n(.*)$")
  end
  local quiet = [[-e"_PROMPT='' _PROMPT2=''" -i]]

  it("names its version, shows values, continues after errors and continues lines", function()
    local out, err, status = run("-i", "1 + 1, 'b'\nfor i = 3, 4 do\nprint(i)\nend\nundefined()\nx = 5\nx\n")
    assert.equal("2\tb\n3\n4\n5\n\n", (out:gsub(">+ ", ""):gsub("^dnnlua [^\n]*\n", "")))
    assert.matches("^stdin:1: attempt to call a nil value %(global 'undefined'%)\nstack traceback:", err)
    assert.equal(0, status)
  end)

  it("runs the script first, then prompts", function()
    as_lua("-i -e 'x = 3'", "x\nx = x + 1\nx")
    as_lua("-i -", "print 'script'")
  end)

  it("takes what spans lines for one statement", function()
    as_lua(quiet, "(6 * 2 - 6) -- ===\na =\n10\nprint(a)\na")
    as_lua(quiet .. " --", "a = [[b\nc\nd\ne]]\na")
    as_lua(quiet, "function f(x)\nlocal a = [[\nxyz\n]]\nif x == 11 then return 1 + 12, 2 + 20 end --[[ two\n]]\n"
      .. "return x + 1\nend\nreturn (f(100))\nassert(a == b)\ndo\nreturn f(11) end")
  end)

  it("shows the value after an equals sign", function()
    as_lua(quiet, "=1 + 1\n = 5\n=nil")
  end)

  it("ends an error with the advice that a terminal's prompt gives", function()
    for input, message in pairs{
      ["x != 3"] = "syntax error near '!'; not equal is ~= in Lua",
      ["range(3)"] = "attempt to call a nil value (global 'range'); a loop is for i = 1, n do ... end",
      ["cost = 5 cost.item()"] = "attempt to index a number value (global 'cost'); it is a number already: leave out "
        .. ".item()",
    } do
      local _, err = run("-i", input .. "\n")
      assert.equal("stdin:1: " .. message, err:match "[^\n]*")
    end
  end)

  it("reports an error in a line that the end of its input breaks off", function()
    local _, err, status = run("-i", "a.\n")
    assert.matches("near <eof>\n$", err)
    assert.equal(0, status)
    as_lua("-i", "a.\n")
  end)

  it("uses _PROMPT and _PROMPT2, which may be objects", function()
    as_lua([["-e_PROMPT='next?' _PROMPT2=5" -i]], "--\na =\n2\n")
    as_lua([[-e "local C = 'X' _PROMPT = setmetatable({}, {__tostring = function() C = C .. 'X' return C end})" -i]],
      "--\na = 2\n")
    as_lua("-i", "--\na = 2\n")
  end)

  it("reports an error of print and continues", function()
    local _, err, status = run("-e 'print = nil' -i", "10\nio.write 'on'")
    assert.matches("^error calling 'print' %(attempt to call a nil value%)\n", err)
    assert.equal(0, status)
    as_lua("-e 'print = nil' -i", "10\nio.write 'on\\n'")
  end)

  it("continues after an error whose object has no text, or whose __tostring fails", function()
    local out, err, status = run("-i", table.concat({
      "error()", "error{}", "error(setmetatable({}, {__tostring = function() error 'twice' end}))",
      "setmetatable({}, {__gc = function() error 'collected' end}) collectgarbage()", "'still here'", ""}, "\n"))
    assert.matches("still here\n", out)
    assert.matches("^%(error object is a nil value%)\n", err)
    assert.matches("\n%(error object is a table value%)\n", err)
    assert.matches("twice", err)
    assert.equal(0, status)
  end)

  it("ends with the status that a statement gives to os.exit", function()
    for statement, expected in pairs{["os.exit(5)"] = 5, ["os.exit(false, true)"] = 1, ["os.exit(true, true)"] = 0} do
      local _, _, status = run("-i", statement .. "\nprint 'unread'\n")
      assert.equal(expected, status)
    end
  end)

  it("gives statements no arguments, and keeps globals between them, not locals", function()
    as_lua(quiet, "...\nlocal x = 1\nx\ny = 2\ny")
    as_lua(quiet .. " - a b", "print(...)")
  end)

  it("shows many values, nils among them, and nothing for none", function()
    as_lua(quiet, "nil, nil, 3\n(function() end)()\nselect('#', nil, nil)\ntable.unpack({}, 1, 3)")
  end)

  it("is not reached where the script, a module or a statement fails", function()
    for _, arguments in ipairs{"-i -e 'error \"early\"'", "-i -l not_there"} do
      local out, _, status = run(arguments, "print 'asked'")
      assert.is_nil(out:find("asked", 1, true))
      assert.equal(1, status)
    end
  end)

  it("has the module as the global dnn", function()
    local out = run("-i", "dnn.version\n")
    assert.matches("\n> %d+%.%d+%.%d+\n> \n$", out)
  end)
end)
