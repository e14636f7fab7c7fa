-- The L-layer network step by step: the tutorial's functions on matrices, with the tutorial's
-- names, arguments and table keys, for reading, checking and playing. dnn.Sequential does the same
-- faster.
--
-- A column is an example, m of them; layer l has n[l] units, layer 0 is the input:
--
--     Z[l] = W[l] A[l-1] + b[l]      A[l] = g(Z[l]), with g = relu, and sigmoid in the last layer
--
-- W[l] is n[l] x n[l-1], b[l] is n[l] x 1, Z[l] and A[l] are n[l] x m. A gradient has the shape of
-- what it belongs to: dW[l] is the derivative of the cost with respect to W[l].
local dnn = require "dnn"
local arguments = require "dnn.arguments"
local options_of = require "dnn.options"
local strict = require "dnn.strict"

local stepwise = {}

-- An error's text; the end of this file sees to its line.
local function fail(format, ...)
  error(format:format(...), 0)
end

-- Starting weights --------------------------------------------------------------------------------

-- Standard deviation of a layer's starting weights, from its number of inputs.
local deviations = {
  ["0.01"] = function() return 0.01 end,
  ["1/sqrt(n)"] = function(n) return 1 / math.sqrt(n) end,
  he = function(n) return math.sqrt(2 / n) end,
}

-- Normal numbers from opts.random: a dnn.Random, or a generator with a randn of its own.
local function randn(rows, cols, opts)
  local dtype = opts.dtype or dnn.get_default_dtype()
  if type(opts.random) == "table" then return opts.random:randn(rows, cols, dtype) end
  return dnn.randn(rows, cols, {dtype = dtype, random = opts.random})
end

local INIT <const> = {nil, function(name) return deviations[name] end, "'0.01', '1/sqrt(n)' or 'he'"}
local RANDOM <const> = {nil, options_of.is("userdata", "table"), "a dnn.Random, or a table with a method randn"}

local STARTING <const> = {
  init = INIT,
  random = RANDOM,
  dtype = {nil, options_of.one_of("float32", "float64"), "'float32' or 'float64'"},
}

-- W[l] and b[l] by options that were checked.
local function starting_values(layer_dims, opts)
  local deviation = deviations[opts.init or "0.01"]
  local parameters = {}
  for l = 1, #layer_dims - 1 do
    local n_in, n_out = layer_dims[l], layer_dims[l + 1]
    local W = randn(n_out, n_in, opts)
    parameters["W" .. l] = W * deviation(n_in)
    parameters["b" .. l] = dnn.zeros(n_out, 1, {dtype = W.dtype})
  end
  return parameters
end

-- W[l] = randn(n[l], n[l-1]) * deviation, b[l] = 0, for layer_dims = {n[0], n[1], ..., n[L]}.
-- opts: init = "0.01" (the default), "1/sqrt(n)" or "he"; random; dtype.
function stepwise.initialize_parameters_deep(layer_dims, opts)
  if type(layer_dims) ~= "table" or #layer_dims < 2 then
    fail("initialize_parameters_deep: layer_dims must be the layers' sizes from the input on, as in "
      .. "{12288, 20, 7, 5, 1}")
  end
  opts = options_of.read("initialize_parameters_deep", opts, STARTING)
  return starting_values(layer_dims, opts)
end

-- The same for one hidden layer: W1 (n_h x n_x), b1, W2 (n_y x n_h), b2.
function stepwise.initialize_parameters(n_x, n_h, n_y, opts)
  opts = options_of.read("initialize_parameters", opts, STARTING)
  return starting_values({n_x, n_h, n_y}, opts)
end

-- Forward -----------------------------------------------------------------------------------------

-- Z = W A + b. The cache {A, W, b} is what the way back needs.
function stepwise.linear_forward(A, W, b)
  local Z = W * A + b
  return Z, {A, W, b}
end

local activations = {sigmoid = dnn.sigmoid, relu = dnn.relu}

local function check_activation(name, caller)
  if not activations[name] then fail("%s: unknown activation '%s'; known: relu, sigmoid", caller, name) end
end

-- A = g(W A_prev + b). The cache is {linear_cache, activation_cache}, the second one being Z.
function stepwise.linear_activation_forward(A_prev, W, b, activation)
  check_activation(activation, "linear_activation_forward")
  local Z, linear_cache = stepwise.linear_forward(A_prev, W, b)
  return activations[activation](Z), {linear_cache, Z}
end

-- The number of layers: parameters hold a W and a b for each.
local function depth(parameters, caller)
  if type(parameters) ~= "table" or not parameters.W1 then
    fail("%s: parameters must be a table {W1 = , b1 = , ...} as initialize_parameters_deep makes it", caller)
  end
  local L = 0
  while parameters["W" .. L + 1] do L = L + 1 end
  return L
end

local function size(matrix)
  return ("%d x %d"):format(matrix:size())
end

local function check_matrix(value, name, caller)
  if getmetatable(value) ~= getmetatable(dnn.empty(0, 0)) then
    fail("%s: %s must be a Matrix, got %s", caller, name, type(value))
  end
end

local function check_same_size(AL, Y, caller)
  check_matrix(AL, "AL", caller)
  check_matrix(Y, "Y", caller)
  if AL.rows ~= Y.rows or AL.cols ~= Y.cols then
    fail("%s: AL is %s, Y is %s; they need the same shape%s", caller, size(AL), size(Y),
      AL.rows == Y.cols and AL.cols == Y.rows and " (columns are examples: is Y transposed?)" or "")
  end
end

-- The whole network: (linear, relu) L - 1 times, then (linear, sigmoid). AL is 1 x m; caches[l]
-- belongs to layer l.
function stepwise.L_model_forward(X, parameters)
  local L = depth(parameters, "L_model_forward")
  check_matrix(X, "X", "L_model_forward")
  local n = parameters.W1.cols
  if X.rows ~= n then
    fail("L_model_forward: W1 is %s, so X must have %d rows (features), X is %s%s", size(parameters.W1), n, size(X),
      X.cols == n and "; columns are examples: is X transposed?" or "")
  end
  local A, caches = X, {}
  for l = 1, L do
    local W, b = parameters["W" .. l], parameters["b" .. l]
    A, caches[l] = stepwise.linear_activation_forward(A, W, b, l < L and "relu" or "sigmoid")
  end
  return A, caches
end

-- The cross-entropy J = -1/m sum(Y log AL + (1 - Y) log(1 - AL)), a number.
function stepwise.compute_cost(AL, Y)
  check_same_size(AL, Y, "compute_cost")
  local m = Y.cols
  return -(Y % dnn.log(AL) + (1 - Y) % dnn.log(1 - AL)):sum() / m
end

-- Backward ----------------------------------------------------------------------------------------

-- From dZ (n[l] x m) to
--     dA_prev = W' dZ           dW = 1/m dZ A_prev'           db = 1/m (dZ summed over examples)
function stepwise.linear_backward(dZ, cache)
  local A_prev, W = cache[1], cache[2]
  local m = A_prev.cols
  local dA_prev = dnn.mm(W, dZ, {ta = true})
  local dW = dnn.mm(dZ, A_prev, {tb = true}) / m
  local db = dZ:sum(2) / m
  return dA_prev, dW, db
end

-- dZ = dA where Z > 0, else 0; the cache is Z.
function stepwise.relu_backward(dA, cache)
  return dA % dnn.gt(cache, 0)
end

-- dZ = dA s (1 - s) with s = sigmoid(Z); the cache is Z.
function stepwise.sigmoid_backward(dA, cache)
  local s = dnn.sigmoid(cache)
  return dA % s % (1 - s)
end

-- From dA[l] to dA[l-1], dW[l] and db[l].
function stepwise.linear_activation_backward(dA, cache, activation)
  check_activation(activation, "linear_activation_backward")
  local linear_cache, activation_cache = cache[1], cache[2]
  local dZ = stepwise[activation .. "_backward"](dA, activation_cache)
  return stepwise.linear_backward(dZ, linear_cache)
end

-- The derivative of the cost's sum with respect to AL, from which the way back starts:
--     dAL = -(Y / AL - (1 - Y) / (1 - AL))
local function cost_backward(AL, Y)
  return (1 - Y) / (1 - AL) - Y / AL
end

-- All gradients: grads.dW1, grads.db1, ..., and grads.dA0 (the input's) .. grads.dA{L-1}.
function stepwise.L_model_backward(AL, Y, caches)
  check_same_size(AL, Y, "L_model_backward")
  local L = type(caches) == "table" and #caches or 0
  if L == 0 then fail("L_model_backward: caches must be the second result of L_model_forward") end
  local grads = {}
  local dA = cost_backward(AL, Y)
  for l = L, 1, -1 do
    local dA_prev, dW, db =
      stepwise.linear_activation_backward(dA, caches[l], l < L and "relu" or "sigmoid")
    grads["dA" .. l - 1], grads["dW" .. l], grads["db" .. l] = dA_prev, dW, db
    dA = dA_prev
  end
  return grads
end

-- Gradient descent: W[l] - learning_rate dW[l], and b[l] likewise, in a new table of new matrices.
function stepwise.update_parameters(parameters, grads, learning_rate)
  local updated = {}
  local L = depth(parameters, "update_parameters")
  if type(learning_rate) ~= "number" then
    fail("update_parameters: learning_rate must be a number, got %s", type(learning_rate))
  end
  for l = 1, L do
    for _, name in ipairs {"W" .. l, "b" .. l} do
      local gradient = grads["d" .. name] or fail("update_parameters: grads has no d%s", name)
      updated[name] = parameters[name] - learning_rate * gradient
    end
  end
  return updated
end

-- Whole models ------------------------------------------------------------------------------------

-- p is 1 x m, 1 where AL > 0.5, and accuracy the share of p that equals y.
function stepwise.predict(X, y, parameters)
  local AL = stepwise.L_model_forward(X, parameters)
  local p = dnn.gt(AL, 0.5)
  return p, dnn.eq(p, y):mean()
end

local TRAINING <const> = {
  learning_rate = {0.0075, options_of.number(), "a number"},
  num_iterations = {3000, options_of.whole(0), "a whole number"},
  print_cost = {false, options_of.is "boolean", "true or false"},
  init = INIT,
  random = RANDOM,
}

-- num_iterations times: forward, cost, backward, update. Returns the trained parameters and the
-- cost of every hundredth iteration (iteration 0 first).
local function train(X, Y, layers_dims, init, opts)
  local parameters = starting_values(layers_dims, {
    init = opts.init or init, random = opts.random, dtype = X.dtype,
  })
  local costs = {}
  for i = 0, opts.num_iterations - 1 do
    local AL, caches = stepwise.L_model_forward(X, parameters)
    if i % 100 == 0 then
      costs[#costs + 1] = stepwise.compute_cost(AL, Y)
      if opts.print_cost then
        print(("Cost after iteration %d: %.6f"):format(i, costs[#costs]))
      end
    end
    local grads = stepwise.L_model_backward(AL, Y, caches)
    parameters = stepwise.update_parameters(parameters, grads, opts.learning_rate)
  end
  return parameters, costs
end

-- linear, relu, linear, sigmoid: layers_dims is {n_x, n_h, n_y}. opts: learning_rate = 0.0075,
-- num_iterations = 3000, print_cost = false, random, init = "0.01".
function stepwise.two_layer_model(X, Y, layers_dims, opts)
  opts = options_of.read("two_layer_model", opts, TRAINING)
  if #layers_dims ~= 3 then
    fail("two_layer_model: layers_dims must be {n_x, n_h, n_y}, got %d numbers; L_layer_model takes any depth",
      #layers_dims)
  end
  local parameters, costs = train(X, Y, layers_dims, "0.01", opts)
  return parameters, costs
end

-- Any depth, with the same options; init is "1/sqrt(n)", with which deep networks start to learn.
function stepwise.L_layer_model(X, Y, layers_dims, opts)
  opts = options_of.read("L_layer_model", opts, TRAINING)
  local parameters, costs = train(X, Y, layers_dims, "1/sqrt(n)", opts)
  return parameters, costs
end

-- Errors ------------------------------------------------------------------------------------------

-- Passes on what pcall gave; a message loses this file's line for that of the script.
local function pass(ok, ...)
  if ok then return ... end
  local message = ...
  if type(message) == "string" then
    error((message:gsub("^[^\n]-stepwise%.lua:%d+: ", "")), 2)
  end
  error(message, 0)
end

-- Functions whose errors stand in the line that called them.
for name, f in pairs(stepwise) do
  stepwise[name] = arguments.guarded("dnn.stepwise." .. name, f, function(...) return pass(pcall(f, ...)) end)
end

return strict.make("dnn.stepwise", stepwise)
