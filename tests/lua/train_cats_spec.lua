-- The programs train_cats.lua and draw_pets.lua, run as a user would run them.
package.path = "tests/lua/?.lua;" .. package.path
local dnn = require "dnn"
local event_file = require "event_file"
local program = require "program"
local dnnlua = (os.getenv "DNN_BUILD" or "build") .. "/bin/dnnlua"
local shared = os.getenv "DNN_SHARED" or "../shared"
local read_all = program.read_all

local function exists(path)
  local file = io.open(path, "rb")
  return file ~= nil and file:close()
end

local cache = program.path()

-- Runs a script with a cache folder of the test's own, and `env` before it where that is given; returns stdout,
-- stderr and the status.
local function run(script, arguments, env)
  local out, err = os.tmpname(), os.tmpname()
  local _, _, status = os.execute(("exec >%s 2>%s </dev/null; XDG_CACHE_HOME='%s' %s '%s' scripts/%s %s")
    :format(out, err, cache, env or "", dnnlua, script, arguments))
  local stdout, stderr = read_all(out), read_all(err)
  os.remove(out)
  os.remove(err)
  return stdout, stderr, status
end

local function accuracies(out)
  local train, test = out:match "\ntrain accuracy: ([%d.]+) %%\ntest accuracy: ([%d.]+) %%\n"
  return tonumber(train), tonumber(test)
end

teardown(function()
  program.remove(cache)
end)

describe("draw_pets.lua", function()
  it("draws into the cache folder and says where", function()
    local out, err, status = run("draw_pets.lua", "--count 6 --size 16 --seed 2")
    assert.are.equal("", err)
    assert.are.equal(0, status)
    local folder = out:match "^6 images in (.+)\n$"
    assert.is_truthy(folder:find(cache .. "/dnnlua/pets-", 1, true))
    assert.is_true(exists(folder .. "/dog.2.png"))
  end)

  it("explains itself", function()
    local out, _, status = run("draw_pets.lua", "--help")
    assert.are.equal(0, status)
    assert.is_truthy(out:find("Usage: draw_pets.lua", 1, true))
  end)

  it("rejects a number of images that is not one", function()
    local _, err, status = run("draw_pets.lua", "--count many")
    assert.are.equal(2, status)
    assert.are.equal("draw_pets.lua: --count must be a whole number >= 2, got 'many'\n"
      .. "Try 'draw_pets.lua --help'.\n", err)
  end)
end)

describe("train_cats.lua", function()
  it("learns from images of its own to above 80 % on those it has not seen", function()
    local out, err, status = run("train_cats.lua", "")
    assert.are.equal("", err)
    assert.are.equal(0, status)
    assert.is_truthy(out:find "\nCost after iteration 0: 0%.%d%d%d%d%d%d\n")
    local train, test = accuracies(out)
    assert.is_true(train > 90, out)
    assert.is_true(test > 80, out)
  end)

  it("gives the same numbers for the same seed, on one thread and on two", function()
    local function curve(arguments)
      local out = run("train_cats.lua", "--iterations 101 " .. arguments)
      return out:match "Cost.*test accuracy: [^\n]+"
    end
    local expected = curve "--seed 1 --threads 1"
    assert.are.equal(expected, curve "--seed 1 --threads 2")
    assert.are_not.equal(expected, curve "--seed 2 --threads 2")
  end)

  it("logs what a window shows with --run, and trains to the same numbers", function()
    local arguments = "--iterations 101 --seed 1"
    local function trained(out) return out:match "Cost.*test accuracy: [^\n]+" end
    local plain = trained(run("train_cats.lua", arguments))
    local folder = cache .. "/run"
    local out, err = run("train_cats.lua", arguments .. (" --run '%s'"):format(folder))
    assert.are.equal("", err)
    assert.are.equal(plain, trained(out))
    local pipe <close> = io.popen(("ls '%s'/events.out.tfevents.*"):format(folder))
    local events = event_file.read(pipe:read "l")
    assert.are.equal(101, select(2, event_file.series(events, "cost")))
    assert.are.equal(101, select(2, event_file.series(events, "grad_norm/1 Linear")))
    assert.are.equal(51, select(2, event_file.series(events, "accuracy/test")))
    assert.is_near(101 * 32 / 800, event_file.series(events, "epoch")[100], 1e-5)
    assert.is_truthy(event_file.series(events, "settings")[0].text:find("seed = 1", 1, true))
    local images, captions = 0, 0
    for _, event in ipairs(events) do
      if event.tag == "prediction/1 dog" and event.image then images = images + 1 end
      if event.tag == "prediction/1 dog" and event.text then
        captions = captions + 1
        assert.is_truthy(event.text:find "^cat %d+ %% ✗$" or event.text:find "^dog %d+ %%$")
      end
    end
    assert.are.same({26, 26}, {images, captions})

    local _, message, status = run("train_cats.lua", arguments .. " --run /dev/null/x")
    assert.are.equal(0, status)
    assert.is_truthy(message:find("run folder /dev/null/x", 1, true), message)
  end)

  it("shows what it has learned so far, and keeps its log, when Ctrl-C ends the training", function()
    local out, err, status = run("train_cats.lua", ("--iterations 1000000000 --size 16 --run '%s/ended' & "
      .. "pid=$!; until ls '%s/ended/'events* >/dev/null 2>&1; do sleep 0.1; done; sleep 1; kill -INT $pid; "
      .. "wait $pid; exit $?"):format(cache, cache))
    assert.are.equal("dnnlua: finishing the batch; Ctrl-C again ends at once\n", err)
    assert.are.equal(130, status)
    assert.is_truthy(accuracies(out), out)
    local pipe <close> = io.popen(("ls '%s'/ended/events.out.tfevents.*"):format(cache))
    assert.is_true(select(2, event_file.series(event_file.read(pipe:read "l"), "cost")) > 0)
  end)

  it("takes a folder, small batches, any layers and optimiser, and classifies a photo", function()
    local folder = cache .. "/folder"
    run("draw_pets.lua", ("'%s' --count 40 --size 20"):format(folder))
    for _, optimiser in ipairs {"sgd", "momentum", "adam", "adamw"} do
      local out, err, status = run("train_cats.lua", ("'%s' --size 8 --layers 192,5,1 --batch 10 "
        .. "--iterations 3 --optimiser %s --float64 --init xavier --predict '%s/dog.0.png'")
        :format(folder, optimiser, folder))
      assert.are.equal("", err)
      assert.are.equal(0, status)
      assert.is_truthy(out:find "dog%.0%.png: %a+ %([%d.]+ %%%)")
    end
  end)

  it("keeps what it has learned, and goes on bit for bit from a checkpoint that the window asked for", function()
    local folder = cache .. "/resumed"
    os.execute(("mkdir -p '%s'"):format(folder))
    local window <close> = assert(io.open(folder .. "/window", "w"))
    window:write "#!/bin/sh\necho checkpoint >&3\nread -r line <&3\n" -- plays dnnview
    window:close()
    os.execute(("chmod +x '%s/window'"):format(folder))
    local options = "--size 16 --layers 768,8,1 --iterations 400 --save '" .. folder
    local out, err, status = run("train_cats.lua", ("%s/straight' --run '%s/run' --view"):format(options, folder),
      ("env -u WAYLAND_DISPLAY DISPLAY=:9 DNNVIEW='%s/window'"):format(folder))
    assert.are.same({"", 0}, {err, status})
    local listing <close> = assert(io.popen(("ls '%s/run/checkpoints'"):format(folder)))
    local name = listing:read "a":match "(step%-%d+%.safetensors)\n"
    assert.is_truthy(name)
    local resumed
    resumed, err, status = run("train_cats.lua",
      ("%s/later' --resume '%s/run/checkpoints/%s'"):format(options, folder, name))
    assert.are.same({"", 0}, {err, status})
    assert.are.equal(read_all(folder .. "/straight"), read_all(folder .. "/later"))
    assert.are.same({accuracies(out)}, {accuracies(resumed)})
  end)

  it("keeps as the best the weights whose accuracy it names", function()
    local options = "--size 16 --layers 768,8,1 --iterations "
    local _, err, status = run("train_cats.lua", options .. ("60 --run '%s/best'"):format(cache))
    assert.are.same({"", 0}, {err, status})
    local listing <close> = assert(io.popen(("ls '%s'/best/checkpoints/best-*"):format(cache)))
    local path = listing:read "l"
    local _, metadata = dnn.load(path)
    local accuracy, step = metadata["dnn.best"]:match "^(%S+) (%d+)"
    local out = run("train_cats.lua", ("%s%d --resume '%s'"):format(options, step + 1, path)) -- there is no step left
    assert.is_near(tonumber(accuracy), select(2, accuracies(out)), 0.005)
  end)

  it("goes on in the run's own folder from one of its checkpoints, which stay there", function()
    local folder = cache .. "/again"
    local options = ("--size 16 --layers 768,8,1 --run '%s' --iterations "):format(folder)
    local _, err, status = run("train_cats.lua", options .. "20")
    assert.are.same({"", 0}, {err, status})
    for _, iterations in ipairs{30, 40} do
      _, err, status = run("train_cats.lua", ("%s%d --resume '%s/checkpoints/step-0000019.safetensors'")
        :format(options, iterations, folder))
      assert.are.equal(0, status, err)
      assert.is_true(exists(folder .. "/checkpoints/step-0000019.safetensors"))
    end
    assert.is_true(exists(folder .. "/checkpoints/step-0000039.safetensors"))
    assert.is_true(exists(folder .. "/checkpoints/earlier-1/step-0000029.safetensors"))
  end)

  it("goes on bit for bit with a convolutional network and its loader after it was killed", function()
    local folder = cache .. "/killed"
    os.execute(("mkdir -p '%s'"):format(folder))
    local options = ("--model cnn --size 16 --iterations 600 --batch 8 --save '%s"):format(folder)
    local out, err, status = run("train_cats.lua", options .. "/straight'")
    assert.are.same({"", 0}, {err, status})
    run("train_cats.lua", ("%s/never' --run '%s/run' & pid=$!; while kill -0 $pid && ! ls '%s/run/checkpoints/'"
      .. "best-0000[1-5]*; do sleep 0.02; done; kill -9 $pid; wait $pid"):format(options, folder, folder))
    local listing <close> = assert(io.popen(("ls '%s/run/checkpoints/'best-0000[1-5]*"):format(folder)))
    local resumed
    resumed, err, status = run("train_cats.lua", ("%s/later' --resume '%s'"):format(options, listing:read "l"))
    assert.are.same({"", 0}, {err, status})
    assert.are.equal(read_all(folder .. "/straight"), read_all(folder .. "/later"))
    assert.are.same({accuracies(out)}, {accuracies(resumed)})
  end)

  it("reproduces the published run", function()
    if not exists(shared .. "/golden/stepwise.json") then
      return pending "skipped: golden/stepwise.json is not in DNN_SHARED (or ../shared)"
    end
    local golden = require("dkjson").decode(read_all(shared .. "/golden/stepwise.json"))
    local published = golden.training.L_layer_model.published_cost_every_100
    local out = run("train_cats.lua", ("'%s/data/catvnoncat' --published"):format(shared))
    local k = 0
    for iteration, cost in out:gmatch "Cost after iteration (%d+): ([%d.]+)" do
      k = k + 1
      assert.are.equal(100 * (k - 1), tonumber(iteration))
      assert.is_near(published[k], tonumber(cost), 5e-6)
    end
    assert.are.equal(#published, k)
    assert.is_truthy(out:find("\ntrain accuracy: 98.56 %\ntest accuracy: 80.00 %\n", 1, true), out)

    local single = run("train_cats.lua",
      ("'%s/data/catvnoncat' --published --float32"):format(shared))
    local train, test = accuracies(single)
    assert.is_near(98.56, train, 100 / 209 + 0.01)
    assert.is_near(80, test, 100 / 50 + 0.01)
  end)
end)

describe("train_cats.lua says what is wrong with", function()
  local function fails(arguments, status, message)
    local out, err, got = run("train_cats.lua", arguments)
    assert.are.equal("train_cats.lua: " .. message .. "\n", err)
    assert.are.equal(status, got)
    return out
  end
  local hint = "\nTry 'train_cats.lua --help'."

  it("an unknown option", function()
    fails("--leyers 5,1", 2, "unknown option '--leyers'\nDid you mean '--layers'?" .. hint)
  end)

  it("an unknown optimiser", function()
    fails("--optimiser sgdd", 2,
      "argument for option '--optimiser' must be one of 'sgd', 'momentum', 'adam', 'adamw'" .. hint)
  end)

  it("numbers that are none", function()
    fails("--lr fast", 2, "--lr must be a number > 0 and <= 1e+06, got 'fast'" .. hint)
    fails("--lr 1e30", 2, "--lr must be a number > 0 and <= 1e+06, got '1e30'" .. hint)
    fails("--size 99999", 2, "--size must be a whole number from 1 to 4096, got '99999'" .. hint)
    fails("--threads 257", 2, "--threads must be a whole number from 1 to 256, got '257'" .. hint)
    fails("--iterations 0", 2, "--iterations must be a whole number >= 1, got '0'" .. hint)
    fails("--layers 5,x,1", 2,
      "--layers must be whole numbers separated by commas, such as 12288,20,7,5,1, got '5,x,1'"
      .. hint)
  end)

  it("a run's folder without a name", function()
    fails("--run=", 2, "--run must be the name of a folder, got ''" .. hint)
  end)

  it("options that contradict --published", function()
    fails("--published --lr 1", 2, "--published decides --lr itself; leave one of them out" .. hint)
  end)

  it("both precisions at once", function()
    fails("--float32 --float64", 2,
      "option '--float64' can not be used together with option '--float32'" .. hint)
  end)

  it("layers that do not fit the images", function()
    fails("--layers 100,1", 1,
      "--layers begins with 100, but an image of 64 x 64 x 3 is 12288 numbers")
    fails("--layers 12288,3", 1,
      "--layers ends with 3, but the last layer must have 1 unit: how sure it is of 'cat'")
  end)

  it("images of more than two classes", function()
    local folder = cache .. "/three"
    for _, class in ipairs {"a", "b", "c"} do
      run("draw_pets.lua", ("'%s/%s' --count 2 --size 16"):format(folder, class))
    end
    fails(folder, 1, folder .. " holds 3 classes (a, b, c), but this network tells two apart")
  end)

  it("a file that is not HDF5", function()
    local folder = cache .. "/broken"
    os.execute(("mkdir -p '%s' && echo text >'%s/train_x.h5' && echo text >'%s/test_x.h5'")
      :format(folder, folder, folder))
    local _, err, status = run("train_cats.lua", folder)
    assert.are.equal(1, status)
    assert.is_truthy(err:find(folder .. "/train_x.h5", 1, true))
    assert.is_truthy(err:find "HDF5")
  end)

  it("an empty folder", function()
    local folder = cache .. "/empty"
    os.execute(("mkdir -p '%s'"):format(folder))
    local _, err, status = run("train_cats.lua", folder)
    assert.are.equal(1, status)
    assert.is_truthy(err:find(folder, 1, true))
  end)

  it("a folder that is not there", function()
    fails("/no/such/folder", 1, "/no/such/folder: No such file or directory")
  end)

  it("a checkpoint that is not there", function()
    fails("--size 16 --resume /no/such.safetensors", 1,
      "/no/such.safetensors: cannot be read: No such file or directory")
  end)

  it("a photo that is not there, before it trains", function()
    local out, err, status = run("train_cats.lua", "--predict /no/such.jpg")
    assert.are.equal(1, status)
    assert.is_truthy(err:find("/no/such.jpg", 1, true))
    assert.is_nil(out:find "Cost")
  end)
end)
