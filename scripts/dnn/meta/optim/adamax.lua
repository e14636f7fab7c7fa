---@meta _
---@class dnn
local dnn = {}

---@class dnn.optim
dnn.optim = {}

-- ## Rules

---@class dnn.optim.Adamax.Options
---@field lr? number learning rate, 0.002 by default
---@field beta1? number decay of the running mean of gradients, below 1; 0.9 by default
---@field beta2? number decay of the largest gradient, below 1; 0.999 by default
---@field eps? number added to gradients, so that 0 does not divide by 0; 1e-8 by default
---@field weight_decay? number L2 penalty, added to the gradient as weight_decay p; 0 by default
---@field maximize? boolean whether steps go up instead of down, false by default

---Adamax (Kingma & Ba 2015): Adam scaled by the largest gradient.
---
---With m = beta1 m + (1 - beta1) g and u = max(beta2 u, |g| + eps), step t is p = p - lr / (1 - beta1^t) m / u.
---
---Errors: parameters that are not net:parameters(); settings out of range; unknown options.
---
---```lua
---local net = dnn.Sequential{dnn.Linear(3, 2)}
---local opt = dnn.optim.Adamax(net:parameters(), {lr = 0.01})
---net:backward(net:forward(dnn.ones(3, 5)))
---opt:step()
---print(opt.steps)   --> 1
---```
---@param parameters dnn.Parameters|dnn.Parameters[]|dnn.optim.Group[] `net:parameters()`, a list of such, or of groups
---@param options? dnn.optim.Adamax.Options
---@return dnn.optim.Adamax
function dnn.optim.Adamax(parameters, options) end

---@class dnn.optim.Adamax: dnn.Optimiser
---@field beta1 number may be set
---@field beta2 number may be set
---@field eps number may be set
---@field maximize boolean may be set
local adamax = {}
