---@meta _
---@class dnn
local dnn = {}

---@class dnn.optim
dnn.optim = {}

-- ## Rules

---@class dnn.optim.Adadelta.Options
---@field lr? number learning rate, 1 by default
---@field rho? number decay of the running means, below 1; 0.9 by default
---@field eps? number added to the root, so that a gradient of 0 does not divide by 0; 1e-6 by default
---@field weight_decay? number L2 penalty, added to the gradient as weight_decay p; 0 by default
---@field maximize? boolean whether steps go up instead of down, false by default

---Adadelta (Zeiler 2012): steps in the units of the parameters.
---
---With v = rho v + (1 - rho) g^2, d = sqrt(u + eps) / sqrt(v + eps) g and u = rho u + (1 - rho) d^2: p = p - lr d.
---
---Errors: parameters that are not net:parameters(); settings out of range; unknown options.
---
---```lua
---local net = dnn.Sequential{dnn.Linear(3, 2)}
---local opt = dnn.optim.Adadelta(net:parameters(), {rho = 0.95})
---net:backward(net:forward(dnn.ones(3, 5)))
---opt:step()
---print(opt.steps)   --> 1
---```
---@param parameters dnn.Parameters|dnn.Parameters[]|dnn.optim.Group[] `net:parameters()`, a list of such, or of groups
---@param options? dnn.optim.Adadelta.Options
---@return dnn.optim.Adadelta
function dnn.optim.Adadelta(parameters, options) end

---@class dnn.optim.Adadelta: dnn.Optimiser
---@field rho number may be set
---@field eps number may be set
---@field maximize boolean may be set
local adadelta = {}
