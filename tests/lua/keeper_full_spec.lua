-- run:checkpoint where the file system is full: a small one, in a mount namespace of its own.
package.path = "tests/lua/?.lua;" .. package.path
local program = require "program"

local SCRIPT <const> = [[
  local dnn = require "dnn"
  local net = dnn.Sequential{dnn.Linear(1000, 10)} -- 40 kB, and with what SGD holds 80
  local optimiser = dnn.optim.SGD(net:parameters(), {lr = 0.1, momentum = 0.9})
  local run <close> = dnn.Run(arg[1])
  run:checkpoint{net = net, optimiser = optimiser, every = 1, keep = tonumber(arg[2]), best = arg[4]}
  local first = run:resume() + 1
  for i in run:steps(first, tonumber(arg[3])) do
    net:forward(dnn.ones(1000, 1))
    net:backward(dnn.ones(10, 1))
    optimiser:step()
    run:log(i, {accuracy = i})
    for k = 1, 16 do
      local keeper = debug.getuservalue(run, k)
      if type(keeper) == "table" and keeper.save_now then
        repeat until not keeper.job or keeper.job.saver:done()
      end
    end
  end]]

describe("checkpoints in a full file system", function()
  local folder
  before_each(function()
    folder = program.folder()
    program.write_all(folder .. "/train.lua", SCRIPT)
    os.execute("mkdir " .. folder .. "/small")
  end)
  after_each(function() program.remove(folder) end)

  -- What the commands print in a file system of so many kB, each a training with these arguments; nil where none can be
  -- mounted.
  local function within(size, ...)
    local parts = {}
    for k, arguments in ipairs{...} do
      parts[k] = ("%s %s/train.lua %s/small/run %s"):format(program.quote(program.dnnlua), folder, folder, arguments)
    end
    local script = ("mount -t tmpfs -o size=%dk tmpfs %s/small && echo mounted && { %s; ls -A %s/small/run/checkpoints;"
      .. " }"):format(size, folder, table.concat(parts, "; "), folder)
    local out, said = program.shell("unshare --map-root-user --mount sh -c " .. program.quote(script) .. " </dev/null")
    if not out:find "^mounted" then return nil end
    return out:gsub("^mounted\n", ""):gsub("%.safetensors", ""):gsub("%-0+", "-"):gsub("\n", " "), said
  end

  it("give way from the oldest on, so that the newest is there", function()
    local files, said = within(300, "5 9")
    if not files then return pending "no file system can be mounted here" end
    assert.equal("step-8 step-9 ", files)
    assert.matches("is full; only the last 2 are kept from now on\n", said)
    assert.is_nil(said:find "could not be saved")
  end)

  it("give way to the best, and where fewer are kept after a resume", function()
    local files, said = within(380, "3 4", "1 6 accuracy")
    if not files then return pending "no file system can be mounted here" end
    assert.equal("best-6 step-6 ", files)
    assert.is_nil(said:find "could not be saved", said)
  end)

  it("stay where there is but one, and one that fails is named", function()
    local files, said = within(140, "3 4")
    if not files then return pending "no file system can be mounted here" end
    assert.equal("step-1 ", files)
    assert.matches("step%-0000002.safetensors: cannot be written: No space left on device; training continues", said)
  end)
end)
