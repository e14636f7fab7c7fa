---@meta _
---@class dnn
local dnn = {}

---@class dnn.optim
dnn.optim = {}

-- ## Rules

---@class dnn.optim.RAdam.Options
---@field lr? number learning rate, 0.001 by default
---@field beta1? number decay of the running mean of gradients, below 1; 0.9 by default
---@field beta2? number decay of the running mean of squared gradients, below 1; 0.999 by default
---@field eps? number added to the root, so that a gradient of 0 does not divide by 0; 1e-8 by default
---@field weight_decay? number L2 penalty, added to the gradient as weight_decay p; 0 by default

---RAdam (Liu et al. 2020): Adam that starts without a scale, until the scale can be trusted.
---
---Where the variance of the scale is known, after five steps or so, it is corrected for it.
---
---Errors: parameters that are not net:parameters(); settings out of range; unknown options.
---
---```lua
---local net = dnn.Sequential{dnn.Linear(3, 2)}
---local opt = dnn.optim.RAdam(net:parameters(), {lr = 0.01})
---net:backward(net:forward(dnn.ones(3, 5)))
---opt:step()
---print(opt.steps)   --> 1
---```
---@param parameters dnn.Parameters|dnn.Parameters[]|dnn.optim.Group[] `net:parameters()`, a list of such, or of groups
---@param options? dnn.optim.RAdam.Options
---@return dnn.optim.RAdam
function dnn.optim.RAdam(parameters, options) end

---@class dnn.optim.RAdam: dnn.Optimiser
---@field beta1 number may be set
---@field beta2 number may be set
---@field eps number may be set
local radam = {}
