-- Trainings that keep checkpoints and are stopped in the middle of a step, by one Ctrl-C or by what the script does: no
-- checkpoint has half a step in it, and what goes on from there ends with the same bits.
local program = dofile "tests/lua/program.lua"
local quote, shell = program.quote, program.shell

-- here() is called in the middle of each step: at the CUT-th it waits until a SIGINT has come, and a little longer than
-- runs take between two looks, or does what HOW says. finish(parts) ends a training that was not stopped.
local HEAD <const> = [[
  local dnn = require "dnn"
  dnn.manual_seed(5)
  local cut, calls = tonumber(os.getenv "CUT"), 0
  local function wait() local t = dnn.time() repeat until dnn.time() > t + 0.011 end
  local function here(how)
    calls = calls + 1
    if calls ~= cut then return end
    if how then return how() end
    io.popen("kill -INT $PPID"):close()
    wait()
  end
  local X = dnn.randn(3, 20)
  local Y = X:row(1)
  local net = dnn.Sequential{dnn.Linear(3, 4), dnn.Dropout(0.2), dnn.Linear(4, 1)}
  local optimiser = dnn.optim.Adam(net:parameters(), {lr = 0.01})
  local loss = dnn.MSELoss()
  local function backward(targets)
    local cost = loss:forward(net:forward(X), targets or Y)
    net:backward(loss:backward())
    return cost
  end
  local function finish(parts)
    parts.net, parts.optimiser = net, optimiser
    assert(dnn.checkpoint.save(arg[2], parts))
  end
]]

local OWN_LOOP <const> = HEAD .. [[
  local batches = dnn.data.batches({X = X, Y = Y}, {size = 5})
  local run <close> = dnn.Run(arg[1])
  run:checkpoint{net = net, optimiser = optimiser, batches = batches, every = 1000}
  local step = run:resume()
  local function train()
    while step < 16 do
      for X, Y in batches do
        BEFORE
        step = step + 1
        local cost = loss:forward(net:forward(X), Y)
        AMID
        net:backward(loss:backward())
        optimiser:step()
        run:log(step, {cost = cost})
      end
    end
  end
  TRAIN
  run:close()
  if step == 16 then finish{batches = batches} end]]

describe("a training that is stopped in the middle of a step", function()
  local folder
  before_each(function() folder = program.folder() end)
  after_each(function() program.remove(folder) end)

  local function run(text, name, cut)
    program.write_all(folder .. "/train.lua", text)
    local out, err, status = shell(("cd %s && CUT=%s timeout -k 1 50 %s train.lua %s %s.end"):format(quote(folder), cut,
      quote(program.dnnlua), name, name))
    assert.not_equal(124, status, out .. err)
    return out, err, status
  end

  local function ended(name)
    return program.read_all(("%s/%s.end"):format(folder, name))
  end

  -- Stopped at each of these calls of here(), and resumed.
  local function assert_same_bits(text, cuts)
    run(text, "alone", 0)
    local alone = assert(ended "alone")
    for _, cut in ipairs(cuts) do
      local name = "cut" .. cut
      run(text, name, cut)
      local _, err, status = run(text, name, 0)
      assert.equal(0, status, err)
      assert.is_true(alone == ended(name), ("stopped at %d: other bits; %s"):format(cut, err))
    end
  end

  it("finishes a step of run:steps that logs more than once", function()
    assert_same_bits(HEAD .. [[
      local run = dnn.Run(arg[1])
      run:checkpoint{net = net, optimiser = optimiser, every = 1000}
      for step in run:steps(run:resume() + 1, 8) do
        for part = 1, 3 do
          local cost = backward(Y + dnn.randn(1, 20))
          here()
          optimiser:step()
          run:log(step, {["cost" .. part] = cost})
        end
      end
      run:close()
      if not run.stopped then finish{} end]], {4, 11, 18})
  end)

  it("finishes a step of dnn.fit whose callback logs, and gives its history back", function()
    local text = HEAD .. [[
      local average = dnn.optim.AveragedModel(net, {decay = 0.9})
      local history = dnn.fit{net = net, data = {X = X, Y = Y}, batch_size = 5, epochs = 4, loss = loss, run = arg[1],
        optimiser = optimiser, checkpoint = {every = 1000, average = average}, progress = false,
        on_batch = function(info)
          here()
          info.run:log(info.step, {norm = 1})
          wait()
          info.run:log(info.step, {norm = 2})
          average:update()
        end}
      print(history.stopped)
      if not history.stopped then finish{average = average} end]]
    assert_same_bits(text, {3, 10})
    assert.equal("interrupted\n", (run(text, "once", 5)))
  end)

  it("of a loop of its own hears of a stop when the step is done, and that step is saved", function()
    local text = OWN_LOOP:gsub("BEFORE", "here() if run.stopped then return end"):gsub("AMID", "")
    assert_same_bits(text:gsub("TRAIN", "train()"), {2, 5, 12})
    assert.is_truthy(program.read_all(folder .. "/cut5/checkpoints/step-0000005.safetensors"))
  end)

  it("of a loop of its own has no half step in its checkpoint when its block is left", function()
    local text = OWN_LOOP:gsub("BEFORE", "if here(function() return true end) then return end"):gsub("AMID", "")
    assert_same_bits(text:gsub("TRAIN", "train()"), {2, 7})
  end)

  it("by an error that is caught has no half step in its checkpoint", function()
    local text = OWN_LOOP:gsub("BEFORE", ""):gsub("AMID", "here(error)")
    assert_same_bits(text:gsub("TRAIN", "xpcall(train, debug.traceback)"), {2, 7})
  end)

  it("by os.exit that closes the state has no half step in its checkpoint", function()
    local text = OWN_LOOP:gsub("BEFORE", ""):gsub("AMID", "here(function() os.exit(true, true) end)")
    assert_same_bits(text:gsub("TRAIN", "train()"), {2, 7})
  end)

  it("goes on to what follows its loop, which other runs may log", function()
    local out, _, status = run(HEAD .. [[
      local train, test = dnn.Run(arg[1] .. "/train"), dnn.Run(arg[1] .. "/test")
      for step in train:steps(1000) do
        here()
        train:log(step, {cost = backward()})
        wait()
        test:log(step, {cost = 1})
      end
      for k = 1, 3 do test:log(1000 + k, {cost = 1}) wait() end
      print(train.step)]], "runs", 7)
    assert.same({"7\n", 130}, {out, status})
  end)

  it("goes on after a loop that has asked dnn.interrupted", function()
    local out, _, status = run(HEAD .. [[
      local run = dnn.Run(arg[1])
      for step = 1, 1000 do
        here()
        run:log(step, {cost = backward()})
        if dnn.interrupted() then break end
      end
      for k = 1, 3 do run:log(1000 + k, {cost = 1}) wait() end
      print "on"]], "asked", 7)
    assert.same({"on\n", 130}, {out, status})
  end)

  it("keeps no sum of gradients in part, however many there are", function()
    assert_same_bits(HEAD .. [[
      local run = dnn.Run(arg[1])
      run:checkpoint{net = net, optimiser = optimiser, every = 7}
      for step in run:steps(run:resume() + 1, 600) do
        local cost = backward()
        if step % 300 == 0 then optimiser:step() end
        run:log(step, {cost = cost})
        run:log(step, {again = cost})
        here(function() os.execute "kill -9 $PPID" end)
      end
      run:close()
      finish{}]], {270, 580})
  end)
end)
