-- What becomes of errors in dnnlua: message, line, traceback, status; warnings, signals and closed pipes.
local program = dofile "tests/lua/program.lua"
local run, run_statement, quote, shell = program.run, program.run_statement, program.quote, program.shell

describe("dnnlua", function()
  local folder, file

  setup(function() folder, file = program.folder() end)
  teardown(function() program.remove(folder) end)

  local function error_of(text, options)
    local out, err, status = run((options or "") .. " " .. quote(file("error.lua", text)))
    assert.same({"", 1}, {out, status})
    return (err:gsub(folder, "@", nil):gsub("@+/", "@/"))
  end

  describe("an error", function()
    it("is shown with the script's line and a traceback", function()
      local err = error_of("local function inner()\n  error('no cats')\nend\ninner()\n")
      assert.equal("dnnlua: @/error.lua:2: no cats\n     2 |   error('no cats')\nstack traceback:\n"
        .. "\t[C]: in function 'error'\n\t@/error.lua:2: in local 'inner'\n\t@/error.lua:4: in main chunk\n",
        (err:gsub("upvalue 'inner'", "local 'inner'")))
    end)

    it("marks the name that the message quotes", function()
      assert.equal("dnnlua: @/error.lua:1: attempt to index a nil value (field 'y')\n"
        .. "     1 | local a = 'é', x.y.z\n       |                  ^\n",
        (error_of("local a = 'é', x.y.z", "-e 'x = {}'"):gsub("stack traceback.*", "")))
    end)

    it("tells a script that has not required the module how it begins", function()
      assert.equal("dnnlua: @/error.lua:1: attempt to index a nil value (global 'dnn'); a script begins with: "
        .. "local dnn = require \"dnn\"", error_of("print(dnn.ones(1, 1))"):match "^[^\n]+")
    end)

    it("marks nothing where the name occurs twice or is part of another", function()
      assert.equal("dnnlua: @/error.lua:1: attempt to call a nil value (global 'f')\n     1 | ff = f(1) + f(2)\n",
        (error_of("ff = f(1) + f(2)"):gsub("stack traceback.*", "")))
    end)

    it("marks a variable, not a field of its name, and what is called, not what is named", function()
      local function marked(text)
        return error_of(text):match "\n( *| *^+)\n"
      end
      assert.equal("       |                    ^^^^", marked "local x = {} print(data.x, x.data)")
      assert.equal("       |      ^", marked "ff = f(f)")
      assert.equal("       |                 ^", marked "f = {} y = y, f.y(y)")
    end)

    it("marks the module's function that was called, or the operator", function()
      local function marked(line)
        local err = error_of("local dnn = require 'dnn' local A, net = dnn.ones(3, 2), dnn.Linear(3, 1)\n" .. line)
        return err:match "\n +2 | [^\n]*\n +| ( *^+)\n"
      end
      assert.equal("              ^^^^^^^", marked "local Z = net:forward(A:t())")
      assert.equal("            ^", marked "local B = A * A")
      assert.equal("            ^", marked "local B = A + dnn.ones(2, 3)")
      assert.equal("               ^^^^^", marked "print(dnn, dnn.zeros{1}, A)")
    end)

    it("of a function that a layer calls is shown with that function's line", function()
      local err = error_of("local dnn = require 'dnn'\nlocal f = function(_, X) return X * X end\n"
        .. "local net = dnn.Sequential{dnn.Layer{forward = f, backward = f}}\nnet:forward(dnn.ones(3, 2))\n")
      assert.matches("^dnnlua: @/error.lua:4: network: layer 1, Layer: @/error.lua:2: matrix product: [^\n]*\n"
        .. "     2 | local f = function%(_, X%) return X %* X end\nstack traceback:\n\t@/error.lua:4: in main chunk\n$",
        err)
    end)

    it("step by step is reported for the script's line and marks the function", function()
      local err = error_of("local s = require 'dnn.stepwise'\nlocal p = {}\ns.L_model_forward(p, p)\n")
      assert.matches("^dnnlua: @/error.lua:3: L_model_forward: [^\n]*\n     3 | s.L_model_forward%(p, p%)\n"
        .. "       |   ^^^^^^^^^^^^^^^\nstack traceback:\n\t@/error.lua:3: in main chunk\n$", err)
    end)

    it("in the middle of dnn.fit is reported for the script's line", function()
      local err = error_of("local dnn = require 'dnn'\nlocal net = dnn.Sequential{dnn.Linear(4, 3)}\n"
        .. "dnn.fit{net = net, loss = dnn.MSELoss(), data = {X = dnn.ones(5, 8), Y = dnn.ones(3, 8)}}\n")
      assert.matches("^dnnlua: @/error.lua:3: network: layer 1, Linear%(4 %-> 3%): needs 4 rows [^\n]*\n     3 | ", err)
      local loss = error_of("local dnn = require 'dnn'\ndnn.fit{net = dnn.Sequential{dnn.Linear(4, 3)},\n"
        .. "  loss = dnn.MSELoss, data = {}}\n")
      assert.matches("dnn.fit: loss is the function dnn.MSELoss; expected what it makes: dnn.MSELoss%(%)\n", loss)
      local optimiser = error_of("local dnn = require 'dnn'\nlocal net = dnn.Sequential{dnn.Linear(4, 3)}\n"
        .. "dnn.fit{net = net, loss = dnn.MSELoss(), data = {}, optimiser = dnn.optim.Adam}\n")
      assert.matches("got the function dnn.optim.Adam; did you mean dnn.optim.Adam%(...%)%?", optimiser)
    end)

    it("about a nil that a failed call returned quotes its message", function()
      local err = error_of("local dnn = require 'dnn'\nlocal data = dnn.data.images 'no/folder'\nprint(data.train)\n")
      assert.equal("dnnlua: @/error.lua:3: attempt to index a nil value (local 'data')\n     3 | print(data.train)\n"
        .. "       |       ^^^^\nnote: the last call that returned nil said: no/folder: No such file or directory; "
        .. "expected a folder of images\nstack traceback:\n\t@/error.lua:3: in main chunk\n", err)
      assert.is_nil(error_of("dnn.data.images 'no/folder' error 'another'", "-e ''"):find "note:")
      assert.is_nil(error_of("local x = nil; print(x.y)"):find "note:")
    end)

    it("that names a line of a file of data is shown with the script's line", function()
      local path = file("data.csv", "1,2\n3,x\n")
      local err = error_of(("error(%q .. ':2: not a number')"):format(path))
      assert.matches("\n     1 | error%(", err)
    end)

    it("of a cost that is taken for a graph's end says that it is a number", function()
      local function first_line(text) return (error_of(text):match "^[^\n]*") end
      local backward, item =
        "; the cost is a number here: net:backward(loss:backward()), or forward X:requires_grad_() for a graph",
        "; it is a number already: leave out .item()"
      for text, expected in pairs{
        ["local cost = 1.5 cost:backward()"] = "(local 'cost')" .. backward,
        ["cost = 1.5\nprint(cost.item())"] = "(global 'cost')" .. item,
        ["local t = {cost = 1.5} return t.cost:backward()"] = "(field 'cost')" .. backward,
        ["print(math.abs(1):backward())"] = "a number value" .. backward,
        ["local net, cost = {}, 1.5 net.backward(cost.x)"] = "(local 'cost')",
        ["local cost, the_cost = 1.5, {backward = print} the_cost:backward(cost.x)"] = "(local 'cost')",
      } do
        local line = first_line(text)
        assert.equal(expected, line:sub(-#expected), text)
      end
    end)

    it("of an operator that occurs twice marks neither", function()
      assert.is_nil(error_of("local A = require 'dnn'.ones(3, 2)\nlocal B = A * A * A"):find "%^")
    end)

    it("of syntax is shown with its line and no traceback", function()
      assert.equal("dnnlua: @/error.lua:2: unexpected symbol near '='\n     2 | x = = 1\n", error_of("\nx = = 1\n"))
    end)

    it("of a script whose path Lua cuts short is shown with its line", function()
      local deep = folder .. "/" .. ("long"):rep(20)
      assert(os.execute("mkdir " .. deep))
      file(("long"):rep(20) .. "/cut.lua", "x = = 1")
      local _, err = run(deep .. "/cut.lua")
      assert.matches("^dnnlua: %.%.%.long.*/cut.lua:1: unexpected symbol near '='\n     1 | x = = 1\n$", err)
    end)

    it("of a file that the script loads is shown with that file's line", function()
      local err = error_of("dofile '" .. file("loaded.lua", "\n\nx = = 1") .. "'")
      assert.matches("\n     3 | x = = 1\nstack traceback:", err, 1, true)
    end)

    it("in the module is reported for the script's line, the module's own frames left out", function()
      local err = error_of("local dnn = require 'dnn'\ndnn.data.split(5)\n")
      assert.matches("^dnnlua: @/error.lua:2: .*\n     2 | dnn.data.split%(5%)\n"
        .. "       |          ^^^^^\nstack traceback:\n\t@/error.lua:2: in main chunk\n$", err)
      err = error_of("local dnn = require 'dnn'\ndnn.Linear(3, 2):forward(dnn.ones(2, 2))\n")
      assert.matches("stack traceback:\n\t@/error.lua:2: in main chunk\n$", err)
    end)

    it("is shown with all frames after --traceback", function()
      local err = error_of("local dnn = require 'dnn'\ndnn.data.split(5)\n", "--traceback")
      assert.matches("/dnn/data/[%a_]+.lua:%d+: in .*%[C%]: in %?\n$", err)
    end)

    it("deep down shows the first and the last frames", function()
      local err = error_of("local function f(n) if n == 0 then error 'deep' end return 1 + f(n - 1) end\nf(1000)\n")
      local _, frames = err:gsub("\n\t@/error.lua:%d+: in", "")
      assert.is_true(frames >= 18 and frames <= 21, err)
      assert.matches("\n\t...\t(skipping 98%d levels)\n", err:gsub("98%d", "98%%d"), 1, true)
      assert.matches("\n\t@/error.lua:2: in main chunk\n$", err)
    end)

    it("of a stack overflow is reported", function()
      local frame = "\t@/error.lua:1: in function 'f'\n"
      assert.equal("dnnlua: @/error.lua:1: stack overflow\n     1 | function f() return 1 + f() end f()\n"
        .. "stack traceback:\n" .. frame:rep(10) .. "\t...\t(more than 10000 levels)\n",
        (error_of("function f() return 1 + f() end f()"):gsub("overflow %b()", "overflow")))
    end)
  end)

  describe("an error object", function()
    local function told(statement, expected)
      local _, err, status = run_statement(statement)
      assert.equal(1, status)
      assert.equal("dnnlua: " .. expected, err:sub(1, #expected + 8))
    end

    it("is shown by its __tostring, without a traceback", function()
      told("error(setmetatable({}, {__tostring = function() return 'told' end}))", "told\n")
      local path = file("object.lua", "local m = setmetatable({x = 1}, {__tostring = function(m)\n"
        .. "return tostring(debug.getinfo(4).currentline + m.x) end})\n\nerror(m)\n")
      local _, err = run(path)
      assert.equal("dnnlua: 5\n", err)
    end)

    it("without one is shown by its type", function()
      told("error()", "(error object is a nil value)\nstack traceback:")
      told("error(nil)", "(error object is a nil value)\nstack traceback:")
      told("error{}", "(error object is a table value)\nstack traceback:")
      told("error(true)", "(error object is a boolean value)\nstack traceback:")
      told("error(setmetatable({}, {__tostring = function() return 1 end}))", "(error object is a table value)\n")
      told("error(42)", "42\n")
    end)

    it("whose __tostring fails is shown by that failure", function()
      told("error(setmetatable({}, {__tostring = function() error 'twice' end}))", "(command line):1: twice\n")
    end)
  end)

  describe("warnings", function()
    it("are off at first, on after -W or warn '@on'", function()
      local _, err = run("-", "io.stderr:write(1) warn 'unseen'")
      assert.equal("1", err)
      _, err = run("-W -", "warn('a', 'b')")
      assert.equal("Lua warning: ab\n", err)
      _, err = run("-", "warn '@on' warn 'seen' warn '@off' warn 'unseen' warn('@on', 'x') warn '@unknown'")
      assert.equal("Lua warning: seen\n", err)
      _, err = run("-W -", "warn('@off', 'x', '@off') warn '@off' warn('@on', 'y') warn '@on' warn('', '@on')")
      assert.equal("Lua warning: @offx@off\nLua warning: @on\n", err)
    end)

    it("warn of a script's misspelt globals before it runs, after -W", function()
      local path = file("misspelt.lua", "io.stderr:write 'runs\\n'\nif arg[1] then\n  pritn(arg[1])\nend\n")
      local told = ("Lua warning: %s:3: 'pritn' is not defined; did you mean 'print'?\n"):format(path)
      assert.same({"", told .. "runs\n", 0}, {run("-W " .. path)})
      assert.same({"", "runs\n", 0}, {run(path)})
      assert.same({"", told .. "runs\n", 0}, {run("-W -e 'x = 1' " .. path)})
      path = file("pipe", "") -- which cannot be read twice
      assert(os.execute(("rm %s && mkfifo %s"):format(path, path)))
      local command = [[{ timeout 20 sh -c 'echo "print(1)" >%s' & } && timeout 20 %s -W %s]]
      assert.same({"1\n", "", 0}, {shell(command:format(path, quote(program.dnnlua), path))})
    end)

    it("do not warn of names that the program or a statement has defined, or a metatable may give", function()
      local path = file("defined.lua", "print(mine, string_too and string_too.upper 'a', dnn == nil)")
      assert.same({"1\tA\tfalse\n", "", 0}, {run("-W -e 'mine = 1' -l string_too=string " .. path)})
      path = file("given.lua", "print(anything)")
      assert.same({"anything\n", "", 0},
        {run([[-W -e 'setmetatable(_G, {__index = function(_, name) return name end})' ]] .. path)})
      path = file("silenced.lua", "print(nothing_at_all)")
      assert.same({"nil\n", "", 0}, {run("-W -e 'warn \"@off\"' " .. path)})
    end)

    it("report errors in finalisers when the program ends", function()
      local _, err, status = run("-W -", [[
        u = setmetatable({}, {__gc = function() error "first" end})
        v = setmetatable({}, {__gc = function() error "last" end})]])
      assert.matches("Lua warning: .*last%).*\nLua warning: .*first%)", err)
      assert.equal(0, status)
    end)
  end)

  describe("ending", function()
    it("runs finalisers in the order opposite to their making, and makes no new ones", function()
      local out, _, status = run("-W -", [[
        collectgarbage "stop"
        setmetatable({}, {__gc = function() print "made first" end})
        setmetatable({}, {__gc = function()
          setmetatable({}, {__gc = function() print "never" end})
          print(collectgarbage() or "no collection")
          os.exit(0, true)
        end})]])
      assert.same({"no collection\nmade first\n", 0}, {out, status})
    end)

    it("writes what is still in a file's buffer", function()
      local path = folder .. "/written"
      run_statement(("io.output(%q) io.write 'all'"):format(path))
      assert.equal("all", program.read_all(path))
    end)

    it("by os.exit gives its status, and closes what it is asked to", function()
      for call, expected in pairs{["nil, true"] = 0, ["0, true"] = 0, ["true, true"] = 0, ["false, true"] = 1,
                                  ["1, true"] = 1, ["7"] = 7, ["false"] = 1} do
        local out, err, status = run_statement("os.exit(" .. call .. ")")
        assert.same({"", "", expected}, {out, err, status}, call)
      end
      local out = run("-", [[
        local outer <close> = setmetatable({}, {__close = function(_, err) print("outer", err) end})
        local inner <close> = setmetatable({}, {__close = function() print "inner" end})
        os.exit(true, true)]])
      assert.equal("inner\nouter\tnil\n", out)
    end)

    it("is quiet when its reader has gone, even where a parent has SIGPIPE ignored", function()
      for _, ignore in ipairs{"", "trap '' PIPE; "} do
        local out, err = shell(ignore .. quote(program.dnnlua) .. " -e 'while true do print(1) end' | head -n 1")
        assert.same({"1\n", ""}, {out, err})
      end
    end)
  end)

  describe("a signal", function()
    local function signalled(name, statement)
      return shell(("timeout --preserve-status -s %s 0.3 %s -e %s; echo $?"):format(name, quote(program.dnnlua),
        quote(statement)))
    end

    it("SIGINT ends a script by an error, its finalisers run, with status 130", function()
      local out, err = signalled("INT", "setmetatable({}, {__gc = function() print 'closed' end}) while true do end")
      assert.equal("closed\n130\n", out)
      assert.matches("^dnnlua: interrupted!\nstack traceback:", err)
    end)

    it("SIGINT is an error that a script may catch", function()
      local out, err = signalled("INT", "print(pcall(function() while true do end end)) error 'later'")
      assert.equal("false\tinterrupted!\n1\n", out)
      assert.matches("later", err, 1, true)
    end)

    it("SIGINT once more ends a call that does not come back to Lua, at once", function()
      local out = shell(("%s -e %s & pid=$!; while kill -INT $pid 2>/dev/null; do sleep 0.3; done; wait $pid; echo $?")
        :format(quote(program.dnnlua), quote "string.find(('a'):rep(1e6), '.*.*b')"))
      assert.equal("130\n", out)
    end)

    it("SIGTERM ends it with status 143", function()
      assert.equal("143\n", (signalled("TERM", "while true do end")))
    end)
  end)
end)
