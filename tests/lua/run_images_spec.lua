-- run:feature_maps: an image before and after the convolutions of a network.
package.path = "tests/lua/?.lua;" .. package.path
local dnn = require "dnn"
local event_file = require "event_file"
local fails = require "fails"
local program = require "program"
local runs = require "runs"

describe("run:feature_maps", function()
  local folder, net

  before_each(function()
    folder = program.path()
    dnn.manual_seed(1)
    net = dnn.Sequential{dnn.Input(6, 8, 3), dnn.Conv2d(3, 5, 3), dnn.ReLU(),
      dnn.Residual{dnn.BatchNorm2d(5), dnn.Conv2d(5, 5, 3, {padding = 1})}, dnn.Flatten(), dnn.Linear(120, 2)}
  end)

  after_each(function()
    program.remove(folder)
  end)

  -- The pixels of the only image of a tag, 0..255, and its size.
  local function pixels_of(events, tag)
    local logged = event_file.images(events, tag)[1]
    local path = folder .. "/image.png"
    program.write_all(path, logged.png)
    return assert(dnn.data.read_image(path)), logged.width, logged.height
  end

  it("logs the image, and the output of each convolution, channel by channel", function()
    local run <close> = assert(dnn.Run(folder))
    local X = dnn.rand(144, 1)
    run:feature_maps(7, net, X)
    local events = runs.events_of(run)
    local seen, width, height = pixels_of(events, "feature_maps/0 input")
    assert.same({8, 6}, {width, height})
    assert.is_true((seen:float() / 255 - X:reshape(seen.rows, seen.cols)):abs():max() < 1 / 255)
    -- the first channel of the first convolution is at the top left, scaled to black and white
    net:forward(X)
    local A = net[1].A:reshape(5, 24) -- channels x pixels
    local map
    map, width, height = pixels_of(events, "feature_maps/1 Conv2d")
    assert.same({3 * 7 - 1, 2 * 5 - 1}, {width, height})
    local channel = A:row(1)
    local low, high = channel:min(), channel:max()
    local bytes = map:reshape(map.rows * map.cols, 1)
    local step = bytes.rows // (width * height) -- 3: images are read as colours
    for y = 0, 3 do
      for x = 0, 5 do
        local at = (y * width + x) * step + 1
        local expected = 255 * (channel(1, y * 6 + x + 1) - low) / (high - low)
        assert.is_true(math.abs(bytes(at, 1) - expected) <= 0.51)
      end
    end
    assert.equal(1, #event_file.images(events, "feature_maps/3.2 Conv2d"))
    assert.equal("5 channels of 6 × 4", event_file.series(events, "feature_maps/1 Conv2d")[7].text)
  end)

  it("finds each convolution: frozen, transposed, and one that is used twice", function()
    local shared, frozen = dnn.Conv2d(2, 2, 3, {padding = 1}), dnn.Conv2d(2, 2, 1)
    frozen.requires_grad = false
    local run <close> = assert(dnn.Run(folder))
    run:feature_maps(1, dnn.Sequential{dnn.Input(4, 4, 2), shared, shared, frozen, dnn.ConvTranspose2d(2, 1, 3),
      dnn.Flatten(), dnn.Linear(36, 2)}, dnn.rand(32, 1))
    local tags = {}
    for _, tag in ipairs(runs.tags_of(runs.events_of(run))) do tags[tag:match "/(%d)"] = true end
    assert.same({["0"] = true, ["1"] = true, ["2"] = true, ["3"] = true, ["4"] = true}, tags)
  end)

  it("leaves the training as it is", function()
    local run <close> = assert(dnn.Run(folder, {net = net}))
    local X = dnn.rand(144, 4)
    local A = net:forward(X)
    local before, kept = A:copy(), net[3][1].running_mean:copy()
    dnn.manual_seed(9)
    run:feature_maps(1, net, X:col(2))
    local drawn = dnn.rand(1, 3)
    dnn.manual_seed(9)
    assert.equal(dnn.rand(1, 3), drawn)
    assert.equal(before, A)
    assert.equal(kept, net[3][1].running_mean)
    assert.is_true(net.training)
    net:backward(dnn.ones(2, 4))
  end)

  it("takes the layers and the tag that are named", function()
    local run <close> = assert(dnn.Run(folder))
    run:feature_maps(1, net, dnn.rand(144, 1), {layers = {net[2], net[3][1]}, tag = "cat"})
    local tags = {}
    for _, tag in ipairs(runs.tags_of(runs.events_of(run))) do tags[tag] = true end
    assert.same({["cat/0 input"] = true, ["cat/2 ReLU"] = true, ["cat/3.1 BatchNorm2d"] = true}, tags)
  end)

  it("survives a layer that changes the network while its copy runs", function()
    local run <close> = assert(dnn.Run(folder))
    local changed
    local meddling = dnn.Layer{backward = function(_, dA) return dA end, forward = function(_, X)
      if changed == false then
        local more = {net}
        for i = 2, 300 do more[i] = dnn.Tanh() end
        changed = dnn.Sequential(more)
      end
      return X
    end}
    net = dnn.Sequential{dnn.Input(4, 4, 1), dnn.Conv2d(1, 1, 3), meddling}
    changed = false
    fails("a layer of the network has changed it meanwhile", run.feature_maps, run, 1, net, dnn.rand(16, 1))
    assert.is_truthy(changed)
  end)

  it("says what is wrong", function()
    local run <close> = assert(dnn.Run(folder))
    local x = dnn.rand(144, 1)
    fails("one column such as X:col(1), got a Matrix 144 x 2", run.feature_maps, run, 1, net, dnn.rand(144, 2))
    fails("expected a network, got", run.feature_maps, run, 1, x, net)
    fails("the output of 5 Linear must be an image, it is 2", run.feature_maps, run, 1, net, x, {layers = {net[5]}})
    fails("layers[1]: expected a layer, as in {net[1]}, got 1", run.feature_maps, run, 1, net, x, {layers = {1}})
    fails("layers[1]: this Residual is not a layer of the network; name the layers in it",
      run.feature_maps, run, 1, net, x, {layers = {net[3]}})
    fails("unknown option", run.feature_maps, run, 1, net, x, {layer = {net[3]}})
    local dense = dnn.Sequential{dnn.Linear(144, 2)}
    fails("this network has no Conv2d; name layers whose outputs are images", run.feature_maps, run, 1, dense, x)
    fails("layers: expected a table of layers", run.feature_maps, run, 1, net, x, {layers = net[1]})
  end)
end)
