-- SIGKILL at random moments of a training that keeps checkpoints and logs: there is always a checkpoint and a log that
-- load, and the training that goes on ends with the bits of one that nobody killed. DNN_KILLS says how many times.
package.path = "tests/lua/?.lua;" .. package.path
local dnn = require "dnn"
local event_file = require "event_file"
local program = require "program"

local KILLS <const> = tonumber(os.getenv "DNN_KILLS") or 25
local STEPS <const> = 3000
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

-- A small training in mid-epoch, with Adam and numbers from the global stream; it prints its weights at the end.
local SCRIPT <const> = [[
local dnn = require "dnn"
dnn.manual_seed(5)
local net = dnn.Sequential{dnn.Linear(12, 40), dnn.ReLU(), dnn.Linear(40, 1), dnn.Sigmoid()}
local optimiser = dnn.optim.Adam(net:parameters(), {lr = 0.01})
local batches = dnn.data.batches({X = dnn.randn(12, 50), Y = dnn.gt(dnn.randn(1, 50), 0)}, {size = 8})
local loss, last_X = dnn.BCELoss(), nil
local run = assert(dnn.Run(arg[1]))
assert(run:checkpoint{net = net, optimiser = optimiser, batches = batches, every = 3, best = "cost", mode = "min"})
local step = assert(run:resume())
for i in run:steps(step + 1, tonumber(arg[2])) do
  local X, Y = batches(nil, last_X)
  if not X then X, Y = batches(nil, nil) end
  last_X = X
  local cost = loss(net(X + 0.1 * dnn.randn(12, X.cols)), Y)
  net:backward(loss:backward())
  optimiser:step()
  run:log(i, {cost = cost})
end
run:close()
local sums = {}
for name, m in pairs(net:state_dict()) do sums[#sums + 1] = ("%s %.17g"):format(name, m:sum()) end
table.sort(sums)
print(table.concat(sums, ", "))
]]

describe("a training that is killed", function()
  local folder, write

  before_each(function() folder, write = program.folder() end)
  after_each(function() program.remove(folder) end)

  local function start(script, run)
    return ("DNN_NUM_THREADS=1 exec '%s' '%s' '%s' %d 2>>'%s/complaints'"):format(dnnlua, script, run, STEPS, folder)
  end

  local function finish(script, run)
    local out <close> = assert(io.popen("( " .. start(script, run) .. " )"))
    return out:read "a"
  end

  it("goes on from a whole checkpoint, and its log can be read, whenever it was killed", function()
    local script = write("train.lua", SCRIPT)
    local expected = finish(script, folder .. "/whole")
    assert.truthy(expected:find "%d")
    local killed = 0
    math.randomseed(7)
    while killed < KILLS do
      local after = 0.02 + 0.4 * math.random()
      os.execute(("( %s ) >/dev/null & child=$!; sleep %.3f; kill -9 $child; wait $child")
        :format(start(script, folder .. "/run"), after))
      killed = killed + 1
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
      if steps >= STEPS or killed == KILLS then
        assert.equal(expected, finish(script, folder .. "/run"))
        for _, name in ipairs(dnn.system.list(folder .. "/run/checkpoints")) do
          assert.falsy(name:find "%.dnntmp$", "a temporary file was left")
        end
        program.remove(folder .. "/run")
      end
    end
    print(("%d kills, none unreadable"):format(killed))
  end)
end)
