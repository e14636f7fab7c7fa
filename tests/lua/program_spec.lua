-- The command line of the program dnnlua, run as a user would run it; program_*_spec.lua hold its parts.
local program = dofile "tests/lua/program.lua"
local quote = program.quote
local run, run_statement = program.run, program.run_statement

describe("dnnlua", function()
  local folder, file

  setup(function() folder, file = program.folder() end)
  teardown(function() program.remove(folder) end)

  local function script(name, text)
    return quote(file(name, text))
  end

  it("runs a statement with the module as the global dnn", function()
    local out, err, status = run_statement("print(dnn.version, dnn == require 'dnn')")
    assert.equal("", err)
    assert.equal(require "dnn".version .. "\ttrue\n", out)
    assert.equal(0, status)
  end)

  it("loads the module only when it is named", function()
    local out = run_statement("print(package.loaded['dnn'], package.loaded['dnn.core'])")
    assert.equal("nil\tnil\n", out)
  end)

  it("takes less than 20 MB to start", function()
    local out = run_statement "print(dofile('tests/lua/peak.lua').kilobytes())"
    assert.is_true(tonumber(out) < 20 * 1024, out)
  end)

  it("leaves the globals of a script alone", function()
    local out = run(script("globals.lua", "print(dnn)"))
    assert.equal("nil\n", out)
  end)

  it("gives a script its arguments, in arg and in ...", function()
    local path = script("arguments.lua", "print(arg[0], arg[1], arg[2], #arg, ...)")
    local out = run("-e 'x = 1' -- " .. path .. " -e 'two words'")
    assert.equal(folder .. "/arguments.lua\t-e\ttwo words\t2\t-e\ttwo words\n", out)
  end)

  it("reads standard input as a script, with and without a dash", function()
    assert.equal("in\n", (run("", "print 'in'")))
    assert.equal("a\tb\n", (run("- a b", "print(...)")))
  end)

  it("prints its version and Lua's", function()
    local expected = "dnnlua " .. require "dnn".version .. ", Lua 5.4"
    assert.equal(expected, (run("--version")):sub(1, #expected))
    local out = run("-v -e 'print(1)'")
    assert.equal(expected, out:sub(1, #expected))
    assert.matches("\n1\n$", out)
  end)

  it("explains itself when asked, on standard output", function()
    for _, option in ipairs{"-h", "--help"} do
      local out, err, status = run(option)
      assert.matches("^usage: dnnlua %[options%] %[script %[arguments%]%]", out)
      assert.equal("", err)
      assert.equal(0, status)
    end
  end)

  it("rejects an unknown option with its usage and status 2, and runs nothing", function()
    local out, err, status = run("-e 'print(1)' --verbose")
    assert.equal("", out)
    assert.matches("^dnnlua: unknown option '%-%-verbose'\nusage: dnnlua", err)
    assert.equal(2, status)
  end)

  it("names both places where it looked for a script", function()
    local _, err, status = run("no_such_script.lua")
    assert.matches("^dnnlua: cannot find the script 'no_such_script.lua', nor /.*"
      .. "/share/dnnlua/scripts/no_such_script.lua\n$", err)
    assert.equal(1, status)
  end)

  it("does not look among its scripts for a path", function()
    local _, err = run("./train_cats.lua")
    assert.matches("^dnnlua: cannot open %./train_cats%.lua", err)
  end)

  it("closes its state, so that finalisers run", function()
    local out = run_statement("setmetatable({}, {__gc = function() print 'closed' end})")
    assert.equal("closed\n", out)
  end)

  it("opens no file in place of a standard stream that is closed", function()
    local path = file("closed.lua", [[
      local log = assert(io.open(arg[1], "wb"))
      log:write "the log"
      log:flush()
      print "printed"
      io.stderr:write "printed"
      io.write "printed"
      io.stdout:flush()
      log:close()]])
    for _, closed in ipairs{">&-", "2>&-", "<&-", "<&- >&- 2>&-"} do
      program.shell(("%s %s %s/log %s"):format(program.quote(program.dnnlua), path, folder, closed))
      assert.equal("the log", program.read_all(folder .. "/log"), closed)
    end
  end)

  it("fails where what was printed cannot be written, but not where standard output is closed", function()
    for _, arguments in ipairs{"-e 'print(1)'", "-e 'print(1) os.exit(0)'", "--help", "--version"} do
      local line = ("%s %s >"):format(program.quote(program.dnnlua), arguments)
      local _, err, status = program.shell(line .. "/dev/full")
      assert.matches("^dnnlua: standard output cannot be written", err)
      assert.equal(1, status)
      _, err, status = program.shell(line .. "&-")
      assert.equal("", err)
      assert.equal(0, status)
    end
  end)

  it("exits with the status that a script asks for", function()
    local _, _, status = run_statement("os.exit(7)")
    assert.equal(7, status)
  end)
end)
