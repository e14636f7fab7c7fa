---@meta _
---@class dnn
local dnn = {}

---@class dnn.optim
dnn.optim = {}

-- ## Rules

---@class dnn.optim.NAdam.Options
---@field lr? number learning rate, 0.002 by default
---@field beta1? number decay of the running mean of gradients, below 1; 0.9 by default
---@field beta2? number decay of the running mean of squared gradients, below 1; 0.999 by default
---@field eps? number added to the root, so that a gradient of 0 does not divide by 0; 1e-8 by default
---@field momentum_decay? number how fast the momentum rises to beta1, 0.004 by default
---@field weight_decay? number L2 penalty, added to the gradient as weight_decay p; 0 by default

---NAdam (Dozat 2016): Adam that looks ahead along its momentum.
---
---The momentum at step t is mu(t) = beta1 (1 - 0.96^(t momentum_decay) / 2), as in PyTorch. PyTorch 1.13
---multiplies by mu(t) once too often unless it is called with foreach=True; later versions do not.
---
---Errors: parameters that are not net:parameters(); settings out of range; unknown options.
---
---```lua
---local net = dnn.Sequential{dnn.Linear(3, 2)}
---local opt = dnn.optim.NAdam(net:parameters(), {lr = 0.01})
---net:backward(net:forward(dnn.ones(3, 5)))
---opt:step()
---print(opt.steps)   --> 1
---```
---@param parameters dnn.Parameters|dnn.Parameters[]|dnn.optim.Group[] `net:parameters()`, a list of such, or of groups
---@param options? dnn.optim.NAdam.Options
---@return dnn.optim.NAdam
function dnn.optim.NAdam(parameters, options) end

---@class dnn.optim.NAdam: dnn.Optimiser
---@field beta1 number may be set
---@field beta2 number may be set
---@field eps number may be set
---@field momentum_decay number may be set
local nadam = {}
