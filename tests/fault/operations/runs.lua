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
end
