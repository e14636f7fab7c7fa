-- What is said about folders, sets and batches.
package.path = "tests/lua/?.lua;" .. package.path
local dnn = require "dnn"
local program = require "program"
local mistakes = dofile "tests/lua/mistakes.lua"

describe("a mistake with data:", function()
  local folder
  local X, Y = dnn.ones(3, 20), dnn.ones(1, 20)
  local set = {X = X, Y = Y}

  local function path(name) return folder .. name end
  setup(function()
    folder = program.path()
    assert(os.execute(("mkdir -p %s/empty %s/tiffs %s/cats %s/dogs && echo TIFF > %s/tiffs/a.tiff")
      :format(folder, folder, folder, folder, folder)))
    for _, file in ipairs{"/cats/1.png", "/cats/2.png", "/dogs/1.png", "/dogs/2.png"} do
      assert(dnn.data.write_png(folder .. file, dnn.full(4, 1, 0.5), 2, 2))
    end
  end)
  teardown(function() program.remove(folder) end)
  local function images()
    return assert(dnn.data.images(folder, {size = 2, progress = false, test = 0, warn = function() end}))
  end

  -- The messages of files begin with the folder, which another run names otherwise.
  it("a folder that does not exist", function()
    local data, message = dnn.data.images(path "/absent")
    assert.is_nil(data)
    assert.equal(path "/absent" .. ": No such file or directory; expected a folder of images", message)
  end)

  it("an empty folder, or one of images of another kind", function()
    for _, name in ipairs{"/empty", "/tiffs"} do
      local data, message = dnn.data.images(path(name))
      assert.is_nil(data)
      assert.equal(path(name) .. ": holds no images (JPEG, PNG, WebP, GIF, BMP); expected one subfolder per class "
        .. "or files named like cat.1.jpg", message)
    end
  end)

  it("an image instead of its folder", function()
    local data, message = dnn.data.images(path "/cats/1.png")
    assert.is_nil(data)
    assert.equal(path "/cats/1.png" .. ": Not a directory; expected a folder of images", message)
  end)

  it("a file that is not HDF5, and one that is not an image", function()
    assert.equal(path "/cats/1.png" .. ": expected an HDF5 file, got a PNG image; dnn.data.read_image reads it",
      select(2, dnn.data.hdf5(path "/cats/1.png")))
    assert.equal(path "/tiffs/a.tiff" .. ": expected an image (JPEG, PNG, WebP, GIF or BMP), got text that "
      .. "begins with 'TIFF'",
      select(2, dnn.data.read_image(path "/tiffs/a.tiff")))
  end)

  it("an empty path, which names nothing", function()
    local function refused(expected, call)
      assert.error_matches(call, "the path of " .. expected .. ", got ''", 1, true)
    end
    local data, A = dnn.data, dnn.ones(3, 1)
    for _, read in ipairs{data.csv, data.npy, data.npz, data.idx, data.hdf5} do
      refused("a file", function() read "" end)
    end
    for _, read in ipairs{data.images, data.mnist, data.cifar10} do
      refused("a folder", function() read "" end)
    end
    refused("an image", function() data.read_image "" end)
    refused("a file", function() data.write_csv("", A) end)
    refused("a file", function() data.write_npy("", A) end)
    refused("a file", function() data.write_png("", A, 1, 1) end)
    refused("a file", function() dnn.plot({{1, 2}}, {png = ""}) end)
    refused("a file", function() dnn.plot({{1, 2}}, {svg = ""}) end)
  end)

  mistakes(it, {
    {"no folder", function() dnn.data.images() end, "dnn.data.images: expected the path of a folder, got nil"},
    {"a size that is not in a table", function() dnn.data.images("photos", 64) end,
      "dnn.data.images: expected a table of options, as in {channels = ...}, got 64"},
    {"an option misspelt", function() dnn.data.images("photos", {siez = 64}) end,
      "dnn.data.images: unknown option 'siez'; known: channels, classes, dtype, fit, lazy, limit, max_failures, "
        .. "max_pixels, normalise, orientation, progress, seed, size, test, warn (did you mean 'size'?)"},
    {"an option under another library's name", function() dnn.data.images("photos", {test_size = 0.2}) end,
      "dnn.data.images: unknown option 'test_size'; known: channels, classes, dtype, fit, lazy, limit, max_failures, "
        .. "max_pixels, normalise, orientation, progress, seed, size, test, warn (did you mean 'test'?)"},
    {"a size that is a text", function() dnn.data.images("photos", {size = "64"}) end,
      "dnn.data.images: size must be a whole number from 1 to 4096, or {height, width}, got '64'"},
    {"a share above 1", function() dnn.data.images("photos", {test = 1.5}) end,
      "dnn.data.images: test must be a share from 0 to below 1, or a whole number of examples, got 1.5"},
    {"X of the whole instead of the part to train on", function() return images().X end,
      "data has no 'X'; it is data.train.X here, and data.test.X"},
    {"a small letter", function() return images().train.x end, "the set has no 'x'; did you mean 'X'?"},
    {"labels by another name", function() return images().train.labels end,
      "the set has no 'labels'; it is set.Y here"},
    {"what a loader that failed has given", function() dnn.data.split(nil) end,
      "dnn.data.split: expected a set {X = , Y = } or {raw = , Y = }, got nil; check the name, or whether a load "
        .. "failed: it returns nil and a message"},
    {"X and Y as two arguments", function() dnn.data.batches(X, Y) end,
      "dnn.data.batches: expected a set {X = , Y = } or {raw = , Y = }, got dnn.Matrix"},
    {"both parts of a folder at once", function() dnn.data.batches((images())) end,
      "dnn.data.batches: expected a set {X = , Y = } or {raw = , Y = }, got a pair of sets; pass its field "
        .. "train or test"},
    {"a set without labels", function() dnn.data.split{X = X} end,
      "dnn.data.split: the set has no Y; expected {X = , Y = } or {raw = , Y = }"},
    {"labels in a table", function() dnn.data.batches{X = X, Y = {1, 2, 3}} end,
      "dnn.data.batches: Y must be a Matrix, got table; dnn.Matrix{{...}} makes a row of a table"},
    {"labels in a column", function() dnn.data.batches{X = X, Y = Y:t()} end,
      "dnn.data.batches: X is 3 x 20 but Y is 20 x 1; expected as many columns, one per example: is Y transposed?"},
    {"examples in rows", function() dnn.data.batches{X = X:t(), Y = Y} end,
      "dnn.data.batches: X is 20 x 3 but Y is 1 x 20; expected as many columns, one per example: is X transposed?"},
    {"a size that is not in a table, for batches", function() dnn.data.batches(set, 32) end,
      "dnn.data.batches: expected a table of options, as in {drop_last = ...}, got 32"},
    {"PyTorch's batch_size", function() dnn.data.batches(set, {batch_size = 32}) end,
      "dnn.data.batches: unknown option 'batch_size'; known: drop_last, dtype, random, scale, shift, shuffle, size "
        .. "(did you mean 'size'?)"},
    {"a batch of none", function() dnn.data.batches(set, {size = 0}) end,
      "dnn.data.batches: size must be a whole number of examples, 1 or more, got 0"},
    {"none left to train on", function() dnn.data.split(set, {test = 20}) end,
      "dnn.data.split: test = 20 leaves none of 20 examples to train on"},
    {"PyTorch's DataLoader", function() dnn.data.DataLoader(set) end,
      "dnn.data has no 'DataLoader'; it is dnn.data.Loader(set) here"},
    {"a function misspelt", function() dnn.data.imgaes "photos" end,
      "dnn.data has no 'imgaes'; did you mean 'images'?"},
    {"asking batches for the next one", function() return dnn.data.batches(set):next() end, "batches has no 'next'"},
    {"an image without its size", function() dnn.data.write_png(path "/x.png", X) end,
      "write_png: width must be a whole number >= 0, got nil"},
    {"an image of another size", function() dnn.data.write_png(path "/x.png", X, 5, 5) end,
      "write_png: expected 5 x 5 pixels of 1 or 3 bytes, got a uint8 Matrix 3 x 20"},
  })
end)
