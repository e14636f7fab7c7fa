-- dnn.data.Loader on sets made here: what batches hold, where it goes on, and what is said of mistakes.
package.path = "tests/lua/?.lua;" .. package.path
local dnn = require "dnn"
local program = require "program"
local data = dnn.data

-- Column j is (j, 10 j), its label j.
local function numbered(m)
  local j = dnn.arange(1, m):t()
  return {X = dnn.cat({j, j * 10}, 1), Y = j}
end

-- A grey image of 4 x 3 for each example, its level the example's number.
local function images(m, channels)
  channels = channels or 3
  local raw = dnn.empty(12 * channels, m, {dtype = "uint8"})
  local Y = dnn.zeros(1, m)
  for j = 1, m do
    raw:col(j):fill_(j)
    Y:set(1, j, j)
  end
  return {raw = raw, Y = Y, shape = {4, 3, channels}}
end

-- The call raises this text with the line of this file before it.
local function raises(text, f)
  local ok, message = pcall(function() f() end)
  assert.is_false(ok)
  assert.matches("loader_spec%.lua:%d+: ", message)
  local said = message:gsub("^.-loader_spec%.lua:%d+: ", "")
  assert.equal(text, text:find("; usage: ", 1, true) and said or (said:gsub("; usage: .*", "")))
end

local function all(loader, most)
  local batches = {}
  for X, Y in loader do
    batches[#batches + 1] = {X:copy(), Y:copy()}
    if #batches == most then break end
  end
  return batches
end

local function same(a, b)
  assert.equal(#a, #b)
  for k = 1, #a do
    assert.is_true(a[k][1] == b[k][1])
    assert.is_true(a[k][2] == b[k][2])
  end
end

local EVERYTHING <const> = {horizontal_flip = 0.5, vertical_flip = 0.5, crop = {3, 2}, shift = 1, scale = 0.1,
  rotation = 10, brightness = 0.2, contrast = 0.2, saturation = 0.2, hue = 0.1, noise = 0.01, cutout = 1, mixup = 0.5}

describe("dnn.data.Loader", function()
  it("visits every example once in an epoch, with its label, in a new order each time", function()
    local loader <close> = data.Loader(numbered(10), {batch_size = 4, seed = 3})
    assert.equal(3, #loader)
    local orders = {}
    for epoch = 1, 2 do
      local seen, order = {}, {}
      for X, Y in loader do
        assert.equal(epoch, loader.epoch)
        for j = 1, X.cols do
          assert.equal(Y(1, j), X(1, j))
          assert.equal(10 * Y(1, j), X(2, j))
          assert.is_nil(seen[Y(1, j)])
          seen[Y(1, j)] = true
          order[#order + 1] = Y(1, j)
        end
      end
      assert.equal(10, #order)
      orders[epoch] = order
    end
    assert.not_same(orders[1], orders[2])
  end)

  it("gives the batches of dnn.data.batches where nothing is drawn", function()
    local set = images(7)
    local loader <close> = data.Loader(set, {batch_size = 3, shuffle = false, scale = 1 / 255})
    local expected = all(data.batches(set, {size = 3, shuffle = false, scale = 1 / 255}))
    same(expected, all(loader))
    same(expected, all(loader))
  end)

  it("gives the same bits on any number of threads", function()
    local set = images(20)
    local options = {batch_size = 6, seed = 5, augment = EVERYTHING, one_hot = 20, normalise = true}
    options.workers = 0
    local expected = all(data.Loader(set, options))
    assert.same({6, 20}, {expected[1][1].rows // 3, expected[1][2].rows})
    for _, workers in ipairs {1, 2, 4} do
      options.workers = workers
      local loader <close> = data.Loader(set, options)
      same(expected, all(loader))
    end
  end)

  it("draws its seed from the global stream, and batches from its seed alone", function()
    dnn.manual_seed(4)
    local a <close> = data.Loader(numbered(30), {batch_size = 30})
    dnn.manual_seed(4)
    local b <close> = data.Loader(numbered(30), {batch_size = 30})
    local c <close> = data.Loader(numbered(30), {batch_size = 30})
    assert.equal(a.seed, b.seed)
    assert.not_equal(a.seed, c.seed)
    dnn.manual_seed(9)
    same(all(a), all(b))
    assert.is_false(all(a)[1][1] == all(c)[1][1])
  end)

  it("goes on in the middle of an epoch from its state, in another loader", function()
    local options = {batch_size = 3, augment = EVERYTHING, one_hot = 20}
    local loader <close> = data.Loader(images(20), options)
    all(loader)
    local path, rest, seen = os.tmpname(), {}, 0
    for X, Y in loader do
      seen = seen + 1
      if seen > 2 then rest[#rest + 1] = {X:copy(), Y:copy()} end
      if seen == 2 then assert(dnn.checkpoint.save(path, {loader = loader})) end
    end
    assert.equal(5, #rest)
    local after = all(loader)
    local other <close> = data.Loader(images(20), options)
    assert(dnn.checkpoint.load(path, {loader = other}))
    os.remove(path)
    assert.equal(loader.seed, other.seed)
    same(rest, all(other))
    assert.equal(2, other.epoch)
    same(after, all(other))
  end)

  it("takes up a state from between epochs in the middle of a loop", function()
    for _, make in ipairs {function() return data.Loader(numbered(8), {batch_size = 3}) end,
                           function() return data.batches(numbered(8), {size = 3}) end} do
      local batches = make()
      local state = batches:state_dict()
      local count, rolled = 0, false
      for _ in batches do
        count = count + 1
        if count == 2 and not rolled then
          rolled = true
          batches:load_state_dict(state)
        end
      end
      assert.equal(5, count)
    end
  end)

  it("begins another epoch after a loop that was left", function()
    local loader <close> = data.Loader(numbered(8), {batch_size = 3})
    all(loader, 1)
    assert.equal(3, #all(loader))
    assert.equal(2, loader.epoch)
  end)

  it("refuses the state of another set, and one that is damaged", function()
    local loader <close> = data.Loader(numbered(8), {batch_size = 3})
    local state = loader:state_dict()
    state.examples = 9
    raises("the loader: load_state_dict: examples is 8 here and 9 in the state; they must be of the same set and "
      .. "options", function() loader:load_state_dict(state) end)
    state.examples, state.place = 8, 99
    raises("the loader: load_state_dict: the state is damaged", function() loader:load_state_dict(state) end)
    raises("the loader: load_state_dict: expected a table as from state_dict, got 1",
      function() loader:load_state_dict(1) end)
  end)

  it("draws classes equally often where it balances", function()
    local Y = dnn.zeros(1, 100)
    for j = 1, 10 do Y:set(1, j, 1) end
    local loader <close> = data.Loader({X = dnn.ones(1, 100), Y = Y}, {balanced = true, batch_size = 100, seed = 1})
    local ones = 0
    for _ = 1, 20 do
      for _, labels in loader do ones = ones + labels:sum() end
    end
    assert.is_true(math.abs(ones / 2000 - 0.5) < 4 * 0.5 / 2000 ^ 0.5)
  end)

  it("measures mean and deviation, and takes those of another loader", function()
    local set = images(5)
    local loader <close> = data.Loader(set, {normalise = true, batch_size = 5})
    assert.is_true(math.abs(loader.mean[2] - 3 / 255) < 1e-12)
    assert.is_true(math.abs(loader.deviation[2] - 2 ^ 0.5 / 255) < 1e-12)
    local X = all(loader)[1][1]
    assert.is_true(math.abs(dnn.mean(X)) < 1e-6)
    assert.is_true(math.abs(dnn.mean(X:cmul(X)) - 1) < 1e-5)
    local other <close> = data.Loader(images(2), {normalise = loader, batch_size = 2, shuffle = false})
    local first = all(other)[1][1]
    assert.is_true(math.abs(first(1, 1) + 2 ^ 0.5) < 1e-5)
    assert.is_true(math.abs(other:denormalise(first)(1, 2) - 2 / 255) < 1e-7)
  end)

  it("shows the next batch without moving on", function()
    local loader <close> = data.Loader(images(9), {batch_size = 4, augment = EVERYTHING, one_hot = 9})
    local X, Y = loader:preview()
    local batches = all(loader)
    assert.is_true(X == batches[1][1])
    assert.is_true(Y == batches[1][2])
    assert.equal(1, loader.epoch)
  end)

  it("is shown by dnn.imshow: the next batch, with the names of its classes", function()
    local set = images(5)
    set.classes = {"a", "b", "c", "d", "e"}
    local loader <close> = data.Loader(set, {augment = EVERYTHING, normalise = true, batch_size = 5})
    local path = os.tmpname()
    assert.is_true(dnn.imshow(loader, {png = path}))
    assert.equal("\x89PNG", program.read_all(path):sub(1, 4))
    os.remove(path)
    assert.equal(0, loader.epoch)
  end)

  it("crops, and knows the shape of what it gives", function()
    local loader <close> = data.Loader(images(3), {augment = {center_crop = 2}})
    assert.same({2, 2, 3}, loader.shape)
    for X in loader do assert.equal(12, X.rows) end
  end)

  it("says what it is", function()
    local loader <close> = data.Loader(images(7), {batch_size = 3, workers = 2, augment = {crop = {3, 2}, noise = 0.1}})
    assert.equal("dnn.data.Loader: 3 batches of 3 from 7 examples, shuffled, the last of 1: X 18 x 3 float32 "
      .. "(3 x 2 x 3), Y 1 x 3 float32; 2 threads; augment: crop 3 x 2, noise 0.1", tostring(loader))
  end)

  it("ends when it is closed, once and twice", function()
    local loader = data.Loader(numbered(8))
    all(loader)
    loader:close()
    loader:close()
    raises("the loader is closed", function() all(loader) end)
  end)

  it("leaves no thread running when the collector takes it in the middle of an epoch", function()
    for _ = 1, 20 do all(data.Loader(numbered(100), {batch_size = 3, workers = 3, prefetch = 5}), 2) end
    collectgarbage()
    local status = assert(io.open "/proc/self/status"):read "a"
    assert.is_true(tonumber(status:match "Threads:%s*(%d+)") < 20)
  end)

  it("says what does not fit", function()
    local L = data.Loader
    raises("dnn.data.Loader: expected a set {X = , Y = } or {raw = , Y = }, got nil; check the "
      .. "name, or whether a load failed: it returns nil and a message", function() L() end)
    raises("dnn.data.Loader: batch_size must be a whole number of examples, 1 or more, got 0",
      function() L(numbered(3), {batch_size = 0}) end)
    raises("dnn.data.Loader: augment: unknown option 'flip'; known: brightness, center_crop, contrast, crop, cutout, "
      .. "horizontal_flip, hue, mixup, noise, rotation, saturation, scale, shift, vertical_flip",
      function() L(images(3), {augment = {flip = 1}}) end)
    raises("dnn.data.Loader: augment: horizontal_flip must be a number from 0 (not at all) to 1: the image is "
      .. "mirrored, left to right, with probability s, got 2",
      function() L(images(3), {augment = {horizontal_flip = 2}}) end)
    raises("dnn.data.Loader: augment: rotation needs the shape of an image; give shape = {height, width, channels}",
      function() L(numbered(3), {augment = {rotation = 2}}) end)
    raises("dnn.data.Loader: augment: hue needs 3 channels; these images have 1",
      function() L(images(3, 1), {augment = {hue = 0.1}}) end)
    raises("dnn.data.Loader: augment: a crop of 5 x 5 does not fit into images of 4 x 3",
      function() L(images(3), {augment = {crop = 5}}) end)
    raises("dnn.data.Loader: shape is 2 x 2 x 1, which makes 4 rows, but X has 2",
      function() L(numbered(3), {shape = {2, 2, 1}}) end)
    raises("dnn.data.Loader: 2 weights for 3 examples", function() L(numbered(3), {weights = {1, 2}}) end)
    raises("Loader: weight 2 is -1; expected finite numbers >= 0",
      function() L(numbered(3), {weights = {1, -1, 2}}) end)
    raises("dnn.data.Loader: weights and balanced exclude each other",
      function() L(numbered(3), {weights = {1, 1, 2}, balanced = true}) end)
    raises("Loader: label 3 is 3; one_hot = 2 needs whole numbers from 1 to 2",
      function() L(numbered(3), {one_hot = 2}) end)
    raises("dnn.data.Loader: augment: mixup needs labels that can be mixed, not class numbers; give one_hot = the "
      .. "number of classes", function() L(images(3), {augment = {mixup = 1}}) end)
    raises("Loader: batches of 5 from 3 examples: there is none when the last, smaller one is dropped",
      function() L(numbered(3), {batch_size = 5, drop_last = true}) end)
    raises("dnn.data.Loader: normalise needs a number for each of 3 channels in mean and in deviation",
      function() L(images(3), {normalise = {mean = {0}, deviation = {1}}}) end)
    raises("Loader: channel 1 has mean 0 and deviation 0; expected finite numbers, the deviation above 0",
      function() L(images(3, 1), {normalise = {mean = {0}, deviation = {0}}}) end)
  end)
end)

describe("dnn.data.Loader of files", function()
  local root

  setup(function()
    root = program.folder()
    for i = 1, 12 do
      local name = i % 2 == 0 and "cat" or "dog"
      assert(data.write_png(("%s/%s.%d.png"):format(root, name, i), dnn.full(48, 1, 10 * i):byte(), 4, 4))
    end
  end)
  teardown(function() program.remove(root) end)

  local function lazy(options)
    local all_options = {lazy = true, size = 4, test = 0, progress = false, warn = function() end}
    for name, value in pairs(options or {}) do all_options[name] = value end
    return assert(data.images(root, all_options)).train
  end

  it("gives what the same images in memory give", function()
    local memory = data.images(root, {size = 4, test = 0, progress = false}).train
    local options = {seed = 2, batch_size = 5, augment = {rotation = 20, hue = 0.2}}
    local a <close> = data.Loader(memory, options)
    local b <close> = data.Loader(lazy(), options)
    same(all(a), all(b))
    assert.same({"cat", "dog"}, b.classes)
    assert.equal(12 + 0, math.min(b:statistics().decoded, 12))
  end)

  it("decodes again what the cache does not hold", function()
    local kept <close> = data.Loader(lazy(), {batch_size = 12, workers = 0})
    local none <close> = data.Loader(lazy(), {batch_size = 12, workers = 0, cache = 0})
    for _ = 1, 3 do all(kept) all(none) end
    assert.equal(12, kept:statistics().decoded)
    assert.equal(12 * 48, kept:statistics().cached)
    assert.equal(36, none:statistics().decoded)
  end)

  it("leaves out what cannot be read, says it once, and gives up where that is too much", function()
    local file <close> = assert(io.open(root .. "/cat.99.png", "wb"))
    file:close()
    local said = {}
    local loader <close> = data.Loader(lazy(), {batch_size = 4, max_failures = 0.1,
      warn = function(message) said[#said + 1] = message end})
    for _ = 1, 2 do
      local count = 0
      for X in loader do count = count + X.cols end
      assert.equal(12, count)
    end
    assert.same({root .. "/cat.99.png: expected an image (JPEG, PNG, WebP, GIF or BMP), but the file is empty"}, said)
    assert.same(said, loader.failures)
    local strict <close> = data.Loader(lazy(), {warn = function() end, max_failures = 0})
    raises(("the loader: 1 of 13 images could not be read, more than max_failures = 0 allows; the first: "
      .. "%s/cat.99.png: expected an image (JPEG, PNG, WebP, GIF or BMP), but the file is empty"):format(root),
      function() all(strict) end)
    os.remove(root .. "/cat.99.png")
  end)

  it("takes paths with a shape", function()
    local loader <close> = data.Loader({files = {root .. "/cat.2.png", root .. "/dog.1.png"}, shape = {2, 2, 1},
      Y = dnn.Matrix {{1, 0}}}, {shuffle = false})
    for X, Y in loader do
      assert.same({4, 2}, {X.rows, X.cols})
      assert.is_true(math.abs(X(1, 1) - 20 / 255) < 1e-6)
      assert.equal(0, Y(1, 2))
    end
  end)
end)
