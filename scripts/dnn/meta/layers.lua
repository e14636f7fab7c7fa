---@meta _

-- # Layers
--
-- A layer maps X to A, both with a column for each example. It is made by a constructor and put into a container such
-- as `dnn.Sequential`. A layer outside a container is a network of one layer, with all its methods: `layer(X)`,
-- `layer:backward(dA)`, `layer:parameters()`. Put into a Sequential later, it keeps its values, and from then on the
-- network runs it.
--
-- The elements of an example have a shape: {features}, {steps, features} of a sequence, {height, width, channels} of an
-- image, the last fastest. `dnn.Input` says the first one, and every layer infers its own.

---@class dnn
local dnn = {}

-- ## Layers with parameters

---@class dnn.Linear.Options
---@field in_features? integer instead of the first argument
---@field out_features? integer instead of the second argument
---whether a bias is added, true by default; it starts at 0
---@field bias? boolean
---variance of the normal starting weights, "he" by default: "he" 2 / in (He et al. 2015), "xavier" 2 / (in + out)
---(Glorot & Bengio 2010), "0.01" 0.01 squared, "1/sqrt(n)" 1 / in (LeCun et al. 1998)
---@field init? "he"|"xavier"|"0.01"|"1/sqrt(n)"

---A fully connected layer, A = weight * X + bias.
---
---Shapes: X is in_features x m, weight out_features x in_features, bias out_features x 1, A out_features x m. Backward:
---dweight = dA X', dbias = dA summed over examples, dX = weight' dA.
---
---Errors: sizes below 1; an unknown option or init; the message lists the known ones.
---
---```lua
---local layer = dnn.Linear(3, 2, {init = "xavier"})
---print(layer:forward(dnn.ones(3, 5)):size())   --> 2	5
---print(layer)   --> Linear(3 -> 2, init = xavier)
---```
---@param in_features integer rows of X
---@param out_features integer rows of A
---@param options? dnn.Linear.Options
---@return dnn.Linear
function dnn.Linear(in_features, out_features, options) end

-- ## Activations

---The rectifier, A = max(0, X).
---
---Shapes: A has X's. Backward: dX = dA where X > 0, else 0.
---
---```lua
---print(dnn.ReLU()(dnn.Matrix{-1, 2}):sum())   --> 2.0
---```
---@return dnn.Layer
function dnn.ReLU() end

---The logistic function, A = 1 / (1 + exp(-X)).
---
---Shapes: A has X's. Backward: dX = dA A (1 - A). `dnn.BCEWithLogitsLoss` has a sigmoid of its own: give it the output
---without this layer.
---
---```lua
---print(dnn.Sigmoid()(dnn.zeros(1, 2)):sum())   --> 1.0
---```
---@return dnn.Layer
function dnn.Sigmoid() end

---The hyperbolic tangent, A = tanh(X).
---
---Shapes: A has X's. Backward: dX = dA (1 - A^2).
---
---```lua
---print(dnn.Tanh()(dnn.zeros(1, 2)):sum())   --> 0.0
---```
---@return dnn.Layer
function dnn.Tanh() end

-- ## Layers written in Lua

---@class dnn.Layer.Options
---@field name? string what `tostring` and errors call it, "Layer" by default
---@field in_features? integer rows of X; any number by default
---@field out_features? integer rows of A; as many as X has by default
---@field parameters? table<string, integer[]> names and shapes, {weight = {rows, cols}}; at most 64
---sets the starting values, which are 0 without it; random is nil for the global stream
---@field initialise? fun(self: dnn.Layer, random: dnn.Random|nil)
---@field forward fun(self: dnn.Layer, X: dnn.Matrix, out: dnn.Matrix): dnn.Matrix returns A
---@field backward fun(self: dnn.Layer, dA: dnn.Matrix, X: dnn.Matrix, A: dnn.Matrix, out: dnn.Matrix|nil): dnn.Matrix|nil returns dX

---A layer whose forward and backward are Lua functions.
---
---`self` is the layer: `self.weight` and `self.weight_grad` are the matrices of a parameter called weight, and other
---names are free for fields of your own. `backward` adds to the gradients (`self.weight_grad:add_(...)`); they are
---zeroed first where they have to start from zero. `out` may be written into and returned, which saves a matrix; it is
---nil if no result is needed. `dnn.gradcheck` checks backward.
---
---Errors: a result of another shape or type; errors in the functions get the layer's number and name.
---
---```lua
---local function forward(self, X) return self.s % X end
---local function backward(self, dA, X)
---  self.s_grad:add_(dnn.sum(dA % X, 2))
---  return self.s % dA
---end
---dnn.Layer{parameters = {s = {3, 1}}, forward = forward, backward = backward}
---```
---@param options dnn.Layer.Options
---@return dnn.Layer
function dnn.Layer(options) end

-- ## What a layer has
--
-- `net[i]` is the layer in place i. The matrices below can be read at any time while the network is open; those you
-- hold stay readable after `net:close()`. `layer.weight = W` copies. Other names cannot be set, except in a layer
-- written in Lua, where they are free.

---A layer of a network, through which its numbers are reached.
---
---Its settings are fields as well, as in `layer.in_features`.
---@class dnn.Layer
---@field name string the kind, such as "Linear"
---@field dtype "float32"|"float64" type of all numbers of its network
---@field training boolean whether it is in training mode
---@field requires_grad boolean whether its values are learnt; false freezes them
---@field input_shape integer[]|nil shape of its input, {height, width, channels} of an image; nil until known
---@field output_shape integer[]|nil shape of its output
---of a network, whether outputs and gradients of all layers stay readable: nil, as it is at first, in training but not
---in evaluation; true always; false never, which takes the least memory and, with large outputs, less time
---@field keep boolean|nil
---@field X dnn.Matrix|nil input of the last forward; nil before
---@field dX dnn.Matrix|nil gradient of the cost with respect to X; nil before a backward
---@field A dnn.Matrix|nil output of the last forward; nil before
---@field dA dnn.Matrix|nil gradient of the cost with respect to A, of the last backward; nil before
---the tutorial's linear part: the output of a layer with parameters, the input of an activation; nil before a forward
---@field Z dnn.Matrix|nil
---@field dZ dnn.Matrix|nil gradient of the cost with respect to Z; nil before a backward
---@overload fun(X: dnn.Matrix): dnn.Matrix
local layer = {}

---A fully connected layer and its matrices.
---
---An assigned gradient counts as new, so that a step may follow.
---@class dnn.Linear: dnn.Layer
---@field in_features integer rows of X
---@field out_features integer rows of A
---@field init "he"|"xavier"|"0.01"|"1/sqrt(n)" how the weights were started
---@field weight dnn.Matrix out_features x in_features
---@field bias dnn.Matrix|false out_features x 1; false if there is none
---@field weight_grad dnn.Matrix gradient of weight
---@field bias_grad dnn.Matrix gradient of bias
---@field W dnn.Matrix the tutorial's name of weight
---@field b dnn.Matrix the tutorial's name of bias
---@field dW dnn.Matrix the tutorial's name of weight_grad
---@field db dnn.Matrix the tutorial's name of bias_grad
---@overload fun(X: dnn.Matrix): dnn.Matrix
local linear = {}
