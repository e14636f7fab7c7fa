-- The command line of the program dnnlua, run as a user would run it. DNN_BUILD names the build folder.
local build = os.getenv("DNN_BUILD") or "build"
local dnnlua = build .. "/bin/dnnlua"

local function quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

local function read_all(path)
  local file <close> = assert(io.open(path, "rb"))
  return file:read("a")
end

local function write_all(path, text)
  local file <close> = assert(io.open(path, "wb"))
  file:write(text)
end

-- Runs the program through a shell, with LUA_PATH and the like taken away, so that it has to find its own
-- tree; returns stdout, stderr and the status.
local function run(arguments, input)
  local out, err, stdin = os.tmpname(), os.tmpname(), os.tmpname()
  write_all(stdin, input or "")
  local _, _, status = os.execute(("env -u LUA_PATH -u LUA_CPATH %s %s <%s >%s 2>%s")
    :format(quote(dnnlua), arguments, stdin, out, err))
  local stdout, stderr = read_all(out), read_all(err)
  os.remove(out)
  os.remove(err)
  os.remove(stdin)
  return stdout, stderr, status
end

local function run_statement(statement)
  return run("-e " .. quote(statement))
end

describe("dnnlua", function()
  local folder

  setup(function()
    folder = os.tmpname()
    os.remove(folder)
    assert(os.execute("mkdir " .. quote(folder)))
  end)

  teardown(function()
    os.execute("rm -r " .. quote(folder))
  end)

  local function script(name, text)
    local path = folder .. "/" .. name
    write_all(path, text)
    return quote(path)
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
    local out = run_statement([[
      for line in io.lines("/proc/self/status") do
        local peak = line:match("^VmHWM:%s*(%d+) kB")
        if peak then print(peak) end
      end]])
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

  it("keeps what stood before the script at negative indices", function()
    local out = run("-e 'x = 1' " .. script("negative.lua", "print(arg[-1], arg[-2], arg[-3])"))
    assert.equal("x = 1\t-e\t" .. dnnlua .. "\n", out)
  end)

  it("runs -e and -l in the order given, attached or not", function()
    local out = run([[-e"print(1)" -lstring -e "print(string.rep(2, 2))" -l table \
      -e "print(table.concat{3})"]])
    assert.equal("1\n22\n3\n", out)
  end)

  it("reads standard input as a script, with and without a dash", function()
    assert.equal("in\n", (run("", "print 'in'")))
    assert.equal("a\tb\n", (run("- a b", "print(...)")))
  end)

  it("gives a prompt that shows values, goes on after errors and continues lines", function()
    local out, err, status = run("-i", "1 + 1, 'b'\nfor i = 3, 4 do\nprint(i)\nend\nundefined()\nx = 5\nx\n")
    assert.equal("2\tb\n3\n4\n5\n", (out:gsub(">+ ", ""):gsub("^dnnlua[^\n]*\n", ""):gsub("\n\n$", "\n")))
    assert.matches("stdin:1: attempt to call a nil value (global 'undefined')", err, 1, true)
    assert.equal(0, status)
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

  it("rejects an option whose value is missing", function()
    local _, err, status = run("-e")
    assert.matches("^dnnlua: something must follow '%-e'\nusage: dnnlua", err)
    assert.equal(2, status)
  end)

  it("reports an error with its line, a traceback and status 1", function()
    local path = script("error.lua", "local function inner()\n  error('no cats')\nend\ninner()\n")
    local out, err, status = run(path)
    assert.equal("", out)
    assert.matches("dnnlua: " .. folder .. "/error.lua:2: no cats\nstack traceback:", err, 1, true)
    assert.matches("error.lua:2: in upvalue 'inner'", err:gsub("local 'inner'", "upvalue 'inner'"), 1, true)
    assert.equal(1, status)
  end)

  it("reports an error value that is not a string", function()
    local _, err = run_statement("error(setmetatable({}, {__tostring = function() return 'told' end}))")
    assert.equal("dnnlua: told\n", err)
    _, err = run_statement("error({})")
    assert.matches("dnnlua: (error object is a table value)", err, 1, true)
  end)

  it("reports a syntax error with its line", function()
    local _, err, status = run(script("syntax.lua", "x = = 1\n"))
    assert.equal("dnnlua: " .. folder .. "/syntax.lua:1: unexpected symbol near '='\n", err)
    assert.equal(1, status)
  end)

  it("names both places where it looked for a script", function()
    local _, err, status = run("no_such_script.lua")
    assert.matches("^dnnlua: no script 'no_such_script.lua' in this folder, nor /.*"
      .. "/share/dnnlua/scripts/no_such_script.lua\n$", err)
    assert.equal(1, status)
  end)

  it("does not look among its scripts for a path", function()
    local _, err = run("./train_cats.lua")
    assert.matches("^dnnlua: cannot open %./train_cats%.lua", err)
  end)

  it("stops a script on SIGINT with an error", function()
    -- A shell's background job ignores SIGINT; `timeout` in the foreground hands it on.
    local path = script("loop.lua", "while true do end")
    local err_path = folder .. "/loop.err"
    os.execute(("timeout --foreground -s INT 0.5 %s %s 2>%s"):format(quote(dnnlua), path, err_path))
    assert.matches("interrupted!\nstack traceback:", read_all(err_path), 1, true)
  end)

  it("closes its state, so that finalisers run", function()
    local out = run_statement("setmetatable({}, {__gc = function() print 'closed' end})")
    assert.equal("closed\n", out)
  end)

  it("exits with the status that a script asks for", function()
    local _, _, status = run_statement("os.exit(7)")
    assert.equal(7, status)
  end)
end)
