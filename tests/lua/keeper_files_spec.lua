-- The files of a run's checkpoints: what is set aside, what is protected, and folders that disappear.
package.path = "tests/lua/?.lua;" .. package.path
local complaints = require "complaints"
local dnn = require "dnn"
local fails = require "fails"
local program = require "program"

describe("the files of a run's checkpoints", function()
  local folder, kept
  before_each(function()
    folder = program.folder()
    kept = folder .. "/run/checkpoints"
  end)
  after_each(function() program.remove(folder) end)

  local function files(path)
    local names = dnn.system.list(path or kept)
    table.sort(names)
    return (table.concat(names, " "):gsub("%.safetensors", ""))
  end

  -- A keeper without a run, and a function (step, values) that waits until the disk has what is due.
  local function new_keeper(what)
    local keeper = require "dnn.keeper".new(folder .. "/run", what, dnn.Sequential{dnn.Linear(2, 1)})
    return keeper, function(step, values)
      keeper:look(step, values or {})
      keeper:interval()
      repeat keeper:save(step) until not keeper.job
    end
  end

  local function train(first, last, resumes)
    local run <close> = dnn.Run(folder .. "/run")
    local net = dnn.Sequential{dnn.Linear(2, 1)}
    run:checkpoint{net = net, every = 1, keep = 9}
    if resumes then run:resume() end
    for i in run:steps(first, last) do run:log(i, {cost = 1}) end
  end

  it("are set aside before the first step of a training that starts over", function()
    train(1, 3)
    program.write_all(kept .. "/earlier-1", "a file in the way")
    local said = complaints(function()
      local run = dnn.Run(folder .. "/run")
      run:checkpoint{net = dnn.Sequential{dnn.Linear(2, 1)}}
      run:steps(9)
      assert.equal("earlier-1 earlier-2", files())
      run:close()
    end)
    assert.truthy(said:find("an earlier training; they are in " .. kept .. "/earlier-2 now", 1, true), said)
    assert.truthy(files(kept .. "/earlier-2"):find "step%-0000003")
  end)

  it("that cannot be set aside end the training before it begins, and stay where they are", function()
    train(1, 1)
    train(2, 2, true)
    local before, rename, count = files(), os.rename, 0
    assert.equal("step-0000001 step-0000002", before)
    rawset(os, "rename", function(from, to)
      count = count + 1
      if count == 2 then return nil, "Operation not permitted", 1 end
      return rename(from, to)
    end)
    local run = dnn.Run(folder .. "/run")
    run:checkpoint{net = dnn.Sequential{dnn.Linear(2, 1)}}
    local message = ("Run: checkpoint: %s holds checkpoints of an earlier training, which cannot be moved to earlier-1 "
      .. "(%s/step-0000001.safetensors: Operation not permitted); continue from them with run:resume()")
      :format(kept, kept)
    fails(message, function() run:steps(9) end)
    assert.equal(before, files())
    count = 0
    fails(message, function() run:log(1, {cost = 1}) end)
    rawset(os, "rename", rename)
    assert.equal(before, files())
    assert.equal(2, run:resume())
    run:log(3, {cost = 1})
    run:close()
    assert.equal("step-0000001 step-0000002 step-0000003", files())
  end)

  it("that are read-only are never removed", function()
    local keeper, step = new_keeper{every = 1, keep = 2, best = "accuracy"}
    for i = 1, 6 do
      step(i, {accuracy = i})
      if i == 2 then os.execute(("chmod a-w '%s'/*"):format(kept)) end
    end
    keeper:close(6, false)
    assert.equal("best-0000002 best-0000006 step-0000001 step-0000002 step-0000005 step-0000006", files())
  end)

  it("may be read-only, whatever their step", function()
    dnn.system.make_folder(kept)
    local keeper, step = new_keeper{every = 1}
    step(0)
    keeper:close(0, false)
    os.execute(("chmod a-w '%s'/*"):format(kept))
    assert.equal("step-0000000", files())
    train(1, 1, true)
    assert.equal("step-0000000 step-0000001", files())
  end)

  it("go on in a folder that is made again where theirs was removed or renamed", function()
    local keeper, step = new_keeper{every = 1, keep = 2, best = "accuracy"}
    local said = complaints(function()
      step(1, {accuracy = 9})
      os.rename(kept, folder .. "/elsewhere")
      step(2, {accuracy = 5})
      step(3, {accuracy = 4})
      keeper:close(3, false)
    end)
    assert.equal("best-0000003 step-0000002 step-0000003", files())
    assert.equal("best-0000001 step-0000001", files(folder .. "/elsewhere"))
    assert.equal(("dnn.Run: checkpoint: %s was gone; it is made again\n"):format(kept), said)
  end)

  it("are passed over where their step is none", function()
    train(1, 1)
    local net = dnn.Sequential{dnn.Linear(2, 1)}
    for i, step in ipairs{0 / 0, 1.5, -1, 2.0, "2", false} do
      local path = kept .. "/step-0000002.safetensors"
      assert(dnn.checkpoint.save(path, {net = net, step = step or nil}))
      local keeper, resumed = new_keeper{}, nil
      local said = complaints(function() resumed = keeper:resume() end)
      assert.equal(1, resumed)
      assert.matches(("resume: %s: %s\n"):format(path, step
        and "its step must be a whole number >= 0, got " .. ({"nan", "1.5", "-1", "2.0", "'2'"})[i]
        or "does not say at which step it was saved"), said, 1, true)
      keeper:close(-1, false)
    end
  end)

  it("are named without the control characters of their folder", function()
    local outer = folder
    folder = outer .. "/e\27[31mr"
    kept = folder .. "/run/checkpoints"
    train(1, 1)
    train(2, 2, true)
    program.write_all(kept .. "/step-0000002.safetensors", "damaged")
    local said = complaints(function()
      train(2, 2, true)
      train(1, 1)
    end)
    folder = outer
    assert.truthy(said:find("continuing from " .. outer .. "/e?[31mr/run", 1, true), said)
    assert.truthy(said:find("they are in " .. outer .. "/e?[31mr/run", 1, true), said)
    assert.falsy(said:find("\27", 1, true))
  end)
end)
