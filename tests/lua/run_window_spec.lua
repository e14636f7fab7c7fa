-- dnn.Run: a window that is asked for can pause, step and stop the training, and save checkpoints.
package.path = "tests/lua/?.lua;" .. package.path
local dnn = require "dnn"
local program = require "program"

local build = os.getenv("DNN_BUILD") or "build"
local quote, read_all, write_all = program.quote, program.read_all, program.write_all

describe("dnn.Run", function()
  local folder

  before_each(function()
    folder = program.path()
  end)

  after_each(function()
    program.remove(folder)
  end)

  -- A window is played by a shell script, which DNNVIEW names and which speaks on descriptor 3.
  describe("with a window", function()
    local stand_in = [[
#!/bin/sh
say() { echo "$1" >&3; }
hear() { read -r line <&3 && echo "$line" >>"$HEARD"; }
echo "$@" >>"$HEARD"
]]

    -- Runs a script under dnnlua; the window does `window`. Returns stdout, stderr, status and the lines
    -- that the window heard, its arguments first.
    local function train(script, window, options)
      assert(os.execute("mkdir -p " .. quote(folder)))
      os.remove(folder .. "/heard") -- of the training before
      write_all(folder .. "/dnnview", stand_in .. window)
      assert(os.execute("chmod +x " .. quote(folder .. "/dnnview")))
      write_all(folder .. "/script.lua", ([[
        local dnn = require "dnn"
        local folder = %q
        local function wait(seconds)
          local start = dnn.time()
          repeat until dnn.time() - start > seconds
        end
      ]]):format(folder .. "/run") .. script)
      local command = ("env -u LUA_PATH -u LUA_CPATH -u WAYLAND_DISPLAY %s DNNVIEW=%s HEARD=%s timeout 20 "
        .. "%s/bin/dnnlua %s %s >%s/out 2>%s/err"):format(options and options.display or "DISPLAY=:9",
        options and options.program or quote(folder .. "/dnnview"), quote(folder .. "/heard"), build,
        options and options.flags or "", quote(folder .. "/script.lua"), quote(folder), quote(folder))
      local _, _, status = os.execute(command)
      -- The window may still be writing down what it heard last.
      local _, expected = window:gsub("hear", "hear")
      local heard
      local start = dnn.time()
      repeat
        heard = {}
        local file = io.open(folder .. "/heard")
        for line in file and file:lines() or function() end do heard[#heard + 1] = line end
        if file then file:close() end
      until #heard > expected or dnn.time() - start > 1
      return read_all(folder .. "/out"), read_all(folder .. "/err"), status, heard
    end

    it("starts it on the folder, and it outlives the training", function()
      local out, err, status, heard = train([[
        local run = dnn.Run(folder, {view = true})
        for i = 1, 30 do run:log(i, {cost = 1}) wait(0.01) end
        print "done"]], [[(sleep 1; echo outlived >>"$HEARD") &]])
      assert.same({"done\n", "", 0}, {out, err, status})
      assert.equal("--control 3 " .. folder .. "/run", heard[1])
      local start = dnn.time()
      repeat until dnn.time() - start > 1.2
      assert.equal("outlived\n", read_all(folder .. "/heard"):sub(-9))
    end)

    it("opens by dnnlua --view too, unless the script says no", function()
      local _, _, _, heard = train("local run = dnn.Run(folder) wait(0.3)", "", {flags = "--view"})
      assert.equal("--control 3 " .. folder .. "/run", heard[1])
      _, _, _, heard = train("local run = dnn.Run(folder) wait(0.1)", "")
      assert.equal(0, #heard)
      _, _, _, heard = train("local run = dnn.Run(folder, {view = false}) wait(0.1)", "", {flags = "--view"})
      assert.equal(0, #heard)
    end)

    it("keeps a log for it where the script names no folder", function()
      local out = train([[
        local run = dnn.Run(nil, {view = true})
        print(run.path)
        os.execute("rm -r " .. run.path .. " && rmdir runs 2>/dev/null")]], "")
      assert.is_truthy(out:find("^runs/script%-%d+%-%d+\n$"), out)
    end)

    it("pauses, steps and goes on", function()
      local out, err, status, heard = train([[
        local run = dnn.Run(folder, {view = true})
        local longest, logged = 0, dnn.time()
        for i in run:steps(300) do
          run:log(i, {cost = 1})
          local now = dnn.time()
          longest, logged = math.max(longest, now - logged), now
          wait(0.002)
        end
        print(longest >= 0.3, run.stopped)]],
        "say pause; hear; sleep 0.3; say step; hear; say step; hear; say resume; hear")
      assert.same({"true\tfalse\n", "", 0}, {out, err, status})
      local paused = tonumber(heard[2]:match "^paused (%d+)$")
      assert.same({"paused " .. paused, "paused " .. paused + 1, "paused " .. paused + 2,
                   "running " .. paused + 2}, {table.unpack(heard, 2)})
    end)

    it("goes on when the window is closed during a pause", function()
      local out, err, status = train([[
        local run = dnn.Run(folder, {view = true})
        for i = 1, 100 do run:log(i, {cost = 1}) wait(0.005) end
        print "done"]], "say pause; hear")
      assert.same({"done\n", "", 0}, {out, err, status})
    end)

    it("is interrupted during a pause", function()
      local out, err, status = train([[
        local run = dnn.Run(folder, {view = true})
        local pid = io.open("/proc/self/stat"):read "n"
        os.execute("(sleep 0.5; kill -INT " .. pid .. ") &")
        for i = 1, 1e9 do run:log(i, {cost = 1}) end]], "say pause; hear; sleep 3")
      assert.same({"", 130}, {out, status})
      assert.matches("^dnnlua: finishing the batch; Ctrl%-C again ends at once\n"
        .. "dnnlua: interrupted at step %d+\n$", err)
    end)

    it("stops a loop over run:steps, and what follows it is done", function()
      local out, err, status, heard = train([[
        local run = dnn.Run(folder, {view = true})
        local last
        for i in run:steps(1e9 // 1) do last = i run:log(i, {cost = 1}) end
        run:log(last, {final = 1})
        print(run.stopped, run.step == last)]], "say stop; hear")
      assert.same({"true\ttrue\n", "", 0, "stopping"}, {out, err, status, heard[2]})
    end)

    it("stops a loop that asks run.stopped", function()
      local out, err, status = train([[
        local run = dnn.Run(folder, {view = true})
        repeat run:log(1, {cost = 1}) until run.stopped
        run:log(2, {cost = 1})
        print "after"]], "say stop; hear")
      assert.same({"after\n", "", 0}, {out, err, status})
    end)

    it("ends a script that knows nothing of it, well and with a checkpoint", function()
      local out, err, status = train([[
        local run = dnn.Run(folder, {view = true, checkpoint = function(step) print("kept", step > 0) end})
        for i = 1, math.huge do run:log(i, {cost = 1}) end]], "say stop; hear")
      assert.equal("kept\ttrue\n", out)
      assert.is_truthy(err:find "^dnnlua: stopped from the window at step %d+\n$", err)
      assert.equal(0, status)
    end)

    it("saves a checkpoint where the script can", function()
      local _, err, _, heard = train([[
        local results = {"weights.bin", nil, error}
        local n = 0
        local run = dnn.Run(folder, {view = true, checkpoint = function(step)
          n = n + 1
          if n == 3 then error("disk full", 0) end
          return results[n]
        end})
        for i in run:steps(1e9 // 1) do run:log(i, {cost = 1}) end]],
        "say checkpoint; hear; say checkpoint; hear; say checkpoint; hear; say stop; hear")
      assert.same({"saved weights.bin", "saved", "checkpoint: disk full", "stopping"},
        {table.unpack(heard, 2)})
      assert.equal("dnn.Run: checkpoint: disk full; training continues\n", err)
      _, _, _, heard = train([[
        local run = dnn.Run(folder, {view = true})
        for i in run:steps(1e9 // 1) do run:log(i, {cost = 1}) end]],
        "say checkpoint; hear; say stop; hear")
      assert.equal("checkpoint: no network to save; run:watch(net, optimiser) gives one",
        heard[#heard - 1])
    end)

    local watched = [[
      dnn.manual_seed(2)
      local net = dnn.Sequential{dnn.Linear(3, 4), dnn.Tanh(), dnn.Linear(4, 1)}
      local optimiser = dnn.optim.Adam(net:parameters(), {lr = 0.01})
      local set = {X = dnn.randn(3, 20), Y = dnn.randn(1, 20)}
      local batches, loss = dnn.data.batches(set, {size = 6}), dnn.MSELoss()
      local i = 0
      local function epoch(ends, run) -- true when it has ended the training
        for X, Y in batches do
          i = i + 1
          loss(net(X), Y)
          net:backward(loss:backward())
          optimiser:step()
          if run then run:log(i, {cost = 1}) end
          if ends(i) then return true end
        end
      end
    ]]

    it("saves a watched network by itself, so that training can be resumed from there bit for bit", function()
      local out, err, status, heard = train(watched .. [[
        local run = dnn.Run(folder, {view = true, net = net, optimiser = optimiser, checkpoint = {batches = batches}})
        repeat until epoch(function() return run.stopped end, run)
        assert(net:save(folder .. "/end"))
        print(i)]], "say checkpoint; hear; sleep 0.1; say stop; hear")
      assert.same({"", 0}, {err, status})
      local path, step = heard[2]:match "^saved (.*/run/checkpoints/step%-(%d%d%d%d%d%d%d)%.safetensors)$"
      assert.is_truthy(path, heard[2])
      local resumed = assert(load("local dnn, path, last = ... " .. watched .. [[
        i = assert(dnn.checkpoint.load(path, {net = net, optimiser = optimiser, batches = batches})).step
        local first = i
        repeat until epoch(function() return i == last end)
        return first, net]]))
      local first, net = resumed(dnn, path, tonumber(out))
      assert.equal(tonumber(step), first)
      assert.is_true(net[1].weight == dnn.load(folder .. "/run/end")["0.weight"])
      assert.is_true(net[3].bias == dnn.load(folder .. "/run/end")["2.bias"])
    end)

    it("saves it too before it ends a script that knows nothing of it", function()
      local out, err, status = train(watched .. [[
        local run = dnn.Run(folder, {view = true, net = net})
        for i = 1, math.huge do run:log(i, {cost = 1}) end]], "say stop; hear")
      assert.same({"", 0}, {out, status})
      local step, path = err:match "^dnnlua: stopped from the window at step (%d+); saved (.*)\n$"
      assert.is_truthy(step, err)
      local values = assert(dnn.checkpoint.load(path, {net = false}))
      assert.equal(tonumber(step), values.step)
    end)

    it("says which part it cannot save", function()
      local _, err, _, heard = train(watched .. [[
        local run = dnn.Run(folder, {view = true, net = net, checkpoint = {loss = loss}})
        for i in run:steps(1e9 // 1) do run:log(i, {cost = 1}) end]], "say checkpoint; hear; say stop; hear")
      local expected = "checkpoint: 'loss' must be a network, an optimiser, batches, a dnn.Random, a Matrix, a number, "
        .. "a text or a boolean, got dnn.Loss"
      assert.equal(expected, heard[2])
      assert.equal("dnn.Run: " .. expected .. "; training continues\n", err)
    end)

    it("says why it cannot save", function()
      local _, err, status, heard = train(watched .. [[
        local run = dnn.Run(folder, {view = true, net = net, optimiser = optimiser})
        assert(io.open(folder .. "/checkpoints", "w")):close()
        for i = 1, math.huge do run:log(i, {cost = 1}) end]], "say checkpoint; hear; say stop; hear")
      local reason = folder .. "/run/checkpoints: "
      assert.equal("checkpoint: " .. reason, heard[2]:sub(1, #reason + 12))
      assert.equal(1, status)
      assert.is_truthy(err:find("dnn.Run: checkpoint: " .. reason, 1, true), err)
      assert.is_truthy(err:find("dnnlua: " .. reason, 1, true), err)
    end)

    it("changes the learning rate of a watched optimiser", function()
      local out, _, _, heard = train([[
        local net = dnn.Sequential{dnn.Linear(2, 1)}
        local opt = dnn.optim.SGD(net:parameters(), {lr = 0.0075})
        local run = dnn.Run(folder, {view = true, net = net, optimiser = opt})
        for i in run:steps(1e9 // 1) do run:log(i, {cost = 1}) end
        print(opt.lr)]], "say 'rate 0.5'; hear; say 'rate nan'; hear; say 'rate -1'; hear; say stop; hear")
      assert.same({"rate 0.00375", "rate: cannot be nan", "rate: cannot be -0.00375", "stopping"},
        {table.unpack(heard, 2)})
      assert.equal("0.00375\n", out)
      _, _, _, heard = train([[
        local run = dnn.Run(folder, {view = true})
        for i in run:steps(1e9 // 1) do run:log(i, {cost = 1}) end]],
        "say nonsense; say 'rate 2'; hear; say stop; hear")
      assert.is_truthy(heard[#heard - 1]:find("rate: no optimiser; run:watch(net, optimiser) gives one", 1, true))
    end)

    it("trains on without a display or a program to show it, and says so once", function()
      local script = [[
        local run = dnn.Run(folder, {view = true})
        for i = 1, 10 do run:log(i, {cost = 1}) end
        print "done"]]
      local out, err, status, heard = train(script, "", {display = "-u DISPLAY"})
      assert.same({"done\n", 0, 0}, {out, status, #heard})
      assert.equal("dnn.Run: no window: no display (neither DISPLAY nor WAYLAND_DISPLAY is "
        .. "set); training continues\n", err)
      out, err, status = train(script, "", {program = "/no/such/dnnview"})
      assert.same({"done\n", 0}, {out, status})
      assert.equal("dnn.Run: no window: /no/such/dnnview cannot be started: No such file or "
        .. "directory; training continues\n", err)
    end)
  end)
end)
