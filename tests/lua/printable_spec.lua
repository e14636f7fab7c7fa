-- Names and texts that come from files do not steer the terminal that shows them: their control characters are shown as
-- question marks, by the program and by what the module says of itself.
local dnn = require "dnn"
local program = dofile "tests/lua/program.lua"
local text = require "dnn.data.text"
local quote = program.quote

local TITLE <const> = "\27]0;title\7"
local RED <const> = "\27[31m"

describe("Control characters", function()
  local folder, file

  setup(function() folder, file = program.folder() end)
  teardown(function() program.remove(folder) end)

  local function is_plain(shown, expected)
    assert.is_nil(shown:find "[\0-\8\11-\31\127]", ("%q"):format(shown))
    assert.is_nil(shown:find "\xC2[\x80-\x9F]", ("%q"):format(shown))
    assert.is_truthy(utf8.len(shown), ("%q"):format(shown))
    assert.is_truthy(shown:find(expected, 1, true), ("%s is not in %q"):format(expected, shown))
  end

  local function errors_of(script, options)
    local _, err = program.run(("%s %s"):format(options or "", quote(file("script.lua", script))))
    return err
  end

  it("in an error that ends a script are not sent to the terminal", function()
    is_plain(errors_of(("error(%q)"):format(TITLE .. "no such file")), "?]0;title?no such file")
    is_plain(errors_of(("error(%q, 0)"):format("\u{9B}31m" .. ("x"):rep(3000) .. RED)), "xxx?[31m")
    is_plain(errors_of(("error(setmetatable({}, {__tostring = function() return %q end}))"):format(RED)), "?[31m")
    is_plain(errors_of(("local x = {}; x[%q].y = 1"):format(RED)), "?[31m")
    is_plain(errors_of(("error(%q, 0)"):format("\x9B31m" .. ("\xC3\xA9"):rep(3000) .. "\xFF")), "?31m\xC3\xA9")
    is_plain(errors_of(("x = = 1 -- %s"):format(RED)), "unexpected symbol")
  end)

  it("keep tabs, lines and letters", function()
    local err = errors_of "error('a\\tb\\ncafé 精度 ☃', 0)"
    assert.matches("^dnnlua: a\tb\ncafé 精度 ☃\n", err)
  end)

  it("in a path that cannot be used are not sent either", function()
    local path = folder .. "/" .. RED
    is_plain(errors_of(("require 'dnn'.Run(%q)"):format("/dev/null/" .. TITLE)), "?]0;title?")
    is_plain(errors_of(("error(select(2, require 'dnn'.load(%q)))"):format(path)), "?[31m")
    is_plain(errors_of(("error(select(2, require 'dnn'.load(%q)))"):format(folder .. "/\x9B31m")), "/?31m")
    is_plain(errors_of(("error(select(2, io.open(%q)))"):format(path)), "?[31m")
  end)

  it("in a warning are not sent either", function()
    is_plain(errors_of(("warn(%q, %q)"):format("a" .. RED, TITLE), "-W"), "Lua warning: a?[31m?]0;title?\n")
  end)

  it("in a checkpoint's names and texts are not sent either", function()
    local random, run = dnn.Random(3), dnn.Run(folder .. "/run")
    local path = folder .. "/run/checkpoints/step-0000004.safetensors"
    assert(dnn.system.make_folder(folder .. "/run/checkpoints"))
    assert(dnn.checkpoint.save(path, {random = random, step = 4}))
    local tensors, whole = assert(dnn.load(path))
    run:checkpoint {random = random, every = 5}
    for name, changed in pairs {["dnn.kind.random"] = RED, ["dnn.kind." .. RED] = "Adam", ["random." .. RED] = RED,
      step = '"' .. RED .. '"', ["dnn.checkpoint"] = RED, ["dnn.random"] = RED, ["random.key"] = '"' .. RED .. '"'} do
      local metadata = {}
      for key, value in pairs(whole) do metadata[key] = value end
      metadata[name] = changed
      assert(dnn.save(path, tensors, {metadata = metadata}))
      local loaded, message = dnn.checkpoint.load(path, {random = random})
      if not loaded then is_plain(message, path) end
      local resumed, why = run:resume()
      if not resumed then is_plain(why, path) end
      assert.is_true(not loaded or not resumed, name)
    end
    run:close()
  end)

  it("in names of images are not sent either", function()
    for _, class in ipairs{"cat", "dog"} do
      assert(dnn.system.make_folder(folder .. "/photos/" .. class))
      for i = 1, 4 do file(("photos/%s/%s%d.png"):format(class, RED, i), "not an image") end
      assert(dnn.data.write_png(folder .. "/photos/" .. class .. "/9.png", dnn.zeros(4, 1):byte(), 2, 2))
    end
    local images = "require 'dnn'.data.images(%q, {progress = false, max_failures = 0.9, test = 0.5})"
    is_plain(errors_of(images:format(folder .. "/photos")), "?[31m1.png")
    is_plain(errors_of("error(select(2, " .. images:format(folder .. "/photos" .. RED) .. "))"), "photos?[31m")
  end)

  it("in names of data sets and columns are not sent either", function()
    local h5 = {path = RED, handle = true, names = function() return {TITLE} end,
      shape = function() return {2, 3}, "float32" end}
    is_plain(text.hdf5(h5), "?]0;title?: float32 2 x 3")
    is_plain(text.csv{X = dnn.ones(1, 2), Y = dnn.ones(1, 2), label = RED}, "the label ?[31m")
    is_plain(text.npz(RED, {[TITLE] = dnn.ones(1, 1)}, {[TITLE] = {1}}, {}), "?]0;title?: 1 x 1")
  end)

  it("in what a reader says of a file are not there", function()
    local path = file("data", RED .. ",b\n1,2\n3,4\n")
    for _, option in ipairs{{label = "c"}, {columns = {"c"}}, {columns = {1, 1}}} do
      is_plain(select(2, dnn.data.csv(path, option)), path .. ": ")
    end
    is_plain(select(2, dnn.data.mnist(folder .. RED)), "?[31m: has no train-images-idx3-ubyte")
    is_plain(select(2, dnn.data.cifar10(folder .. RED)), "?[31m: has 0 of the 5 files")
    is_plain(select(2, dnn.system.list(folder .. RED)), "?[31m: No such file")
    local begun = {["dnn.checksum"] = "", ["dnn.checkpoint"] = "2", ["dnn.random"] = "1 2"}
    for name, text_of in pairs{["dnn.kind.a" .. RED] = "SGD", ["dnn.kind.net"] = "SGD" .. RED,
      ["dnn.checkpoint"] = "9" .. RED, ["x" .. RED] = "damaged"} do
      local metadata = {[name] = text_of}
      for key, value in pairs(begun) do metadata[key] = metadata[key] or value end
      assert(dnn.save(path, {}, {metadata = metadata}))
      is_plain(select(2, dnn.checkpoint.load(path, {net = dnn.Sequential{dnn.Linear(1, 1)}})), "?[31m")
    end
  end)

  it("in names of photos and of folders of them are not sent by a script that prints them", function()
    for class = 1, 2 do
      local photos = ("%s/pets/%s%d"):format(folder, RED, class)
      assert(dnn.system.make_folder(photos))
      for i = 1, 5 do
        assert(dnn.data.write_png(("%s/%s%d.png"):format(photos, TITLE, i), dnn.zeros(64, 1):byte(), 8, 8))
      end
    end
    local command = "scripts/train_cats.lua %s --iterations 1 --size 8 --run %s"
    local out, err, status = program.run(command:format(quote(folder .. "/pets"), quote(folder .. "/run")))
    assert.equal(0, status, err)
    is_plain(out, "?[31m1 or ?[31m2")
    is_plain(out, "?]0;title?")
    is_plain(err, "")
    is_plain(select(2, program.run("scripts/spiral.lua " .. quote("--" .. RED))), "unknown option '--?[31m'")
    is_plain(select(2, program.run(quote("--" .. RED))), "unknown option '--?[31m'")
  end)

  it("in a user's globals and inputs are not sent by the prompt's commands", function()
    local out = program.run("-i -e " .. quote(("_G[%q] = 1"):format(RED .. "name")), "_PROMPT = ''\n%who\n")
    is_plain(out, "?[31mname")
  end)
end)
