-- What the scripts share, and mnist.lua, autoencoder.lua and transfer.lua, run as a user would run them, on images of
-- the test's own.
package.path = "tests/lua/?.lua;" .. package.path
local dnn = require "dnn"
local program = require "program"

local folder, write = program.folder()

-- Collections as MNIST has them: a digit k is a bright bar in rows 2 k + 3 and 2 k + 4, on noise.
local function write_digits(part, count)
  local pixels, labels = {}, {}
  local random = dnn.Random(part == "train" and 1 or 2)
  local noise = dnn.rand(28 * 28, count, {random = random})
  for j = 1, count do
    local digit = j % 10
    local image = {}
    for i, value in ipairs(noise:col(j):t():table()[1]) do
      local row = (i - 1) // 28
      image[i] = string.char((row - 3) // 2 == digit and 255 or math.floor(60 * value))
    end
    pixels[j], labels[j] = table.concat(image), string.char(digit)
  end
  write(part .. "-images-idx3-ubyte", (">I4I4I4I4"):pack(2051, count, 28, 28) .. table.concat(pixels))
  write(part .. "-labels-idx1-ubyte", (">I4I4"):pack(2049, count) .. table.concat(labels))
end

setup(function()
  write_digits("train", 300)
  write_digits("t10k", 60)
end)

teardown(function()
  program.remove(folder)
end)

local function run(script, arguments)
  local out, err, status = program.run(("scripts/%s %s"):format(script, arguments))
  assert.equal("", err)
  assert.equal(0, status)
  return out
end

describe("Scripts", function()
  local inputs = {mnist = 1, autoencoder = 1, transfer = 2, transformer = 1, char_rnn = 1, regression = 1, spiral = 0,
    train_cats = 1}

  local function refuses(name, options)
    local nowhere = (" '" .. folder .. "/nowhere'"):rep(inputs[name])
    local out, err, status = program.run(("scripts/%s.lua%s %s"):format(name, nowhere, options))
    assert.equal("", out)
    assert.matches("^" .. name .. "%.lua: .*best: is read%-only and was not replaced", err)
    assert.equal(1, status)
  end

  it("find before they do anything that what they are to save cannot be written", function()
    local best = write("best", "of yesterday")
    assert(os.execute(("chmod 444 '%s'"):format(best)))
    for name in pairs(inputs) do refuses(name, ("--save '%s'"):format(best)) end
    refuses("autoencoder", ("--png '%s'"):format(best))
    assert(os.execute(("chmod 644 '%s'"):format(best)))
  end)
end)

describe("What scripts save", function()
  it("may be in the folder of a run that is not there yet", function()
    local at = folder .. "/first"
    local _, err, status = program.run(("scripts/spiral.lua --points 10 --epochs 1 --run '%s/' --save '%s/best'")
      :format(at, at))
    assert.equal("", err)
    assert.equal(0, status)
    assert(io.open(at .. "/best")):close()
  end)
end)

describe("mnist.lua", function()
  it("learns digits, says how well, and keeps its weights", function()
    local out = run("mnist.lua", ("'%s' --epochs 6 --batch 20 --save '%s/digits'"):format(folder, folder))
    assert.matches("^300 images to learn from, 60 to test on\nepoch  1: cost %d%.%d%d%d%d, test accuracy ", out)
    assert.is_true(tonumber(out:match "epoch  6: .* accuracy ([%d.]+) %%") > 80, out)
    assert.matches("\nin [%d.]+ seconds\n%d+ of 60 images wrong", out)
    assert.is_truthy(assert(dnn.load(folder .. "/digits"))["0.weight"])
  end)

  it("gives the same numbers for the same seed on one thread and on two", function()
    local function curve(arguments)
      local out = run("mnist.lua", ("'%s' --limit 100 --epochs 1 --batch 20 %s"):format(folder, arguments))
      return out:match "epoch.-\n"
    end
    local expected = curve "--threads 1"
    assert.equal(expected, curve "--threads 2")
    assert.not_equal(expected, curve "--threads 2 --seed 2")
  end)

  it("says what is missing", function()
    local _, err, status = program.run "scripts/mnist.lua /no/such/folder"
    assert.equal(1, status)
    assert.matches("^mnist.lua: /no/such/folder: ", err)
  end)
end)

describe("autoencoder.lua", function()
  it("draws digits from their codes, better than the mean image, and writes some", function()
    local out = run("autoencoder.lua", ("'%s' --epochs 20 --batch 20 --code 4 --png '%s/digits.png'"):format(folder,
      folder))
    local mean, code = out:match "the mean image +([%d.]+)\n.*code of 4 numbers +([%d.]+)\n"
    assert.is_true(tonumber(code) < tonumber(mean), out)
    local _, width, height = assert(dnn.data.read_image(folder .. "/digits.png"))
    assert.is_true(width > 100 and height > 100)
  end)
end)

describe("transfer.lua", function()
  local weights, images = folder .. "/cats", folder .. "/pets"

  setup(function()
    run("draw_pets.lua", ("'%s' --count 40 --size 32"):format(images))
    run("train_cats.lua", ("'%s' --model cnn --size 32 --iterations 2 --batch 8 --save '%s'"):format(images, weights))
  end)

  it("leaves the convolutions of the saved network as they are, and learns a head", function()
    local out = run("transfer.lua", ("'%s' '%s' --size 32 --epochs 2 --batch 8 --save '%s/new'"):format(weights, images,
      folder))
    assert.matches("\nfrom scratch: +[%d.]+ %% of the training images, +[%d.]+ %% of the test images\n"
      .. "transferred: +[%d.]+ %% of the training images, +[%d.]+ %% of the test images\n", out)
    local before, after = assert(dnn.load(weights)), assert(dnn.load(folder .. "/new"))
    local learnt = 0
    for name, W in pairs(before) do
      local layer = tonumber(name:match "^0%.(%d+)%.")
      local taken = layer ~= nil and layer < 12
      assert.equal(taken, after[name] == W, name)
      learnt = learnt + (taken and 0 or 1)
    end
    assert.is_true(learnt > 2)
  end)

  it("says when the weights are another network's", function()
    assert(dnn.save(folder .. "/other", {W = dnn.ones(2, 2)}))
    local _, err, status = program.run(("scripts/transfer.lua '%s/other' '%s' --size 32"):format(folder, images))
    assert.equal(1, status)
    assert.matches("^transfer.lua: .*/other: has no 0%.[%d.]+%a+[%w_]*; was it written by train_cats.lua ", err)
  end)
end)

describe("every script", function()
  it("explains itself", function()
    for _, script in ipairs{"mnist.lua", "autoencoder.lua", "transfer.lua"} do
      assert.matches("^Usage: " .. script:gsub("%.", "%%.") .. " ", (run(script, "--help")))
    end
  end)
end)
