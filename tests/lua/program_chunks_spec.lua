-- Scripts, statements and standard input beside the stock lua: what each is called in messages, what it is given,
-- how it ends.
local program = dofile "tests/lua/program.lua"
local run, quote, as_lua = program.run, program.quote, program.as_lua(pending)

describe("dnnlua runs chunks as lua does:", function()
  local folder, file

  setup(function() folder, file = program.folder() end)
  teardown(function() program.remove(folder) end)

  local function fails(message, arguments, input, environment)
    local out, err, status = run(arguments, input, environment)
    assert.same({"", 1}, {out, status})
    assert.equal("dnnlua: " .. message, err:match "[^\n]*")
  end

  describe("messages", function()
    it("call statements (command line), standard input stdin, and the environment by its variable", function()
      fails("(command line):1: here", [[-e 'error "here"']])
      fails("(command line):2: here", [[-e 'x = 1
        error "here"']])
      fails("stdin:2: here", "-", "\nerror 'here'")
      fails("stdin:1: here", "", "error 'here'")
      fails("LUA_INIT_5_4:1: here", "-", "", [[LUA_INIT_5_4="error 'here'"]])
    end)

    it("report what does not compile, without a traceback", function()
      fails("(command line):1: unexpected symbol near <eof>", "-e 'x ='")
      fails("stdin:1: syntax error near 'is'", "-", "this is no Lua")
      fails("LUA_INIT:1: unfinished string near <eof>", "-", "", [[LUA_INIT='x = "a']])
      local _, err = run("-e 'x ='")
      assert.is_nil(err:find "traceback")
    end)

    it("name a module that is not found, a script that is a folder, and one that may not be read", function()
      fails("module 'not_there' not found:", "-l not_there")
      fails(("cannot read %s: Is a directory"):format(folder), quote(folder))
      local path = file("locked.lua", "print 'open'")
      assert(os.execute("chmod 000 " .. path))
      if io.open(path) then return end -- root reads everything
      fails(("cannot open %s"):format(path), path)
    end)

    it("report an error that a module makes while it is loaded", function()
      file("broken.lua", "error 'in the module'")
      local _, err, status = run("-l broken", nil, "LUA_PATH=" .. folder .. "/?.lua")
      assert.matches("broken%.lua:1: in the module\n", err)
      assert.equal(1, status)
    end)

    it("report that the main chunk cannot yield", function()
      fails("attempt to yield from outside a coroutine", "-e 'coroutine.yield()'")
    end)

    it("pass an error on that a coroutine of the script has made", function()
      fails("(command line):1: (command line):1: inside", [[-e 'coroutine.wrap(function() error "inside" end)()']])
    end)
  end)

  describe("what a chunk is given", function()
    it("nothing for statements, and locals stay within each", function()
      as_lua("-e 'print(...)' -e 'local x = 1' -e 'print(x)' -e '' a")
      as_lua("-e 'print(select(\"#\", ...))' - a b", "print(...)")
    end)

    it("the arguments for a script, empty ones and options among them", function()
      local path = file("given.lua", "print(...)")
      as_lua(path .. " a '' 'b c' --help -e")
    end)

    it("all the arguments, however long", function()
      local path = file("long.lua", "print(#(...), select('#', ...))")
      as_lua(path .. " " .. ("x"):rep(100000))
    end)

    it("binary chunks, from a file and from standard input", function()
      local binary = string.dump(load "print('binary', ...)")
      as_lua(file("binary.luac", binary) .. " a")
      as_lua("- a", binary)
      local _, err, status = run(file("cut.luac", binary:sub(1, -10)))
      assert.matches("truncated chunk", err)
      assert.equal(1, status)
    end)

    it("a first line with # on standard input", function()
      as_lua("-", "#!/usr/bin/env dnnlua\nprint(debug.getinfo(1, 'l').currentline)")
      as_lua("-", "# nothing else")
    end)

    it("standard input's rest for a script that reads it", function()
      as_lua(file("reads.lua", "print(io.read 'l', io.read 'n', io.read 'a')"), "first\n2 rest\nof it")
      as_lua("-e 'print(io.read())'", "line")
    end)
  end)

  describe("which chunks are run", function()
    it("none of standard input after -v, -e, and all of it after a lone --", function()
      local out, _, status = run("-v", "print 'read'")
      assert.is_nil(out:find "read")
      assert.equal(0, status)
      as_lua("--", "print 'read'")
      as_lua("-E", "print 'read'")
      as_lua("-W -E", "print 'read'")
      assert.equal("read\n", run("-v -", "print 'read'"):match "\n(.*)")
    end)

    it("a statement is one argument, whatever is in it", function()
      as_lua([[-e "" -e " " -e "print(1) -- comment" -e "print'a
b'"]])
      as_lua([[-e "print'a\\
b'" "-e-- comment"]])
      as_lua("-e 'return 5'")
      as_lua("-e 'goto done; print(1) ::done:: print(2)'")
    end)

    it("those that the environment's statement lets", function()
      as_lua("-e 'print(1)'", nil, "LUA_INIT='os.exit(3)'")
      as_lua("-", "print(x)", "LUA_INIT='x = 1; return 2'")
      as_lua("-e 'print(package.loaded.mod, mod)'", nil, "LUA_INIT='package.loaded.mod = 1; mod = 2'")
    end)

    it("modules by the name that they are given, also twice and under two names", function()
      file("twice.lua", "print('loaded', ...) return {name = ...}")
      local environment = "LUA_PATH=" .. folder .. "/?.lua"
      as_lua("-l twice -l one=twice -ltwo=twice -e 'print(twice == one, one == two, twice.name)'", nil, environment)
      as_lua("-l a=string -l a=table -e 'print(a == table)'")
      file("nothing.lua", "")
      as_lua("-l nothing -e 'print(nothing)'", nil, environment)
      file("returns_false.lua", "return false")
      as_lua("-l returns_false -e 'print(returns_false)'", nil, environment)
    end)
  end)

  describe("how a chunk ends", function()
    it("with status 0 whatever it returns, and 1 for any error object", function()
      for _, statement in ipairs{"return 5", "return false", "return nil, 'message'", "do return end"} do
        as_lua("-e " .. quote(statement))
        as_lua("-", statement)
      end
      for _, object in ipairs{"nil", "false", "0", "{}", "print", "io.stdout", "coroutine.create(print)", "''"} do
        as_lua("-e " .. quote("error(" .. object .. ")"))
      end
    end)

    it("with what is to be closed closed, in order, the error in hand", function()
      local closing = [[
        local function closed(name)
          return setmetatable({}, {__close = function(_, err) print(name, err ~= nil) end})
        end
        local a <close>, b = closed "a", 1
        local c <close> = closed "c"
      ]]
      as_lua("-", closing .. "error 'end'")
      as_lua("-", closing .. "os.exit(true, true)")
      as_lua("-", closing .. "os.exit(4, true)")
      as_lua("-", closing .. "os.exit(4)")
      as_lua("-", closing .. "return 1")
      as_lua("-", closing .. "local d <close> = setmetatable({}, {__close = function() error 'closing' end})")
    end)

    it("from within a coroutine too", function()
      as_lua("-", [[
        local outer <close> = setmetatable({}, {__close = function() print "outer" end})
        coroutine.wrap(function()
          local inner <close> = setmetatable({}, {__close = function() print "inner" end})
          os.exit(6, true)
        end)()]])
    end)

    it("with finalisers run after an error as after a good end", function()
      local finalised = "t = setmetatable({}, {__gc = function() print 'finalised' end}) "
      as_lua("-", finalised)
      as_lua("-", finalised .. "error 'end'")
      as_lua("-e " .. quote(finalised .. "os.exit(2, true)"))
      as_lua("-e " .. quote(finalised .. "os.exit(2)"))
    end)

    it("with what it has printed written, also where an error follows", function()
      as_lua("-", "io.stdout:setvbuf 'full' io.write 'all of it' error 'end'")
      local _, err = run("-", "io.stdout:setvbuf 'full' io.write 'out' io.stderr:write 'err\\n'")
      assert.equal("err\n", err)
    end)

    it("by an error in a finaliser at the end only with a warning", function()
      as_lua("-W -", "setmetatable({}, {__gc = function() error {} end})")
      local _, err, status = run("-W -", "setmetatable({}, {__gc = function() error {} end})")
      assert.matches("^Lua warning: error in __gc", err)
      assert.equal(0, status)
    end)
  end)

  describe("warnings", function()
    it("are switched in the order of the command line", function()
      local _, err = run([[-e 'warn "early"' -W -e 'warn "seen"' -e 'warn "@off"' -e 'warn "late"']])
      assert.equal("Lua warning: seen\n", err)
    end)

    it("join their parts, and take a control message only alone", function()
      local _, err = run("-", "warn '@on' warn('a', 'b', 'c') warn('@', 'off') warn '@123' warn 'still on' warn '@off'")
      assert.equal("Lua warning: abc\nLua warning: @off\nLua warning: still on\n", err)
    end)
  end)
end)
