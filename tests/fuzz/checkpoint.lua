-- What target_checkpoint.c feeds: a file, loaded by dnn.checkpoint.load into parts of every kind. Where it is refused,
-- a message says why and all parts are as before; where not, what the parts have then is brought back the same.
local dnn = require "dnn"
local checkpoint = dnn.checkpoint
local states = require "dnn.checkpoint.states"
dnn.manual_seed(3)

-- The parts, in mid-epoch ----------------------------------------------------------------------------

local net = dnn.Sequential {dnn.Linear(3, 4), dnn.BatchNorm1d(4), dnn.ReLU(), dnn.Dropout(0.2), dnn.Linear(4, 1)}
local recurrent = dnn.Sequential {dnn.Input(2, 3), dnn.LSTM(3, 2, {stateful = true}), dnn.Flatten(), dnn.Linear(4, 1)}
local optimiser = dnn.optim.Adam({{params = net[1]:parameters()}, {params = net[5]:parameters(), lr = 0.1}}, {lr = 0.2})
local momentum = dnn.optim.SGD(recurrent:parameters(), {lr = 0.1, momentum = 0.9})
local schedule = dnn.optim.CosineAnnealingLR(optimiser, {T_max = 5})
local average = dnn.optim.AveragedModel(net, {decay = 0.9})
local X, Y = dnn.randn(3, 10), dnn.randn(1, 10)
local batches = dnn.data.batches({X = X, Y = Y}, {size = 4})
local own = {rate = 0.5, [2] = "two"}
function own:state_dict() return {rate = self.rate, [2] = self[2]} end
function own:load_state_dict(state) self.rate, self[2] = state.rate, state[2] end

local loss = dnn.MSELoss()
local taken = 0
for A, B in batches do
  loss(net(A), B)
  net:backward(loss:backward())
  optimiser:step()
  taken = taken + 1
  if taken == 2 then break end -- of three
end
loss(recurrent(dnn.randn(6, 2)), dnn.randn(1, 2))
recurrent:backward(loss:backward())
momentum:step()
average:update()
schedule:step()

local objects = {
  net = net, recurrent = recurrent, optimiser = optimiser, momentum = momentum, schedule = schedule, average = average,
  batches = batches, random = dnn.Random(7), weights = states.of_matrix(dnn.randn(2, 3)), own = own,
}

-- What holds -----------------------------------------------------------------------------------------

-- Everything that a checkpoint would hold now, as one string.
local function state()
  local file = assert(checkpoint._snapshot(objects))
  local lines = {}
  for name, matrix in pairs(file.tensors) do
    lines[#lines + 1] = ("%s %s %d %d %s"):format(name, matrix.dtype, matrix.rows, matrix.cols, matrix:tobytes())
  end
  for name, text in pairs(file.metadata) do lines[#lines + 1] = name .. " = " .. text end
  table.sort(lines)
  return table.concat(lines, "\n")
end

local PRISTINE <const> = os.tmpname()
assert(checkpoint.save(PRISTINE, objects))
local pristine = assert(checkpoint._read(PRISTINE))
os.remove(PRISTINE)
local before = state()

local function check(path)
  local fits, why = checkpoint.load(path, objects)
  if not fits then
    assert(type(why) == "string" and why ~= "" and not why:find "[\0-\8\11-\31\127]", why)
    assert(state() == before, "a file that was refused has changed the parts")
    return
  end
  local after = state()
  assert(checkpoint.load(path, objects))
  assert(state() == after, "the same file gives another state the second time")
  assert(checkpoint._apply(pristine, objects))
  assert(state() == before, "the parts cannot be brought back")
end

return check, objects
