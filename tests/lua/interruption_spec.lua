-- What Ctrl-C does: real SIGINTs, sent to programs that run scripts or have a prompt. What is interrupted would take a
-- minute or for ever; that a test ends is the measure.
local program = dofile "tests/lua/program.lua"
local quote, shell = program.quote, program.shell

-- interrupt(seconds ...): a SIGINT after the first number of seconds, another after that of the second, ...; 0 is at
-- once, as timeout and make send it again.
-- By io.popen, since os.execute has SIGINT ignored until the shell has ended, which takes its time on a loaded machine.
local PRELUDE <const> = [[
function interrupt(...)
  local file <close> = io.open "/proc/self/stat"
  local pid, sent = file:read "n", {}
  for i, seconds in ipairs{...} do
    sent[i] = (seconds > 0 and "sleep " .. seconds .. "; " or "") .. "kill -INT " .. pid
  end
  io.popen("{ " .. table.concat(sent, "; ") .. "; } >/dev/null 2>&1 &"):close()
end ]]

describe("Ctrl-C", function()
  local folder, file

  setup(function() folder, file = program.folder() end)
  teardown(function() program.remove(folder) end)

  local function run(arguments, input, seconds)
    local out, err, status =
      shell(("timeout -k 1 %d %s %s"):format(seconds or 50, quote(program.dnnlua), arguments), input)
    assert.not_equal(124, status, "it was not interrupted: " .. out .. err)
    return out, err, status
  end

  local function script(text)
    return run(quote(file("script.lua", PRELUDE .. "dnn = require 'dnn'\n" .. text)))
  end

  -- Statements, one a line, at a prompt, with so many seconds for all; what they print, without the prompts.
  local function prompt(lines, seconds)
    local input = "_PROMPT, _PROMPT2 = '', ''\n" .. PRELUDE:gsub("\n", " ") .. "\n" .. lines
    local out, err, status = run("-i", input, seconds)
    return out:gsub("^[^\n]*\n", ""):gsub("^> ", ""):gsub("\n$", ""), err, status
  end

  local FINISHING <const> = "dnnlua: finishing the batch; Ctrl-C again ends at once\n"

  describe("stops", function()
    it("a coroutine, and one that another has resumed", function()
      for _, text in ipairs{
        "coroutine.wrap(function() while true do end end)()",
        "coroutine.wrap(function() coroutine.wrap(function() while true do end end)() end)()",
        "local co = coroutine.wrap(function() while true do coroutine.yield() end end) while true do co() end",
        "while true do coroutine.wrap(function() coroutine.yield() end)() end",
        "for i in coroutine.wrap(function() for i = 1, 1e18 // 1 do coroutine.yield(i) end end) do end",
      } do
        local out, err, status = script("interrupt(0.1)\n" .. text)
        assert.same({"", 130}, {out, status}, text)
        assert.matches("^dnnlua: .*interrupted!\n", err)
      end
    end)

    it("a coroutine by an error that who resumed it gets", function()
      local out, err, status = script([[
        interrupt(0.1)
        local co = coroutine.create(function()
          local closed <close> = setmetatable({}, {__close = function() print "closed" end})
          while true do end
        end)
        local well, message = coroutine.resume(co)
        print(well, message:match "interrupted!$", coroutine.status(co))
        print(coroutine.close(co))
        for i = 1, 1e6 do local _ = {} end
        print "on"]])
      assert.equal("false\tinterrupted!\tdead\n", out:match "^[^\n]*\n")
      assert.matches("closed\n.*\non\n$", out)
      assert.same({"", 0}, {err, status})
    end)

    it("leaves other coroutines as they were", function()
      local out = prompt([[
co = coroutine.wrap(function() for i = 1, 1e9 do coroutine.yield(i) end end) co() co()
interrupt(0.1) while true do end
print(co())
interrupt(0.1) coroutine.wrap(function() while true do end end)()
print(co())
print(coroutine.resume(coroutine.create(function() for i = 1, 1e5 do i = i + 1 end return "well" end)))
]])
      assert.equal("3\n4\ntrue\twell\n", out)
    end)

    it("a function that finds a fault at the same time, and the collector works on", function()
      local out, err, status = script([[
        local matrix, list = dnn.zeros(1, 1), {}
        for i = 1, 2000000 do list[i] = matrix end
        list[#list + 1] = "no matrix"
        interrupt(0.02)
        local calls, message = 0
        repeat
          _, message = pcall(dnn.clip_grad_norm_, list, 1)
          calls = calls + 1
        until not message:find "no matrix" or calls == 200
        print(message, collectgarbage "isrunning")]])
      assert.same({"interrupted!\ttrue\n", "", 0}, {(out:gsub("^[^\t]*: ", "")), err, status})
    end)

    it("work that catches errors and goes on, the second time for good", function()
      for _, text in ipairs{
        "while true do pcall(function() while true do end end) end",
        "while true do pcall(coroutine.wrap(function() while true do end end)) end",
        "coroutine.wrap(function() while true do pcall(function() while true do end end) end end)()",
        "A = dnn.rand(300, 300) while true do pcall(function() while true do dnn.mm(A, A) end end) end",
        "while true do xpcall(function() while true do end end, function(m) return m end) end",
        "while true do pcall(pcall, pcall, function() while true do local _ = {} end end) end",
      } do
        local out, err = prompt("interrupt(0.2, 0.2)" .. text .. "\nprint 'back'\nprint(pcall(error, 'well'))\n")
        assert.equal("back\nfalse\twell\n", out, text)
        assert.matches("interrupted!", err, 1, true)
      end
    end)

    it("a matrix product, and gives its objects back intact", function()
      local out, err = prompt([[
A = dnn.ones(6000, 6000, {dtype = "float64"}) C = dnn.zeros(6000, 6000, {dtype = "float64"})
interrupt(0.2) for i = 1, 30 do dnn.mm(A, A, {out = C}) end
print(A:sum() == 6000^2, A:min(), A:max(), C.rows)
print((A:cols_range(1, 1):t() * A:cols_range(2, 2))(1, 1))
]])
      assert.equal("true\t1.0\t1.0\t6000\n6000.0\n", out)
      assert.matches("^interrupted!\nstack traceback:\n\tstdin:1: in main chunk\n$", err)
    end)

    it("drawing, and the stream goes on as if it had not begun", function()
      local out = prompt([[
r = dnn.Random(3) interrupt(0.1) while true do position = dnn.Random(3) last = dnn.randn(9000, 9000, {random = r}) end
s = dnn.Random(3) if last then dnn.randn(9000, 9000, {random = s}) end
print(last == nil and dnn.rand(1, 1, {random = r}) == dnn.rand(1, 1, {random = dnn.Random(3)}) or last ~= nil)
]])
      assert.equal("true\n", out)
    end)

    it("elementwise work and reductions; what is in place is done whole or not at all", function()
      local out = prompt([[
A = dnn.zeros(5000, 5000) n = 0
interrupt(0.3) while true do A:add_(1) n = n + 1 end
print(A:min() == A:max(), A:min() == n or A:min() == n + 1)
interrupt(0.1) while true do local B = (A + 1):exp() end
interrupt(0.1) while true do local s = A:std() + A:sum(1):max() end
print(A:min() == A:max())
]])
      assert.equal("true\ttrue\ntrue\n", out)
    end)

    it("the making of tables and of matrices from them", function()
      local out, err = prompt([[
A = dnn.rand(3, 100000) t = A:table()
interrupt(0.1) while true do dnn.Matrix(t) end
interrupt(0.1) while true do A:table() end
print(#t, #t[1], dnn.Matrix(t) == A)
]])
      assert.equal("3\t100000\ttrue\n", out)
      assert.equal(2, select(2, err:gsub("interrupted!", "")))
    end)

    it("the decoding of many photos", function()
      local photos = folder .. "/photos"
      local out, err = run("-i", PRELUDE:gsub("\n", " ") .. ([[

_PROMPT, _PROMPT2, folder = "", "", %q
os.execute("mkdir " .. folder) image = dnn.rand(640 * 480 * 3, 1)
function path(i) return ("%%s/%%s.%%d.png"):format(folder, i < 3 and "cat" or "dog", i) end
for i = 1, 4 do dnn.data.write_png(path(i), image, 640, 480) end
for i = 1, 7 do os.execute(("cd %%s && for f in *.png; do ln $f ${f%%%%.*.png}.%%d$f; done"):format(folder, i)) end
interrupt(0.3) for i = 1, 100 do dnn.data.images(folder, {progress = false, size = 200}) end
print "back"
images = dnn.data.images(folder, {progress = false, limit = 4, size = 8}) print(#images.train.files)
]]):format(photos))
      assert.matches("back\n3\n", out, 1, true)
      assert.matches("interrupted!", err, 1, true)
    end)

    it("training, a hundred times, and the network learns on as if nothing had been", function()
      local out, err, status = prompt([[
net = dnn.Sequential{dnn.Linear(200, 300), dnn.ReLU(), dnn.Linear(300, 300), dnn.Tanh(), dnn.Linear(300, 1)}
X, Y, loss = dnn.randn(200, 500), dnn.zeros(1, 500), dnn.MSELoss() opt = dnn.optim.Adam(net:parameters(), {lr = 1e-3})
function train(n) for i = 1, n do cost = loss:forward(net(X), Y) net:backward(loss:backward()) opt:step() end end
train(1) first = cost
]] .. ("interrupt(0.12) train(1e9)\n"):rep(100) .. [[
train(30) print(cost < first / 10, opt.steps > 30)
]], 600)
      assert.same({"true\ttrue\n", 0}, {out, status})
      assert.equal(100, select(2, err:gsub("interrupted!", "")))
    end)

    it("a layer written in Lua, and the network works on", function()
      local out, err = prompt([[
slow = true forward = function(self, X) while slow do end return X end
backward = function(_, dA) return dA end
net = dnn.Sequential{dnn.Linear(2, 3), dnn.Layer{name = "Slow", forward = forward, backward = backward}}
interrupt(0.1) net(dnn.ones(2, 1))
slow = false print(net(dnn.ones(2, 1)).rows)
]])
      assert.equal("3\n", out)
      assert.matches("interrupted!", err, 1, true)
    end)
  end)

  describe("in a script", function()
    it("ends a loop over run:steps after the batch, and what follows is done, with status 130", function()
      local out, err, status = script([[
        local run = dnn.Run()
        local begun, finished = 0, 0
        for step in run:steps(1e9 // 1) do
          begun = begun + 1
          if step == 2 then interrupt(0.1) end
          for i = 1, 1e5 do local _ = {} end
          finished = finished + 1
        end
        print(begun == finished, begun < 1e9, run.stopped, dnn.interrupted())
        for _ in run:steps(3) do print "never" end
        print "saved"]])
      assert.same({"true\ttrue\ttrue\ttrue\nsaved\n", FINISHING, 130}, {out, err, status})
    end)

    it("is seen by dnn.interrupted() and run.stopped", function()
      for _, asks in ipairs{"dnn.interrupted()", "run.stopped"} do
        local out, err, status = script([[
          local run = dnn.Run()
          interrupt(0.1)
          repeat until ]] .. asks .. [[

          print "saved"]])
        assert.same({"saved\n", FINISHING, 130}, {out, err, status}, asks)
      end
    end)

    it("lets the logging of a run end it, once the checkpoint is saved", function()
      local out, err, status = script([[
        local run = dnn.Run(nil, {checkpoint = function() print "saved" end})
        interrupt(0.1)
        for i = 1, 1e9 do run:log(i, {cost = 1}) end]])
      assert.same({"saved\n", 130}, {out, status})
      assert.matches("^" .. FINISHING:gsub("%-", "%%-") .. "dnnlua: interrupted at step %d+\n$", err)
    end)

    it("ends it at once the second time, by an error", function()
      local out, err, status = script([[
        local held = setmetatable({}, {__gc = function() print "collected" end})
        local closed <close> = setmetatable({}, {__close = function() print "closed" end})
        dnn.interrupted()
        interrupt(0.1, 0.2)
        while true do end]])
      assert.same({"closed\ncollected\n", 130}, {out, status})
      assert.matches("^" .. FINISHING:gsub("%-", "%%-") .. "dnnlua: interrupted!\n", err)
    end)

    it("ends it at once the third time", function()
      local out, _, status = script([[
        local held = setmetatable({}, {__gc = function() print "never" end})
        dnn.interrupted()
        interrupt(0.1, 0.2, 0.2)
        while true do pcall(function() while true do end end) end]])
      assert.same({"", 130}, {out, status})
    end)

    it("is one, however many signals it arrives as", function()
      local printed_by = {[""] = "closed\ncollected\n", ["dnn.interrupted()"] = "the end\nclosed\ncollected\n"}
      for asks, printed in pairs(printed_by) do
        local out, err, status = script([[
          local held = setmetatable({}, {__gc = function() for i = 1, 1e7 do end print "collected" end})
          local closed <close> = setmetatable({}, {__close = function() print "closed" end}) ]] .. asks .. [[

          interrupt(0.1, 0, 0, 0, 0)
          local start = dnn.time()
          repeat until dnn.time() - start > 20 or ]] .. (asks ~= "" and asks or "false") .. [[

          print "the end"]])
        assert.same({printed, 130}, {out, status}, err)
      end
    end)

    it("ends one that never asks at once", function()
      local out, err, status = script("interrupt(0.1) while true do end")
      assert.same({"", 130}, {out, status})
      assert.matches("^dnnlua: interrupted!\n", err)
    end)

    it("lets batches go on to the end of their round", function()
      local out, _, status = script([[
        dnn.interrupted()
        interrupt(0.05)
        repeat until dnn.interrupted()
        local seen = 0
        for X in dnn.data.batches({X = dnn.ones(1, 100), Y = dnn.ones(1, 100)}, {size = 7}) do seen = seen + X.cols end
        print(seen)]])
      assert.same({"100\n", 130}, {out, status})
    end)

    it("that fails afterwards gives the failure's status", function()
      local _, _, status = script("dnn.interrupted() interrupt(0.05) repeat until dnn.interrupted() error 'disk full'")
      assert.equal(1, status)
      _, _, status = script("dnn.interrupted() interrupt(0.05) repeat until dnn.interrupted() os.exit(3)")
      assert.equal(3, status)
    end)

    it("followed by a prompt gives the prompt, where nothing asks to end any more", function()
      local path = file("followed.lua", PRELUDE ..
        "dnn = require 'dnn' dnn.interrupted() interrupt(0.05) repeat until dnn.interrupted()")
      local out, err, status = run("-i " .. path, "print(dnn.interrupted())\n")
      assert.matches("false\n", out, 1, true)
      assert.same({FINISHING, 0}, {err, status})
    end)
  end)

  describe("at the prompt", function()
    it("says when it has no effect, and then ends the program", function()
      local pattern = "('.*'):rep(20) .. 'b'"
      local out, err, status = prompt("interrupt(0.1, 2.2, 0.2) string.find(('a'):rep(1e5), " .. pattern .. ")\n")
      assert.same({"", 130}, {out, status})
      assert.equal("dnnlua: this function cannot be stopped; Ctrl-C again ends the program\n", err)
    end)

    it("ends a wait for input", function()
      local out, err = prompt("interrupt(0.1) io.popen('sleep 2'):read 'a'\nprint 'back'\n")
      assert.equal("back\n", out)
      assert.matches("interrupted!", err, 1, true)
    end)

    it("stops one input, however many signals it arrives as", function()
      local out, err = prompt("interrupt(0.1, 0, 0, 0) while true do end\nfor i = 1, 1e8 do end print 'next'\n")
      assert.equal("next\n", out)
      assert.equal(1, select(2, err:gsub("interrupted!", "")))
    end)

    it("is never reported by dnn.interrupted()", function()
      local out = prompt("print(dnn.interrupted())\ninterrupt(0.1) while true do end\nprint(dnn.interrupted())\n")
      assert.equal("false\nfalse\n", out)
    end)
  end)
end)
