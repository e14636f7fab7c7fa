-- dnn.fit that is stopped and run again, at any step, ends with the bits of one that was left alone; also after
-- SIGKILL.
-- DNN_KILLS says how many times it is killed.
package.path = "tests/lua/?.lua;" .. package.path
local dnn = require "dnn"
local event_file = require "event_file"
local program = require "program"

local KILLS <const> = tonumber(os.getenv "DNN_KILLS") or 6

-- Convolution, batch norm, dropout, augmentation by a loader, validation, metrics whose sums a checkpoint has to hold,
-- accumulated steps, a schedule, early stopping that keeps the best weights.
local IMAGES <const> = [[
local net = dnn.Sequential{dnn.Input(8, 8, 1), dnn.Conv2d(1, 4, 3), dnn.BatchNorm2d(4), dnn.ReLU(), dnn.Flatten(),
  dnn.Dropout(0.3), dnn.Linear(144, 3)}
local labels = {}
for j = 1, 46 do labels[j] = 1 + j % 3 end
local set = {X = dnn.rand(64, 46), Y = dnn.Matrix{labels}, shape = {8, 8, 1}}
local options = {net = net, loss = dnn.CrossEntropyLoss(), metrics = {"accuracy", "auc", "f1"}, accumulate = 2,
  data = dnn.data.Loader(set, {batch_size = 5, augment = {horizontal_flip = 0.5, shift = 0.2}}),
  validation = {X = dnn.rand(64, 20), Y = dnn.Matrix{labels}:cols_range(1, 20)}, patience = 100,
  optimiser = dnn.optim.Adam(net:parameters()), schedule_every = "step"}
options.schedule = dnn.optim.OneCycleLR(options.optimiser, {max_lr = 0.05, total_steps = 30})
]]

-- Batches of a set, momentum, metrics of a regression, a schedule of the script's own with a state.
local TABLE <const> = [[
local net = dnn.Sequential{dnn.Linear(4, 16), dnn.Tanh(), dnn.Dropout(0.1), dnn.Linear(16, 1)}
local schedule = {rate = 0.1}
local optimiser = dnn.optim.SGD(net:parameters(), {lr = 0.1, momentum = 0.9})
function schedule:step() self.rate = self.rate * 0.999 optimiser.lr = self.rate end
function schedule:state_dict() return {rate = self.rate} end
function schedule:load_state_dict(state) self.rate = state.rate end
local X = dnn.randn(4, 90)
local options = {net = net, loss = dnn.MSELoss(), metrics = {"r2"}, batch_size = 8, data = {X, X:sum(1)},
  optimiser = optimiser, schedule = schedule, schedule_every = "step", validation = 20}
]]

-- Ends after ARG[3] steps where that is given; prints weights and curves.
local REST <const> = [[
options.run, options.epochs, options.checkpoint, options.progress = arg[1], tonumber(arg[2]), {every = 7}, false
local stop_at = tonumber(arg[3])
options.on_batch = stop_at and function(info) return info.step < stop_at end or nil
local history = dnn.fit(options)
local sums = {}
for name, m in pairs(net:state_dict()) do sums[#sums + 1] = ("%s %.17g"):format(name, m:sum()) end
table.sort(sums)
print(table.concat(sums, "\n"))
for _, name in ipairs(history.names) do
  for _, series in ipairs(history[name]) do print(name, series.name, table.concat(series[1], " ")) end
end
print(history.epochs, history.best_epoch)
]]

describe("a training with dnn.fit that goes on", function()
  local folder, write

  before_each(function() folder, write = program.folder() end)
  after_each(function() program.remove(folder) end)

  local function command(script, run, epochs, stop, threads)
    return ("DNN_NUM_THREADS=%d exec %s %s %s %d %s 2>>%s/complaints"):format(threads or 1,
      program.quote(program.dnnlua), script, run, epochs, stop or "", folder)
  end

  local function train(...)
    local out <close> = assert(io.popen("( " .. command(...) .. " )"))
    return out:read "a"
  end

  -- Costs and metrics by step as the logs of a run have them.
  local function logged(run)
    local costs = {}
    for _, name in ipairs(dnn.system.list(run)) do
      if name:find "tfevents" then
        for _, event in ipairs(event_file.read(run .. "/" .. name)) do
          if event.tag:find "/train$" or event.tag:find "/validation$" then
            costs[event.tag .. " " .. event.step] = event.number
          end
        end
      end
    end
    return costs
  end

  for name, start in pairs{images = IMAGES, ["a table"] = TABLE} do
    it("ends with the same bits and curves wherever it was stopped: " .. name, function()
      local script = write("train.lua", "local dnn = require 'dnn' dnn.manual_seed(5)\n" .. start .. REST)
      local expected = train(script, folder .. "/whole", 3)
      assert.truthy(expected:find "cost\ttrain\t%d", expected)
      local run = folder .. "/parts"
      local stops = name == "images" and {2, 5, 7, 10, 11, 14} or {1, 8, 9, 10, 17, 18, 19}
      for i, step in ipairs(stops) do train(script, run, i < 3 and 2 or 3, step, i % 2 + 1) end
      assert.equal(expected, train(script, run, 3))
      assert.equal(expected, train(script, run, 3)) -- one that was done says so again
      local curves = logged(folder .. "/whole")
      assert.is_number(curves[name == "images" and "auc/validation 10" or "r2/validation 27"])
      assert.same(curves, logged(run))
    end)
  end

  local VALIDATIONS <const> = {
    ["images that are augmented"] = "dnn.data.Loader(held_out, {batch_size = 7, shuffle = false, "
      .. "augment = {shift = 0.2, rotation = 20}})",
    ["shuffled images"] = "dnn.data.Loader(held_out, {batch_size = 7})",
    ["a shuffled set"] = "dnn.data.batches(held_out, {size = 7, random = dnn.Random(3)})",
    ["batches of the script's own"] = "own",
  }

  for name, validation in pairs(VALIDATIONS) do
    it("measures the same in validation with " .. name, function()
      local script = write("train.lua", "local dnn = require 'dnn' dnn.manual_seed(5)\n" .. IMAGES .. [[
local held_out = options.validation
held_out.shape = {8, 8, 1}
local own = {n = 0}
function own:state_dict() return {n = self.n} end
function own:load_state_dict(state) self.n = state.n end
setmetatable(own, {__call = function(self, _, last)
  if last then return nil end
  self.n = self.n + 1
  return held_out.X:cols_range(self.n, 10), held_out.Y:cols_range(self.n, 10)
end})
options.validation = ]] .. validation .. "\n" .. REST)
      local expected = train(script, folder .. "/whole", 3)
      for _, step in ipairs{2, 7, 12} do train(script, folder .. "/parts", 3, step) end
      assert.equal(expected, train(script, folder .. "/parts", 3))
    end)
  end

  it("goes on for more epochs than it was begun with, from its last weights", function()
    local script = write("train.lua", "local dnn = require 'dnn' dnn.manual_seed(5)\n" .. IMAGES .. REST)
    local expected = train(script, folder .. "/whole", 6)
    for epochs = 1, 5, 2 do train(script, folder .. "/parts", epochs) end
    assert.equal(expected, train(script, folder .. "/parts", 6))
  end)

  for name, row in pairs{images = {IMAGES, 100}, ["a table"] = {TABLE, 300}} do
    it("ends with the same bits and curves whenever it was killed: " .. name, function()
      local start, epochs = table.unpack(row)
      local script = write("train.lua", "local dnn = require 'dnn' dnn.manual_seed(5)\n" .. start .. REST)
      local expected = train(script, folder .. "/whole", epochs)
      math.randomseed(3)
      for i = 1, KILLS // 2 do
        os.execute(("{ ( %s ) >/dev/null & child=$!; sleep %.3f; kill -9 $child; wait $child; } 2>/dev/null")
          :format(command(script, folder .. "/run", epochs, nil, i % 2 + 1), 0.02 + 0.25 * math.random()))
      end
      assert.equal(expected, train(script, folder .. "/run", epochs))
      assert.same(logged(folder .. "/whole"), logged(folder .. "/run"))
      print(("%d kills of dnn.fit on %s"):format(KILLS // 2, name))
    end)
  end

  it("says how far it is, also where that is further than asked for", function()
    local script = write("train.lua", "local dnn = require 'dnn' dnn.manual_seed(5)\n" .. TABLE
      .. REST:gsub("{every = 7}, false", "{every = 7}, true"))
    train(script, folder .. "/run", 2)
    assert.matches("resumed after step 18, with 2 of 3 epochs done\n", train(script, folder .. "/run", 3))
    assert.matches("resumed after step 27, with 3 epochs done, more than the 2 of this call\n",
      train(script, folder .. "/run", 2))
  end)

  it("says nothing of a best checkpoint that the script did not name, and keeps one by what a callback logs", function()
    local start = "local dnn = require 'dnn' dnn.manual_seed(5)\n" .. TABLE
    train(write("train.lua", start .. REST), folder .. "/run", 2, 3) -- ends in the first epoch
    assert.equal("", program.read_all(folder .. "/complaints"))
    train(write("own.lua", start .. REST:gsub("local history", [[
      options.checkpoint.best = "mine/loss"
      options.on_epoch = function(info) info.run:log(info.step, {mine = {loss = 1}}) end
      %0]])), folder .. "/own", 2)
    assert.equal("", program.read_all(folder .. "/complaints"))
    assert.truthy(table.concat(dnn.system.list(folder .. "/own/checkpoints"), " "):find "best%-")
  end)

  it("has its last step in a run of the script's own that is never closed", function()
    local start = "local dnn = require 'dnn' dnn.manual_seed(5)\n" .. TABLE
    local own = write("own.lua", start .. REST:gsub("local history", "options.run = dnn.Run(arg[1]) %0"))
    local straight = train(write("train.lua", start .. REST), folder .. "/straight", 4)
    for last, how in pairs{[18] = {2}, [25] = {3, 25}} do -- of 9 steps an epoch
      train(own, folder .. "/run" .. last, table.unpack(how))
      local names = dnn.system.list(folder .. "/run" .. last .. "/checkpoints")
      table.sort(names)
      assert.equal(("step-%07d.safetensors"):format(last), names[#names])
      assert.equal(straight, train(own, folder .. "/run" .. last, 4))
    end
    assert.equal("", program.read_all(folder .. "/complaints"))
  end)

  it("is refused with another monitor, and starts over with resume = false", function()
    local script = write("train.lua", "local dnn = require 'dnn' dnn.manual_seed(5)\n" .. TABLE .. REST)
    local first = train(script, folder .. "/run", 1)
    local other = write("other.lua", "local dnn = require 'dnn' dnn.manual_seed(5)\n" .. TABLE
      .. "options.monitor = 'r2'\n" .. REST)
    train(other, folder .. "/run", 1)
    assert.matches("dnn.fit: .*: 'training': the checkpoint is of a training that monitors cost/validation; this one "
      .. "monitors r2/validation; resume = false starts over", program.read_all(folder .. "/complaints"))
    local reversed = write("reversed.lua", "local dnn = require 'dnn' dnn.manual_seed(5)\n" .. TABLE
      .. "options.mode = 'max'\n" .. REST)
    train(reversed, folder .. "/run", 1)
    assert.matches("'training': the checkpoint is of a training with mode = \"min\" for cost/validation; this one has "
      .. "mode = \"max\"", program.read_all(folder .. "/complaints"))
    local anew = write("anew.lua", "local dnn = require 'dnn' dnn.manual_seed(5)\n" .. TABLE
      .. "options.resume = false\n" .. REST)
    assert.equal(first, train(anew, folder .. "/run", 1))
    assert.is_truthy(dnn.system.list(folder .. "/run/checkpoints/earlier-1"))
  end)

  it("is refused with keep_best where the best weights were not kept, and drops them without it", function()
    local start = "local dnn = require 'dnn' dnn.manual_seed(5)\n" .. TABLE
      .. "optimiser.lr, schedule.rate = 0.3, 0.3\n"
    local without = write("without.lua", start .. REST)
    local with = write("with.lua", start .. "options.keep_best = true\n" .. REST)
    local last = train(without, folder .. "/last", 3)
    assert.equal("", train(with, folder .. "/last", 3))
    assert.matches("a training with keep_best = false, whose best weights were not kept; this one has keep_best = true",
      program.read_all(folder .. "/complaints"))
    assert.not_equal(last, train(with, folder .. "/best", 3))
    assert.equal(last, train(without, folder .. "/best", 3))
  end)
end)
