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
local checks = require "dnn.stepwise.checks"
local options_of = require "dnn.options"
local strict = require "dnn.strict"
local numeral = require "dnn.numeral"

-- None of its functions ends in a tail call of another: an error shows the signature of the one that is on the stack.
local stepwise = {}

local fail <const> = checks.fail        -- an error's text; the end of this file sees to its line

local CHECK <const> = {true, options_of.is "boolean", "true or false"}
local WATCHED <const> = {check_finite = CHECK}

-- Whether numbers that are not finite are an error: unless the options say {check_finite = false}.
local function is_watched(name, opts)
  return options_of.read(name, opts, WATCHED).check_finite
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
  checks.sizes(layer_dims, "initialize_parameters_deep")
  opts = options_of.read("initialize_parameters_deep", opts, STARTING)
  return starting_values(layer_dims, opts)
end

-- The same for one hidden layer: W1 (n_h x n_x), b1, W2 (n_y x n_h), b2.
function stepwise.initialize_parameters(n_x, n_h, n_y, opts)
  for i, n in ipairs {n_x or false, n_h or false, n_y or false} do
    if math.type(n) ~= "integer" or n < 1 then arguments.wrong(i, "a whole number, 1 or more", n or nil) end
  end
  opts = options_of.read("initialize_parameters", opts, STARTING)
  return starting_values({n_x, n_h, n_y}, opts)
end

-- Forward -----------------------------------------------------------------------------------------

-- Z = W A + b. The cache {A, W, b} is what the way back needs.
function stepwise.linear_forward(A, W, b)
  checks.input(A, "A", W, "W", "linear_forward")
  checks.shape(b, "b", W.rows, 1, "linear_forward")
  local Z = W * A + b
  return Z, {A, W, b}
end

local activations = {sigmoid = dnn.sigmoid, relu = dnn.relu}

local function check_activation(name, caller)
  if not activations[name] then
    fail("%s: unknown activation %s; known: relu, sigmoid%s", caller, options_of.shown(name), arguments.usage())
  end
end

-- A = g(W A_prev + b). The cache is {linear_cache, activation_cache}, the second one being Z.
function stepwise.linear_activation_forward(A_prev, W, b, activation)
  check_activation(activation, "linear_activation_forward")
  local Z, linear_cache = stepwise.linear_forward(A_prev, W, b)
  return activations[activation](Z), {linear_cache, Z}
end

local function forward(X, parameters, where, watched)
  local L = checks.parameters(parameters, where, watched)
  checks.input(X, "X", parameters.W1, "W1", where)
  if watched then checks.finite(X, "X", where, "; check where the data come from") end
  local A, caches = X, {}
  for l = 1, L do
    local W, b = parameters["W" .. l], parameters["b" .. l]
    A, caches[l] = stepwise.linear_activation_forward(A, W, b, l < L and "relu" or "sigmoid")
  end
  return A, caches
end

-- The whole network: (linear, relu) L - 1 times, then (linear, sigmoid). AL is 1 x m; caches[l]
-- belongs to layer l.
function stepwise.L_model_forward(X, parameters, opts)
  local AL, caches = forward(X, parameters, "L_model_forward", is_watched("L_model_forward", opts))
  return AL, caches
end

-- Logarithms no less than -100, as in BCELoss, so that a prediction that is certain has a cost.
local function bounded_log(A)
  return dnn.log(A):clamp_(-100)
end

local function cost(AL, Y, where, watched)
  checks.same_shape(AL, "AL", Y, "Y", where)
  checks.examples(AL, "AL", where)
  Y = Y:to(AL.dtype)
  if watched then
    checks.probabilities(AL, where)
    checks.labels(Y, "Y", where)
  end
  local m = Y.cols
  return (Y % bounded_log(AL) + (1 - Y) % bounded_log(1 - AL)):sum() / -m + 0.0 -- + 0.0: -0 is 0
end

-- The cross-entropy J = -1/m sum(Y log AL + (1 - Y) log(1 - AL)), a number.
function stepwise.compute_cost(AL, Y, opts)
  return (cost(AL, Y, "compute_cost", is_watched("compute_cost", opts)))
end

-- Backward ----------------------------------------------------------------------------------------

-- From dZ (n[l] x m) to
--     dA_prev = W' dZ           dW = 1/m dZ A_prev'           db = 1/m (dZ summed over examples)
function stepwise.linear_backward(dZ, cache)
  local A_prev, W = checks.linear_cache(dZ, cache, "linear_backward")
  local m = A_prev.cols
  local dA_prev = dnn.mm(W, dZ, {ta = true})
  local dW = dnn.mm(dZ, A_prev, {tb = true}) / m
  local db = dZ:sum(2) / m
  return dA_prev, dW, db
end

-- dZ = dA where Z > 0, else 0; the cache is Z.
function stepwise.relu_backward(dA, cache)
  checks.same_shape(dA, "dA", cache, "Z", "relu_backward")
  return dA % dnn.gt(cache, 0)
end

-- dZ = dA s (1 - s) with s = sigmoid(Z); the cache is Z.
function stepwise.sigmoid_backward(dA, cache)
  checks.same_shape(dA, "dA", cache, "Z", "sigmoid_backward")
  local s = dnn.sigmoid(cache)
  return dA % s % (1 - s)
end

-- From dA[l] to dA[l-1], dW[l] and db[l].
function stepwise.linear_activation_backward(dA, cache, activation)
  check_activation(activation, "linear_activation_backward")
  checks.activation_cache(cache, "linear_activation_backward")
  local linear_cache, activation_cache = cache[1], cache[2]
  local dZ = stepwise[activation .. "_backward"](dA, activation_cache)
  return stepwise.linear_backward(dZ, linear_cache)
end

-- The derivative of the cost's sum with respect to AL, from which the way back starts:
--     dAL = -(Y / AL - (1 - Y) / (1 - AL)) = (AL - Y) / (AL (1 - AL))
-- The divisor counts as 1e-12 where it is less, as in BCELoss: where AL is 0 or 1.
local function cost_backward(AL, Y)
  local divisor = AL % (1 - AL)
  return (AL - Y) / dnn.where(dnn.lt(dnn.abs(divisor), 1e-12), 1e-12, divisor)
end

local function backward(AL, Y, caches, where, watched)
  checks.same_shape(AL, "AL", Y, "Y", where)
  local L = checks.caches(caches, where)
  Y = Y:to(AL.dtype)
  if watched then
    checks.finite(AL, "AL", where)
    checks.labels(Y, "Y", where)
  end
  local grads = {}
  local dA = cost_backward(AL, Y)
  for l = L, 1, -1 do
    local dA_prev, dW, db =
      stepwise.linear_activation_backward(dA, caches[l], l < L and "relu" or "sigmoid")
    grads["dA" .. l - 1], grads["dW" .. l], grads["db" .. l] = dA_prev, dW, db
    dA = dA_prev
  end
  if watched then checks.finite_gradients(grads, L, where) end
  return grads
end

-- All gradients: grads.dW1, grads.db1, ..., and grads.dA0 (the input's) .. grads.dA{L-1}.
function stepwise.L_model_backward(AL, Y, caches, opts)
  return (backward(AL, Y, caches, "L_model_backward", is_watched("L_model_backward", opts)))
end

local function update(parameters, grads, learning_rate, where, watched)
  local L = checks.parameters(parameters, where, watched)
  checks.gradients(parameters, grads, L, where)
  if watched then checks.finite_gradients(grads, L, where) end
  local updated = {}
  for l = 1, L do
    for _, name in ipairs {"W" .. l, "b" .. l} do
      updated[name] = parameters[name] - learning_rate * grads["d" .. name]:to(parameters[name].dtype)
    end
  end
  return updated
end

-- Gradient descent: W[l] - learning_rate dW[l], and b[l] likewise, in a new table of new matrices.
function stepwise.update_parameters(parameters, grads, learning_rate, opts)
  if type(learning_rate) ~= "number" or learning_rate - learning_rate ~= 0 then
    arguments.wrong(3, "a finite number", learning_rate)
  end
  return (update(parameters, grads, learning_rate, "update_parameters", is_watched("update_parameters", opts)))
end

-- Whole models ------------------------------------------------------------------------------------

-- p is 1 x m, 1 where AL > 0.5, and accuracy the share of p that equals y.
function stepwise.predict(X, y, parameters)
  local AL = forward(X, parameters, "predict", true)
  checks.same_shape(AL, "AL", y, "y", "predict")
  checks.examples(AL, "AL", "predict")
  y = y:to(AL.dtype)
  checks.labels(y, "y", "predict")
  local p = dnn.gt(AL, 0.5)
  return p, dnn.eq(p, y):mean()
end

local TRAINING <const> = {
  learning_rate = {0.0075, options_of.number(), "a number"},
  num_iterations = {3000, options_of.whole(0), "a whole number, 0 or more"},
  print_cost = {false, options_of.is "boolean", "true or false"},
  init = INIT,
  random = RANDOM,
  check_finite = CHECK,
}

-- num_iterations times: forward, cost, backward, update. Returns the trained parameters and the
-- cost of every hundredth iteration (iteration 0 first).
local function train(name, X, Y, layers_dims, init, opts)
  checks.data(X, Y, layers_dims, name)
  Y = Y:to(X.dtype)
  local parameters = starting_values(layers_dims, {
    init = opts.init or init, random = opts.random, dtype = X.dtype,
  })
  local costs = {}
  for i = 0, opts.num_iterations - 1 do
    local where = ("%s: iteration %d"):format(name, i)
    local AL, caches = forward(X, parameters, where, opts.check_finite)
    if i % 100 == 0 then
      costs[#costs + 1] = cost(AL, Y, where, opts.check_finite)
      if opts.print_cost then
        print(("Cost after iteration %d: %s"):format(i, numeral("%.6f", costs[#costs])))
      end
    end
    local grads = backward(AL, Y, caches, where, opts.check_finite)
    parameters = update(parameters, grads, opts.learning_rate, where, opts.check_finite)
  end
  return parameters, costs
end

-- linear, relu, linear, sigmoid: layers_dims is {n_x, n_h, n_y}. opts: learning_rate = 0.0075,
-- num_iterations = 3000, print_cost = false, random, init = "0.01", check_finite = true.
function stepwise.two_layer_model(X, Y, layers_dims, opts)
  opts = options_of.read("two_layer_model", opts, TRAINING)
  checks.sizes(layers_dims, "two_layer_model")
  if #layers_dims ~= 3 then
    fail("two_layer_model: layers_dims must be {n_x, n_h, n_y}, got %d numbers; L_layer_model takes any depth",
      #layers_dims)
  end
  local parameters, costs = train("two_layer_model", X, Y, layers_dims, "0.01", opts)
  return parameters, costs
end

-- Any depth, with the same options; init is "1/sqrt(n)", with which deep networks start to learn.
function stepwise.L_layer_model(X, Y, layers_dims, opts)
  opts = options_of.read("L_layer_model", opts, TRAINING)
  checks.sizes(layers_dims, "L_layer_model")
  local parameters, costs = train("L_layer_model", X, Y, layers_dims, "1/sqrt(n)", opts)
  return parameters, costs
end

-- Errors ------------------------------------------------------------------------------------------

-- Passes on what pcall gave; a message loses this file's line for that of the script.
local function pass(ok, ...)
  if ok then return ... end
  local message = ...
  if type(message) == "string" then
    error((message:gsub("^[^\n]-stepwise[%w/]*%.lua:%d+: ", "")), 2)
  end
  error(message, 0)
end

-- Functions whose errors name the line that called them.
for name, f in pairs(stepwise) do
  stepwise[name] = arguments.guarded("dnn.stepwise." .. name, f, function(...) return pass(pcall(f, ...)) end)
end

return strict.make("dnn.stepwise", stepwise)
