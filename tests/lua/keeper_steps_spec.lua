-- run:checkpoint: which step a checkpoint is of, and that all of it is done, wherever the script leaves its loop.
package.path = "tests/lua/?.lua;" .. package.path
local dnn = require "dnn"
local program = require "program"
local training = require "keeper_training"

local await, begin, files = training.await, training.begin, training.files
local folder

-- Each checkpoint in the folder is named after the steps that its optimiser has made.
local function assert_numbers()
  for _, name in ipairs(dnn.system.list(folder .. "/run/checkpoints")) do
    local net = dnn.Sequential{dnn.Linear(3, 2), dnn.Tanh(), dnn.Linear(2, 1)}
    local optimiser = dnn.optim.Adam(net:parameters())
    local values = assert(dnn.checkpoint.load(folder .. "/run/checkpoints/" .. name, {net = net,
      optimiser = optimiser}))
    assert.equal(values.step, optimiser.steps, name)
    assert.equal(values.step, tonumber(name:match "%d+"), name)
  end
end

-- What a training that continues from here would begin with; also, that it is right.
local function resumed()
  local t = begin()
  local step = t.run:resume()
  assert.equal(step, t.optimiser.steps)
  t.run:close()
  return step
end

describe("the step of a checkpoint", function()
  before_each(function()
    folder = program.folder()
    training.folder = folder
  end)
  after_each(function() program.remove(folder) end)

  it("is the last one of the loop, logged or not", function()
    for _, last in ipairs{95, 120} do
      local t = begin()
      local first = t.run:resume() + 1
      for i in t.run:steps(first, last) do
        local cost = t.step()
        if i % 10 == 0 then t.run:log(i, {cost = cost}) end
      end
      t.run:close()
      assert.equal(last, resumed())
    end
    assert.equal("step-120 step-95", files())
    assert_numbers()
  end)

  it("comes at its interval, logged or not", function()
    local t = begin{every = 25, keep = 9}
    for i in t.run:steps(60) do
      local cost = t.step()
      if i % 10 == 0 then t.run:log(i, {cost = cost}) end
      await(t.run)
    end
    t.run:close()
    assert.equal("step-25 step-50 step-60", files())
    t = begin{every = 4, keep = 9}
    for _ in t.run:steps(t.run:resume() + 1, 69) do t.step() end
    t.run:close()
    assert.equal(69, resumed())
    assert_numbers()
  end)

  it("is at the first log of its interval in a loop of the script's own", function()
    local t = begin{every = 25, keep = 9}
    for i = 1, 110 do
      local cost = t.step()
      if i % 10 == 0 then t.run:log(i, {cost = cost}) end
      await(t.run)
    end
    t.run:close()
    assert.equal("step-100 step-110 step-30 step-50 step-80", files())
    assert_numbers()
  end)

  it("is the counter of the loop, whatever else is logged by another", function()
    local t = begin{every = 10, keep = 9, best = "accuracy"}
    for i in t.run:steps(35) do
      local cost = t.step()
      t.run:log(i, {cost = cost})
      if i % 10 == 0 then t.run:log(i // 10, {accuracy = -math.abs(i - 20)}) end
      await(t.run)
    end
    t.run:log(4, {accuracy = 7}) -- after the loop: of its last step
    t.run:close()
    assert.equal("best-35 step-10 step-20 step-30 step-35", files())
    assert_numbers()
  end)

  -- A schedule's step after each epoch's loop. The run is stopped in the middle of an epoch, or after its loop.
  it("is not done before what follows the loop over an epoch is", function()
    local script = training.write_script [[
      local stop = tonumber(arg[2])
      local schedule = dnn.optim.StepLR(optimiser, {step_size = 1, gamma = 0.5})
      run:checkpoint{net = net, optimiser = optimiser, schedule = schedule, every = 5, best = "accuracy"}
      local first = run:resume() + 1
      for epoch = (first - 1) // 5 + 1, 4 do
        for i in run:steps(math.max(first, 5 * epoch - 4), 5 * epoch) do
          if i == stop then os.execute("kill -9 " .. io.open "/proc/self/stat":read "n") end
          step()
          run:log(i, {cost = 1})
        end
        if stop == -epoch then error "after the loop" end
        run:log(5 * epoch, {accuracy = epoch})
        schedule:step()
      end
      if not stop then print(("%a %a %d"):format(net[1].weight:sum(), optimiser.lr, optimiser.steps)) end]]
    local whole = program.run(("%s %s/whole"):format(script, folder))
    assert.matches("^%S+ %S+ 20\n$", whole)
    for _, stop in ipairs{6, 8, -1, -2} do
      program.run(("%s %s/run %d"):format(script, folder, stop))
      assert.equal(whole, program.run(("%s %s/run"):format(script, folder)), stop)
      assert.matches("best%-20 .*step%-20", files())
      program.remove(folder .. "/run")
    end
  end)

  it("is that of the innermost loop", function()
    local t = begin{every = 4, keep = 9}
    for epoch in t.run:steps(3) do
      for i in t.run:steps(5 * epoch - 4, 5 * epoch) do
        t.run:log(i, {cost = t.step()})
      end
      t.run:log(epoch, {accuracy = 1})
    end
    t.run:close()
    assert.equal(15, resumed())
    assert_numbers()
  end)

  it("goes on with a loop of the script's own after one over run:steps", function()
    local t = begin{every = 4, keep = 9}
    for i in t.run:steps(10) do
      t.run:log(i, {cost = t.step()})
      if i == 6 then break end
    end
    for i = 7, 13 do t.run:log(i, {cost = t.step()}) end
    t.run:close()
    assert.equal(13, resumed())
    assert_numbers()
  end)

  -- Ways to leave step 6 after the optimiser's step; those that have logged it leave it whole.
  local ways = {
    ["a break"] = function(t, log)
      for i in t.run:steps(20) do
        local cost = t.step()
        if i < 6 or log then t.run:log(i, {cost = cost}) end
        if i == 6 then break end
      end
    end,
    ["a return"] = function(t, log)
      local function train()
        local run <close> = t.run
        for i in run:steps(20) do
          local cost = t.step()
          if i < 6 or log then run:log(i, {cost = cost}) end
          if i == 6 then return end
        end
      end
      train()
    end,
    ["a closed coroutine"] = function(t, log)
      local thread = coroutine.create(function()
        for i in t.run:steps(20) do
          local cost = t.step()
          if i < 6 or log then t.run:log(i, {cost = cost}) end
          if i == 6 then coroutine.yield() end
        end
      end)
      coroutine.resume(thread)
      assert(coroutine.close(thread))
    end,
  }
  for name, leave in pairs(ways) do
    it("is not one that was left in its middle by " .. name, function()
      local t = begin()
      leave(t, false)
      t.run:close()
      assert.equal("", files())
    end)

    it("is one that was logged before " .. name, function()
      local t = begin()
      leave(t, true)
      t.run:close()
      assert.equal(6, resumed())
      assert_numbers()
    end)
  end

  it("is not one whose error the script has caught", function()
    for _, log in ipairs{false, true} do
      program.remove(folder .. "/run")
      local t = begin{every = 4}
      pcall(function()
        for i in t.run:steps(20) do
          local cost = t.step()
          if i == 6 and not log then error "in the middle" end
          t.run:log(i, {cost = cost})
          if i == 6 then error "later in the middle" end
        end
      end)
      t.run:close()
      assert.equal(4, resumed())
    end
  end)

  it("is not the best whose step was left in its middle", function()
    local t = begin{best = "accuracy", keep = 9}
    pcall(function()
      for i in t.run:steps(6) do
        t.step()
        t.run:log(i, {accuracy = i})
        if i == 6 then error "in the middle" end
      end
    end)
    for i in t.run:steps(7, 9) do
      t.step()
      t.run:log(i, {accuracy = -i})
    end
    t.run:close()
    assert.equal("best-5 step-9", files())
  end)

  it("is not one that os.exit has left in its middle", function()
    local script = training.write_script [[
      local run <close> = run
      run:checkpoint{net = net, optimiser = optimiser, every = 4}
      for i in run:steps(20) do
        step()
        if i == 6 then os.exit(1, true) end
        run:log(i, {cost = 1})
      end]]
    os.execute(("%s %s %s/run"):format(program.quote(program.dnnlua), script, folder))
    assert.equal("step-4", files())
  end)

  it("is the last that Ctrl-C lets end, and nothing has to be closed", function()
    local script = training.write_script [[
      run:checkpoint{net = net, optimiser = optimiser, every = 1 << 40}
      for i in run:steps(1 << 40) do
        step()
        if i % 10 == 0 then run:log(i, {cost = 1}) end
        if i == 34 then os.execute "{ sleep 0.05; kill -INT $PPID; } &" end
      end
      print(optimiser.steps)]]
    local out <close> = assert(io.popen(("%s %s %s/run"):format(program.quote(program.dnnlua), script, folder)))
    local steps = out:read "n"
    assert.is_true(steps >= 34)
    assert.equal("step-" .. steps, files())
  end)

  it("is kept as the best when the loop is left after its log", function()
    local t = begin{best = "accuracy"}
    for i in t.run:steps(20) do
      t.step()
      t.run:log(i, {accuracy = i})
      if i == 5 then break end
    end
    t.run:close()
    assert.equal("best-5 step-5", files())
  end)

  it("is kept as the best when the last epoch of dnn.fit is", function()
    local function fit(epochs)
      dnn.manual_seed(3)
      local X = dnn.randn(3, 50)
      local net = dnn.Sequential{dnn.Linear(3, 1)}
      dnn.fit{net = net, data = {X = X, Y = X:row(1):gt(0)}, loss = dnn.BCEWithLogitsLoss(), run = folder .. "/run",
        optimiser = dnn.optim.SGD(net:parameters(), {lr = 0.1}), validation = 0.2, progress = false, batch_size = 8,
        checkpoint = {keep = 1}, epochs = epochs,
        on_epoch = function(info) if info.epoch >= 3 then info.optimiser.maximize = true end end}
    end
    fit(3)
    assert.equal("best-15 step-15", files())
    fit(6)
    assert.equal("best-15 step-30", files())
  end)

  it("is that of what was measured by dnn.fit, also where the batches do not say how many they are", function()
    local X = dnn.randn(3, 40)
    local Y, net = X:row(1):gt(0), dnn.Sequential{dnn.Linear(3, 1)}
    local place = {at = 0, state_dict = function(self) return {at = self.at} end,
      load_state_dict = function(self, state) self.at = state.at end}
    setmetatable(place, {__call = function(self)
      self.at = (self.at + 1) % 6
      local last = 8 * self.at
      if last > 0 then return X:cols_range(last - 7, last), Y:cols_range(last - 7, last) end
    end})
    local optimiser, seen = dnn.optim.SGD(net:parameters(), {lr = 0.1}), {}
    dnn.fit{net = net, data = place, loss = dnn.BCEWithLogitsLoss(), optimiser = optimiser, epochs = 3,
      run = folder .. "/run", checkpoint = {keep = 1, best = "mine", mode = "max"}, progress = false,
      on_epoch = function(info)
        seen[info.step] = net[1].weight:sum()
        info.run:log(info.step, {mine = -math.abs(info.epoch - 2)})
      end}
    assert.equal("best-10 step-15", files())
    for name, step in pairs{["best-0000010"] = 10, ["step-0000015"] = 15} do
      assert(net:load(("%s/run/checkpoints/%s.safetensors"):format(folder, name)))
      assert.equal(seen[step], net[1].weight:sum(), name)
    end
  end)

  it("is what a second run:resume goes back to, and nothing is lost", function()
    local t = begin{every = 2, keep = 3}
    for i in t.run:steps(8) do
      t.run:log(i, {cost = t.step()})
      await(t.run)
    end
    t.run:close()
    assert.equal("step-4 step-6 step-8", files())
    t = begin{every = 2, keep = 3}
    for _ = 1, 3 do assert.equal(8, t.run:resume()) end
    for i in t.run:steps(9, 10) do t.run:log(i, {cost = t.step()}) end
    assert.equal(10, t.run:resume())
    assert.equal(10, t.optimiser.steps)
    t.step()
    assert.equal(10, t.run:resume())
    assert.equal(10, t.optimiser.steps)
    t.run:close()
    assert.equal("step-10 step-6 step-8", files())
    assert_numbers()
  end)

  it("is not one between two backwards of one optimiser's step", function()
    local function train(last)
      local t = begin{every = 3, keep = 9}
      for i in t.run:steps(t.run:resume() + 1, last) do
        local first = 5 * ((i - 1) % 4)
        local cost = t.loss(t.net(t.X:cols_range(first + 1, first + 5)), t.Y:cols_range(first + 1, first + 5))
        t.net:backward(t.loss:backward())
        if i % 4 == 0 then t.optimiser:step() end
        t.run:log(i, {cost = cost})
        await(t.run)
      end
      t.run:close()
      return ("%a"):format(t.net:parameters().values:sum())
    end
    local whole = train(24)
    assert.equal("step-12 step-16 step-20 step-24 step-4 step-8", files())
    program.remove(folder .. "/run")
    train(14) -- the last two are done again
    assert.equal("step-12 step-4 step-8", files())
    assert.equal(whole, train(24))
  end)

  it("counts the step of any optimiser, whose gradients another's backward adds to", function()
    local t = begin()
    local other = dnn.optim.SGD(t.net[1]:parameters())
    t.run:close()
    t.run = dnn.Run(folder .. "/run")
    t.run:checkpoint{net = t.net, optimiser = t.optimiser, other = other, every = 3, keep = 9}
    for i in t.run:steps(6) do
      t.step()
      t.loss(t.net(t.X), t.Y)
      t.net:backward(t.loss:backward()) -- left over, as a discriminator's
      t.run:log(i, {cost = 1})
      await(t.run)
    end
    t.run:close()
    assert.equal("step-3 step-6", files())
  end)

  it("is not saved at the end where the optimiser has moved since run:log", function()
    local t = begin()
    for i = 1, 5 do
      t.run:log(i, {cost = 1})
      t.step()
    end
    t.run:close() -- in the middle of a step, as far as is known
    assert.equal("", files())
  end)

  it("lacks the optimiser's step where a script logs before it, which it is told once", function()
    local script = training.write_script [[
      run:checkpoint{net = net, optimiser = optimiser, every = 1000}
      local late = arg[2] == "late"
      run:log(0, {cost = 2})
      for i = 1, 4 do
        if not late then run:log(i, {cost = 1}) end
        step()
        if late then run:log(i, {cost = 1}) end
      end]]
    local function complaint(when)
      local _, err = program.run(("%s %s/%s %s"):format(script, folder, when, when))
      return err
    end
    assert.equal("", complaint "late")
    assert.equal("dnn.Run: checkpoint: run:log came before the optimiser's step, which a checkpoint then lacks; call "
      .. "it after the step, or take the steps from run:steps\n", complaint "early")
  end)
end)
