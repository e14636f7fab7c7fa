-- run:checkpoint and run:resume: one run at a time keeps its checkpoints in a folder, and those of a folder that cannot
-- be written are not passed over.
package.path = "tests/lua/?.lua;" .. package.path
local complaints = require "complaints"
local dnn = require "dnn"
local program = require "program"

local folder

local function files(name)
  local names = assert(dnn.system.list(folder .. "/" .. (name or "run/checkpoints")))
  table.sort(names)
  return table.concat(names, " "):gsub("%-0+", "-"):gsub("%.safetensors", "")
end

local function new_run(weight)
  local net = dnn.Sequential{dnn.Linear(1, 1)}
  net[1].weight:fill_(weight or 0)
  local run = dnn.Run(folder .. "/run")
  return run, net, {run:checkpoint{net = net, every = 2, keep = 1}}
end

local function train(run, last)
  for i in run:steps(last) do run:log(i, {cost = 1}) end
  run:close()
end

-- A script that resumes, or begins, in the folder ARG[1], and one with dnn.fit.
local LOOP <const> = [[
local dnn = require "dnn"
local net = dnn.Sequential{dnn.Linear(1, 1)}
local run = dnn.Run(arg[1])
print(run:checkpoint{net = net, every = 2})
print(run:resume())
]]
local FIT <const> = [[
local dnn = require "dnn"
dnn.manual_seed(2)
local net = dnn.Sequential{dnn.Linear(3, 1)}
local optimiser = dnn.optim.Adam(net:parameters())
dnn.fit{net = net, optimiser = optimiser, loss = dnn.MSELoss(), data = {dnn.randn(3, 20), dnn.randn(1, 20)},
  batch_size = 5, epochs = tonumber(arg[2]), progress = false, run = arg[1]}
print(optimiser.steps)
]]

-- Runs the script as a user who may not write what is not theirs.
local as_other = os.execute "test $(id -u) = 0" and "setpriv --reuid=65534 --regid=65534 --clear-groups " or ""
if as_other ~= "" and not os.execute(as_other .. "true 2>/dev/null") then as_other = nil end

local function run_as_other(script, ...)
  program.write_all(folder .. "/train.lua", script)
  os.execute(("chmod a+rx '%s' && chmod a+r '%s/train.lua'"):format(folder, folder))
  return program.shell(("%s%s %s/train.lua %s"):format(as_other, program.quote(program.dnnlua), folder,
    table.concat({...}, " ")))
end

describe("the folder of a run's checkpoints", function()
  before_each(function() folder = program.folder() end)
  after_each(function()
    os.execute(("chmod -R u+rwx '%s'"):format(folder))
    program.remove(folder)
  end)

  it("belongs to one run of a program at a time", function()
    local first = new_run(1)
    for i in first:steps(4) do first:log(i, {cost = 1}) end
    local second, net, kept
    local said = complaints(function() second, net, kept = new_run(2) end)
    local message = folder .. "/run/checkpoints: another run of this program keeps its checkpoints there; give each "
      .. "run a folder of its own"
    assert.same({nil, message}, kept)
    assert.equal("dnn.Run: checkpoint: " .. message .. "; training continues without checkpoints\n", said)
    train(second, 20)
    first:close()
    assert.equal("step-4", files())
    local third
    third, net, kept = new_run(3)
    assert.same({true}, kept)
    assert.equal(4, third:resume())
    assert.equal(1, net[1].weight(1, 1))
    third:close()
  end)

  it("can be resumed from by a run that it does not belong to", function()
    train(new_run(1), 4)
    local first = new_run(1)
    local second, net
    complaints(function() second, net = new_run(2) end)
    assert.equal(4, second:resume())
    assert.equal(1, net[1].weight(1, 1))
    train(second, 6)
    first:close()
    assert.equal("step-4", files())
  end)

  it("is free again once nothing uses the run", function()
    local run = new_run()
    run:log(1, {cost = 1})
    run = nil
    local again, _, kept = new_run()
    assert.is_nil(run)
    assert.same({true}, kept)
    again:close()
  end)

  it("belongs to one process at a time, which the other is told", function()
    program.write_all(folder .. "/other.lua", LOOP .. [[
      for i in run:steps(4) do run:log(i, {cost = 1}) end
      print(io.open("/proc/self/stat"):read "n")
      io.stdout:flush()
      io.read()
      run:close()]])
    program.write_all(folder .. "/out", "")
    local other = assert(io.popen(("exec %s %s/other.lua %s/run >%s/out"):format(program.quote(program.dnnlua),
      folder, folder, folder), "w"))
    local id
    repeat id = program.read_all(folder .. "/out"):match "^true\n0\tnil\n(%d+)\n$" until id
    local kept
    local said = complaints(function()
      local run, _
      run, _, kept = new_run(7)
      train(run, 30)
    end)
    other:write "go on\n"
    other:close()
    assert.is_nil(kept[1])
    said = said:gsub(" %(" .. id .. "%)", "") -- where the file system lets it be known
    assert.matches("another process keeps its checkpoints there; give each run a folder of its own", said, 1, true)
    assert.equal("step-2 step-4", files())
  end)

  it("is resumed from where it cannot be written, or the run refuses", function()
    if not as_other then return pending "there is no setpriv to become another user" end
    train(new_run(1), 4)
    os.execute(("chmod 755 '%s/run' '%s/run/checkpoints'"):format(folder, folder))
    if as_other == "" then os.execute(("chmod -R a-w '%s/run'"):format(folder)) end
    local out, err = run_as_other(LOOP, folder .. "/run")
    assert.matches("^nil\t.*Permission denied\n4\t", out)
    assert.matches("training continues without checkpoints", err, 1, true)
    os.execute(("chmod 333 '%s/run/checkpoints'"):format(folder))
    out, err = run_as_other(LOOP, folder .. "/run")
    assert.matches("^nil\t.*/checkpoints: Permission denied\nnil\t.*/checkpoints: Permission denied\n$", out, err)
    os.execute(("chmod 000 '%s/run'"):format(folder))
    out, err = run_as_other(LOOP, folder .. "/run")
    assert.matches("^nil\t.*Permission denied\nnil\t.*/checkpoints: Permission denied\n$", out, err)
  end)

  it("is no folder, and then the run refuses", function()
    for _, make in ipairs{"mkdir %s/run && ln -s %s/unmounted %s/run/checkpoints", "ln -s %s/unmounted %s/run",
        "mkdir %s/run && touch %s/run/checkpoints"} do
      os.execute("rm -rf " .. folder .. "/run && " .. make:gsub("%%s", folder))
      local why = make:find "touch" and "/run/checkpoints: Not a directory"
        or make:match "(/run/?%a*)$" .. ": is a link to what is not there"
      local kept, resumed
      local said = complaints(function()
        local run, _
        run, _, kept = new_run()
        resumed = {run:resume()}
        run:close()
      end)
      assert.same({nil, folder .. why}, kept)
      assert.same({nil, folder .. why}, resumed)
      assert.matches(why .. "; training continues without checkpoints\n", said, 1, true)
      local _, err, status = program.run(("- %s/run 3"):format(folder), FIT)
      assert.equal(1, status)
      assert.matches("dnn.fit: " .. folder .. why .. "; resume = false starts over\n", err, 1, true)
    end
  end)

  it("is resumed from by dnn.fit where it cannot be written", function()
    if not as_other then return pending "there is no setpriv to become another user" end
    program.write_all(folder .. "/fit.lua", FIT)
    assert.equal("12\n", program.run(("%s/fit.lua %s/run 3"):format(folder, folder)))
    os.execute(("chmod 755 '%s/run' '%s/run/checkpoints'"):format(folder, folder))
    if as_other == "" then os.execute(("chmod -R a-w '%s/run'"):format(folder)) end
    local out, err = run_as_other(FIT, folder .. "/run", 4)
    assert.equal("16\n", out, err)
    os.execute(("chmod 333 '%s/run/checkpoints'"):format(folder))
    out, err = run_as_other(FIT, folder .. "/run", 4)
    assert.equal("", out)
    assert.matches("dnn.fit: .*/checkpoints: Permission denied; resume = false starts over\n", err)
  end)
end)
