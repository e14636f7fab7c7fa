-- dnnlua --safe: what docs/safe.md says is kept out is kept out, and what a script needs works.
local program = dofile "tests/lua/program.lua"
local quote, read_all, shell = program.quote, program.read_all, program.shell

local here = io.popen("pwd"):read()
local dnnlua = program.dnnlua:find "^/" and program.dnnlua or here .. "/" .. program.dnnlua

describe("dnnlua --safe", function()
  local folder, file, outside

  setup(function()
    folder, file = program.folder()
    outside = program.folder()
    program.write_all(outside .. "/kept", "as it was")
    assert(os.execute(("ln -s %s/kept %s/link && ln -s %s %s/way"):format(outside, folder, outside, folder)))
  end)
  teardown(function()
    program.remove(folder)
    program.remove(outside)
  end)

  local function safe(text, options)
    local path = file("script.lua", text)
    local command = "cd %s && DISPLAY=:9 %s --safe %s %s"
    return shell(command:format(quote(folder), quote(dnnlua), options or "", quote(path)))
  end

  local probe = program.folder()
  local has_landlock = not select(2, shell(("cd %s && %s --safe -e 'x = 1'"):format(quote(probe), quote(dnnlua))))
    :find("needs Landlock", 1, true)
  program.remove(probe)

  local function it_is(what, test)
    it(what, has_landlock and test or function() pending "this kernel has no Landlock" end)
  end

  it_is("lets a script train, save, log and load in the working folder", function()
    local out, err, status = safe [[
      local dnn = require "dnn"
      local net, loss = dnn.Sequential{dnn.Linear(2, 8), dnn.Tanh(), dnn.Linear(8, 1)}, dnn.MSELoss()
      local opt, X, Y = dnn.optim.SGD(net:parameters(), {lr = 0.1}), dnn.randn(2, 32), dnn.rand(1, 32)
      local run <close> = dnn.Run "runs/one"
      for i = 1, 10 do
        local cost = loss:forward(net:forward(X), Y)
        net:backward(loss:backward())
        opt:step()
        run:log(i, {cost = cost})
      end
      assert(net:save "net.safetensors")
      assert(net:load "net.safetensors")
      local file = assert(io.open("note.txt", "w"))
      assert(file:write "note")
      file:close()
      assert(os.rename("note.txt", "note2.txt"))
      assert(os.remove "note2.txt")
      print(load "return 1 + 1" (), #arg)]]
    assert.same({"2\t0\n", "", 0}, {out, err, status})
  end)

  it_is("writes, creates, renames and removes nothing outside of it", function()
    local out, err, status = safe(([[
      local dnn = require "dnn"
      local outside, beside = %q, %q
      local function refused(ok, message)
        assert(not ok, "it was not refused")
        assert(tostring(message):find "Permission denied" or tostring(message):find "cross%%-device", message)
      end
      local above = {"../" .. beside, "/tmp/" .. beside}
      for _, path in ipairs{outside .. "/new", outside .. "/kept", "link", "way/new", table.unpack(above)} do
        for _, mode in ipairs{"w", "a", "r+"} do
          local file, message = io.open(path, mode)
          assert(not file)
          assert(message:find "Permission denied" or message:find "No such file", message)
        end
        if path ~= "link" then refused(dnn.save(path, {A = dnn.ones(1, 1)})) end
      end
      refused(os.remove(outside .. "/kept"))
      refused(os.rename(outside .. "/kept", "stolen"))
      io.open("mine", "w"):close()
      refused(os.rename("mine", outside .. "/kept"))
      refused(dnn.system.make_folder(outside .. "/folder"))
      refused(pcall(io.output, outside .. "/new"))
      assert(not pcall(os.tmpname))
      refused(dnn.data.write_png(outside .. "/image.png", dnn.ones(3, 1):byte(), 1, 1))
      print(io.open(outside .. "/kept"):read "a")]]):format(outside, outside:match "[^/]+$" .. ".new"))
    assert.same({"as it was\n", "", 0}, {out, err, status})
    assert.equal("as it was", read_all(outside .. "/kept"))
    assert.equal("kept\n", shell("ls " .. quote(outside)))
  end)

  it_is("starts no program, loads no C module and no binary chunk, and has no debug library", function()
    local binary = file("binary.lua", string.dump(function() return "it ran" end))
    local out, err, status = safe(([[
      local binary = %q
      local function refused(expected, f, ...)
        local ok, message = pcall(f, ...)
        assert(not ok, "it was not refused: " .. expected)
        assert(message:find(expected, 1, true), message)
      end
      refused("os.execute is not available under --safe", os.execute, "true")
      refused("io.popen is not available under --safe", io.popen, "true")
      refused("package.loadlib is not available under --safe", package.loadlib, "x.so", "*")
      for name in pairs(debug) do
        if name ~= "traceback" then refused("debug." .. name .. " is not available", debug[name]) end
      end
      assert(debug.traceback "x" :find "stack traceback")
      package.cpath = "./?.so"
      io.open("evil.so", "w"):close()
      refused("C modules are not loaded under --safe", require, "evil")
      refused("not found", require, "dnn.prompt.values")
      package.path = "./?.lua"
      refused("not found", require, "dnn.evil")
      refused("binary chunk", load, string.dump(function() end), "x", "b")
      assert(select(2, load(string.dump(function() end))):find "binary chunk")
      assert(select(2, loadfile(binary)):find "binary chunk")
      refused("binary chunk", dofile, binary)
      refused("binary chunk", require, "binary")
      assert(#package.searchers == 3)
      for _, searcher in ipairs(package.searchers) do
        local loader = searcher "evil"
        assert(type(loader) ~= "function")
      end
      print "done"]]):format(binary))
    assert.same({"done\n", "", 0}, {out, err, status})
  end)

  it_is("starts no program through the module either", function()
    local out, err = safe [[
      local dnn = require "dnn"
      local run = dnn.Run("runs/two", {view = true})
      run:log(1, {cost = 1})
      run:close()
      print "went on"]]
    assert.equal("went on\n", out)
    assert.matches("Operation not permitted", err, 1, true)
  end)

  it_is("limits memory, that of matrices too, and the script can go on", function()
    local out, err, status = safe([[
      local dnn = require "dnn"
      print(pcall(string.rep, "x", 200 << 20))
      local kept = {}
      print(pcall(function() for i = 1, 1000 do kept[i] = dnn.zeros(1024, 1024) end end))
      assert(#kept >= 10 and #kept < 30, #kept)
      kept = nil
      print(dnn.zeros(1024, 1024).rows)]], "--memory 100")
    assert.same({"", 0}, {err, status})
    assert.matches("^false\tnot enough memory\nfalse\t[^\n]*memory[^\n]*\n1024\n$", out)
  end)

  it_is("reads HDF5 files in the one process that there is, and takes memory for one", function()
    local links = here .. "/tests/fuzz/seeds/hdf5/links"
    local out, err, status = safe(([[
      local dnn = require "dnn"
      local M, files = dnn.zeros(1024 * 1024, 2), {}
      for i = 1, 20 do
        files[i] = dnn.data.hdf5 %q
        M:fill_(i)
        for j = 1, i do assert(#files[j]:names() > 0 and files[j]:read "hard") end
      end
      local _, message = dnn.data.hdf5 %q
      print(#files, (message:gsub("^.*/", "")))]]):format(links, file("no.h5", "text")))
    assert.same({"", 0}, {err, status})
    assert.matches("^20\tno.h5: expected an HDF5 file", out)
    out, err = safe(([[
      local dnn = require "dnn"
      local file <close> = dnn.data.hdf5 %q
      local children = io.open("/proc/self/task/" .. io.open("/proc/self/stat"):read "n" .. "/children"):read "a"
      assert(children == "", children)]]):format(links))
    assert.same({"", ""}, {out, err})
  end)

  it_is("limits time, whatever the script catches, and ends what cannot be stopped", function()
    local _, err, status = safe("while true do pcall(function() while true do end end) end", "--time 1")
    assert.equal(1, status)
    assert.matches("time limit reached", err, 1, true)
    _, err, status = safe("string.find(('a'):rep(1e6), '.*.*b')", "--time 1")
    assert.equal(1, status)
    assert.equal("dnnlua: time limit reached\n", err)
  end)

  it_is("ends by the kernel's hand what no longer hears the clock", function()
    local blocked = [[import os, signal, sys
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
os.execv(sys.argv[1], sys.argv[1:])]]
    if not os.execute "command -v python3 >/dev/null" then return pending "there is no python3" end
    local path = file("blocked.py", blocked)
    assert(os.execute("mkfifo " .. quote(folder .. "/fifo")))
    local _, _, status = shell(("cd %s && python3 %s %s --safe --time 1 -e 'io.open \"fifo\"'"):format(
      quote(folder), quote(path), quote(dnnlua)))
    assert.equal(128 + 9, status)
  end)

  it_is("does not start in the home folder, in /, or where dnnlua itself is", function()
    local function refused(place, expected, environment)
      local out, err, status = shell(("cd %s && env %s %s --safe -e 'print(1)'"):format(quote(place), environment or "",
        quote(dnnlua)))
      assert.same({"", 1}, {out, status})
      assert.matches(expected, err, 1, true)
    end
    refused("/", "--safe: a script must not write in /;")
    refused(folder, "--safe: a script must not write in", "HOME=" .. folder)
    refused(folder, "--safe: a script must not write in", "HOME=" .. folder .. "/../" .. folder:match "[^/]+$")
    local user = io.popen("getent passwd $(id -u)"):read():match "([^:]*):[^:]*$"
    refused(user, "--safe: a script must not write in", "-u HOME")
    refused(user, "--safe: a script must not write in", "HOME=/nonexistent")
    assert(os.execute(("mkdir -p %s/.ssh/within"):format(quote(folder))))
    refused(folder .. "/.ssh", "--safe: a script must not write in", "HOME=" .. folder)
    refused(folder .. "/.ssh/within", "--safe: a script must not write in", "HOME=" .. folder)
    for _, place in ipairs{"/etc", "/usr/lib", "/tmp", "/var", "/dev"} do
      refused(place, "--safe: a script must not write in " .. place, "HOME=/nonexistent")
    end
    refused(here, "holds dnnlua itself", "HOME=/nonexistent")
  end)

  it("does not start in a folder of $PATH, nor above one", function()
    assert(os.execute(("cd %s && mkdir -p tools/bin/more empty && ln -s tools/bin programs"):format(quote(folder))))
    local function start(place, entries)
      local out, err = shell(("cd %s/%s && PATH=%s:$PATH %s --safe -e 'print(1)'"):format(quote(folder), place,
        quote(entries), quote(dnnlua)))
      return out, err
    end
    for _, place in ipairs{"tools/bin", "tools"} do
      for _, entry in ipairs{"tools/bin", "programs", "empty/../tools/bin/", "none:" .. folder .. "/programs"} do
        local out, err = start(place, folder .. "/" .. entry)
        assert.equal("", out)
        local expected = "--safe: a script must not write in %s/%s, where programs are looked for"
        assert.matches(expected:format(folder, place), err, 1, true)
      end
    end
    for place, entries in pairs{["tools/bin/more"] = folder .. "/tools/bin", empty = folder .. "/tools/bin:.::" } do
      local _, err = start(place, entries)
      assert.not_matches("$PATH", err, 1, true)
    end
  end)

  it("goes with a script or statements alone, and its limits with it", function()
    for arguments, expected in pairs{
      ["--safe"] = "'--safe' needs a script", ["--safe -i x.lua"] = "'--safe' works with neither '-i' nor '--view'",
      ["--safe --view x.lua"] = "'--safe' works with neither '-i' nor '--view'",
      ["--memory 5 x.lua"] = "'--memory' and '--time' are for '--safe'",
      ["--safe --time 0 x.lua"] = "--time needs a whole number from 1 to 31536000, got '0'",
    } do
      local out, err, status = program.run(arguments)
      assert.same({"", 2}, {out, status})
      assert.equal("dnnlua: " .. expected, err:match "^[^\n]*")
    end
  end)
end)
