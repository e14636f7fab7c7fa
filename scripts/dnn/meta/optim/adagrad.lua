---@meta _
---@class dnn
local dnn = {}

---@class dnn.optim
dnn.optim = {}

-- ## Rules

---@class dnn.optim.Adagrad.Options
---@field lr? number learning rate, 0.01 by default
---@field lr_decay? number how fast the learning rate falls, 0 by default
---@field eps? number added to the root, so that a gradient of 0 does not divide by 0; 1e-10 by default
---@field initial_accumulator_value? number where v begins, 0 by default
---@field weight_decay? number L2 penalty, added to the gradient as weight_decay p; 0 by default
---@field maximize? boolean whether steps go up instead of down, false by default

---Adagrad (Duchi et al. 2011): steps scaled by the sum of all squared gradients.
---
---With g = gradient + weight_decay p and v = v + g^2, step t is
---p = p - lr / (1 + (t - 1) lr_decay) g / (sqrt(v) + eps).
---
---Errors: parameters that are not net:parameters(); settings out of range; unknown options.
---
---```lua
---local net = dnn.Sequential{dnn.Linear(3, 2)}
---local opt = dnn.optim.Adagrad(net:parameters(), {lr = 0.1})
---net:backward(net:forward(dnn.ones(3, 5)))
---opt:step()
---print(opt.steps)   --> 1
---```
---@param parameters dnn.Parameters|dnn.Parameters[]|dnn.optim.Group[] `net:parameters()`, a list of such, or of groups
---@param options? dnn.optim.Adagrad.Options
---@return dnn.optim.Adagrad
function dnn.optim.Adagrad(parameters, options) end

---@class dnn.optim.Adagrad: dnn.Optimiser
---@field lr_decay number may be set
---@field eps number may be set
---@field initial_accumulator_value number may be set
---@field maximize boolean may be set
local adagrad = {}
