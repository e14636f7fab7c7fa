-- SIGKILL at random moments of a training that keeps checkpoints and logs: there is always a checkpoint and a log that
-- load, and the training that goes on ends with the bits of one that nobody killed. DNN_KILLS says how many times.
package.path = "tests/lua/?.lua;" .. package.path
local dnn = require "dnn"
local event_file = require "event_file"
local program = require "program"

local KILLS <const> = tonumber(os.getenv "DNN_KILLS") or 24
local STEPS <const> = 1500
local dnnlua = (os.getenv "DNN_BUILD" or "build") .. "/bin/dnnlua"

-- Bytes of the whole records that a log begins with: a record that was being written may follow.
local function whole_records(bytes)
  local size = 0
  while size + 12 <= #bytes do
    local record = ("<I8"):unpack(bytes, size + 1) + 16
    if size + record > #bytes then break end
    size = size + record
  end
  return size
end

-- Trainings in mid-epoch, each printing its weights at the end: `dense` with Adam and numbers from the global stream;
-- `convolutional` with batch norm, dropout, and images that a loader's threads augment; `recurrent` over two groups
-- whose learning rates follow a schedule; `written` with operators, whose weights are free matrices.
local SCRIPT <const> = [[
local dnn = require "dnn"
local kind <const>, path <const>, steps <const> = arg[1], arg[2], tonumber(arg[3])
dnn.manual_seed(5)

local layers = {
  dense = function() return {dnn.Linear(12, 40), dnn.ReLU(), dnn.Linear(40, 1), dnn.Sigmoid()} end,
  convolutional = function()
    return {dnn.Input(2, 2, 3), dnn.Conv2d(3, 6, 3, {padding = 1}), dnn.BatchNorm2d(6), dnn.ReLU(), dnn.Flatten(),
      dnn.Dropout(0.3), dnn.Linear(24, 1), dnn.Sigmoid()}
  end,
  recurrent = function()
    return {dnn.Input(4, 3), dnn.GRU(3, 8, {dropout = 0.2, num_layers = 2}), dnn.Flatten(), dnn.Linear(32, 1),
      dnn.Sigmoid()}
  end,
}
local parts, weights, train = {every = 3, best = "cost", mode = "min"}, nil, nil
local loss = dnn.BCELoss()

if layers[kind] then
  local net = dnn.Sequential(layers[kind]())
  local last = net[#net - 1]:parameters()
  local optimiser = kind == "recurrent" and dnn.optim.SGD({{params = net[1]:parameters()},
    {params = last, lr = 0.02}}, {lr = 0.1, momentum = 0.9}) or dnn.optim.Adam(net:parameters(), {lr = 0.01})
  parts.net, parts.optimiser = net, optimiser
  parts.schedule = kind == "recurrent" and dnn.optim.StepLR(optimiser, {step_size = 50, gamma = 0.9}) or nil
  weights = function() return net:state_dict() end
  train = function(X, Y)
    local cost = loss(net(X + 0.1 * dnn.randn(12, X.cols)), Y)
    net:backward(loss:backward())
    optimiser:step()
    if parts.schedule then parts.schedule:step() end
    return cost
  end
else
  local W, v = dnn.randn(8, 12):requires_grad_(), dnn.randn(1, 8):requires_grad_()
  local optimiser = dnn.optim.Adam({W, v}, {lr = 0.01})
  weights = function() return {W = W:detach(), v = v:detach()} end
  parts.optimiser = optimiser
  parts.weights = {
    state_dict = function() return {W = W:detach():copy(), v = v:detach():copy()} end,
    load_state_dict = function(_, state)
      dnn.no_grad(function() W:copy_(state.W) v:copy_(state.v) end)
    end,
  }
  train = function(X, Y)
    local out = (v * (W * X):tanh()):sigmoid()
    local cost = (out - Y):pow(2):mean()
    optimiser:zero_grad()
    cost:backward()
    optimiser:step()
    return cost:detach()(1, 1)
  end
end

local set, batches = {X = dnn.randn(12, 50), Y = dnn.gt(dnn.randn(1, 50), 0), shape = {2, 2, 3}}, nil
if kind == "convolutional" then
  local augment = {horizontal_flip = 0.5, shift = 1, brightness = 0.2, noise = 0.1}
  batches = dnn.data.Loader(set, {batch_size = 8, workers = 2, augment = augment})
else
  batches = dnn.data.batches({X = set.X, Y = set.Y}, {size = 8})
end
parts.batches = batches
local run, last_X = assert(dnn.Run(path)), nil
assert(run:checkpoint(parts))
local step = assert(run:resume())
for i in run:steps(step + 1, steps) do
  local X, Y = batches(nil, last_X)
  if not X then X, Y = batches(nil, nil) end
  last_X = X
  run:log(i, {cost = train(X, Y)})
end
run:close()
local sums = {}
for name, m in pairs(weights()) do sums[#sums + 1] = ("%s %.17g"):format(name, m:sum()) end
table.sort(sums)
print(table.concat(sums, ", "))
]]

-- The last cost that the logs of a run have for each step.
local function costs(run)
  local series, names = {}, dnn.system.list(run)
  table.sort(names)
  for _, name in ipairs(names) do
    local bytes = name:find "tfevents" and program.read_all(run .. "/" .. name)
    local file = bytes and os.tmpname()
    if bytes then
      program.write_all(file, bytes:sub(1, whole_records(bytes)))
      for step, cost in pairs((event_file.series(event_file.read(file), "cost"))) do series[step] = cost end
      os.remove(file)
    end
  end
  return series
end

describe("a training that is killed", function()
  local folder, write

  before_each(function() folder, write = program.folder() end)
  after_each(function() program.remove(folder) end)

  local function start(kind, threads, run)
    return ("DNN_NUM_THREADS=%d exec '%s' '%s/train.lua' %s '%s' %d 2>>'%s/complaints'")
      :format(threads, dnnlua, folder, kind, run, STEPS, folder)
  end

  local function finish(kind, threads, run)
    local out <close> = assert(io.popen("( " .. start(kind, threads, run) .. " )"))
    return out:read "a"
  end

  -- Kills so many times, with one thread and with two by turns; what is there then can be read.
  local function kill(kind, kills)
    local begin = dnn.time()
    local expected = finish(kind, 1, folder .. "/whole")
    local duration = dnn.time() - begin
    assert.truthy(expected:find "%d", program.read_all(folder .. "/complaints"))
    local killed = 0
    while killed < kills do
      local after = 0.02 + duration * math.random()
      local _, _, status = os.execute(
        ("{ ( %s ) >/dev/null & child=$!; sleep %.3f; kill -9 $child; wait $child; } 2>/dev/null")
        :format(start(kind, killed % 2 + 1, folder .. "/run"), after))
      assert.is_true(status == 128 + 9 or status == 0, program.read_all(folder .. "/complaints"))
      killed = killed + (status == 128 + 9 and 1 or 0) -- it may have been done before
      for _, name in ipairs(dnn.system.list(folder .. "/run/checkpoints") or {}) do
        if name:find "%.safetensors$" then
          local content, message = dnn.checkpoint._read(("%s/run/checkpoints/%s"):format(folder, name))
          assert.is_truthy(content, message)
        end
      end
      for _, name in ipairs(dnn.system.list(folder .. "/run") or {}) do
        if name:find "tfevents" then
          local bytes = program.read_all(folder .. "/run/" .. name)
          event_file.read(write("whole-records", bytes:sub(1, whole_records(bytes))))
        end
      end
      -- begins anew when it is near its end, so that kills meet all of it
      local steps = 0
      for _, name in ipairs(dnn.system.list(folder .. "/run/checkpoints") or {}) do
        steps = math.max(steps, tonumber(name:match "^step%-(%d+)") or 0)
      end
      if steps >= STEPS or killed == kills then
        assert.equal(expected, finish(kind, 2, folder .. "/run"), program.read_all(folder .. "/complaints"))
        local whole, resumed = costs(folder .. "/whole"), costs(folder .. "/run")
        for i = 1, STEPS do
          assert.equal(whole[i], resumed[i], ("%s: the cost of step %d in the logs"):format(kind, i))
        end
        for _, name in ipairs(dnn.system.list(folder .. "/run/checkpoints")) do
          assert.falsy(name:find "%.dnntmp$", "a temporary file was left")
        end
        program.remove(folder .. "/run")
      end
    end
    program.remove(folder .. "/whole")
    return killed
  end

  it("goes on from a whole checkpoint with the same bits and curves, whenever it was killed", function()
    write("train.lua", SCRIPT)
    math.randomseed(7)
    local killed = 0
    for _, kind in ipairs{"dense", "convolutional", "recurrent", "written"} do
      killed = killed + kill(kind, math.ceil(KILLS / 4))
    end
    print(("%d kills, none unreadable"):format(killed))
  end)
end)
