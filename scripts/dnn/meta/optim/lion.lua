---@meta _
---@class dnn
local dnn = {}

---@class dnn.optim
dnn.optim = {}

-- ## Rules

---@class dnn.optim.Lion.Options
---@field lr? number learning rate, 1e-4 by default
---@field beta1? number how much of m is in a step, below 1; 0.9 by default
---@field beta2? number decay of m, below 1; 0.99 by default
---@field weight_decay? number decoupled decay: a step shrinks p by lr weight_decay p; 0 by default

---Lion (Chen et al. 2023): steps by the sign of a mean of gradients.
---
---p = p - lr (sign(beta1 m + (1 - beta1) g) + weight_decay p), then m = beta2 m + (1 - beta2) g. Its learning rate is a
---third to a tenth of that of AdamW.
---
---Errors: parameters that are not net:parameters(); settings out of range; unknown options.
---
---```lua
---local net = dnn.Sequential{dnn.Linear(3, 2)}
---local opt = dnn.optim.Lion(net:parameters(), {weight_decay = 0.1})
---net:backward(net:forward(dnn.ones(3, 5)))
---opt:step()
---print(opt.steps)   --> 1
---```
---@param parameters dnn.Parameters|dnn.Parameters[]|dnn.optim.Group[] `net:parameters()`, a list of such, or of groups
---@param options? dnn.optim.Lion.Options
---@return dnn.optim.Lion
function dnn.optim.Lion(parameters, options) end

---@class dnn.optim.Lion: dnn.Optimiser
---@field beta1 number may be set
---@field beta2 number may be set
local lion = {}
