---@meta _

-- # Averages and rates
--
-- Averaged weights often predict better than the last ones, and a short trial finds the learning rate to begin with.

---@class dnn
local dnn = {}

---@class dnn.optim
dnn.optim = {}

-- ## Averaged weights

---@class dnn.optim.AveragedModel.Options
---@field decay? number weight of the old average in an exponential moving one, such as 0.999; by default, the plain mean of all updates (stochastic weight averaging)

---A network of averaged weights beside the one that learns.
---
---After each step of the optimiser, or after each epoch, `update` adds the weights to the average. Buffers, such as
---running means, are those of the network; `update_bn` measures them again. It is part of a checkpoint:
---`run:checkpoint{net = net, optimiser = opt, average = average}`.
---
---Errors: a decay that is not between 0 and 1.
---
---```lua
---local net = dnn.Sequential{dnn.Linear(3, 2)}
---local average = dnn.optim.AveragedModel(net, {decay = 0.99})
---average:update()   -- after opt:step()
---print(average)   --> AveragedModel(decay = 0.99, 1 update)
---```
---@param net dnn.Layer
---@param options? dnn.optim.AveragedModel.Options
---@return dnn.AveragedModel
function dnn.optim.AveragedModel(net, options) end

---Averaged weights of a network.
---@class dnn.AveragedModel
---@field count integer number of updates
local average = {}

---Adds the network's weights to the average; the first update copies them.
---
---```lua
---local net = dnn.Sequential{dnn.Linear(3, 2)}
---local average = dnn.optim.AveragedModel(net)
---average:update()
---print(average.count)   --> 1
---```
---@return nil
function average:update() end

---The outputs of the averaged network in evaluation; `average(X)` is the same.
---
---```lua
---local net = dnn.Sequential{dnn.Linear(3, 2)}
---local average = dnn.optim.AveragedModel(net)
---average:update()
---print(average:predict(dnn.ones(3, 5)):size())   --> 2	5
---```
---@param X dnn.Matrix
---@param options? table as for net:predict
---@return dnn.Matrix A
function average:predict(X, options) end

---The averaged network, separate from the one that learns: to evaluate, save or copy.
---
---Later updates change it.
---
---```lua
---local net = dnn.Sequential{dnn.Linear(3, 2)}
---local average = dnn.optim.AveragedModel(net)
---average:update()
---print(average:module() == net, #average:module())   --> false	1
---```
---@return dnn.Layer
function average:module() end

---Measures the running statistics of batch norm for the averaged weights: the means over one epoch of what its batches
---have, whatever the momentum, as PyTorch's `update_bn`.
---
---```lua
---local net = dnn.Sequential{dnn.Linear(3, 2), dnn.BatchNorm1d(2)}
---local average = dnn.optim.AveragedModel(net)
---average:update()
---local data = {X = dnn.rand(3, 8), Y = dnn.rand(2, 8)}
---average:update_bn(dnn.data.batches(data, {size = 4}))
---```
---@param batches dnn.data.batches|dnn.data.Loader
---@return nil
function average:update_bn(batches) end

---The averaged network as "module.0.weight", what `update_bn` measured among it, the number of updates and decay, for a
---checkpoint.
---
---```lua
---local net = dnn.Sequential{dnn.Linear(3, 2)}
---print(dnn.optim.AveragedModel(net):state_dict().count)   --> 0
---```
---@return table state
function average:state_dict() end

---Restores what `state_dict` returned. A decay that is another here is replaced by that of the state.
---
---Errors: a state from a network with other parameters; nothing is changed then.
---
---```lua
---local net = dnn.Sequential{dnn.Linear(3, 2)}
---local average = dnn.optim.AveragedModel(net)
---average:load_state_dict(average:state_dict())
---```
---@param state table
---@return nil
function average:load_state_dict(state) end

-- ## Finding a learning rate

---@class dnn.optim.lr_finder.Options
---@field net dnn.Layer
---@field loss dnn.Loss|fun(A: dnn.Matrix, Y: dnn.Matrix): dnn.Matrix a loss, or a function of the output and the targets, as for `dnn.fit`
---@field optimiser dnn.Optimiser that steps all of net
---@field data dnn.data.batches|dnn.data.Loader
---@field from? number the first rate, 1e-7 by default
---@field to? number the last one, 10 by default
---@field steps? integer 100 by default
---@field smooth? number weight of the past in the smoothed cost, 0.9 by default
---@field stop? number stops when the cost is this many times its lowest, 4 by default

---@class dnn.optim.lr_finder.Result
---@field lr dnn.Matrix the rates, a column
---@field cost dnn.Matrix the smoothed cost at each
---@field suggestion number|false the rate at which the cost falls fastest; false where it never falls
local found = {}

---Draws the costs over the rates with dnn.plot, on a logarithmic axis.
---
---```lua
---local net = dnn.Sequential{dnn.Linear(3, 1)}
---local opt = dnn.optim.SGD(net:parameters(), {lr = 0.1})
---local data = dnn.data.batches({X = dnn.rand(3, 8), Y = dnn.rand(1, 8)})
---local found = dnn.optim.lr_finder{net = net, optimiser = opt,
---  loss = dnn.MSELoss(), data = data, steps = 20}
---found:plot{svg = os.tmpname() .. ".svg"}
---```
---@param options? table as for dnn.plot
---@return nil
function found:plot(options) end

---Trains a copy for a few steps, raising the learning rate at each (Smith 2017).
---
---Choose a rate somewhat below the one where the cost falls fastest, or about a tenth of the one where it starts to
---rise. The network and its optimiser stay as they are.
---
---Errors: options missing or out of range.
---
---```lua
---local net = dnn.Sequential{dnn.Linear(3, 1)}
---local opt = dnn.optim.SGD(net:parameters(), {lr = 0.1})
---local data = dnn.data.batches({X = dnn.rand(3, 8), Y = dnn.rand(1, 8)})
---local found = dnn.optim.lr_finder{net = net, optimiser = opt,
---  loss = dnn.MSELoss(), data = data}
---print(found.lr.rows == found.cost.rows)   --> true
---```
---@param options dnn.optim.lr_finder.Options
---@return dnn.optim.lr_finder.Result
function dnn.optim.lr_finder(options) end
