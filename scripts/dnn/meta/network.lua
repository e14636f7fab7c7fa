---@meta _

-- # Networks
--
-- A network holds its parameters in one flat vector and their gradients in another, and plans its buffers once per
-- batch size, so a training step allocates nothing. That is why results are views which the next call overwrites:
-- `:copy()` keeps one.
--
-- A training step is forward, loss, backward, step:
--
-- ```lua
-- local net = dnn.Sequential{dnn.Linear(2, 4), dnn.ReLU(), dnn.Linear(4, 1), dnn.Sigmoid()}
-- local loss, opt = dnn.BCELoss(), dnn.optim.Adam(net:parameters(), {lr = 0.01})
-- local X, Y = dnn.Matrix{{0, 0, 1, 1}, {0, 1, 0, 1}}, dnn.Matrix{{0, 1, 1, 0}}
-- for i = 1, 100 do
--   local cost = loss:forward(net:forward(X), Y)
--   net:backward(loss:backward())
--   opt:step()
-- end
-- ```
--
-- Gradients are spent by a step. After one the next backward starts from zero; two backwards without a step add up, so
-- a large batch can be made of small ones. A step (or `net:update`) without a backward since the last one is an error.
-- Set gradients of your own by `p.grads = G` or `net[i].weight_grad = G`.

---@class dnn
local dnn = {}

-- ## Making a network

---@class dnn.Sequential.Options
---@field dtype? "float32"|"float64" type of all numbers; that of `dnn.set_default_dtype` by default
---@field random? dnn.Random stream to draw the starting weights from; the global one by default
---@field input? dnn.Input|integer[] what an example looks like, instead of a `dnn.Input` before the layers
---@field keep? boolean see `net.keep`

---Layers one after the other, with starting weights drawn.
---
---A `dnn.Input` before the layers says what an example looks like. Containers nest: a Sequential among the layers
---becomes a part of this network. A layer that was used on its own keeps its values. A layer that appears twice is
---called twice, with the same weights.
---
---Errors: a layer whose input does not fit the output before it, both named; a layer that is in another network.
---
---```lua
---local net = dnn.Sequential({
---  dnn.Linear(12288, 20), dnn.ReLU(),
---  dnn.Linear(20, 1), dnn.Sigmoid(),
---}, {random = dnn.Random(1)})
---print(#net, net[1].weight:size())   --> 4	20	12288
---```
---@param layers dnn.Layer[]
---@param options? dnn.Sequential.Options
---@return dnn.Layer
function dnn.Sequential(layers, options) end

-- ## Running it

---A layer, a container of layers, or a whole network: `net[i]` is layer i of a container (nil outside), `#net` their
---number, `tostring(net)` a table of layers, outputs and parameters. `net(X)` is `net:forward(X)`.
---@class dnn.Layer
---@field [integer] dnn.Layer
---@operator len: integer
---@overload fun(X: dnn.Matrix, options?: dnn.forward.Options): dnn.Matrix
local net = {}

---@class dnn.forward.Options
---@field lengths? dnn.Matrix 1 x m, for layers on sequences: how many steps each example has; those after them are padding
---@field mask? dnn.Matrix steps x steps, for attention: as uint8, 1 where step i may not see step j; numbers are added to the scores
---@field cache? dnn.Cache in evaluation: the steps before those of X, from `net:cache`

---The output for X; `net(X)` is the same.
---
---Examples that have several parts are a list, `net:forward{X1, X2}`: the same as their rows one after the other,
---`dnn.cat({X1, X2}, 1)`, from which `dnn.Slice` takes each part, at the head of the branches of a `dnn.Merge`.
---
---Shapes: X is in_features x m, the output out_features x m. It is a view that the next forward overwrites.
---
---Errors: parts with different numbers of columns; an X of the wrong type or number of rows, the layer named; lengths
---that are not whole numbers from 1 to the number of steps, or that no layer takes.
---
---```lua
---local net = dnn.Sequential{dnn.Linear(3, 2), dnn.ReLU()}
---print(net:forward(dnn.ones(3, 5)):size())   --> 2	5
---```
---@param X dnn.Matrix|dnn.Matrix[]
---@param options? dnn.forward.Options
---@return dnn.Matrix A
function net:forward(X, options) end

---@class dnn.Layer.backward.Options
---@field input_gradient? boolean whether dX is computed and returned, false by default

---Fills the gradients from dA, the gradient of the cost with respect to the output.
---
---It adds to gradients that no step has used yet. With {input_gradient = true} it returns dX, the gradient with respect
---to X, in a matrix that the next such backward overwrites.
---
---Errors: a backward before a forward, a dA whose shape is not the output's.
---
---```lua
---local net = dnn.Sequential{dnn.Linear(3, 2)}
---local A = net:forward(dnn.ones(3, 5))
---local dX = net:backward(A, {input_gradient = true})
---print(dX:size())   --> 3	5
---```
---@param dA dnn.Matrix of the output's shape and type, as from `loss:backward()`
---@param options? dnn.Layer.backward.Options
---@return dnn.Matrix|nil dX only when asked for
function net:backward(dA, options) end

---Makes the layer use another layer's weight, like PyTorch's `head.weight = tokens.weight`, and returns the layer. A
---network with both learns one weight, and both add to its gradient; it is initialised, saved and counted as the other
---layer's. Copies keep the tie, and PyTorch's files that have the weight under both names load. A Linear may be tied to
---an Embedding.
---
---Errors: a layer that is in a network already; weights that are of another shape in files; a network without the other
---layer.
---
---```lua
---local tokens = dnn.Embedding(65, 16)
---local head = dnn.Linear(16, 65, {bias = false}):tie(tokens)
---local net = dnn.Sequential{tokens, dnn.Tanh(), head}
---print(#net:parameters().values)   --> 1040
---```
---@param other dnn.Layer
---@return dnn.Layer layer
function net:tie(other) end

---Sets all gradients to 0. It is not needed after a step: the next backward starts from zero.
---
---```lua
---local net = dnn.Sequential{dnn.Linear(3, 2)}
---net:backward(net:forward(dnn.ones(3, 5)))
---net:zero_grad()
---print(net[1].dW:any())   --> false
---```
---@return nil
function net:zero_grad() end

---@class dnn.Layer.update.Options
---@field check_finite? boolean whether a gradient that is not finite is an error, before anything changes; true by default

---The tutorial's step: every parameter minus learning_rate times its gradient, W = W - learning_rate dW.
---
---`dnn.optim` has other rules.
---
---Errors: no backward since the last step; a gradient that is not finite, its layer and place named.
---
---```lua
---local net = dnn.Sequential{dnn.Linear(3, 2)}
---net:backward(net:forward(dnn.ones(3, 5)))
---net:update(0.0075)
---```
---@param learning_rate number
---@param options? dnn.Layer.update.Options
---@return nil
function net:update(learning_rate, options) end

---The Euclidean norm of the gradients of each layer with parameters.
---
---The array has a table `names`, {"1 Linear", "3.2 Conv2d", ...}, by which `run:log` calls them. Giving the same table
---again makes no garbage.
---
---```lua
---local net = dnn.Sequential{dnn.Linear(3, 2), dnn.ReLU(), dnn.Linear(2, 1)}
---net:backward(net:forward(dnn.ones(3, 5)))
---local norms = net:grad_norms()
---print(#norms, norms.names[2])   --> 2	3 Linear
---```
---@param t? table filled and returned instead of a new one
---@return number[] norms
function net:grad_norms(t) end

---Layer i; `net[i]` is the same, but nil outside the network.
---
---```lua
---print(dnn.Sequential{dnn.Linear(3, 2)}:layer(1).name)   --> Linear
---```
---@param i integer from 1 to #net
---@return dnn.Layer
function net:layer(i) end

---The output for X in evaluation mode, whatever the network's mode: nothing is dropped, BatchNorm uses its running
---values, and what the last `net:forward` kept for backward is untouched. The result is a new matrix.
---
---```lua
---local net = dnn.Sequential{dnn.Linear(3, 2), dnn.Dropout(0.5)}
---print(net:predict(dnn.ones(3, 5)) == net:predict(dnn.ones(3, 5)))   --> true
---```
---@param X dnn.Matrix
---@param options? dnn.forward.Options
---@return dnn.Matrix A
function net:predict(X, options) end

---What attention keeps of earlier steps, so that a sequence can be evaluated piece by piece: `net:predict(X, {cache =
---cache})` takes X for the steps that follow those in the cache, and adds them. A step then costs no more than itself,
---and gives the same numbers as the whole sequence at once.
---
---It is for networks of causal attention and of layers that treat each step separately. After a training step,
---`cache:reset()` starts it again.
---
---Errors: a layer that sees later steps; a cache that is full.
---
---```lua
---local attention = dnn.MultiheadAttention(4, 1, {causal = true})
---local net = dnn.Sequential{dnn.Embedding(9, 4), attention}
---local cache = net:cache(10)
---net:predict(dnn.Matrix{3, 1, 2}, {cache = cache})
---local A = net:predict(dnn.Matrix{7}, {cache = cache})
---print(A:size(), cache.steps)   --> 4	4
---```
---@param steps integer how many it has room for
---@param examples? integer columns of X, 1 by default
---@return dnn.Cache
function net:cache(steps, examples) end

---Keys and values of earlier steps: see `net:cache`.
---@class dnn.Cache
---@field steps integer how many are in it
---@field capacity integer steps that it has room for
local cache = {}

---Empties it.
---
---```lua
---local attention = dnn.MultiheadAttention(4, 1, {causal = true})
---local cache = dnn.Sequential{attention}:cache(10)
---cache:reset()
---print(cache.steps)   --> 0
---```
---@return nil
function cache:reset() end

---Sets training mode, the initial one; lets a layer in a network follow the network again.
---
---```lua
---local net = dnn.Sequential{dnn.Linear(3, 2), dnn.Dropout(0.5)}
---print(net:train().training)   --> true
---```
---@param training? boolean false is `net:eval()`
---@return dnn.Layer self
function net:train(training) end

---Sets evaluation mode; keeps a layer in a network in that mode, whatever the network's.
---
---Evaluation has buffers of its own, in as little memory as it needs: two for a chain of layers. It keeps nothing for
---backward unless `net.keep` is true.
---
---A BatchNorm after a Linear or a convolution is folded into it: one layer with other weights computes both, as
---PyTorch's fuse_conv_bn_eval does. The values of both layers stay as they are; after a change of them, the next
---forward folds again. The result differs by rounding from that of the two layers in turn, which `net.keep = true`
---gives. A convolution also does the activation and the MaxPool2d(2) after it, in training too where `net.keep` is
---false: with the same bits, and without writing what lies between to memory.
---
---```lua
---local net = dnn.Sequential{dnn.Linear(3, 2), dnn.Dropout(0.5)}
---print(net:eval().training)   --> false
---```
---@return dnn.Layer self
function net:eval() end

---Whether the values of a layer, and of all in it, are learnt: `net[1]:requires_grad_(false)` freezes it, as
---`net[1].requires_grad = false` does.
---
---No optimiser moves frozen values, no gradient is computed for them, and backward stops above the lowest layer that
---learns.
---
---```lua
---local net = dnn.Sequential{dnn.Linear(3, 4), dnn.ReLU(), dnn.Linear(4, 1)}
---net[1]:requires_grad_(false)
---print(net[1].requires_grad, net[3].requires_grad)   --> false	true
---```
---@param flag? boolean true by default
---@return dnn.Layer self
function net:requires_grad_(flag) end

---A copy of the network, with the same values and mode; given an optimiser that steps all of this network, also a copy
---of that for the new one.
---
---```lua
---local net = dnn.Sequential{dnn.Linear(3, 2)}
---local opt = dnn.optim.Adam(net:parameters())
---local twin, its_opt = net:copy(opt)
---local X = dnn.ones(3, 1)
---print(twin(X) == net(X), its_opt.lr)   --> true	0.001
---```
---@param optimiser? dnn.Optimiser
---@return dnn.Layer copy
---@return dnn.Optimiser|nil its_optimiser
function net:copy(optimiser) end

---Makes recurrent layers with `stateful = true` start from 0 again, with any number of examples, in the current mode.
---
---```lua
---local gru = dnn.GRU(2, 3, {stateful = true})
---local net = dnn.Sequential{dnn.Input(4, 2), gru}
---net(dnn.ones(8, 5))
---print(net[1].state:size())          --> 3	5
---print(net:reset_state()[1].state)   --> nil
---```
---@return dnn.Layer self
function net:reset_state() end

---Copies of the states of recurrent layers with `stateful = true`, in both modes, named by the mode and the layer's
---name in files. Checkpoints include them.
---
---```lua
---local gru = dnn.GRU(2, 3, {stateful = true})
---local net = dnn.Sequential{dnn.Input(4, 2), gru}
---net(dnn.ones(8, 5))
---print(net:states()["train/0"]:size())   --> 3	5
---```
---@return table<string, dnn.Matrix>
function net:states() end

---Restores what `net:states()` returned; layers that it does not name start from 0.
---
---Errors: names that the network does not have, states of another size.
---
---```lua
---local gru = dnn.GRU(2, 3, {stateful = true})
---local net = dnn.Sequential{dnn.Input(4, 2), gru}
---net:load_states{["train/0"] = dnn.ones(3, 5)}
---print(net[1].state:sum())   --> 15.0
---```
---@param states table<string, dnn.Matrix>
---@return nil
function net:load_states(states) end

---Prints the table of layers, shapes and parameters that `tostring(net)` gives.
---
---```lua
---dnn.Sequential{dnn.Linear(3, 2)}:summary()
---```
---@return nil
function net:summary() end

---@class dnn.Profile.Options
---@field passes? integer how many passes are timed, of which the quickest counts for each layer; 10 by default
---@field backward? boolean whether backward is timed, too; true in training by default

---Prints where the time of a step goes, layer by layer.
---
---A row has the milliseconds of forward and backward; of matrix products GFLOP/s and their share of this machine's
---peak, which is measured on the spot; and the MB that forward reads and writes. A layer whose forward another one does
---has no time of its own. It works on a copy: values, modes,
---gradients and random streams stay as they are. A busy machine shows as a low peak: measure when it is quiet. `dnnlua
-----profile script.lua` prints the same of all passes of a script, at its end.
---
---```lua
---local net = dnn.Sequential{dnn.Linear(784, 256), dnn.ReLU()}
---net:profile(dnn.rand(784, 128))
---```
---@param X dnn.Matrix a batch
---@param options? dnn.Profile.Options
---@return nil
function net:profile(X, options) end

---Closes the network, as the collector and the end of a `local net <close>` do.
---
---Matrices that were taken from it stay readable; everything else is then an error.
---
---```lua
---local net = dnn.Sequential{dnn.Linear(3, 2)}
---local W = net[1].weight
---net:close()
---print(W:size())   --> 2	3
---```
---@return nil
function net:close() end
