---@meta _
---@class dnn
local dnn = {}

---@class dnn.optim
dnn.optim = {}

-- ## Rules

---@class dnn.optim.Rprop.Options
---@field lr? number the first step, 0.01 by default
---@field eta_minus? number 0.5 by default
---@field eta_plus? number 1.2 by default
---@field step_min? number 1e-6 by default
---@field step_max? number 50 by default
---@field maximize? boolean whether steps go up instead of down, false by default

---Rprop (Riedmiller & Braun 1993): each parameter has its own step, and the sign of its gradient alone counts.
---
---A step grows by eta_plus while the sign stays, and shrinks by eta_minus where it changes. For gradients of the
---whole data set; minibatches change signs by chance.
---
---Errors: parameters that are not net:parameters(); settings out of range; unknown options.
---
---```lua
---local net = dnn.Sequential{dnn.Linear(3, 2)}
---local opt = dnn.optim.Rprop(net:parameters(), {lr = 0.1})
---net:backward(net:forward(dnn.ones(3, 5)))
---opt:step()
---print(opt.steps)   --> 1
---```
---@param parameters dnn.Parameters|dnn.Parameters[]|dnn.optim.Group[] `net:parameters()`, a list of such, or of groups
---@param options? dnn.optim.Rprop.Options
---@return dnn.optim.Rprop
function dnn.optim.Rprop(parameters, options) end

---@class dnn.optim.Rprop: dnn.Optimiser
---@field eta_minus number may be set
---@field eta_plus number may be set
---@field step_min number may be set
---@field step_max number may be set
---@field maximize boolean may be set
local rprop = {}
