-- A small training that keeps checkpoints in training.folder, for the specs about which those are.
local dnn = require "dnn"
local program = require "program"

local training = {}

-- A training whose weights say how many steps it has made; what = the options of its checkpoints.
function training.begin(what)
  dnn.manual_seed(3)
  local t = {net = dnn.Sequential{dnn.Linear(3, 2), dnn.Tanh(), dnn.Linear(2, 1)}, loss = dnn.MSELoss()}
  t.X, t.Y = dnn.randn(3, 20), dnn.randn(1, 20)
  t.optimiser = dnn.optim.Adam(t.net:parameters(), {lr = 0.01})
  t.run = dnn.Run(training.folder .. "/run")
  local kept = {net = t.net, optimiser = t.optimiser, every = 1000}
  for name, value in pairs(what or {}) do kept[name] = value end
  t.run:checkpoint(kept)
  function t.step()
    local cost = t.loss(t.net(t.X), t.Y)
    t.net:backward(t.loss:backward())
    t.optimiser:step()
    return cost
  end
  return t
end

-- Waits until the checkpoint that is being written is on disk, so that the next takes no other's place.
function training.await(run)
  for i = 1, 16 do
    local keeper = debug.getuservalue(run, i)
    if type(keeper) == "table" and keeper.save_now then
      repeat until not keeper.job or keeper.job.saver:done()
      return
    end
  end
  error "this run has no keeper"
end

function training.files()
  local names = dnn.system.list(training.folder .. "/run/checkpoints")
  for i, name in ipairs(names) do names[i] = name:gsub("%.safetensors$", ""):gsub("%-0+", "-") end
  table.sort(names)
  return table.concat(names, " ")
end

local HEAD <const> = [[
  local dnn = require "dnn"
  local net = dnn.Sequential{dnn.Linear(3, 1)}
  local optimiser = dnn.optim.Adam(net:parameters())
  local run = dnn.Run(arg[1])
  local function step()
    net:forward(dnn.ones(3, 1))
    net:backward(dnn.ones(1, 1))
    optimiser:step()
  end
]]

-- Writes a script that has a net, its optimiser, a run in the folder that it is given, and step(); its path.
function training.write_script(text)
  local path = training.folder .. "/train.lua"
  program.write_all(path, HEAD .. text)
  return path
end

return training
