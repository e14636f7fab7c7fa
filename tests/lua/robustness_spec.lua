-- What may go wrong beside a training leaves it as it is: a window or a trainer that is killed, a disk that is
-- full, a folder that cannot be written; and dnnview says what is wrong with what it is given.
package.path = "tests/lua/?.lua;" .. package.path
local event_file = require "event_file"
local program = require "program"

local build = os.getenv "DNN_BUILD" or "build"
local quote, read_all, write_all = program.quote, program.read_all, program.write_all

describe("a training", function()
  local folder

  before_each(function()
    folder = program.folder()
  end)

  after_each(function()
    program.remove(folder)
  end)

  -- What a script is run after: a small network that trains as long as it is asked to, each step logged.
  local prelude = [[
    local dnn = require "dnn"
    local folder = %q
    dnn.manual_seed(5)
    local net = dnn.Sequential{dnn.Linear(300, 30), dnn.ReLU(), dnn.Linear(30, 1), dnn.Sigmoid()}
    local loss, opt = dnn.BCELoss(), dnn.optim.Adam(net:parameters(), {lr = 0.001})
    local X, Y = dnn.randn(300, 200), dnn.gt(dnn.randn(1, 200), 0)
    local run
    local function train(first, last)
      for i = first, last do
        local cost = loss(net(X), Y)
        net:backward(loss:backward())
        opt:step()
        run:log(i, {cost = cost, grad_norm = net:grad_norms()})
      end
    end
    local function shell(command)
      local pipe <close> = io.popen(command)
      return pipe:read "a"
    end
    -- Prints a number for all bits of all weights.
    local function print_weights()
      local sum <close> = io.popen("md5sum", "w")
      for _, p in ipairs(net:parameters()) do
        for _, row in ipairs(p:table()) do
          for _, x in ipairs(row) do sum:write(("%%a "):format(x)) end
        end
      end
    end
  ]]

  local function command_of(script)
    write_all(folder .. "/script.lua", prelude:format(folder) .. script)
    return ("env -u LUA_PATH -u LUA_CPATH -u WAYLAND_DISPLAY timeout 300 %s/bin/dnnlua %s"):format(build,
      quote(folder .. "/script.lua"))
  end

  -- Runs a shell command; returns its output, what it complained of, and its status.
  local function sh(command)
    local _, _, status = os.execute(("%s >%s/out 2>%s/err"):format(command, quote(folder), quote(folder)))
    return read_all(folder .. "/out"), read_all(folder .. "/err"), status
  end

  local function dnnview(arguments)
    return sh(("%s/bin/dnnview %s"):format(build, arguments))
  end

  local function only_file(run)
    local pipe <close> = io.popen("ls -d " .. quote(run) .. "/events.out.tfevents.*")
    return pipe:read "l"
  end

  it("comes to the same bits with a window that is killed in the middle as without a log", function()
    local plain, complaints, status = sh(command_of [[
      run = dnn.Run()
      train(1, 400)
      print_weights()]])
    assert.same({"", 0}, {complaints, status})
    assert.is_truthy(plain:find "^%x+ ")

    local killed
    killed, complaints, status = sh("tests/viz/with_display.sh " .. command_of [[
      run = dnn.Run(folder .. "/run", {view = true, net = net, optimiser = opt})
      train(1, 200)
      local window = shell("timeout 20 xdotool search --sync --onlyvisible --name dnnview getwindowpid")
      local pid = assert(math.tointeger(tonumber(window:match "%d+")), "no window")
      train(201, 250)
      assert(shell("readlink /proc/" .. pid .. "/exe"):find("dnnview", 1, true))
      assert(os.execute("kill -9 " .. pid))
      train(251, 400)
      print_weights()]])
    if status == 77 then return pending(killed:gsub("\n", "")) end
    assert.same({"", 0}, {complaints, status})
    assert.equal(plain, killed)
    local cost, count = event_file.series(event_file.read(only_file(folder .. "/run")), "cost")
    assert.equal(400, count)
    assert.is_true(cost[400] < cost[1])
  end)

  it("that is killed leaves a log that dnnview opens", function()
    local command = command_of [[
      run = dnn.Run(folder .. "/run", {net = net, optimiser = opt})
      train(1, 300)
      run:flush()
      io.open(folder .. "/ready", "w"):close()
      train(301, math.maxinteger - 1)]]
    sh(("%s & pid=$!; while ! [ -e %s/ready ]; do sleep 0.05; done; sleep 0.4; "
      .. "kill -9 $(ps -o pid= --ppid $pid); wait $pid"):format(command, quote(folder)))
    local _, complaints, status = dnnview(("%s --csv %s --png %s"):format(quote(folder .. "/run"),
      quote(folder .. "/run.csv"), quote(folder .. "/run.png")))
    assert.equal(0, status)
    assert.is_true(complaints == "" or complaints:find("ends inside a record", 1, true) ~= nil, complaints)
    local csv = read_all(folder .. "/run.csv")
    assert.is_truthy(csv:find("\nrun,cost,300,", 1, true))
    assert.is_truthy(csv:find("\nrun,cost,301,", 1, true)) -- what was logged 0.4 s before the end
    assert.equal("\x89PNG", read_all(folder .. "/run.png"):sub(1, 4))
  end)

  it("goes on when the disk is full, and says once that its log is incomplete", function()
    local script = [[
      run = assert(dnn.Run(folder .. "/run", {net = net, optimiser = opt}))
      train(1, 50)
      assert(run:flush())
      train(51, 3000)
      run:close()
      print_weights()]]
    -- A limit on the size of files; the shell counts blocks of 512 or of 1024 bytes.
    local out, complaints, status = sh(("(ulimit -f 80; %s)"):format(command_of(script)))
    assert.equal(0, status)
    assert.is_truthy(out:find "^%x+ ")
    local _, times = complaints:gsub("dnn.Run: ", "")
    assert.equal(1, times, complaints)
    assert.is_truthy(complaints:find("File too large; training continues, but its log is incomplete", 1, true))
    local plain = sh(command_of [[
      run = dnn.Run()
      train(1, 3000)
      print_weights()]])
    assert.equal(plain, out)
    local cost, count = event_file.series(event_file.read(only_file(folder .. "/run")), "cost")
    assert.is_true(cost[50] ~= nil and count < 3000, count)
    _, complaints, status = dnnview(("%s --csv %s/run.csv"):format(quote(folder .. "/run"), quote(folder)))
    assert.same({"", 0}, {complaints, status})
  end)

  it("goes on at the limit on the size of files, in stock Lua too, and saving is an error", function()
    local script = folder .. "/limit.lua"
    write_all(script, [[
      local dnn = require "dnn"
      local run = dnn.Run(arg[1] .. "/" .. arg[2])
      for i = 1, 400 do run:log(i, {cost = i}) end
      print(select(2, run:flush()):match "File too large")
      print(select(2, dnn.save(arg[1] .. "/large.st", {W = dnn.zeros(100, 100)})):match "File too large")
      run:close()
      print(select(3, os.execute "kill -s XFSZ $$"))]])
    local environment = ("LUA_PATH='%s/share/lua/5.4/?.lua;%s/share/lua/5.4/?/init.lua;;' "
      .. "LUA_CPATH='%s/lib/lua/5.4/?.so;;'"):format(build, build, build)
    for name, lua in pairs{dnnlua = build .. "/bin/dnnlua", stock = program.lua_loads_module and program.lua or nil} do
      local out, complaints, status = sh(("(ulimit -f 8; %s %s %s %s %s)"):format(environment, lua, quote(script),
        quote(folder), name))
      assert.same({"File too large\nFile too large\n25\n", 0}, {out, status}, name)
      assert.matches("^dnn.Run: [^\n]*its log is incomplete[^\n]*\n$", complaints)
    end
  end)

  it("that prints past the limit on the size of files says so at its end", function()
    local out, complaints, status = sh(("(ulimit -f 8; %s/bin/dnnlua -e 'for i = 1, 1e4 do print(i) end')")
      :format(build))
    assert.matches("^dnnlua: standard output cannot be written", complaints)
    assert.same({1, "1\n2\n3\n"}, {status, out:sub(1, 6)})
  end)

  it("ends with an answer or an error however little memory it may have", function()
    if os.getenv "ASAN_OPTIONS" then return pending "AddressSanitizer wants more memory than a limit leaves it" end
    write_all(folder .. "/memory.lua", [[
      local dnn = require "dnn"
      local net = dnn.Sequential{dnn.Linear(2000, 1000), dnn.Linear(1000, 1)}
      local loss, X, Y = dnn.MSELoss(), dnn.randn(2000, 20), dnn.randn(1, 20)
      local cost = loss(net(X), Y)
      net:backward(loss:backward())
      print(cost == cost, dnn.isfinite(dnn.linalg.inv(dnn.randn(300, 300))):sum())]])
    local ends = {}
    for kibibytes = 100000, 700000, 50000 do
      local out, complaints, status = sh(("(ulimit -v %d; exec timeout -s KILL 60 %s/bin/dnnlua %s)")
        :format(kibibytes, build, quote(folder .. "/memory.lua")))
      assert.is_true(status == 0 or status == 1, kibibytes .. ": " .. status .. " " .. complaints)
      assert.equal(status == 0 and "true\t90000.0\n" or "", out)
      assert.equal(status == 0, complaints == "")
      ends[status] = true
    end
    assert.same({[0] = true, true}, ends)
  end)

  it("draws in the memory that it needs, however many threads do", function()
    if os.getenv "ASAN_OPTIONS" then return pending "AddressSanitizer wants more memory than a limit leaves it" end
    write_all(folder .. "/curve.lua", [[
      local dnn = require "dnn"
      assert(dnn.plot({dnn.rand(2000, 1)}, {png = arg[1], title = "noise"}))]])
    for kibibytes = 80000, 110000, 2500 do
      local _, complaints, status = sh(("(ulimit -v %d; DNN_NUM_THREADS=2 exec %s/bin/dnnlua %s %s)"):format(kibibytes,
        build, quote(folder .. "/curve.lua"), quote(folder .. "/curve.png")))
      assert.same({0, ""}, {status, complaints})
    end
  end)

  it("goes on where the folder cannot be written, and says once that there is no log", function()
    local out, complaints, status = sh(command_of [[
      io.open(folder .. "/file", "w"):close()
      for _, name in ipairs {"/dev/null/runs", "/proc/runs", folder .. "/file"} do
        local run, message = dnn.Run(name)
        for i = 1, 3 do run:log(i, {cost = 1}) end
        print(run.path, message)
      end]])
    assert.equal(0, status)
    local reasons = {
      "run folder /dev/null/runs: cannot be made: /dev/null: Not a directory",
      "run folder /proc/runs: cannot be made: No such file or directory",
      ("run folder %s/file: cannot be made: Not a directory"):format(folder),
    }
    assert.equal("nil\t" .. table.concat(reasons, "\nnil\t") .. "\n", out)
    local after = "; training continues without a log\n"
    assert.equal("dnn.Run: " .. table.concat(reasons, after .. "dnn.Run: ") .. after, complaints)
  end)

  it("that another process joins in its folder goes on; the other one says so, and dnnview too", function()
    local other = [[
      local dnn = require "dnn"
      local run = dnn.Run(arg[1])
      for i = 1, 20 do run:log(i, {cost = i}) end
      run:close()]]
    write_all(folder .. "/other.lua", other)
    local out, complaints, status = sh(command_of(([[
      run = dnn.Run(folder .. "/run")
      train(1, 20)
      assert(run:flush())
      io.write(shell("%s/bin/dnnlua " .. folder .. "/other.lua " .. folder .. "/run 2>&1"))
      train(21, 40)
      run:close()]]):format(build)))
    assert.same({"", 0}, {complaints, status})
    assert.truthy(out:find("run: another process is writing events.out.tfevents.", 1, true), out)
    assert.truthy(out:find("both logs continue", 1, true))
    local _, said, ended = dnnview(("%s/run --csv %s/run.csv"):format(quote(folder), quote(folder)))
    assert.equal(0, ended)
    assert.truthy(said:find("run: two processes logged into it at once", 1, true), said)
  end)

  describe("is looked at: dnnview", function()
    local function view(bytes)
      os.execute("mkdir -p " .. quote(folder .. "/run"))
      if bytes then write_all(folder .. "/run/events.out.tfevents.1", bytes) end
      local _, complaints, status = dnnview(("%s/run --csv %s/run.csv"):format(quote(folder), quote(folder)))
      return status, (complaints:gsub(folder, "..."))
    end

    local function seed(name) return read_all("tests/fuzz/seeds/event_file/" .. name) end

    it("refuses a folder that is not a run", function()
      assert.same({1, "dnnview: .../run: holds no run: expected a file events.out.tfevents.* in it or in a "
        .. "folder below, found 0 other files\n"}, {view()})
    end)

    it("refuses a file that is none of its kind", function()
      assert.same({1, "dnnview: .../run: 1 file was given up at a damaged length\n"
        .. "dnnview: there is nothing else to show\n"}, {view(seed "no_event_file")})
    end)

    it("shows what comes before a torn end, and says so", function()
      assert.same({0, "dnnview: .../run: ends inside a record: its last 31 bytes are left out\n"},
        {view(seed "torn_in_payload")})
      assert.is_truthy(read_all(folder .. "/run.csv"):find("run,Loss/train,1,", 1, true))
    end)

    it("shows what surrounds damage, and says so", function()
      assert.same({0, "dnnview: .../run: 1 damaged record was skipped\n"}, {view(seed "damaged_payload")})
      assert.is_truthy(read_all(folder .. "/run.csv"):find("run,loss,2,", 1, true))
      assert.same({0, "dnnview: .../run: 5 damaged records were skipped\n"}, {view(seed "lying_fields")})
    end)

    it("shows what comes before a wrong length, and says so", function()
      for _, name in ipairs {"damaged_length", "length_of_everything"} do
        assert.same({0, "dnnview: .../run: 1 file was given up at a damaged length\n"}, {view(seed(name))})
        assert.is_truthy(read_all(folder .. "/run.csv"):find("run,loss,1,", 1, true))
      end
      assert.same({0, "dnnview: .../run: ends inside a record: its last 19 bytes are left out\n"},
        {view(seed "length_past_the_end")})
    end)

    it("shows an empty run as one that waits", function()
      assert.same({0, ""}, {view ""})
      assert.same({0, ""}, {view(seed "only_opening")})
    end)
  end)
end)
