-- dnn.optim: optimisers, which are C, schedules of their learning rates, averaged weights.
local arguments = require "dnn.arguments"
local core = require "dnn.core"
local strict = require "dnn.strict"

local optim = core._optim
for _, part in ipairs{"schedules", "plateau", "chains", "lbfgs", "average", "finder"} do
  for name, member in pairs(require("dnn.optim." .. part)) do optim[name] = member end
end

return strict.make("dnn.optim", arguments.guard("dnn.optim", optim))
