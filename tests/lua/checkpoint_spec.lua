-- dnn.checkpoint: a training that is broken off, saved, and taken up by another process ends with the same bits
-- as one that never ended; what does not fit is named, and changes nothing.
package.path = "tests/lua/?.lua;" .. package.path
local dnn = require "dnn"
local fails = require "fails"
local program = require "program"

-- A training of `optimiser` on shuffled batches; dropout by hand draws from the global stream. The chunk is
-- run here and, as text, in another process.
local TRAINING <const> = [[
local dnn = require "dnn"
local training = {}

local function dense()
  return {dnn.Linear(6, 5), dnn.ReLU(), dnn.Linear(5, 1), dnn.Sigmoid()}
end

-- With values that forward moves, and masks that it draws.
local function convolutional()
  return {dnn.Input(2, 3, 1), dnn.Conv2d(1, 4, 3, {padding = 1}), dnn.BatchNorm2d(4), dnn.ReLU(), dnn.MaxPool2d(2),
          dnn.Flatten(), dnn.Dropout(0.3), dnn.Linear(4, 1), dnn.Sigmoid()}
end

function training.new(optimiser, options, dtype, own_stream, images)
  dnn.manual_seed(7)
  local t = {step = 0}
  t.net = dnn.Sequential(images and convolutional() or dense(), {dtype = dtype})
  t.optimiser = dnn.optim[optimiser](t.net:parameters(), options)
  local draw = dnn.Random(3)
  local set = {X = dnn.randn(6, 50, {random = draw, dtype = dtype}),
               Y = dnn.gt(dnn.randn(1, 50, {random = draw, dtype = dtype}), 0)}
  t.batches = dnn.data.batches(set, {size = 8, random = own_stream and dnn.Random(11) or nil})
  t.loss = dnn.BCELoss()
  return t
end

-- Steps until t.step is `last`, through as many epochs as that takes.
function training.go(t, last, after)
  local mask = dnn.empty(6, 8, {dtype = t.net.dtype})
  while t.step < last do
    for X, Y in t.batches do
      local kept = mask:cols_range(1, X.cols):bernoulli_(0.8)
      t.loss(t.net(X % kept), Y)
      t.net:backward(t.loss:backward())
      t.optimiser:step()
      t.step = t.step + 1
      if after then after(t.step) end
      if t.step >= last then break end
    end
  end
end

function training.parts(t)
  return {net = t.net, optimiser = t.optimiser, batches = t.batches, step = t.step}
end

function training.resume(t, path)
  local values = assert(dnn.checkpoint.load(path, {net = t.net, optimiser = t.optimiser, batches = t.batches}))
  t.step = values.step
  return values
end

return training
]]
local training = load(TRAINING, "=training", "t")()

describe("dnn.checkpoint", function()
  local folder, write

  before_each(function() folder, write = program.folder() end)
  after_each(function() program.remove(folder) end)

  -- What another process makes of the checkpoint in 10 more steps: the flat vector's bits.
  local function elsewhere(path, constructor, last)
    local script = write("resume.lua", ([[
      local training = assert(loadfile(%q, "t"))()
      local t = training.new(%s)
      training.resume(t, %q)
      training.go(t, %d)
      assert(require "dnn".save(%q, {values = t.net:parameters().values}))]])
      :format(write("training.lua", TRAINING), constructor, path, last, folder .. "/values"))
    local _, err, status = program.run(program.quote(script))
    assert.same({"", 0}, {err, status})
    return assert(dnn.load(folder .. "/values")).values
  end

  it("resumes convolution, batch norm and dropout bit for bit in another process", function()
    local straight = training.new("Adam", {lr = 0.01}, "float32", true, true)
    training.go(straight, 20)
    local t = training.new("Adam", {lr = 0.01}, "float32", true, true)
    local path = folder .. "/ten.safetensors"
    training.go(t, 10, function(step)
      t.step = step
      if step == 10 then assert(dnn.checkpoint.save(path, training.parts(t))) end
    end)
    local constructor = [["Adam", {lr = 0.5}, "float32", true, true]]
    assert.is_true(elsewhere(path, constructor, 20) == straight.net:parameters().values)
  end)

  local optimisers = {
    {"SGD", "{lr = 0.1}"},
    {"SGD", "{lr = 0.1, momentum = 0.9, nesterov = true}"},
    {"Adam", "{lr = 0.01, weight_decay = 0.1}"},
    {"AdamW", "{lr = 0.01}"},
  }
  for _, row in ipairs(optimisers) do
    for _, dtype in ipairs {"float32", "float64"} do
      it(("resumes %s%s in %s bit for bit in another process"):format(row[1], row[2], dtype), function()
        local options = load("return " .. row[2], "=options", "t")()
        local straight = training.new(row[1], options, dtype, true)
        training.go(straight, 20)
        local t = training.new(row[1], options, dtype, true)
        local path = folder .. "/ten.safetensors"
        training.go(t, 10, function(step)
          if step == 10 then
            t.step = step
            assert(dnn.checkpoint.save(path, training.parts(t)))
          end
        end)
        local constructor = ("%q, {lr = 0.5}, %q, true"):format(row[1], dtype)
        assert.is_true(elsewhere(path, constructor, 20) == straight.net:parameters().values)
      end)
    end
  end

  it("resumes at every place of an epoch, drawing from the global stream", function()
    local straight = training.new("Adam", {lr = 0.01}, "float32")
    local paths = {}
    training.go(straight, 18, function(step)
      paths[step] = folder .. "/" .. step
      assert(dnn.checkpoint.save(paths[step], training.parts(straight)))
    end)
    for step, path in ipairs(paths) do
      local t = training.new("Adam", {lr = 0.3}, "float32")
      assert.equal(step, training.resume(t, path).step)
      training.go(t, 18)
      assert.is_true(t.net:parameters().values == straight.net:parameters().values, step)
    end
  end)

  it("begins a new epoch where the last had ended", function()
    local batches = dnn.data.batches({X = dnn.randn(2, 9), Y = dnn.zeros(1, 9)}, {size = 4})
    local function epoch()
      local seen = {}
      for X in batches do seen[#seen + 1] = X:sum() end
      return seen
    end
    local path = folder .. "/between"
    assert(dnn.checkpoint.save(path, {batches = batches}))
    local first = epoch()
    assert.equal(3, #first)
    assert(dnn.checkpoint.load(path, {batches = batches}))
    assert.same(first, epoch())
    assert(dnn.checkpoint.save(path, {batches = batches}))
    local second = epoch()
    assert(dnn.checkpoint.load(path, {batches = batches}))
    assert.same(second, epoch())
  end)

  it("gives values back as they were", function()
    local values = {
      whole = -3, most = math.maxinteger, least = math.mininteger, float = 0.1, round = 20.0, tiny = 5e-324,
      inf = math.huge, minus = -math.huge, yes = true, no = false, text = 'a "quoted" line\nÿ', empty = "",
      number = "12", packed = "\0\1\xff", matrix = dnn.randn(3, 4), double = dnn.randn(2, 1, {dtype = "float64"}),
      bytes = dnn.Matrix({1, 2, 255}, {dtype = "uint8"}),
    }
    local path = folder .. "/values"
    assert(dnn.checkpoint.save(path, values))
    local got = assert(dnn.checkpoint.load(path, {}))
    for name, value in pairs(values) do
      assert.is_true(got[name] == value, name)
      assert.equal(math.type(value), math.type(got[name]), name)
    end
    assert(dnn.checkpoint.save(path, {nan = 0 / 0}))
    got = assert(dnn.checkpoint.load(path, {}))
    assert.is_true(got.nan ~= got.nan)
  end)

  it("keeps views as what they show", function()
    for _, dtype in ipairs {"float32", "float64", "int32", "uint8"} do
      local A = dnn.Matrix({{1, 2, 3}, {4, 5, 6}, {7, 8, 9}}, {dtype = dtype})
      local values = {row = A:row(2), column = A:col(2), rows = A:rows_range(2, 3), cols = A:cols_range(1, 2),
                      block = A:block(2, 3, 1, 2), empty = A:rows_range(2, 1)}
      local own = {load_state_dict = print, state_dict = function() return values end}
      local path = folder .. "/views"
      assert(dnn.checkpoint.save(path, {row = values.row, block = values.block}))
      local got = assert(dnn.checkpoint.load(path, {}))
      assert.is_true(got.row == values.row and got.block == values.block)
      assert(dnn.checkpoint.save(path, {own = own}))
      own.load_state_dict = function(_, state)
        for name, view in pairs(values) do assert.is_true(state[name] == view, name) end
      end
      assert(dnn.checkpoint.load(path, {own = own}))
    end
  end)

  it("brings back streams and several networks by their names", function()
    local generator, critic = dnn.Linear(2, 3), dnn.Linear(3, 1)
    local stream = dnn.Random(5)
    local path = folder .. "/two"
    stream:uniform()
    assert(dnn.checkpoint.save(path, {generator = generator, critic = critic, stream = stream}))
    local weight, next_number = generator.weight:copy(), stream:uniform()
    local global = dnn.rand(2, 2)
    generator.weight:fill_(0)
    assert(dnn.checkpoint.load(path, {generator = generator, critic = false, stream = stream}))
    assert.is_true(generator.weight == weight)
    assert.equal(next_number, stream:uniform())
    assert.is_true(global == dnn.rand(2, 2))
  end)

  it("is a file from which net:load takes the weights", function()
    local t = training.new("Adam", {}, "float32")
    local path = folder .. "/net"
    assert(dnn.checkpoint.save(path, training.parts(t)))
    local net = training.new("Adam", {}, "float32").net
    net:parameters().values = dnn.zeros(net:parameters().count, 1)
    assert(net:load(path))
    assert.is_true(net:parameters().values == t.net:parameters().values)
  end)

  it("is damaged for all who read it, also where its checksum has lost its name", function()
    local net = dnn.Linear(3, 2)
    local path = folder .. "/net"
    assert(dnn.checkpoint.save(path, {net = net, step = 3}))
    local good, weight = program.read_all(path), net.weight:copy()
    local function refused(message, bytes)
      program.write_all(path, bytes)
      local other = dnn.Linear(3, 2)
      local before = other.weight:copy()
      assert.same({nil, path .. ": is damaged: " .. message}, {other:load(path)})
      assert.is_true(other.weight == before)
      assert.same({nil, path .. ": is damaged: " .. message}, {dnn.load(path)})
      assert.same({nil, path .. ": is damaged: " .. message}, {dnn.checkpoint.load(path, {net = other})})
    end
    refused("its contents do not match its checksum", good:sub(1, -2) .. string.char(good:byte(-1) ~ 1))
    refused("its contents do not match its checksum", (good:gsub("dnn.kind", "dnn.kinD")))
    refused("a checkpoint has a checksum, and this one has none", (good:gsub("dnn.checksum", "dnn.checksuM")))
    program.write_all(path, good)
    assert(net:load(path))
    assert.is_true(net.weight == weight)
  end)

  it("has a checksum again when another program, or dnn.save, writes it", function()
    local path = folder .. "/net"
    assert(dnn.checkpoint.save(path, {w = dnn.ones(2, 2), step = 3}))
    local tensors, metadata = dnn.load(path)
    tensors.w:fill_(7)
    assert(dnn.save(path, tensors, {metadata = metadata}))
    local values = assert(dnn.checkpoint.load(path, {}))
    assert.same({3, {{7, 7}, {7, 7}}}, {values.step, values.w:table()})
  end)

  -- Written by the version of before: its checksum is of the numbers column by column.
  it("of version 1 is read, and its checksum compared", function()
    local path = folder .. "/before"
    local net = dnn.Linear(2, 1)
    local function refill(sum)
      local tensors = {
        w = dnn.Matrix {{1, 2, 3}, {4, 5, 6}}, b = dnn.Matrix({1, 2, 255}, {dtype = "uint8"}),
        d = dnn.Matrix({{1, 2}, {3, 4}}, {dtype = "float64"}), i = dnn.Matrix({{1, 2}, {3, 4}}, {dtype = "int32"}),
        ["net.weight"] = dnn.Matrix {{0.5, -2}}, ["net.bias"] = dnn.Matrix {{0.25}},
      }
      assert(dnn.save(path, tensors, {metadata = {["dnn.checkpoint"] = "1", ["dnn.checksuM"] = sum,
        ["dnn.kind.net"] = "Layer", ["dnn.random"] = "7 2", step = "7"}}))
      program.write_all(path, (program.read_all(path):gsub("dnn.checksuM", "dnn.checksum")))
    end
    refill "cfcdbdf3c1ac3418"
    local values = assert(dnn.checkpoint.load(path, {net = net}))
    assert.same({{0.5, -2}}, net.weight:table())
    assert.same({7, {{1, 2, 3}, {4, 5, 6}}}, {values.step, values.w:table()})
    refill "cfcdbdf3c1ac3419"
    assert.same({nil, path .. ": is damaged: its contents do not match its checksum"},
      {dnn.checkpoint.load(path, {net = net})})
  end)

  it("changes nothing where one part does not fit", function()
    local t = training.new("Adam", {}, "float32")
    local path = folder .. "/net"
    training.go(t, 3)
    assert(dnn.checkpoint.save(path, training.parts(t)))
    local other = training.new("Adam", {}, "float32")
    local before = other.net:parameters().values:copy()
    local few = dnn.data.batches({X = dnn.zeros(6, 4), Y = dnn.zeros(1, 4)}, {size = 8})
    local function refuses(expected, objects)
      local place = table.pack(dnn._random:state())
      local got, message = dnn.checkpoint.load(path, objects)
      assert.is_nil(got)
      assert.is_truthy(message:find(path .. ": " .. expected, 1, true), message)
      assert.is_true(other.net:parameters().values == before)
      assert.equal(0, other.optimiser.steps)
      assert.same(place, table.pack(dnn._random:state()))
    end
    local good = {net = other.net, optimiser = other.optimiser, batches = other.batches}
    local function with(name, object)
      local objects = {}
      for key, value in pairs(good) do objects[key] = value end
      objects[name] = object
      return objects
    end
    refuses("'batches': batches: load_state_dict: ", with("batches", few))
    refuses("'net': network: load_state_dict: layer 1, Linear: weight is 6 x 5 here, 5 x 6 in the state",
      with("net", dnn.Sequential{dnn.Linear(5, 6), dnn.Linear(6, 1)}))
    refuses("'optimiser' is a state of Adam, and the object given is SGD",
      with("optimiser", dnn.optim.SGD(other.net:parameters(), {lr = 1})))
    refuses("'optimiser': Adam: load_state_dict: the state is of 41 parameters, this optimiser has 57",
      with("optimiser", dnn.optim.Adam(dnn.Linear(56, 1):parameters(), {})))
    refuses("it holds the state of 'batches' (batches); give batches = its object, or batches = false to leave it "
      .. "out", {net = other.net, optimiser = other.optimiser})
    refuses("it has no state of 'stream', only of: batches, net, optimiser; leave stream out",
      with("stream", dnn.Random(1)))
    assert(dnn.checkpoint.load(path, good))
  end)

  it("says what it cannot save or load", function()
    local net = dnn.Linear(2, 1)
    fails("checkpoint.save: expected the path of a file, got dnn.Layer", dnn.checkpoint.save, net, {})
    fails("checkpoint.save: expected a table of parts, as in {net = net, optimiser = optimiser, step = step}, got "
      .. "nil", dnn.checkpoint.save, "x")
    fails("checkpoint.load: expected the path of a file, got ''; usage: dnn.checkpoint.load(path, objects)",
      dnn.checkpoint.load, "", {})
    fails("checkpoint.save: a part's name must be made of letters, digits and _, and not be dnn; got 1",
      dnn.checkpoint.save,
      "x", {net})
    fails("checkpoint.save: 'loss' must be a network, an optimiser, batches, a dnn.Random, a Matrix, a number, a "
      .. "text or a boolean, got dnn.Loss", dnn.checkpoint.save, "x", {loss = dnn.BCELoss()})
    local closed = dnn.Sequential{dnn.Linear(1, 1)}
    closed:close()
    fails("checkpoint.save: 'net': network: this network is closed", dnn.checkpoint.save, "x", {net = closed})
    local own = {state_dict = function() return {a = print} end, load_state_dict = print}
    fails("checkpoint.save: the state of 'own' holds function under 'a'; it must be a Matrix, a number, a string or a "
      .. "boolean", dnn.checkpoint.save, "x", {own = own})
    fails("checkpoint.load: 'net' must be a network, an optimiser, batches or a dnn.Random, got number",
      dnn.checkpoint.load, "x", {net = 1})
    local path = folder .. "/weights"
    assert(net:save(path))
    local _, message = dnn.checkpoint.load(path, {})
    assert.equal(path .. ": holds weights, not a checkpoint; use net:load(path)", message)
    _, message = dnn.checkpoint.load(folder .. "/none", {})
    assert.equal(folder .. "/none: cannot be read: No such file or directory", message)
    for metadata, expected in pairs {
      [{["dnn.checkpoint"] = "3"}] = "is a checkpoint of version 3; this program reads versions 1 and 2",
      [{["dnn.checkpoint"] = "1"}] = "its stream of random numbers is damaged",
      [{["dnn.checkpoint"] = "1", ["dnn.random"] = "1 99999999999999999999"}] =
        "its stream of random numbers is damaged",
      [{["dnn.checkpoint"] = "1", ["dnn.random"] = "1 2", step = "os.exit()"}] = "its entry 'step' is damaged",
      [{["dnn.checkpoint"] = "2", ["dnn.random"] = "1 2", bytes = 'hex"123"'}] = "its entry 'bytes' is damaged",
    } do
      metadata["dnn.checksum"] = ""
      assert(dnn.save(path, {}, {metadata = metadata}))
      _, message = dnn.checkpoint.load(path, {})
      assert.equal(path .. ": " .. expected, message)
    end
  end)
end)
