---@meta _

-- # The L-layer network step by step
--
-- `dnn.stepwise` has the tutorial's functions by the tutorial's names, arguments and table keys, on matrices: to read,
-- check and experiment with. `dnn.Sequential` does the same faster.
--
-- Layer l has n[l] units, layer 0 is the input, and there are m examples:
--
--     Z[l] = W[l] A[l-1] + b[l]      A[l] = g(Z[l]), g being relu, and sigmoid in the last layer
--
-- W[l] is n[l] x n[l-1], b[l] is n[l] x 1, Z[l] and A[l] are n[l] x m. A gradient has the shape of what it belongs to:
-- dW[l] is the derivative of the cost with respect to W[l]. Parameters are a table {W1 = , b1 = , ..., WL = , bL = }.
--
-- A number that is not finite stops a training with an error that names the iteration and the element, as in
-- "L_layer_model: iteration 12: dW1(3, 1) is nan", unless the option `check_finite` is false.

---@class dnn
local dnn = {}

---The tutorial's functions; loaded when they are first used.
---@class dnn.stepwise
dnn.stepwise = {}

-- ## Starting weights

---@class dnn.stepwise.initialize_parameters_deep.Options
---@field init? "0.01"|"1/sqrt(n)"|"he" standard deviation: 0.01 (by default), 1 / sqrt(n[l-1]), sqrt(2 / n[l-1])
---stream to draw from, the global one by default; or any table with a method `randn(rows, cols, dtype)`
---@field random? dnn.Random|table
---@field dtype? "float32"|"float64" that of `dnn.set_default_dtype` by default

---Starting values for layers of n[0], n[1], ..., n[L] units: normal weights, and b = 0.
---
---```lua
---local s = dnn.stepwise
---local parameters = s.initialize_parameters_deep({3, 4, 1}, {init = "he"})
---print(parameters.W1:size())   --> 4	3
---```
---@param layer_dims integer[] {n[0], n[1], ..., n[L]}
---@param opts? dnn.stepwise.initialize_parameters_deep.Options
---@return table<string, dnn.Matrix> parameters
function dnn.stepwise.initialize_parameters_deep(layer_dims, opts) end

---The same for one hidden layer: W1 (n_h x n_x), b1, W2 (n_y x n_h), b2.
---
---```lua
---local parameters = dnn.stepwise.initialize_parameters(3, 4, 1)
---print(parameters.W2:size())   --> 1	4
---```
---@param n_x integer features
---@param n_h integer hidden units
---@param n_y integer outputs
---@param opts? dnn.stepwise.initialize_parameters_deep.Options
---@return table<string, dnn.Matrix> parameters
function dnn.stepwise.initialize_parameters(n_x, n_h, n_y, opts) end

-- ## Forward

---Z = W A + b.
---
---```lua
---local s = dnn.stepwise
---local A, W, b = dnn.ones(3, 5), dnn.ones(2, 3), dnn.zeros(2, 1)
---local Z, cache = s.linear_forward(A, W, b)
---print(Z:size())   --> 2	5
---```
---@param A dnn.Matrix n[l-1] x m
---@param W dnn.Matrix n[l] x n[l-1]
---@param b dnn.Matrix n[l] x 1
---@return dnn.Matrix Z n[l] x m
---@return table cache {A, W, b}, for backward
function dnn.stepwise.linear_forward(A, W, b) end

---A = g(W A_prev + b).
---
---```lua
---local X, W, b = dnn.ones(3, 5), dnn.ones(2, 3), dnn.zeros(2, 1)
---local A, cache = dnn.stepwise.linear_activation_forward(X, W, b, "relu")
---print(A(1, 1))   --> 3.0
---```
---@param A_prev dnn.Matrix n[l-1] x m
---@param W dnn.Matrix n[l] x n[l-1]
---@param b dnn.Matrix n[l] x 1
---@param activation "relu"|"sigmoid"
---@return dnn.Matrix A n[l] x m
---@return table cache {linear_cache, Z}
function dnn.stepwise.linear_activation_forward(A_prev, W, b, activation) end

---@class dnn.stepwise.L_model_forward.Options
---@field check_finite? boolean whether numbers that are not finite are an error, true by default

---The whole network: (linear, relu) L - 1 times, then (linear, sigmoid).
---
---```lua
---local parameters = dnn.stepwise.initialize_parameters_deep{3, 4, 1}
---local AL, caches = dnn.stepwise.L_model_forward(dnn.ones(3, 5), parameters)
---print(#caches, AL:size())   --> 2	1	5
---```
---@param X dnn.Matrix n[0] x m
---@param parameters table<string, dnn.Matrix>
---@param opts? dnn.stepwise.L_model_forward.Options
---@return dnn.Matrix AL n[L] x m
---@return table[] caches one for each layer
function dnn.stepwise.L_model_forward(X, parameters, opts) end

---The cross-entropy J = -1/m sum(Y log AL + (1 - Y) log(1 - AL)).
---
---A logarithm counts as -100 at least, as in BCELoss, so a prediction that is certain and right costs 0, one that is
---certain and wrong 100.
---
---Errors: shapes that differ, and an AL outside 0..1. Labels outside 0..1 give one warning.
---
---```lua
---local J = dnn.stepwise.compute_cost(dnn.full(1, 2, 0.5), dnn.Matrix{{0, 1}})
---print(J - math.log(2) < 1e-6)   --> true
---```
---@param AL dnn.Matrix 1 x m
---@param Y dnn.Matrix 1 x m, 0 or 1
---@param opts? dnn.stepwise.L_model_forward.Options
---@return number J
function dnn.stepwise.compute_cost(AL, Y, opts) end

-- ## Backward

---From dZ to dA_prev = W' dZ, dW = 1/m dZ A_prev' and db = 1/m (dZ summed over examples).
---
---```lua
---local s = dnn.stepwise
---local A, W, b = dnn.ones(3, 5), dnn.ones(2, 3), dnn.zeros(2, 1)
---local Z, cache = s.linear_forward(A, W, b)
---local dA_prev, dW, db = s.linear_backward(dnn.ones(2, 5), cache)
---print(db(1, 1))   --> 1.0
---```
---@param dZ dnn.Matrix n[l] x m
---@param cache table that of linear_forward
---@return dnn.Matrix dA_prev
---@return dnn.Matrix dW
---@return dnn.Matrix db
function dnn.stepwise.linear_backward(dZ, cache) end

---dZ = dA where Z > 0, else 0.
---
---```lua
---local Z = dnn.Matrix{-1, 1}
---print(dnn.stepwise.relu_backward(dnn.ones(2, 1), Z):sum())   --> 1.0
---```
---@param dA dnn.Matrix
---@param cache dnn.Matrix Z
---@return dnn.Matrix dZ
function dnn.stepwise.relu_backward(dA, cache) end

---dZ = dA s (1 - s) with s = sigmoid(Z).
---
---```lua
---local dZ = dnn.stepwise.sigmoid_backward(dnn.ones(1, 1), dnn.zeros(1, 1))
---print(dZ(1, 1))   --> 0.25
---```
---@param dA dnn.Matrix
---@param cache dnn.Matrix Z
---@return dnn.Matrix dZ
function dnn.stepwise.sigmoid_backward(dA, cache) end

---From dA[l] to dA[l-1], dW[l] and db[l].
---
---```lua
---local s = dnn.stepwise
---local X, W, b = dnn.ones(3, 5), dnn.ones(2, 3), dnn.zeros(2, 1)
---local A, cache = s.linear_activation_forward(X, W, b, "relu")
---local dX, dW, db = s.linear_activation_backward(A, cache, "relu")
---print(dW:size())   --> 2	3
---```
---@param dA dnn.Matrix n[l] x m
---@param cache table that of linear_activation_forward
---@param activation "relu"|"sigmoid"
---@return dnn.Matrix dA_prev
---@return dnn.Matrix dW
---@return dnn.Matrix db
function dnn.stepwise.linear_activation_backward(dA, cache, activation) end

---All gradients: dW1, db1, ..., and dA0 (the input's) to dA{L-1}.
---
---Backward starts from dAL = -(Y / AL - (1 - Y) / (1 - AL)) = (AL - Y) / (AL (1 - AL)), whose divisor is taken as 1e-12
---where AL is 0 or 1.
---
---Errors: shapes that differ, and gradients that are not finite. Labels outside 0..1 give one warning.
---
---```lua
---local s = dnn.stepwise
---local parameters = s.initialize_parameters_deep{3, 4, 1}
---local AL, caches = s.L_model_forward(dnn.ones(3, 5), parameters)
---local grads = s.L_model_backward(AL, dnn.ones(1, 5), caches)
---print(grads.dW1:size())   --> 4	3
---```
---@param AL dnn.Matrix 1 x m
---@param Y dnn.Matrix 1 x m
---@param caches table[] those of L_model_forward
---@param opts? dnn.stepwise.L_model_forward.Options
---@return table<string, dnn.Matrix> grads
function dnn.stepwise.L_model_backward(AL, Y, caches, opts) end

---Gradient descent: W[l] - learning_rate dW[l], and b[l] likewise, as a new table of new matrices.
---
---Errors: a gradient of another shape than its parameter, or not finite; then nothing is updated.
---
---```lua
---local parameters = {W1 = dnn.ones(1, 1), b1 = dnn.ones(1, 1)}
---local grads = {dW1 = dnn.ones(1, 1), db1 = dnn.zeros(1, 1)}
---parameters = dnn.stepwise.update_parameters(parameters, grads, 0.5)
---print(parameters.W1(1, 1))   --> 0.5
---```
---@param parameters table<string, dnn.Matrix>
---@param grads table<string, dnn.Matrix>
---@param learning_rate number
---@param opts? dnn.stepwise.L_model_forward.Options
---@return table<string, dnn.Matrix> parameters
function dnn.stepwise.update_parameters(parameters, grads, learning_rate, opts) end

-- ## Whole models

---Predictions, 1 where AL > 0.5, and the share of them that equals y.
---
---```lua
---local s = dnn.stepwise
---local parameters = s.initialize_parameters_deep{3, 4, 1}
---local p, accuracy = s.predict(dnn.ones(3, 5), dnn.ones(1, 5), parameters)
---print(p:size())   --> 1	5
---```
---@param X dnn.Matrix n[0] x m
---@param y dnn.Matrix 1 x m, 0 or 1
---@param parameters table<string, dnn.Matrix>
---@return dnn.Matrix p 1 x m
---@return number accuracy
function dnn.stepwise.predict(X, y, parameters) end

---@class dnn.stepwise.L_layer_model.Options
---@field learning_rate? number 0.0075 by default
---@field num_iterations? integer 3000 by default
---@field check_finite? boolean whether a cost or gradient that is not finite ends the training, true by default
---@field print_cost? boolean whether the cost of every hundredth iteration is printed, false by default
---@field random? dnn.Random|table as for initialize_parameters_deep
---as for initialize_parameters_deep; by default "0.01" in two_layer_model, and in L_layer_model "1/sqrt(n)", with which
---deep networks start to learn
---@field init? "0.01"|"1/sqrt(n)"|"he"

---Trains linear, relu, linear, sigmoid.
---
---```lua
---local s, X, Y = dnn.stepwise, dnn.rand(2, 20), dnn.ones(1, 20)
---local options = {num_iterations = 101}
---local parameters, costs = s.two_layer_model(X, Y, {2, 3, 1}, options)
---print(#costs)   --> 2
---```
---@param X dnn.Matrix n_x x m
---@param Y dnn.Matrix 1 x m, 0 or 1
---@param layers_dims integer[] {n_x, n_h, n_y}
---@param opts? dnn.stepwise.L_layer_model.Options
---@return table<string, dnn.Matrix> parameters
---@return number[] costs of every hundredth iteration, iteration 0 first
function dnn.stepwise.two_layer_model(X, Y, layers_dims, opts) end

---Trains a network of any depth.
---
---```lua
---local s, X, Y = dnn.stepwise, dnn.rand(2, 20), dnn.ones(1, 20)
---local options = {num_iterations = 50}
---local parameters, costs = s.L_layer_model(X, Y, {2, 4, 3, 1}, options)
---print(#costs)   --> 1
---```
---@param X dnn.Matrix n[0] x m
---@param Y dnn.Matrix 1 x m, 0 or 1
---@param layers_dims integer[] {n[0], n[1], ..., n[L]}
---@param opts? dnn.stepwise.L_layer_model.Options
---@return table<string, dnn.Matrix> parameters
---@return number[] costs of every hundredth iteration, iteration 0 first
function dnn.stepwise.L_layer_model(X, Y, layers_dims, opts) end
