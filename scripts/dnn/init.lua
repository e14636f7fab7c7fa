-- require "dnn": the C half of the module, and those parts written in Lua that are loaded when a program
-- first touches them, so that starting stays quick.
local core = require "dnn.core"
local strict = require "dnn.strict"

local parts = {
  checkpoint = "dnn.checkpoint",
  data = "dnn.data",
  fit = "dnn.fit", evaluate = "dnn.evaluate", predict = "dnn.predict",
  metrics = "dnn.metrics", progress = "dnn.progress",
  Module = "dnn.module",
  help = "dnn.help",
  optim = "dnn.optim",
  grad = "dnn.autograd.grad", graph = "dnn.autograd.graph", jacobian = "dnn.autograd.jacobian",
  hessian = "dnn.autograd.hessian", hvp = "dnn.autograd.hvp",
  stepwise = "dnn.stepwise",
  hist = "dnn.hist", imshow = "dnn.imshow", plot = "dnn.plot", subplots = "dnn.subplots",
}

-- What the C half calls here.
core._lua_half{
  -- what an error says about the arguments of a call, and the script's line that it names
  explain = function(...) return require "dnn.arguments".explain(...) end,
  where = function() return require "dnn.arguments".where() end,
  -- the check of a function's gradients
  gradcheck = function(...) return require "dnn.autograd".gradcheck(...) end,
  -- what a run saves when its window asks for a checkpoint and the script does not say how
  save_run = function(...) return require "dnn.checkpoint"._of_run(...) end,
  -- the checkpoints that a run keeps by itself
  keep_run = function(...) return require "dnn.keeper".new(...) end,
}

strict.make("dnn.linalg", core.linalg)

return setmetatable(core, {
  __parts = parts, -- for the prompt, which completes their names
  __index = function(dnn, name)
    local part = parts[name]
    if not part then return strict.unknown("dnn", name, core, parts) end
    local loaded = require(part)
    rawset(dnn, name, loaded)
    return loaded
  end,
})
