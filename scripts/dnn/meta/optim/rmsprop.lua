---@meta _
---@class dnn
local dnn = {}

---@class dnn.optim
dnn.optim = {}

-- ## Rules

---@class dnn.optim.RMSprop.Options
---@field lr? number learning rate, 0.01 by default
---@field alpha? number decay of the running means, below 1; 0.99 by default
---@field eps? number added to the root, so that a gradient of 0 does not divide by 0; 1e-8 by default
---@field momentum? number how much of the last direction is kept, 0 by default
---@field centered? boolean whether the mean of gradients is taken off, false by default
---@field weight_decay? number L2 penalty, added to the gradient as weight_decay p; 0 by default
---@field maximize? boolean whether steps go up instead of down, false by default

---RMSprop (Hinton 2012): steps scaled by a running mean of squared gradients.
---
---With g = gradient + weight_decay p and v = alpha v + (1 - alpha) g^2, b = momentum b + g / (sqrt(v) + eps):
---p = p - lr b.
---Centered, the square of the running mean of gradients is taken off v.
---
---Errors: parameters that are not net:parameters(); settings out of range; unknown options.
---
---```lua
---local net = dnn.Sequential{dnn.Linear(3, 2)}
---local opt = dnn.optim.RMSprop(net:parameters(), {momentum = 0.9})
---net:backward(net:forward(dnn.ones(3, 5)))
---opt:step()
---print(opt.steps)   --> 1
---```
---@param parameters dnn.Parameters|dnn.Parameters[]|dnn.optim.Group[] `net:parameters()`, a list of such, or of groups
---@param options? dnn.optim.RMSprop.Options
---@return dnn.optim.RMSprop
function dnn.optim.RMSprop(parameters, options) end

---@class dnn.optim.RMSprop: dnn.Optimiser
---@field alpha number may be set
---@field eps number may be set
---@field momentum number may be set
---@field centered boolean may be set
---@field maximize boolean may be set
local rmsprop = {}
