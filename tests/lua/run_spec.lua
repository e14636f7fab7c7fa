-- dnn.Run: what a script logs is in the event file under the right tags; a watched network tells the truth
-- about itself; a window that is asked for can pause, step and stop the training.
package.path = "tests/lua/?.lua;" .. package.path
local dnn = require "dnn"
local event_file = require "event_file"

local build = os.getenv("DNN_BUILD") or "build"

local function quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

local function read_all(path)
  local file <close> = assert(io.open(path, "rb"))
  return file:read "a"
end

local function write_all(path, text)
  local file <close> = assert(io.open(path, "wb"))
  file:write(text)
end

local function near(expected, tolerance)
  return function(value)
    return math.abs(value - expected) <= (tolerance or 1e-6) * math.max(1, math.abs(expected))
  end
end

local function assert_near(expected, got, tolerance)
  assert.is_true(near(expected, tolerance)(got), ("expected %.9g, got %.9g"):format(expected, got))
end

local function fails(message, ...)
  local ok, got = pcall(...)
  assert.is_false(ok)
  assert.is_truthy(tostring(got):find(message, 1, true),
    ("expected '%s' in '%s'"):format(message, tostring(got)))
end

describe("dnn.Run", function()
  local folder

  before_each(function()
    folder = os.tmpname()
    os.remove(folder)
  end)

  after_each(function()
    os.execute("rm -rf " .. quote(folder))
  end)

  -- The events of a run, which is flushed and stays open.
  local function events_of(run)
    assert(run:flush())
    return event_file.read(run.file)
  end

  local function tags_of(events)
    local tags, seen = {}, {}
    for _, event in ipairs(events) do
      if not seen[event.tag] then tags[#tags + 1] = event.tag end
      seen[event.tag] = true
    end
    table.sort(tags)
    return tags
  end

  -- A network with its loss and data, and one step of training it.
  local function training(options)
    dnn.manual_seed(3)
    local net = dnn.Sequential({dnn.Linear(48, 5), dnn.ReLU(), dnn.Linear(5, 1), dnn.Sigmoid()},
      options)
    local loss, optimiser = dnn.BCELoss(), dnn.optim.Adam(net:parameters(), {lr = 0.01})
    local X = dnn.randn(48, 30, options)
    local Y = dnn.gt(dnn.randn(1, 30, options), 0)
    local function step()
      local cost = loss(net(X), Y)
      net:backward(loss:backward())
      optimiser:step()
      return cost
    end
    return net, optimiser, step, X, loss, Y
  end

  describe("logs", function()
    it("numbers and tables of them, whose keys become tags", function()
      local run <close> = assert(dnn.Run(folder))
      local before = os.time()
      run:log(7, {cost = 0.25, epoch = 3, accuracy = {train = 99.5, test = {cats = 1, dogs = 2}}})
      local events = events_of(run)
      assert.same({"accuracy/test/cats", "accuracy/test/dogs", "accuracy/train", "cost", "epoch"},
        tags_of(events))
      for tag, value in pairs {cost = 0.25, epoch = 3, ["accuracy/train"] = 99.5,
                               ["accuracy/test/dogs"] = 2} do
        assert.same({[7] = value}, (event_file.series(events, tag)))
      end
      assert.is_true(events[1].time >= before and events[1].time <= os.time() + 1)
    end)

    it("arrays by number, or by the names that they come with", function()
      local net = training()
      local run <close> = assert(dnn.Run(folder))
      local norms = net:grad_norms()
      run:log(1, {grad_norm = norms, list = {10, 20}})
      local events = events_of(run)
      assert.same({"grad_norm/1 Linear", "grad_norm/3 Linear", "list/1", "list/2"}, tags_of(events))
      assert.equal(20, event_file.series(events, "list/2")[1])
    end)

    it("a Matrix of one element as its number, a larger one as a histogram", function()
      local run <close> = assert(dnn.Run(folder))
      local A = dnn.randn(40, 50)
      run:log(1, {one = dnn.full(1, 1, 2.5), many = A})
      run:histogram(2, "by/hand", A)
      local events = events_of(run)
      assert.equal(2.5, event_file.series(events, "one")[1])
      local h = event_file.series(events, "many")[1].histogram
      assert.same(h, event_file.series(events, "by/hand")[2].histogram)
      assert.equal(2000, h.count)
      assert_near(A:min(), h.min)
      assert_near(A:max(), h.max)
      assert_near(A:sum(), h.sum, 1e-5)
      local total, low = 0, -math.huge
      for k, high in ipairs(h.limits) do
        local inside = (dnn.gt(A:double(), low) % dnn.le(A:double(), high)):sum()
        assert.equal(inside, h.counts[k])
        total, low = total + h.counts[k], high
      end
      assert.equal(2000, total)
    end)

    it("pictures as PNG, from bytes and from floats", function()
      local run <close> = assert(dnn.Run(folder))
      local bytes = dnn.Matrix({0, 255, 128, 7, 9, 200}, {dtype = "uint8"})
      assert.is_true(run:image(3, "grey", bytes, 3, 2))
      assert.is_true(run:image(3, "rgb", bytes:float() / 255, 2, 1))
      local events = events_of(run)
      local path = folder .. "/picture.png"
      local picture = event_file.series(events, "grey")[3].image
      assert.equal(3, picture.width)
      assert.equal(2, picture.height)
      write_all(path, picture.png)
      assert.equal(bytes, (dnn.data.read_image(path, {channels = 1})))
      write_all(path, event_file.series(events, "rgb")[3].image.png)
      local column, width, height = dnn.data.read_image(path)
      assert.equal(bytes, column)
      assert.same({2, 1}, {width, height})
    end)

    it("text, and the settings in the order of their names", function()
      local run <close> = assert(dnn.Run(folder,
        {settings = {lr = 0.5, layers = {12288, 20, 1}, shuffle = true, data = "pets"}}))
      run:log(4, {cost = 1})
      run:text("note", "the rate was halved")
      local events = events_of(run)
      assert.equal("data = pets  \nlayers = 12288, 20, 1  \nlr = 0.5  \nshuffle = true  \n",
        event_file.series(events, "settings")[0].text)
      assert.equal("the rate was halved", event_file.series(events, "note")[4].text)
    end)

    it("into a new file beside the old ones", function()
      local first = assert(dnn.Run(folder))
      local second <close> = assert(dnn.Run(folder))
      assert.equal(folder, first.path)
      assert.not_equal(first.file, second.file)
      assert.is_truthy(first.file:find(folder .. "/events.out.tfevents.", 1, true))
      first:close()
    end)

    it("nothing without a folder, and checks all the same", function()
      local run <close> = dnn.Run(nil, {settings = {lr = 1}})
      run:log(1, {cost = 1})
      assert.is_nil(run.file)
      assert.is_nil(run.path)
      fails("cost is nan at step 2", run.log, run, 2, {cost = 0 / 0})
    end)

    it("without making garbage, once it knows the tables", function()
      local net, optimiser, step = training()
      local run <close> = assert(dnn.Run(folder, {net = net, optimiser = optimiser, every = 0,
        histogram_every = 1e9}))
      local norms = {}
      local values = {cost = 0, accuracy = {train = 1}, norms = net:grad_norms(norms),
                      one = dnn.full(1, 1, 1)}
      local function log_thousand()
        for i = 1, 1000 do
          values.cost = i + 0.5
          net:grad_norms(norms)
          run:log(i, values)
        end
      end
      step()
      log_thousand()
      collectgarbage()
      collectgarbage "stop"
      local before = collectgarbage "count"
      log_thousand()
      local after = collectgarbage "count"
      collectgarbage "restart"
      assert.is_true(after <= before, ("%g KB"):format(after - before))
    end)

    it("until it is closed, and what was logged is then on disk", function()
      local run = assert(dnn.Run(folder))
      local file = run.file
      run:log(1, {cost = 1})
      run:close()
      run:close()
      assert.equal(1, #event_file.read(file))
      fails("Run: this run is closed", run.log, run, 2, {cost = 1})
      assert.equal("Run(" .. folder .. ", step 1, closed)", tostring(run))
      do
        local other <close> = assert(dnn.Run(folder))
        file = other.file
        other:log(1, {cost = 1})
      end
      assert.equal(1, #event_file.read(file))
    end)

    it("also when nobody closes it before the program ends", function()
      local script = folder .. ".lua"
      write_all(script, ([[
        local run = assert(require "dnn".Run(%q))
        for i = 1, 100 do run:log(i, {cost = i}) end
        print(run.file)
        os.exit(0)]]):format(folder))
      local pipe <close> = io.popen(("env -u LUA_PATH -u LUA_CPATH %s/bin/dnnlua %s")
        :format(build, quote(script)))
      assert.equal(100, #event_file.read((pipe:read("a"):gsub("\n", ""))))
      os.remove(script)
    end)
  end)

  describe("says what is wrong with", function()
    local run

    before_each(function() run = assert(dnn.Run(folder)) end)
    after_each(function() run:close() end)

    it("a folder that cannot be made, and keeps nothing", function()
      local nothing, message = dnn.Run "/dev/null/runs"
      assert.is_truthy(message:find("run folder /dev/null/runs: cannot be made", 1, true), message)
      nothing:log(1, {cost = 1})
      assert.is_nil(nothing.path)
      fails("Run: expected the name of a folder, got dnn.Run", dnn.Run, run)
    end)

    it("options", function()
      fails("Run: unknown option 'veiw'; known: view,", dnn.Run, folder, {veiw = true})
      fails("(did you mean 'view'?)", dnn.Run, folder, {veiw = true})
      fails("Run: view must be true or false, got 1", dnn.Run, folder, {view = 1})
      fails("Run: every must be a number of seconds >= 0", dnn.Run, folder, {every = -2})
      fails("Run: settings must be a table, got 'lr'", dnn.Run, folder, {settings = "lr"})
      fails("Run: checkpoint must be a function, or a table of what is to be saved besides net and optimiser, got "
        .. "'w'", dnn.Run, folder, {checkpoint = "w"})
      fails("Run: settings have names, but the table holds the key 1", dnn.Run, folder,
        {settings = {1}})
    end)

    it("steps", function()
      for _, step in ipairs {-1, 2.5, "3", false} do
        fails("Run: log: step must be a whole number >= 0, got", run.log, run, step, {cost = 1})
      end
    end)

    it("values", function()
      fails("Run: log: expected a table of values, as in {cost = cost}, got 1.5", run.log, run, 1, 1.5)
      fails("Run: log: a/b must be a number, a Matrix or a table of them, got 'x'; text is logged by "
        .. "run:text(tag, text)", run.log, run, 1, {a = {b = "x"}})
      fails("Run: log: a must be a number, a Matrix or a table of them, got true", run.log, run, 1,
        {a = true})
      fails("Run: log: a is a Matrix 0 x 3, which holds no number", run.log, run, 1,
        {a = dnn.zeros(0, 3)})
      fails("Run: log: values have names or whole numbers as keys, got 1.5", run.log, run, 1,
        {[1.5] = 1})
      local ring = {}
      ring.ring = ring
      fails("Run: log: tables are more than 8 deep at ring/ring", run.log, run, 1, ring)
    end)

    it("tags", function()
      fails("Run: a name of a value must be a text without control characters, got ''", run.log, run,
        1, {[""] = 1})
      fails("Run: a name of a value must be a text without control characters, got 'a\\nb'", run.log,
        run, 1, {["a\nb"] = 1})
      fails("Run: text: tag must be a text without control characters", run.text, run, "\1", "x")
    end)

    it("pictures of another size", function()
      fails("Run: image: p: expected 4 x 4 pixels of 1 or 3 numbers, got a Matrix 17 x 1", run.image,
        run, 1, "p", dnn.zeros(17, 1), 4, 4)
    end)

    it("fields", function()
      fails("Run has no field 'stoped'; did you mean 'stopped'?", function() return run.stoped end)
    end)

    it("networks and optimisers to watch", function()
      local net, optimiser = training()
      local other = training()
      fails("Run: watch: expected a dnn.Sequential, got dnn.Run", run.watch, run, run)
      fails("Run: watch: expected an optimiser such as dnn.optim.SGD, got 3", run.watch, run, net, 3)
      fails("Run: watch: this Adam steps another network", run.watch, run, other, optimiser)
      fails("Run: optimiser is watched together with net; give net = too", dnn.Run, folder,
        {optimiser = optimiser})
    end)
  end)

  describe("watching a network", function()
    it("logs gradient norms, updates, dead units, learning rate and pace", function()
      for _, dtype in ipairs {"float32", "float64"} do
        local net, optimiser, step = training {dtype = dtype}
        local run <close> = assert(dnn.Run(folder, {net = net, optimiser = optimiser, every = 0}))
        local expected = {}
        for i = 1, 4 do
          local p = net:parameters()
          local weight, bias = net[3].weight:copy(), net[3].bias:copy()
          local cost = step()
          local change = math.sqrt((net[3].weight - weight):norm() ^ 2 + (net[3].bias - bias):norm() ^ 2)
          local size = math.sqrt(net[3].weight:norm() ^ 2 + net[3].bias:norm() ^ 2)
          expected[i] = {
            norm = math.sqrt(net[1].weight_grad:norm() ^ 2 + net[1].bias_grad:norm() ^ 2),
            ratio = change / size,
            dead = 1 - net[2].A:any(2):mean(),
          }
          assert.equal(251, p.count)
          run:log(i, {cost = cost})
          optimiser.lr = optimiser.lr / 2
        end
        local events = events_of(run)
        local norms = event_file.series(events, "grad_norm/1 Linear")
        local ratios = event_file.series(events, "update_ratio/3 Linear")
        local dead = event_file.series(events, "dead_units/2 ReLU")
        local rates = event_file.series(events, "learning_rate")
        for i, e in ipairs(expected) do
          assert_near(e.norm, norms[i])
          assert_near(e.ratio, ratios[i], 1e-5)
          assert_near(e.dead, dead[i])
          assert_near(0.01 / 2 ^ (i - 1), rates[i])
        end
        local _, paces = event_file.series(events, "seconds_per_step")
        assert.equal(3, paces) -- from the second on
        assert.equal(tostring(net), event_file.series(events, "network")[0].text)
        assert.is_nil(next((event_file.series(events, "dead_units/4 Sigmoid"))))
      end
    end)

    it("leaves to the script what the script logs itself", function()
      local net, optimiser, step = training()
      local run <close> = assert(dnn.Run(folder, {net = net, optimiser = optimiser, every = 0}))
      step()
      run:log(1, {grad_norm = net:grad_norms(), learning_rate = 7})
      local events = events_of(run)
      assert.equal(7, event_file.series(events, "learning_rate")[1])
      assert.equal(1, select(2, event_file.series(events, "learning_rate")))
      assert.equal(1, select(2, event_file.series(events, "grad_norm/1 Linear")))
    end)

    it("logs histograms of weights and gradients, and the first layer's weights as pictures", function()
      local net, _, step = training()
      local run <close> = assert(dnn.Run(folder))
      run:watch(net)
      step()
      run:log(1, {})
      local events = events_of(run)
      local h = event_file.series(events, "weight_grad/1 Linear")[1].histogram
      assert.equal(240, h.count)
      assert_near(net[1].weight_grad:max(), h.max)
      assert_near(net[1].weight_grad:sum(), h.sum, 1e-5)
      assert.equal(5, event_file.series(events, "bias/1 Linear")[1].histogram.count)
      local picture = event_file.series(events, "picture/1 Linear")[1].image
      assert.same({14, 9}, {picture.width, picture.height}) -- 5 of 4 x 4 x 3, in rows of 3
    end)

    it("takes its time: looks are 0.1 s apart, histograms 5 s", function()
      local net, _, step = training()
      local run <close> = assert(dnn.Run(folder, {net = net}))
      local start, i = dnn.time(), 0
      while dnn.time() - start < 0.35 do
        i = i + 1
        step()
        run:log(i, {cost = 1})
      end
      local events = events_of(run)
      local _, looks = event_file.series(events, "grad_norm/1 Linear")
      assert.is_true(looks >= 1 and looks <= 5, looks)
      assert.equal(1, select(2, event_file.series(events, "weight/1 Linear")))
      assert.equal(i, select(2, event_file.series(events, "cost")))
    end)

    it("changes no bit of what is trained", function()
      local net, optimiser, step = training()
      local twin, _, twin_step = training()
      local run <close> = assert(dnn.Run(folder,
        {net = net, optimiser = optimiser, every = 0, histogram_every = 0}))
      for i = 1, 20 do
        run:log(i, {cost = step()})
        twin_step()
      end
      assert.equal(twin:parameters().values, net:parameters().values)
    end)

    it("ends with the network, and with the run", function()
      local net, optimiser, step = training()
      local run <close> = assert(dnn.Run(folder, {net = net, optimiser = optimiser, every = 0}))
      step()
      local other = assert(dnn.Run(folder))
      other:watch(net) -- takes over
      step()
      run:log(1, {cost = 1})
      other:log(1, {cost = 1})
      other:close()
      step()
      run:watch(net, optimiser)
      step()
      net:close()
      run:log(2, {cost = 1})
      fails("this network is closed", run.watch, run, net)
      net, optimiser, other, step = nil, nil, nil, nil -- luacheck: ignore
      collectgarbage()
      collectgarbage()
    end)
  end)

  describe("stops at what is not finite", function()
    it("and has it on disk", function()
      local run <close> = assert(dnn.Run(folder))
      fails("Run: cost is -inf at step 9; run:watch(net) would name the layer; try a smaller "
        .. "learning rate", run.log, run, 9, {cost = -1 / 0, other = 1})
      local events = event_file.read(run.file)
      assert.equal(-1 / 0, event_file.series(events, "cost")[9])
      assert.equal(1, event_file.series(events, "other")[9])
    end)

    it("naming the layer of a watched network", function()
      local net, _, _, X, loss, Y = training()
      local run <close> = assert(dnn.Run(folder, {net = net}))
      local kept = X(3, 7)
      X:set(3, 7, 0 / 0)
      net(X)
      fails("Run: cost is nan at step 1; X, the network's input, is nan in row 3 of example 7",
        run.log, run, 1, {cost = 0 / 0})
      X:set(3, 7, kept)
      net[3].weight:set(1, 2, 1 / 0)
      fails("Run: cost is nan at step 2; layer 3, Linear(5 -> 1): its weight(1, 2) is inf", function()
        run:log(2, {cost = loss(net(X), Y)})
        run:log(2, {cost = 0 / 0})
      end)
      net[3].weight:set(1, 2, 1)
      net(X)
      fails("the outputs of all layers are finite: look at Y", run.log, run, 3, {cost = 0 / 0})
      local events = events_of(run)
      assert.is_truthy(event_file.series(events, "not_finite")[3].text:find("look at Y", 1, true))
    end)

    it("unless that is switched off", function()
      local run <close> = assert(dnn.Run(folder, {stop_not_finite = false}))
      run:log(1, {cost = 0 / 0})
      local cost = event_file.series(events_of(run), "cost")[1]
      assert.is_true(cost ~= cost)
    end)

    it("and logs the gradients of a step that an optimiser refused", function()
      local net, optimiser, step, X = training()
      local run <close> = assert(dnn.Run(folder, {net = net, optimiser = optimiser}))
      step()
      run:log(5, {cost = 1})
      X:set(3, 7, 1 / 0)
      fails("Adam: layer 1, Linear: gradient of weight", step)
      local events = event_file.read(run.file)
      local norm = event_file.series(events, "grad_norm/1 Linear")[6]
      assert.is_false(norm == norm and math.abs(norm) < math.huge)
      assert.is_truthy(event_file.series(events, "not_finite")[6].text:find("layer 1", 1, true))
    end)
  end)

  describe("counts", function()
    it("steps as a numeric for does", function()
      local run <close> = dnn.Run(nil)
      local seen = {}
      for i in run:steps(3) do seen[#seen + 1] = i end
      for i in run:steps(0, 1) do seen[#seen + 1] = i end
      for i in run:steps(5, 4) do seen[#seen + 1] = i end
      assert.same({1, 2, 3, 0, 1}, seen)
      fails("Run: steps: last must be a whole number >= 0, got 2.5", run.steps, run, 2.5)
    end)
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
      assert.equal(1, #heard)
      train("local run = dnn.Run(folder, {view = false}) wait(0.1)", "", {flags = "--view"})
      assert.equal(1, #heard)
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
      assert.equal("dnn.Run: checkpoint: disk full; training goes on\n", err)
      _, _, _, heard = train([[
        local run = dnn.Run(folder, {view = true})
        for i in run:steps(1e9 // 1) do run:log(i, {cost = 1}) end]],
        "say checkpoint; hear; say stop; hear")
      assert.equal("checkpoint: there is no network to save; run:watch(net, optimiser) gives one",
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
      assert.is_true(net[1].weight == dnn.load(folder .. "/run/end")["1.weight"])
      assert.is_true(net[3].bias == dnn.load(folder .. "/run/end")["3.bias"])
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
      assert.equal("dnn.Run: " .. expected .. "; training goes on\n", err)
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
      assert.is_truthy(heard[#heard - 1]:find("rate: not available", 1, true))
    end)

    it("trains on without a display or a program to show it, and says so once", function()
      local script = [[
        local run = dnn.Run(folder, {view = true})
        for i = 1, 10 do run:log(i, {cost = 1}) end
        print "done"]]
      local out, err, status, heard = train(script, "", {display = "-u DISPLAY"})
      assert.same({"done\n", 0, 0}, {out, status, #heard})
      assert.equal("dnn.Run: no window: there is no display (neither DISPLAY nor WAYLAND_DISPLAY is "
        .. "set); training goes on\n", err)
      out, err, status = train(script, "", {program = "/no/such/dnnview"})
      assert.same({"done\n", 0}, {out, status})
      assert.equal("dnn.Run: no window: /no/such/dnnview cannot be started: No such file or "
        .. "directory; training goes on\n", err)
    end)
  end)
end)
