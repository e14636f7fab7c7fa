---@meta _
---@class dnn
local dnn = {}

---@class dnn.optim
dnn.optim = {}

-- ## LBFGS

---@class dnn.optim.LBFGS.Options
---@field lr? number the length of steps, 1 by default
---@field max_iter? integer iterations of a step, 20 by default
---@field max_eval? integer calls of the closure after which a step ends, max_iter * 1.25 by default
---@field tolerance_grad? number the largest gradient at which it stops, 1e-7 by default
---@field tolerance_change? number the least change of cost or parameters that is worth another, 1e-9 by default
---@field history_size? integer gradients that are remembered, 100 by default
---@field line_search_fn? "strong_wolfe" a search for a good length of each step; none by default

---LBFGS (Liu & Nocedal 1989): a quasi-Newton method for small networks and the whole data set at once.
---
---Its step takes a closure, which it runs several times. All parameters of one network move as one vector; there are
---no groups. Gradients are set to 0 before each run.
---
---Errors: parameters that are not net:parameters() of a whole network; settings out of range.
---
---```lua
---local net, loss = dnn.Sequential{dnn.Linear(1, 1)}, dnn.MSELoss()
---dnn.optim.LBFGS(net:parameters()):step(function()
---  local cost = loss(net:forward(dnn.ones(1, 1)), dnn.ones(1, 1))
---  net:backward(loss:backward())
---  return cost
---end)
---```
---@param parameters dnn.Parameters `net:parameters()`
---@param options? dnn.optim.LBFGS.Options
---@return dnn.LBFGS
function dnn.optim.LBFGS(parameters, options) end

---An LBFGS optimiser.
---@class dnn.LBFGS
---@field name string "LBFGS"
---@field parameters dnn.Parameters what it was given
---@field lr number may be set
---@field steps integer steps taken so far
---@field n_iter integer iterations so far
---@field func_evals integer runs of the closure so far
local lbfgs = {}

---Up to max_iter iterations.
---
---Errors: a closure that does not return the cost.
---
---```lua
---local net = dnn.Sequential{dnn.Linear(1, 1)}
---local opt = dnn.optim.LBFGS(net:parameters())
---print(opt:step(function()
---  net:backward(net:forward(dnn.ones(1, 1))) return 0
---end))   --> 0
---```
---@param closure fun(): number runs forward, loss and backward, and returns the cost
---@return number cost at first
function lbfgs:step(closure) end

---Its state, settings and history, for a checkpoint.
---
---```lua
---local net = dnn.Sequential{dnn.Linear(1, 1)}
---print(dnn.optim.LBFGS(net:parameters()):state_dict().n_iter)   --> 0
---```
---@return table<string, any>
function lbfgs:state_dict() end

---Restores what `state_dict` returned.
---
---Settings that are others here, such as history_size, are replaced by those of the state, as in PyTorch.
---
---Errors: the state of something else, or of other parameters; nothing is changed then.
---
---```lua
---local net = dnn.Sequential{dnn.Linear(1, 1)}
---local opt = dnn.optim.LBFGS(net:parameters())
---opt:load_state_dict(opt:state_dict())
---```
---@param state table
---@return nil
function lbfgs:load_state_dict(state) end
