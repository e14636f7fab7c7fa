-- dnn.data on files made here, and on the shared photos and .h5 files where they are.
package.path = "tests/lua/?.lua;" .. package.path
local dnn = require "dnn"
local program = require "program"
local data = dnn.data

local root, shared

local function put(name, bytes)
  local file <close> = assert(io.open(root .. "/" .. name, "wb"))
  file:write(bytes)
end

-- A square PNG of one grey.
local function image(name, level, size)
  size = size or 4
  local bytes = dnn.full(3 * size * size, 1, level):byte()
  assert(data.write_png(root .. "/" .. name, bytes, size, size))
end

local function clear()
  os.execute(("find %s -mindepth 1 -delete"):format(root))
end

local function cats_and_dogs(count)
  clear()
  for i = 1, count do
    image(("cat.%d.png"):format(i), 100 + i)
    image(("dog.%d.png"):format(i), 200 + i)
  end
end

local function images(options)
  local all = {progress = false, warn = function() end, size = 4}
  for name, value in pairs(options or {}) do all[name] = value end
  return data.images(root, all)
end

-- The call raises this text with the line of this file before it.
local function raises(text, f)
  local ok, message = pcall(function() f() end)
  assert.is_false(ok)
  assert.matches("data_spec%.lua:%d+: ", message)
  local said = message:gsub("^.-data_spec%.lua:%d+: ", "")
  assert.equal(text, text:find("; usage: ", 1, true) and said or (said:gsub("; usage: .*", "")))
end

setup(function()
  root = program.folder()
  shared = (os.getenv "DNN_SHARED" or "../shared") .. "/data/"
end)

teardown(function()
  clear()
  os.remove(root)
end)

describe("dnn.data.images", function()
  it("gives every image once, split, with the label of its name", function()
    cats_and_dogs(10)
    local d = images {test = 0.3}
    assert.same({"cat", "dog"}, d.classes)
    assert.equal("cat", d.positive)
    assert.equal(14, d.train.raw.cols)
    assert.equal(6, d.test.raw.cols)
    local seen = {}
    for _, set in ipairs {d.train, d.test} do
      assert.equal(48, set.raw.rows)
      for j, file in ipairs(set.files) do
        local kind, i = file:match "/(%a+)%.(%d+)%.png$"
        assert.equal(kind == "cat" and 1 or 0, set.Y(1, j))
        assert.equal((kind == "cat" and 100 or 200) + i, set.raw(1, j))
        assert.is_nil(seen[file])
        seen[file] = true
      end
    end
    assert.same({}, d.failures)
  end)

  it("says what it found: images of each class, and memory", function()
    cats_and_dogs(5)
    local d = images {test = 0.3}
    local cats = 0
    for j = 1, 7 do cats = cats + d.train.Y(1, j) end
    local lines = {}
    for line in tostring(d):gmatch "[^\n]+" do lines[#lines + 1] = line end
    assert.equal("dnn.data.images: 4 x 4 pixels, 3 channels, 2 classes", lines[1])
    assert.matches(("^  train +7 +%d +%d +364 bytes$"):format(cats, 7 - cats), lines[3])
    assert.matches("^  test +3 ", lines[4])
    assert.equal("set of 7 examples: raw 48 x 7 uint8, Y 1 x 7 float32, shape 4 x 4 x 3 (364 bytes), files",
      tostring(d.train))
    assert.is_truthy(d.train.X)
    assert.matches("raw 48 x 7 uint8, X 48 x 7 float32, Y", tostring(d.train))
  end)

  it("makes X from the bytes when it is asked for, in 0 .. 1, and keeps it", function()
    cats_and_dogs(3)
    local d = images {test = 0, dtype = "float64"}
    assert.is_nil(d.test)
    assert.is_nil(rawget(d.train, "X"))
    local X = d.train.X
    assert.equal("float64", X.dtype)
    assert.is_true(dnn.abs(X - d.train.raw:double() / 255):max() < 1e-15)
    assert.equal(X, d.train.X)
    assert.is_false(pcall(function() return d.train.Z end))
    assert.is_true(images {normalise = false}.train.X == images().train.raw:float())
  end)

  it("shuffles by its own seed alone", function()
    cats_and_dogs(10)
    dnn.manual_seed(1)
    local a = images {seed = 3}
    dnn.manual_seed(2)
    local b, c = images {seed = 3}, images {seed = 4}
    assert.same(a.train.files, b.train.files)
    assert.is_true(a.train.raw == b.train.raw)
    assert.not_same(a.train.files, c.train.files)
  end)

  it("labels three classes from 1, from subfolders", function()
    clear()
    for i, name in ipairs {"ants", "bees", "wasps"} do
      dnn.system.make_folder(root .. "/" .. name)
      image(name .. "/IMG_1.png", 10 * i)
      image(name .. "/IMG_2.png", 10 * i)
    end
    local d = images {test = 2, channels = 1}
    assert.is_nil(d.positive)
    assert.equal(16, d.train.raw.rows)
    assert.equal(2, d.test.Y.cols)
    for j = 1, 4 do assert.equal(10 * d.train.Y(1, j), d.train.raw(1, j)) end
  end)

  it("takes train/ and test/ as the two sets, and says what it passes over", function()
    clear()
    for _, part in ipairs {"train", "test"} do
      dnn.system.make_folder(root .. "/" .. part)
      for i, name in ipairs {"ants", "bees", "wasps"} do
        dnn.system.make_folder(root .. "/" .. part .. "/" .. name)
        image(part .. "/" .. name .. "/1.png", 10 * i)
      end
    end
    put("train/ants/notes.txt", "no image")
    local said = {}
    local d = images {warn = function(message) said[#said + 1] = message end}
    assert.same({3, 3}, {d.train.Y.cols, d.test.Y.cols})
    for j = 1, 3 do assert.equal(10 * d.test.Y(1, j), d.test.raw(1, j)) end
    assert.same({root .. "/train/ants/notes.txt: is not an image"}, said)
    assert.same(said, d.skipped)
    assert.matches("\n  1 passed over: skipped$", tostring(d))
  end)

  it("keeps the labels of given classes where a class is absent", function()
    cats_and_dogs(2)
    local d = images {test = 0, classes = {"ant", "dog", "cat"}}
    assert.same({"ant", "dog", "cat"}, d.classes)
    assert.same({2, 3}, {dnn.min(d.train.Y), dnn.max(d.train.Y)})
    for j = 1, 4 do
      assert.equal(d.train.Y(1, j) == 2 and 200 or 100, d.train.raw(1, j) // 100 * 100)
    end
    raises("dnn.data.images: classes must be a table of class names without repeats, as in {'cat', 'dog'}, "
      .. "got {'cat', 'cat'}", function() images {classes = {"cat", "cat"}} end)
  end)

  it("brings images to a height and a width, and knows their shape", function()
    cats_and_dogs(2)
    local d = images {size = {2, 3}, test = 1, fit = "crop"}
    assert.equal(18, d.train.raw.rows)
    assert.same({2, 3, 3}, d.shape)
    assert.same({2, 3, 3}, d.test.shape)
    local part = data.split(d.train, {test = 1})
    assert.same({2, 3, 3}, part.shape)
  end)

  it("reads no pixel of a lazy set, and says so", function()
    cats_and_dogs(3)
    put("cat.9.png", "")
    local d = images {lazy = true, test = 0}
    assert.equal(7, #d.train.files)
    assert.equal(7, d.train.Y.cols)
    assert.same({4, 4, 3}, d.train.shape)
    raises("the set is lazy: its 7 images are read when they are needed, by dnn.data.Loader(set); without "
      .. "lazy = true, dnn.data.images reads them all", function() return d.train.X end)
    local part, rest = data.split(d.train, {test = 3})
    assert.same({4, 3}, {#part.files, #rest.files})
    for j, file in ipairs(part.files) do assert.equal(file:match "/cat%." and 1 or 0, part.Y(1, j)) end
    assert.matches("lazy", tostring(d))
    assert.matches("read when they are needed", tostring(d.train))
  end)

  it("takes no more images than the limit", function()
    cats_and_dogs(10)
    local d = images {limit = 8, test = 2}
    assert.equal(6, d.train.raw.cols)
    assert.equal(2, d.test.raw.cols)
  end)

  it("names unreadable files, skips them and keeps the others with their labels", function()
    cats_and_dogs(10)
    put("cat.11.png", "")
    put("dog.11.png", "no image")
    local said = {}
    local d = images {max_failures = 0.1, warn = function(message) said[#said + 1] = message end}
    assert.equal(20, d.train.raw.cols + d.test.raw.cols)
    assert.equal(2, #d.failures)
    table.sort(said)
    assert.same({
      root .. "/cat.11.png: expected an image (JPEG, PNG, WebP, GIF or BMP), but the file is empty",
      root .. "/dog.11.png: expected an image (JPEG, PNG, WebP, GIF or BMP), got text that begins with 'no image'",
    }, said)
    for j, file in ipairs(d.train.files) do
      local kind, i = file:match "/(%a+)%.(%d+)%.png$"
      assert.equal((kind == "cat" and 100 or 200) + i, d.train.raw(1, j))
    end
  end)

  it("says how many more than five failed", function()
    cats_and_dogs(4)
    for i = 11, 17 do put(("cat.%d.png"):format(i), "") end
    local said = {}
    local d = images {max_failures = 0.5, warn = function(message) said[#said + 1] = message end}
    assert.equal(7, #d.failures)
    assert.equal(6, #said)
    assert.equal("... and 2 more images could not be read (failures)", said[6])
  end)

  it("fails when more than a share of the files is unreadable", function()
    cats_and_dogs(2)
    put("cat.3.png", "")
    local d, message = images()
    assert.is_nil(d)
    assert.equal(("%s: 1 of 5 images could not be read, more than max_failures = 0.05 allows; the first: "
      .. "%s/cat.3.png: expected an image (JPEG, PNG, WebP, GIF or BMP), but the file is empty"):format(
        root, root), message)
  end)

  it("returns nil and a message for a folder that does not serve", function()
    clear()
    local d, message = images()
    assert.is_nil(d)
    assert.equal(root .. ": holds no images (JPEG, PNG, WebP, GIF, BMP); expected one subfolder per class or files "
      .. "named like cat.1.jpg", message)
    d, message = data.images(root .. "/nowhere")
    assert.is_nil(d)
    assert.equal(root .. "/nowhere: No such file or directory; expected a folder of images", message)
    cats_and_dogs(2)
    d, message = images {test = 4}
    assert.is_nil(d)
    assert.equal(root .. ": test = 4 leaves none of 4 examples to train on", message)
  end)

  it("raises for wrong options, with the line of the script", function()
    raises("dnn.data.images: expected the path of a folder, got nil", function() data.images() end)
    raises("dnn.data.images: unknown option 'sise'; known: channels, classes, dtype, fit, lazy, limit, "
      .. "max_failures, max_pixels, normalise, orientation, "
      .. "progress, seed, size, test, warn (did you mean 'size'?)", function() data.images(root, {sise = 64}) end)
    raises("dnn.data.images: size must be a whole number from 1 to 4096, or {height, width}, got 0",
      function() data.images(root, {size = 0}) end)
    raises("dnn.data.images: channels must be 1 (grey) or 3 (RGB), got 4",
      function() data.images(root, {channels = 4}) end)
    raises("dnn.data.images: test must be a share from 0 to below 1, or a whole number of examples, got 1.5",
      function() data.images(root, {test = 1.5}) end)
    raises("dnn.data.images: dtype must be 'float32' or 'float64', got 'uint8'",
      function() data.images(root, {dtype = "uint8"}) end)
    raises("dnn.data.images: expected a table of options, as in {channels = ...}, got 64; usage: "
      .. "dnn.data.images(path [, options])",
      function() data.images(root, 64) end)
  end)

  it("reports progress to a function", function()
    cats_and_dogs(40)
    local steps = {}
    images {progress = function(done, total) steps[#steps + 1] = done .. "/" .. total end}
    assert.same({"64/80", "80/80"}, steps)
  end)

  it("gives batches in 0 .. 1 by default", function()
    cats_and_dogs(3)
    local d = images {test = 0}
    for X in data.batches(d.train, {size = 6, shuffle = false}) do assert.is_true(X == d.train.X) end
  end)

  it("reads the shared photos", function()
    if not dnn.system.list(shared .. "catsdogs") then return pending(shared .. "catsdogs is absent") end
    local d = data.images(shared .. "catsdogs", {size = 32, limit = 200, progress = false})
    assert.equal(160, d.train.raw.cols)
    assert.same({"cat", "dog"}, d.classes)
    assert.same({}, d.failures)
    local mean = d.train.X:mean() -- photos are neither black nor white
    assert.is_true(mean > 0.3 and mean < 0.6)
  end)
end)

describe("dnn.data.read_image and write_png", function()
  it("give back the bytes", function()
    clear()
    local bytes = dnn.arange(1, 5 * 4 * 3):byte()
    assert.is_true(data.write_png(root .. "/a.png", bytes, 5, 4))
    local column, width, height = data.read_image(root .. "/a.png")
    assert.is_true(column == bytes)
    assert.equal(5, width)
    assert.equal(4, height)
    local small = data.read_image(root .. "/a.png", {size = 2, channels = 1})
    assert.equal(4, small.rows)
  end)

  it("write floats from 0 .. 1", function()
    clear()
    assert(data.write_png(root .. "/a.png", dnn.Matrix {0, 0.2, 1, 1.5}, 2, 2))
    local column = data.read_image(root .. "/a.png", {channels = 1})
    assert.same({0, 51, 255, 255}, {column(1, 1), column(2, 1), column(3, 1), column(4, 1)})
  end)

  it("give the very bytes that a folder gives", function()
    clear()
    local noise = dnn.rand(3 * 50 * 40, 1)
    data.write_png(root .. "/cat.1.png", noise, 50, 40)
    data.write_png(root .. "/dog.1.png", noise, 50, 40)
    local d = images {size = 16, test = 0}
    assert.is_true(d.train.raw:col(1) == data.read_image(root .. "/cat.1.png", {size = 16}))
  end)

  it("say what is wrong", function()
    local column, message = data.read_image(root .. "/nowhere.jpg")
    assert.is_nil(column)
    assert.equal(root .. "/nowhere.jpg: No such file or directory", message)
    local written, why = data.write_png(root .. "/no/a.png", dnn.zeros(4, 1), 2, 2)
    assert.is_nil(written)
    assert.equal(root .. "/no/a.png: cannot be written: No such file or directory", why)
    raises("write_png: expected 3 x 3 pixels of 1 or 3 bytes, got a uint8 Matrix 4 x 1",
      function() data.write_png(root .. "/a.png", dnn.zeros(4, 1), 3, 3) end)
    raises("dnn.data.read_image: expected the path of an image, got table",
      function() data.read_image({}) end)
  end)
end)

describe("dnn.data.hdf5", function()
  it("says why a file cannot be opened", function()
    put("no.h5", "PK\3\4 this is a zip")
    local file, message = data.hdf5(root .. "/no.h5")
    assert.is_nil(file)
    assert.equal(root .. "/no.h5: expected an HDF5 file, got a zip archive; unpack it first", message)
    file, message = data.hdf5(root .. "/nowhere.h5")
    assert.is_nil(file)
    assert.equal(root .. "/nowhere.h5: No such file or directory", message)
    raises("dnn.data.hdf5: expected the path of a file, got nil", function() data.hdf5() end)
  end)

  it("reads nothing of a file that was written to since it was opened", function()
    local seed = program.read_all "tests/fuzz/seeds/hdf5/latest"
    local path = root .. "/changed.h5"
    put("changed.h5", seed)
    local file <close> = assert(data.hdf5(path))
    assert.equal(4, #assert(file:read "g/x"))
    for _, bytes in ipairs{seed:sub(1, 300), seed .. "\0"} do -- a part would be read as zeros
      put("changed.h5", bytes)
      local X, message = file:read "g/x"
      assert.is_nil(X)
      assert.equal(path .. ": has changed since it was opened; open it again", message)
    end
    raises("read: name must be the name of a dataset, got nil", function() file:read() end)
  end)

  it("reads the shared cats by name and by field", function()
    local path = shared .. "catvnoncat/train_catvnoncat.h5"
    local present = io.open(path)
    if not present then return pending(path .. " is absent") end
    present:close()
    local file <close> = assert(data.hdf5(path))
    assert.same({"list_classes", "train_set_x", "train_set_y"}, file:names())
    assert.same({209, 64, 64, 3}, (file:shape "train_set_x"))
    assert.equal(("dnn.data.hdf5 '%s'\n  list_classes: string 2\n  train_set_x: uint8 209 x 64 x 64 x 3\n"
      .. "  train_set_y: int64 209"):format(path), tostring(file))
    local X, Y = file.train_set_x, file:read "train_set_y"
    assert.equal("uint8", X.dtype)
    assert.equal(12288, X.rows)
    assert.equal("float64", Y.dtype)
    assert.equal(72, Y:sum()) -- cats
    raises(path .. ": has no dataset 'x'; it has: list_classes, train_set_x, train_set_y",
      function() file:read "x" end)
    raises(path .. ": has no dataset 'y'; it has: list_classes, train_set_x, train_set_y",
      function() local _ = file.y end)
    assert.same({"non-cat", "cat"}, file:read "list_classes")
    file:close()
    file:close()
    raises(path .. ": the file is closed", function() file:read "train_set_x" end)
    raises(path .. ": the file is closed", function() file:names() end)
    assert.equal(("dnn.data.hdf5 '%s' (closed)"):format(path), tostring(file))
  end)
end)
