-- dnn.Run: what a script logs is in the event file under the right tags; wrong use raises clear errors.
package.path = "tests/lua/?.lua;" .. package.path
local dnn = require "dnn"
local event_file = require "event_file"
local fails = require "fails"
local program = require "program"
local runs = require "runs"

local build = os.getenv("DNN_BUILD") or "build"
local quote, write_all = program.quote, program.write_all
local assert_near, events_of, tags_of, training = runs.assert_near, runs.events_of, runs.tags_of, runs.training

describe("dnn.Run", function()
  local folder

  before_each(function()
    folder = program.path()
  end)

  after_each(function()
    program.remove(folder)
  end)

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

    it("how many elements of a Matrix are not finite, which are in no bucket", function()
      local run <close> = assert(dnn.Run(folder, {stop_not_finite = false}))
      local A = dnn.Matrix{{1, 2, 0/0}, {3, math.huge, -math.huge}}
      run:log(1, {some = A, none = dnn.full(2, 2, 0/0)})
      run:histogram(2, "by/hand", A)
      local events = events_of(run)
      local some, none = event_file.series(events, "some")[1].histogram, event_file.series(events, "none")[1].histogram
      local function total(h)
        local sum = 0
        for _, count in ipairs(h.counts) do sum = sum + count end
        return sum
      end
      assert.same({6, 3, 6, 1, 3}, {some.count, total(some), some.sum, some.min, some.max})
      assert.same({4, 0, 0, 1}, {none.count, total(none), none.sum, #none.limits})
      assert.same(some, event_file.series(events, "by/hand")[2].histogram)
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

    it("images as PNG, from bytes and from floats", function()
      local run <close> = assert(dnn.Run(folder))
      local bytes = dnn.Matrix({0, 255, 128, 7, 9, 200}, {dtype = "uint8"})
      assert.is_true(run:image(3, "grey", bytes, 3, 2))
      assert.is_true(run:image(3, "rgb", bytes:float() / 255, 2, 1))
      local events = events_of(run)
      local path = folder .. "/image.png"
      local image = event_file.series(events, "grey")[3].image
      assert.equal(3, image.width)
      assert.equal(2, image.height)
      write_all(path, image.png)
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

    it("no new file where nothing but settings came, as when a finished script is run again", function()
      for _, values in ipairs{{cost = 1}, {}, {}} do
        local run = assert(dnn.Run(folder, {settings = {lr = 0.5}, net = training()}))
        if values.cost then run:log(1, values) end
        assert.is_truthy(io.open(run.file))
        run:close()
      end
      local names = {}
      for _, name in ipairs(dnn.system.list(folder)) do names[#names + 1] = name:match "^events" end
      assert.equal(1, #names)
    end)

    it("nothing without a folder, and checks all the same", function()
      local run <close> = dnn.Run(nil, {settings = {lr = 1}})
      run:log(1, {cost = 1})
      assert.is_nil(run.file)
      assert.is_nil(run.path)
      fails("cost is nan at step 2", run.log, run, 2, {cost = 0 / 0})
      local W = dnn.Matrix {{1, math.huge}, {0 / 0, 2}}
      fails("W has 2 elements that are not finite at step 3", run.log, run, 3, {W = W})
      fails("W has 1 element that is not finite at step 3", run.log, run, 3, {W = dnn.Matrix {{1, -math.huge}}})
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
      local bytes_per_log = (after - before) * 1024 / 1000 -- Lua may have grown its list of calls meanwhile
      assert.is_true(bytes_per_log < 1, ("%g bytes a log"):format(bytes_per_log))
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

    it("also when it is never closed before the program ends", function()
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
      fails("Run: every must be a number of seconds >= 0, got -1", dnn.Run, folder, {every = -1})
      fails("Run: settings must be a table, got 'lr'", dnn.Run, folder, {settings = "lr"})
      fails("Run: checkpoint must be a function, or a table of what else to save beside net and optimiser, got "
        .. "'w'", dnn.Run, folder, {checkpoint = "w"})
      fails("Run: settings are named, but the table has the key 1", dnn.Run, folder,
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
      fails("Run: log: a is a Matrix 0 x 3, which has no elements", run.log, run, 1,
        {a = dnn.zeros(0, 3)})
      fails("Run: log: keys must be names or whole numbers, got 1.5", run.log, run, 1,
        {[1.5] = 1})
      local ring = {}
      ring.ring = ring
      fails("Run: log: tables are more than 8 deep at ring/ring", run.log, run, 1, ring)
    end)

    it("tags", function()
      fails("Run: a name of a value must be a string without control characters, got ''", run.log, run,
        1, {[""] = 1})
      fails("Run: a name of a value must be a string without control characters, got 'a\\x0Ab'", run.log,
        run, 1, {["a\nb"] = 1})
      fails("Run: text: tag must be a string without control characters", run.text, run, "\1", "x")
      fails("must be a string without control characters, got '\\xC2\\x9Bx'", run.log, run, 1, {["\u{9B}x"] = 1})
      fails("must be a string without control characters, got 'a\\x00b'", run.log, run, 1, {["a\0b"] = 1})
    end)

    it("tags that are not UTF-8", function()
      local cure = "; convert it from its encoding, or name it in ASCII"
      for name, shown in pairs{
        ["caf\xE9"] = "'caf\\xE9'", ["\xFF\xFE"] = "'\\xFF\\xFE'", ["\xC3"] = "'\\xC3'", -- Latin-1, UTF-16, cut in two
        ["\xED\xA0\x80"] = "'\\xED\\xA0\\x80'", ["\xC0\xAF"] = "'\\xC0\\xAF'",           -- a surrogate, overlong
      } do
        fails("Run: a name of a value must be UTF-8, got " .. shown .. cure, run.log, run, 1, {[name] = 1})
        fails("Run: a name of a value must be UTF-8", run.log, run, 1, {deep = {[name] = 1}})
        fails("Run: histogram: tag must be UTF-8", run.histogram, run, 1, name, dnn.ones(1, 1))
        fails("Run: image: tag must be UTF-8", run.image, run, 1, name, dnn.ones(1, 1), 1, 1)
        fails("Run: text: tag must be UTF-8", run.text, run, name, "x")
      end
      run:log(1, {["précision/été"] = 1, ["精度"] = 1, ["\u{1F600}"] = 1})
    end)

    it("images of another size", function()
      fails("Run: image: p: expected 4 x 4 pixels of 1 or 3 numbers, got a Matrix 17 x 1", run.image,
        run, 1, "p", dnn.zeros(17, 1), 4, 4)
    end)

    it("fields", function()
      fails("Run has no field 'stoped'; did you mean 'stopped'?", function() return run.stoped end)
    end)

    it("networks and optimisers to watch", function()
      local net, optimiser = training()
      local other = training()
      fails("Run: watch: expected a network, got dnn.Run", run.watch, run, run)
      fails("Run: watch: expected an optimiser such as dnn.optim.SGD, got 3", run.watch, run, net, 3)
      fails("Run: watch: this Adam steps another network", run.watch, run, other, optimiser)
      fails("Run: an optimiser is watched with its network; add net = net", dnn.Run, folder,
        {optimiser = optimiser})
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
end)
