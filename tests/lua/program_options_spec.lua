-- The command line of dnnlua beside that of the stock lua: options, `arg`, the environment, where scripts come from.
local program = dofile "tests/lua/program.lua"
local run, quote, as_lua = program.run, program.quote, program.as_lua(pending)

describe("dnnlua's command line", function()
  local folder, file

  setup(function() folder, file = program.folder() end)
  teardown(function() program.remove(folder) end)

  describe("statements and modules", function()
    it("takes -e and -l with their value attached or separate, in the order given", function()
      assert.equal("1\n3\n", (run [["-eprint(1)" -ea=3 -e "print(a)"]]))
      as_lua [["-eprint(1)" -ea=3 -e "print(a)" -lmath -l string -e 'print(math.pi, string.rep("x", 3))']]
    end)

    it("runs a module once, however often it is named, and the statements around it in turn", function()
      file("counted.lua", "print('module', n) n = (n or 0) + 1 return {n = n}")
      local arguments = [[-e n=5 -l counted -e 'print(counted.n)' -lcounted -e 'print(counted.n, n)']]
      assert.equal("module\t5\n6\n6\t6\n", (run(arguments, nil, "LUA_PATH=" .. folder .. "/?.lua")))
      as_lua(arguments, nil, "LUA_PATH=" .. folder .. "/?.lua")
    end)

    it("puts a module under the name before the equals sign", function()
      local arguments = [[-l 's=string' '-lm=math' -e 'print(s.upper "a", m.max(1, 2), S)']]
      assert.equal("A\t2\tnil\n", (run(arguments)))
      as_lua(arguments)
    end)

    it("leaves a version after a hyphen out of the global's name", function()
      file("shapes-v2.lua", "return {corners = 4}")
      assert.equal("4\n", (run("-l shapes-v2 -e 'print(shapes.corners)'", nil, "LUA_PATH=" .. folder .. "/?.lua")))
    end)

    it("stops at the first statement that fails", function()
      local out, err, status = run [[-e 'print(1)' -e 'error "two"' -e 'print(3)']]
      assert.same({"1\n", 1}, {out, status})
      assert.matches("two", err, 1, true)
      as_lua [[-e 'print(1)' -e 'error "two"' -e 'print(3)']]
    end)

    it("reads standard input where there are modules alone, and not where there is a statement", function()
      as_lua("-l math", "print(math.pi)")
      as_lua("-e ''", "print 'unread'")
      as_lua("-W", "print 'read'")
      assert.equal("read\n", (run("-l math -W", "print 'read'")))
    end)

    it("sees modules beside statements and reads what -E and -W say between them", function()
      as_lua [[-E -e 'print(1)' -W -lstring -e 'print(2)']]
    end)
  end)

  describe("the table arg", function()
    it("holds the whole command line around the script", function()
      local path = file("arg.lua", [[
        for i = -5, 5 do if arg[i] then io.write(i, " ", arg[i], "\n") end end
        print(#arg, ...)]])
      local out = run(("'-e ' -- %s a 'b c' ''"):format(path))
      assert.equal(("-3 %s\n-2 -e \n-1 --\n0 %s\n1 a\n2 b c\n3 \n3\ta\tb c\t\n"):format(program.dnnlua, path), out)
    end)

    it("starts with the program where there is no script", function()
      as_lua("-e 'print(arg[1], arg[2], #arg)' -e ''")
    end)

    it("is there for modules and for LUA_INIT", function()
      file("asks.lua", "print(arg[1])")
      as_lua("-l asks - first", "print(...)", "LUA_PATH=" .. folder .. "/?.lua LUA_INIT='print(arg[1], \"init\")'")
    end)

    it("gives the script what a statement has put into it", function()
      as_lua([[-e "arg[1] = 100" -]], "print(...)")
      as_lua([[-e "arg[3] = 'c'" - a b]], "print(...)")
    end)

    it("has to stay a table", function()
      local _, err, status = run([[-e "arg = 1" -]], "")
      assert.matches("'arg' is not a table", err, 1, true)
      assert.equal(1, status)
    end)

    it("takes many arguments", function()
      local path = file("many.lua", "print(select('#', ...), (select(-1, ...)))")
      as_lua(path .. (" x"):rep(5000) .. " last")
    end)
  end)

  describe("where a script comes from", function()
    it("takes options after a dash or a script for arguments", function()
      as_lua("- -h -e", "print(...)")
      as_lua("- --", "print(...)")
      as_lua(file("option.lua", "print(...)") .. " -v --help")
    end)

    it("takes what follows a double dash for a script, whatever its name", function()
      local _, err, status = run "-- -i"
      assert.matches("cannot find the script '-i'", err, 1, true)
      assert.equal(1, status)
    end)

    it("takes a dash after a double dash for a file", function()
      file("-", "print 'a file'")
      local out = program.shell(("program=$(readlink -f %s); cd %s && \"$program\" -- -"):format(quote(program.dnnlua),
        folder), "print 'in'")
      assert.equal("a file\n", out)
    end)

    it("reads a script through a pipe", function()
      local out = program.shell(("echo 'print(10)\nprint(2)' | %s"):format(quote(program.dnnlua)))
      assert.equal("10\n2\n", out)
    end)

    it("runs a file that names it in its first line", function()
      local bin = folder .. "/bin"
      assert(os.execute(("mkdir %s && ln -s \"$(readlink -f %s)\" %s/dnnlua"):format(bin, quote(program.dnnlua), bin)))
      local path = file("first_line", "#!/usr/bin/env dnnlua\nprint(require 'dnn'.version, ...)\n")
      assert(os.execute("chmod +x " .. path))
      local out = program.shell(("PATH=%s:$PATH %s a b"):format(bin, path))
      assert.matches("^%d+%.%d+%.%d+\ta\tb\n$", out)
    end)

    it("skips a byte-order mark and a first line that begins with #", function()
      for _, text in ipairs{"", "print(3)", "# comment\nprint(debug.getinfo(1).currentline)", "# no end of line"} do
        as_lua(file("marked.lua", "\xEF\xBB\xBF" .. text))
        as_lua(file("unmarked.lua", text))
      end
      as_lua(file("binary.lua", "# comment\n" .. string.dump(load "print(3)")))
    end)

    it("takes half a byte-order mark for an error", function()
      for _, text in ipairs{"\xEF", "\xEF\xBB", "\xEFprint(3)", "\xEF\xBBprint(3)"} do
        local _, err, status = run(file("half.lua", text))
        assert.matches("unexpected symbol", err, 1, true)
        assert.equal(1, status)
      end
    end)
  end)

  describe("the environment", function()
    local own = "^[^;]*/share/lua/5%.4/%?%.lua;[^;]*/share/lua/5%.4/%?/init%.lua"

    it("runs LUA_INIT before everything else, and LUA_INIT_5_4 instead of it", function()
      as_lua("-e 'print(x)'", nil, "LUA_INIT='x = tonumber(\"3.5\")'")
      as_lua("-e 'print(x)'", nil, "LUA_INIT='x = 3' LUA_INIT_5_4='x = 10'")
      as_lua("-e 'print(x)'", nil, "LUA_INIT='x = 3' LUA_INIT_5_4=")
    end)

    it("runs the file that LUA_INIT names", function()
      local path = file("init.lua", "x = x or 10 print(x) x = x + 1")
      as_lua(path, nil, "LUA_INIT=@" .. path)
    end)

    it("ends where LUA_INIT fails", function()
      local out, err, status = run("-e 'print(1)'", nil, [[LUA_INIT="error('early')"]])
      assert.same({"", 1}, {out, status})
      assert.matches("^dnnlua: LUA_INIT:1: early\n", err)
      out, err, status = run("", "print 'unread'", "LUA_INIT=@" .. folder .. "/absent.lua")
      assert.matches("^dnnlua: cannot open .*absent.lua", err)
      assert.same({"", 1}, {out, status})
    end)

    it("keeps the program's own tree reachable, after what LUA_PATH says", function()
      local ours = run("-e 'print(package.path)'")
      local own_first = ours:match(own)
      assert.is_string(own_first)
      assert.equal("x;" .. own_first .. "\n", (run("-e 'print(package.path)'", nil, "LUA_PATH=x")))
      assert.equal("y;" .. own_first .. "\n", (run("-e 'print(package.path)'", nil, "LUA_PATH=x LUA_PATH_5_4=y")))
      assert.equal("a;" .. ours:sub(1, -2) .. ";b\n", (run("-e 'print(package.path)'", nil, "'LUA_PATH=a;;b'")))
      assert.equal(ours, (run("-e 'print(package.path)'", nil, "'LUA_PATH=;;'")))
      assert.matches("^x;/.*/lib/lua/5%.4/%?%.so\n$", (run("-e 'print(package.cpath)'", nil, "LUA_CPATH=x")))
      assert.matches("^y;/.*/lib/lua/5%.4/%?%.so\n$",
        (run("-e 'print(package.cpath)'", nil, "LUA_CPATH=x LUA_CPATH_5_4=y")))
      assert.matches("^%d", (run("-e 'print(dnn.version)'", nil, "LUA_PATH=x LUA_CPATH=x")))
    end)

    it("is not looked at after -E", function()
      local paths = "-e 'print(package.path, package.cpath)'"
      local plain = run(paths)
      local out, err = run("-E " .. paths, nil, "LUA_INIT='error(10)' LUA_PATH=x LUA_CPATH=x LUA_PATH_5_4=y")
      assert.equal("", err)
      assert.equal(plain, out)
      out, err = run(paths .. " -E", nil, "LUA_INIT='error(10)' LUA_PATH=x")
      assert.same({plain, ""}, {out, err})
    end)
  end)

  describe("the long options", function()
    it("starts dnn's stream and math.random from --seed", function()
      local draw = " -e 'print(math.random(1e9 // 1), dnn.rand(1, 2))'"
      local first = run("--seed 7" .. draw)
      assert.equal(first, (run("--seed=7" .. draw)))
      assert.equal(first, (run("-e 'math.randomseed(7) dnn.manual_seed(7)'" .. draw)))
      assert.not_equal(first, (run("--seed -7" .. draw)))
    end)

    it("prints with --profile where the time of each network went", function()
      local out, err = run("--profile -", [[
        local dnn = require "dnn"
        local net = dnn.Sequential{dnn.Linear(8, 4), dnn.ReLU()}
        for _ = 1, 3 do
          net:forward(dnn.ones(8, 5))
          net:backward(dnn.ones(4, 5))
        end
        net:predict(dnn.ones(8, 2))
        dnn.Sequential{dnn.Linear(2, 3)}:predict(dnn.ones(2, 1))
        local unused = dnn.Sequential{dnn.Linear(2, 3)}
        collectgarbage()
        print "done"]])
      assert.equal("done\n", out)
      assert.matches("^profile of a network of 2 layers, float32, %d+ threads?; the machine's peak is %d+ GFLOP", err)
      assert.matches("\n  1  Linear%(8 %-> 4%) +[%d.]+ +4 +[%d.]+ +3 +[%d.]+ +[%d.]+ %% +0.000\n", err)
      assert.matches("\n  2  ReLU +[%d.]+ +4 +[%d.]+ +3 +0.000\n", err)
      assert.matches("\nprofile of a network of 1 layer,.-\n  1  Linear%(2 %-> 3%) +[%d.]+ +1 +", err)
      assert.matches("\n[%d.]+ s of [%d.]+ s in all; the rest is losses, optimisers, data and the script\n$", err)
      assert.equal(2, select(2, err:gsub("profile of", "")))
    end)

    it("prints no profile where no network has run", function()
      local out, err = run "--profile -e 'print(dnn.zeros(1, 1):sum())'"
      assert.same({"0.0\n", ""}, {out, err})
    end)

    it("computes on as many threads as --threads says", function()
      assert.equal("1\n", (run "--threads 1 -e 'print(dnn.get_num_threads())'"))
      assert.equal("3\n", (run("--threads=3 -e 'print(dnn.get_num_threads())'", nil, "DNN_NUM_THREADS=2")))
    end)

    it("says that DNN_NUM_THREADS is not used where it is not a number of threads", function()
      local _, none = run("-e 'print(dnn.get_num_threads())'", nil, "DNN_NUM_THREADS=")
      assert.equal("", none)
      for _, wrong in ipairs{"abc", "0", "2.5", "-1", "257", "\27[1m"} do
        local out, err = run("-e 'print(dnn.get_num_threads())'", nil, "DNN_NUM_THREADS='" .. wrong .. "'")
        local count = out:match "^(%d+)\n$"
        assert.equal(("dnn: DNN_NUM_THREADS must be a whole number from 1 to 256, got '%s'; using %s threads\n"):format(
          wrong:gsub("%c", "?"), count), err)
      end
      assert.equal("1\n", (run("--threads 1 -e 'print(dnn.get_num_threads())'", nil, "DNN_NUM_THREADS=abc")))
    end)

    it("counts what belongs to them as options, not as a script", function()
      local out = run("--seed 1 --threads 2 --view --traceback - x", "print(arg[-1], arg[-3], ...)")
      assert.equal("--traceback\t2\tx\n", out)
    end)
  end)

  describe("wrong usage", function()
    local function rejects(arguments, message)
      local out, err, status = run("-e 'print(1)' " .. arguments)
      assert.same({"", 2}, {out, status})
      assert.equal(("dnnlua: %s\nusage: dnnlua "):format(message), err:sub(1, #message + 23))
    end

    it("names an unknown option, and lua's letters do not go together", function()
      for _, option in ipairs{"---", "-Ex", "-vv", "-iv", "-Wx", "-x", "--views", "--view=1", "--see", "--seed2=1"} do
        rejects(option, ("unknown option '%s'"):format(option))
      end
    end)

    it("names an option whose argument is missing", function()
      for _, option in ipairs{"-e", "-l", "--seed", "--threads"} do
        rejects(option, ("'%s' needs an argument"):format(option))
      end
      rejects("-e -v", "'-e' needs an argument")
      rejects("-l -- x.lua", "'-l' needs an argument")
    end)

    it("says what number --seed and --threads want", function()
      rejects("--seed x", "--seed needs a whole number, got 'x'")
      rejects("--seed=", "--seed needs a whole number, got ''")
      rejects("--seed 1.5", "--seed needs a whole number, got '1.5'")
      rejects("--seed 99999999999999999999", "--seed needs a whole number, got '99999999999999999999'")
      rejects("--threads 0", "--threads needs a whole number from 1 to 256, got '0'")
      rejects("--threads=257", "--threads needs a whole number from 1 to 256, got '257'")
    end)
  end)
end)
