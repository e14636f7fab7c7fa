-- Logs of runs, and the checkpoints that a run keeps.
local dnn = require "dnn"

return function(operation, dense, path, loads)
  local net, optimiser, X = dense.net, dense.optimiser, dense.X

  operation("run logged", {before = function() os.execute(("rm -rf '%s'"):format(path "run")) end, run = function()
    local run <close>, message = dnn.Run(path "run")
    if message then return nil, message end
    for i = 1, 3 do run:log(i, {cost = i, accuracy = {train = 0.5}}) end
    run:histogram(3, "weights", X)
    run:text("note", "text")
    return run:flush()
  end})
  operation("checkpoints kept", {
    before = function() os.execute(("rm -rf '%s'"):format(path "kept")) end,
    run = function()
      local run <close>, message = dnn.Run(path "kept")
      if message then return nil, message end
      local kept, why = run:checkpoint{net = net, optimiser = optimiser, every = 1, keep = 1}
      if not kept then return nil, why end
      for i = 1, 2 do run:log(i, {cost = 1}) end
      return true
    end,
    after = function()
      for _, name in ipairs(dnn.system.list(path "kept/checkpoints") or {}) do loads("kept/checkpoints/" .. name) end
    end})

  local function fresh(name) return function() os.execute(("rm -rf '%s'"):format(path(name))) end end

  local images = dnn.Sequential{dnn.Input(6, 6, 1), dnn.Conv2d(1, 2, 3), dnn.ReLU(), dnn.Flatten(), dnn.Linear(32, 1)}
  operation("images logged", {before = fresh "images", run = function()
    local run <close>, message = dnn.Run(path "images")
    if message then return nil, message end
    local logged, why = run:image(1, "noise", dnn.rand(36, 1), 6, 6)
    if not logged then return nil, why end
    run:matrix(1, "confusion", dnn.eye(2), {"cat", "dog"})
    run:feature_maps(1, images, dnn.rand(36, 1))
    return run:flush()
  end})
  operation("network watched", {before = fresh "watched", run = function()
    local watched = dense.new()
    local sgd = dnn.optim.SGD(watched:parameters(), {lr = 0.1})
    local run <close>, message = dnn.Run(path "watched", {net = watched, optimiser = sgd, settings = {lr = 0.1}})
    if message then return nil, message end
    for i = 1, 2 do run:log(i, {cost = dense.train(watched, dense.loss, sgd, X, dense.Y)}) end
    return run:flush()
  end})
  -- The window is played by tests/fault/window.sh, which asks for things by the control channel. The run waits until it
  -- has asked, so that each try does the same.
  local wait <const> = ("exec tests/fault/wait_for_window.sh '%s'"):format(path "window.asked")
  operation("window", {
    before = function()
      fresh "window" ()
      os.remove(path "window.asked")
      optimiser.lr = 0.01
    end,
    run = function()
      local run <close>, message = dnn.Run(path "window", {view = true, net = net, optimiser = optimiser})
      if message then return nil, message end
      os.execute(wait)
      for i = 1, 3 do run:log(i, {cost = i}) end
      return run:flush()
    end})
  operation("resumed", {
    before = function()
      fresh "resumed" ()
      local run <close> = assert(dnn.Run(path "resumed"))
      assert(run:checkpoint{net = net, optimiser = optimiser, every = 1, keep = 1})
      run:log(1, {cost = 1})
    end,
    run = function()
      local run <close>, message = dnn.Run(path "resumed")
      if message then return nil, message end
      local kept, why = run:checkpoint{net = net, optimiser = optimiser, every = 100}
      if not kept then return nil, why end
      local step
      step, why = run:resume()
      return step, why
    end})
end
