---@meta _

-- # Optimisers
--
-- An optimiser changes the parameters of a network along their gradients. Its settings are fields that may be changed
-- between steps: `opt.lr = opt.lr / 2`.
--
-- Parameters may come in groups, each with settings of its own; any other setting is the optimiser's, so that setting
-- `opt.lr` reaches all groups that have no learning rate of their own. Layers that are frozen (`requires_grad = false`)
-- are skipped.
--
-- ```lua
-- local net = dnn.Sequential{dnn.Linear(3, 2), dnn.ReLU(), dnn.Linear(2, 1)}
-- local W, dW = dnn.zeros(2, 2), dnn.ones(2, 2)   -- a matrix of the script's own, which computes its gradient
-- local opt = dnn.optim.SGD({
--   {params = net[1]:parameters()},
--   {params = net[3]:parameters(), lr = 0.1},
--   {params = {W}, grads = {dW}, weight_decay = 0},
-- }, {lr = 0.01, weight_decay = 1e-4})
-- opt.lr = 0.005
-- print(opt.groups[1].lr, opt.groups[2].lr)   --> 0.005	0.1
-- opt.groups[2].lr = nil                        -- as the optimiser's again
-- ```

---@class dnn
local dnn = {}

---Optimisers.
---@class dnn.optim
dnn.optim = {}

-- ## Rules

---A group of parameters with settings that differ from the optimiser's: besides these fields any of its settings, such
---as `lr` and `weight_decay`.
---@class dnn.optim.Group
---@field params dnn.Parameters|dnn.Parameters[]|dnn.Matrix[] parameters, a list of them, or matrices with `grads`
---@field grads? dnn.Matrix[] of matrices: their gradients in the same order, which the script computes
---@field lr? number
---@field weight_decay? number

---@class dnn.optim.SGD.Options
---@field lr? number learning rate, 0.001 by default
---@field momentum? number how much of the last direction is kept, 0 by default; 0.9 is usual
---@field dampening? number how much of the gradient the momentum leaves out, 0 by default
---@field nesterov? boolean whether to look ahead along the momentum, false by default
---@field weight_decay? number L2 penalty, added to the gradient as weight_decay p; 0 by default
---@field maximize? boolean whether steps go up instead of down, false by default

---Stochastic gradient descent, with momentum as PyTorch defines it.
---
---With g = gradient + weight_decay p and v = momentum v + (1 - dampening) g: p = p - lr v, or with nesterov (Sutskever
---et al. 2013) p = p - lr (g + momentum v).
---
---Errors: nesterov without momentum; a parameter that comes twice.
---
---```lua
---local net = dnn.Sequential{dnn.Linear(3, 2)}
---local opt = dnn.optim.SGD(net:parameters(), {lr = 0.1, momentum = 0.9})
---net:backward(net:forward(dnn.ones(3, 5)))
---opt:step()
---```
---@param parameters dnn.Parameters|dnn.Parameters[]|dnn.optim.Group[] `net:parameters()`, a list of such, or of groups
---@param options? dnn.optim.SGD.Options
---@return dnn.optim.SGD
function dnn.optim.SGD(parameters, options) end

---@class dnn.optim.Adam.Options
---@field lr? number learning rate, 0.001 by default
---@field beta1? number decay of the running mean of gradients, below 1; 0.9 by default
---@field beta2? number decay of the running mean of squared gradients, below 1; 0.999 by default
---@field eps? number added to the root, so that a gradient of 0 does not divide by 0; 1e-8 by default
---@field weight_decay? number L2 penalty, added to the gradient as weight_decay p; 0 by default
---@field amsgrad? boolean whether the largest v so far scales the steps (Reddi et al. 2018), false by default
---@field maximize? boolean whether steps go up instead of down, false by default

---@class dnn.optim.AdamW.Options
---@field lr? number learning rate, 0.001 by default
---@field beta1? number decay of the running mean of gradients, below 1; 0.9 by default
---@field beta2? number decay of the running mean of squared gradients, below 1; 0.999 by default
---@field eps? number added to the root, so that a gradient of 0 does not divide by 0; 1e-8 by default
---@field weight_decay? number decoupled decay: a step shrinks p by lr weight_decay p; 0.01 by default
---@field amsgrad? boolean whether the largest v so far scales the steps (Reddi et al. 2018), false by default
---@field maximize? boolean whether steps go up instead of down, false by default

---Adam (Kingma & Ba 2015): steps scaled by running means of the gradient and of its square.
---
---With m = beta1 m + (1 - beta1) g and v = beta2 v + (1 - beta2) g^2, step t is
---p = p - lr (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + eps).
---
---Errors: parameters that are not net:parameters(); settings out of range; unknown options.
---
---```lua
---local net = dnn.Sequential{dnn.Linear(3, 2)}
---local opt = dnn.optim.Adam(net:parameters(), {lr = 3e-4})
---print(opt)
---```
---@param parameters dnn.Parameters|dnn.Parameters[]|dnn.optim.Group[] `net:parameters()`, a list of such, or of groups
---@param options? dnn.optim.Adam.Options
---@return dnn.optim.Adam
function dnn.optim.Adam(parameters, options) end

---Adam with decoupled weight decay (Loshchilov & Hutter 2019): a step shrinks p by lr weight_decay p, beside Adam's.
---
---Errors: parameters that are not net:parameters(); settings out of range; unknown options.
---
---```lua
---local net = dnn.Sequential{dnn.Linear(3, 2)}
---local opt = dnn.optim.AdamW(net:parameters(), {weight_decay = 0.1})
---print(opt.weight_decay)   --> 0.1
---```
---@param parameters dnn.Parameters|dnn.Parameters[]|dnn.optim.Group[] `net:parameters()`, a list of such, or of groups
---@param options? dnn.optim.AdamW.Options
---@return dnn.optim.AdamW
function dnn.optim.AdamW(parameters, options) end

-- ## What an optimiser has

---A group of an optimiser, whose settings are fields. Setting one overrides the optimiser's; `nil` removes the
---override.
---@class dnn.Group
---@field params dnn.Parameters|dnn.Parameters[]|dnn.Matrix[] what it holds
---@field own table<string, any> the settings that it does not share with the optimiser, by name
---@field lr number may be set
---@field weight_decay number may be set
local group = {}

---An optimiser of networks' parameters. It keeps the networks alive.
---@class dnn.Optimiser
---@field name string the rule, such as "SGD"
---@field parameters dnn.Parameters|dnn.Parameters[]|dnn.optim.Group[] what it was given
---@field groups dnn.Group[] its groups; one where it was given no groups
---@field steps integer steps taken so far
---true at first: a step refuses a gradient that is not finite, before anything changes; may be set
---@field check_finite boolean
---@field lr number learning rate; may be set
---@field weight_decay number may be set
local opt = {}

---@class dnn.optim.SGD: dnn.Optimiser
---@field momentum number may be set; switched on later it starts from rest
---@field dampening number may be set
---@field nesterov boolean may be set
---@field maximize boolean may be set
local sgd = {}

---@class dnn.optim.Adam: dnn.Optimiser
---@field beta1 number may be set
---@field beta2 number may be set
---@field eps number may be set
---@field amsgrad boolean to be set before the first step
---@field maximize boolean may be set
local adam = {}

---@class dnn.optim.AdamW: dnn.optim.Adam
local adamw = {}

---One step, which uses up the gradients: the next backward starts from zero. Of several networks, those are stepped
---that have had a backward since their last step; matrices always are.
---
---Errors: no backward since the last step; a gradient that is not finite, its layer and place named, unless
---`opt.check_finite` is false. Nothing is changed then.
---
---```lua
---local net = dnn.Sequential{dnn.Linear(3, 2)}
---local opt = dnn.optim.SGD(net:parameters())
---net:backward(net:forward(dnn.ones(3, 5)))
---opt:step()
---print(opt.steps)   --> 1
---```
---@return nil
function opt:step() end

---Sets all gradients to 0. It is not needed after a step.
---
---```lua
---dnn.optim.SGD(dnn.Sequential{dnn.Linear(3, 2)}:parameters()):zero_grad()
---```
---@return nil
function opt:zero_grad() end

-- ## Clipping gradients

---@class dnn.clip_grad_norm_.Options
---@field norm_type? number 2 by default: the Euclidean norm; 1: the sum of absolute values; math.huge: the largest
---true by default: a norm that is not finite is an error; false: gradients become NaN or 0, as in PyTorch
---@field error_if_nonfinite? boolean

---Scales gradients down before a step if their norm, taken as one vector, is above max_norm.
---
---They are multiplied by max_norm / (norm + 1e-6), as in PyTorch. Those of frozen layers, and those that a step has
---used, do not count.
---
---Errors: no backward since the last step; a gradient that is not finite, its layer and place named.
---
---```lua
---local net = dnn.Sequential{dnn.Linear(3, 2)}
---net:backward(net:forward(dnn.ones(3, 5)) + 10)
---local norm = dnn.clip_grad_norm_(net:parameters(), 1)
---print(norm > 1, net:parameters().grads:norm() < 1.001)   --> true	true
---```
---@param parameters dnn.Parameters|dnn.Parameters[]|dnn.Matrix[] `net:parameters()`, a matrix that requires a gradient, or a list of such; other matrices are gradients themselves
---@param max_norm number above 0
---@param options? dnn.clip_grad_norm_.Options
---@return number norm before
function dnn.clip_grad_norm_(parameters, max_norm, options) end

---Clamps every gradient to -clip_value..clip_value before a step.
---
---Errors: no backward since the last step.
---
---```lua
---local dW = dnn.Matrix{{-3, 0.5}}
---dnn.clip_grad_value_({dW}, 1)
---print(dW(1, 1), dW(1, 2))   --> -1.0	0.5
---```
---@param parameters dnn.Parameters|dnn.Parameters[]|dnn.Matrix[] `net:parameters()`, a matrix that requires a gradient, or a list of such; other matrices are gradients themselves
---@param clip_value number above 0
---@return nil
function dnn.clip_grad_value_(parameters, clip_value) end
