-- dnn.stepwise beside the published values of the tutorial, values worked out by hand, and the
-- network in C.
local dnn = require "dnn"
local numpy_random = require "dnn.numpy_random"
local stepwise = require "dnn.stepwise"

local FLOAT64 <const> = {dtype = "float64"}

local function matrix(rows)
  return dnn.Matrix(rows, FLOAT64)
end

local function shared_file(path)
  return (os.getenv "DNN_SHARED" or "../shared") .. "/" .. path
end

local function read_golden()
  local file = io.open(shared_file "golden/stepwise.json")
  if not file then return nil end
  local text = file:read "a"
  file:close()
  return assert(require("dkjson").decode(text))
end

local function assert_near(expected, got, tolerance, what)
  if type(expected) == "number" then
    if type(got) ~= "number" then got = got(1, 1) end
    assert.is_true(math.abs(expected - got) <= tolerance,
      ("%s: expected %.17g, got %.17g"):format(what, expected, got))
    return
  end
  assert.are.equal(#expected, got.rows, what)
  assert.are.equal(#expected[1], got.cols, what)
  for i, row in ipairs(expected) do
    for j, value in ipairs(row) do
      assert_near(value, got(i, j), tolerance, ("%s(%d, %d)"):format(what, i, j))
    end
  end
end

-- The inputs of a case with matrices for its tables of numbers.
local function matrices(inputs)
  local result = {}
  for name, value in pairs(inputs) do
    local nested = type(value) == "table" and type(value[1]) == "table"
    result[name] = nested and matrix(value) or value
  end
  return result
end

-- How a published function is called with a case's inputs, and what is compared afterwards.
local run = {}

function run.initialize_parameters(x)
  return stepwise.initialize_parameters(x.n_x, x.n_h, x.n_y,
    {random = numpy_random.new(x.seed), dtype = "float64"})
end

function run.initialize_parameters_deep(x)
  return stepwise.initialize_parameters_deep(x.layer_dims,
    {random = numpy_random.new(x.seed), dtype = "float64"})
end

function run.linear_forward(x)
  return {Z = (stepwise.linear_forward(x.A, x.W, x.b))}
end

function run.linear_activation_forward(x)
  local A, cache = stepwise.linear_activation_forward(x.A_prev, x.W, x.b, x.activation)
  return {A = A, Z = cache[2]}
end

function run.L_model_forward(x)
  local AL, caches = stepwise.L_model_forward(x.X, x)
  return {AL = AL, n_caches = #caches}
end

function run.compute_cost(x)
  return {cost = stepwise.compute_cost(x.AL, x.Y)}
end

function run.linear_backward(x)
  local dA_prev, dW, db = stepwise.linear_backward(x.dZ, {x.A_prev, x.W, x.b})
  return {dA_prev = dA_prev, dW = dW, db = db}
end

function run.linear_activation_backward(x)
  local cache = {{x.A_prev, x.W, x.b}, x.Z}
  local dA_prev, dW, db = stepwise.linear_activation_backward(x.dA, cache, x.activation)
  return {dA_prev = dA_prev, dW = dW, db = db}
end

function run.L_model_backward(x)
  local caches = {{{x.A1, x.W1, x.b1}, x.Z1}, {{x.A2, x.W2, x.b2}, x.Z2}}
  return stepwise.L_model_backward(x.AL, x.Y, caches)
end

function run.update_parameters(x)
  return stepwise.update_parameters(x, x, x.learning_rate)
end

describe("the tutorial's published values", function()
  local golden = read_golden()
  if not golden then
    pending("skipped: golden/stepwise.json is not in DNN_SHARED (or ../shared)")
    return
  end

  for _, case in ipairs(golden.cases) do
    it("are reproduced by " .. case.id, function()
      local got = run[case["function"]](matrices(case.inputs))
      for name, expected in pairs(case.published) do
        assert_near(expected, got[name], case.published_tolerance, name)
      end
      for name, expected in pairs(case.recomputed_float64) do
        assert_near(expected, got[name], 1e-14, name)
      end
    end)

    it("start from inputs that NumPy's generator gives again, in " .. case.id, function()
      local generator
      for statement in case.regenerate:gmatch "[^;]+" do
        local seed = statement:match "seed%((%d+)%)"
        local name, rows, cols = statement:match "(%w+)=randn%((%d+),(%d+)%)$"
        if seed then generator = numpy_random.new(tonumber(seed)) end
        if name then
          local drawn = generator:randn(tonumber(rows), tonumber(cols))
          -- A_prev is spelled as one word in some recipes
          assert_near(case.inputs[name] or case.inputs.A_prev, drawn, 0, name)
        end
      end
    end)
  end

  it("start the deep network from the same weights", function()
    local check = golden.training.L_layer_model.initial_weights_check
    local parameters = stepwise.initialize_parameters_deep({12288, 20, 7, 5, 1},
      {init = "1/sqrt(n)", random = numpy_random.new(1), dtype = "float64"})
    for name, sums in pairs(check.sum_and_sumsq) do
      local W = parameters[name]
      assert.is_near(sums[1], W:sum(), 1e-10)
      assert.is_near(sums[2], (W % W):sum(), 1e-10)
    end
    for j, value in ipairs(check.W1_first4) do
      assert.is_near(value, parameters.W1(1, j), 1e-17)
    end
  end)

  -- 2500 iterations of the two-layer network: about a minute, so only when asked for.
  it("are the cost curve and accuracies of two_layer_model", function()
    if not os.getenv "DNN_SLOW_TESTS" then
      return pending "skipped: set DNN_SLOW_TESTS=1 to train the two-layer network"
    end
    local training = golden.training.two_layer_model
    local sets = {}
    for _, part in ipairs {"train", "test"} do
      local file = dnn.data.hdf5(shared_file(("data/catvnoncat/%s_catvnoncat.h5"):format(part)))
      if not file then return pending "skipped: data/catvnoncat is not in DNN_SHARED" end
      sets[part] = {
        X = file:read(part .. "_set_x"):to "float64" / 255,
        Y = file:read(part .. "_set_y"):to "float64",
      }
    end
    local parameters, costs = stepwise.two_layer_model(sets.train.X, sets.train.Y,
      training.layers_dims, {
        num_iterations = training.num_iterations, random = numpy_random.new(1),
      })
    for k, cost in ipairs(training.published_cost_every_100) do
      assert.is_near(cost, costs[k], 1e-9)
    end
    local _, train_accuracy = stepwise.predict(sets.train.X, sets.train.Y, parameters)
    local _, test_accuracy = stepwise.predict(sets.test.X, sets.test.Y, parameters)
    assert.is_near(training.train_accuracy, train_accuracy, 1e-12)
    assert.is_near(training.test_accuracy, test_accuracy, 1e-12)
  end)
end)

describe("stepwise by hand", function()
  it("computes Z = W A + b", function()
    local Z = stepwise.linear_forward(matrix {{1, 2}, {3, 4}}, matrix {{1, -1}}, matrix {{0.5}})
    assert.are.equal(matrix {{-1.5, -1.5}}, Z)
  end)

  it("costs log 2 where the network knows nothing", function()
    assert.is_near(math.log(2),
      stepwise.compute_cost(matrix {{0.5, 0.5}}, matrix {{0, 1}}), 1e-15)
  end)

  it("lets relu's gradient through where Z > 0, and not at 0", function()
    local dZ = stepwise.relu_backward(matrix {{5, 6, 7}}, matrix {{-1, 0, 1}})
    assert.are.equal(matrix {{0, 0, 7}}, dZ)
  end)

  it("has a quarter of dA as sigmoid's gradient at 0", function()
    assert.are.equal(matrix {{2}}, stepwise.sigmoid_backward(matrix {{8}}, matrix {{0}}))
  end)

  it("has AL - Y as the last layer's dZ", function()
    local AL, Y = matrix {{0.8, 0.3}}, matrix {{1, 0}}
    local Z = dnn.log(AL / (1 - AL))
    local caches = {{{matrix {{1, 1}}, matrix {{1}}, matrix {{0}}}, Z}}
    local grads = stepwise.L_model_backward(AL, Y, caches)
    assert_near({{-0.2, 0.3}}, grads.dA0, 1e-15, "dA0")
    assert_near({{0.05}}, grads.db1, 1e-15, "db1")
  end)

  it("predicts 1 above one half and says how often that is right", function()
    local parameters = {W1 = matrix {{1}}, b1 = matrix {{0}}}
    local p, accuracy = stepwise.predict(matrix {{-2, 0, 1, 3}}, matrix {{0, 1, 1, 0}}, parameters)
    assert.are.equal(matrix {{0, 0, 1, 1}}, p)
    assert.are.equal(0.5, accuracy)
  end)

  it("draws he and 1/sqrt(n) from the same numbers, scaled", function()
    local function first(init)
      return stepwise.initialize_parameters_deep({8, 1},
        {init = init, random = numpy_random.new(4), dtype = "float64"}).W1(1, 1)
    end
    assert.is_near(first "1/sqrt(n)" * math.sqrt(2), first "he", 1e-15)
    assert.is_near(first "he" * 0.02, first "0.01", 1e-15)
  end)

  it("names an unknown activation and an unknown init", function()
    local one = matrix {{1}}
    assert.error_matches(function() stepwise.linear_activation_forward(one, one, one, "tanh") end,
      "linear_activation_forward: unknown activation 'tanh'; known: relu, sigmoid", 1, true)
    assert.error_matches(function() stepwise.initialize_parameters_deep({2, 1}, {init = "x"}) end,
      "init must be '0.01', '1/sqrt(n)' or 'he', got 'x'", 1, true)
    assert.error_matches(function() stepwise.L_layer_model(one, one, {1, 1}, {rate = 1}) end,
      "L_layer_model: unknown option 'rate'; known: check_finite, init, learning_rate, ")
    assert.error_matches(function() stepwise.two_layer_model(one, one, {1, 1}) end,
      "layers_dims must be {n_x, n_h, n_y}, got 2 numbers", 1, true)
  end)

  it("learns a table of two bits with L_layer_model", function()
    local X, Y = matrix {{0, 0, 1, 1}, {0, 1, 0, 1}}, matrix {{0, 1, 1, 1}}
    local parameters, costs = stepwise.L_layer_model(X, Y, {2, 4, 1},
      {random = numpy_random.new(1), learning_rate = 0.5, num_iterations = 500})
    assert.are.equal(5, #costs)
    assert.is_true(costs[5] < costs[1])
    local _, accuracy = stepwise.predict(X, Y, parameters)
    assert.are.equal(1, accuracy)
  end)
end)

describe("the network in C", function()
  local function build(layer_dims, parameters)
    local layers = {}
    for l = 1, #layer_dims - 1 do
      layers[#layers + 1] = dnn.Linear(layer_dims[l], layer_dims[l + 1])
      layers[#layers + 1] = l < #layer_dims - 1 and dnn.ReLU() or dnn.Sigmoid()
    end
    local net = dnn.Sequential(layers, FLOAT64)
    for l = 1, #layer_dims - 1 do
      net[2 * l - 1].weight:copy_(parameters["W" .. l])
      net[2 * l - 1].bias:copy_(parameters["b" .. l])
    end
    return net
  end

  local function difference(A, B)
    return dnn.abs(A - B):max()
  end

  for seed, layer_dims in ipairs {{3, 1}, {5, 4, 1}, {30, 20, 7, 5, 1}, {8, 8, 8, 8, 8, 8, 1}} do
    it("agrees with stepwise to 1e-12, layers " .. table.concat(layer_dims, ", "), function()
      local random = numpy_random.new(seed)
      local m = 12
      local X = random:randn(layer_dims[1], m)
      local Y = dnn.gt(random:randn(1, m), 0)
      local parameters = stepwise.initialize_parameters_deep(layer_dims,
        {init = "he", random = random, dtype = "float64"})
      local L = #layer_dims - 1
      for l = 1, L do parameters["b" .. l] = random:randn(layer_dims[l + 1], 1) * 0.1 end

      local net, loss = build(layer_dims, parameters), dnn.BCELoss()
      for _ = 1, 5 do
        local AL, caches = stepwise.L_model_forward(X, parameters)
        local grads = stepwise.L_model_backward(AL, Y, caches)
        local output = net:forward(X)
        assert.is_true(difference(AL, output) <= 1e-12)
        assert.is_near(stepwise.compute_cost(AL, Y), loss:forward(output, Y), 1e-12)
        local dX = net:backward(loss:backward(), {input_gradient = true})
        -- the loss divides by m where the tutorial's dW does
        assert.is_true(difference(grads.dA0 / m, dX) <= 1e-12)
        for l = 1, L do
          local layer = net[2 * l - 1]
          assert.is_true(difference(grads["dW" .. l], layer.weight_grad) <= 1e-12)
          assert.is_true(difference(grads["db" .. l], layer.bias_grad) <= 1e-12)
          assert.is_true(difference(caches[l][2], layer.Z) <= 1e-12)
        end
        parameters = stepwise.update_parameters(parameters, grads, 0.1)
        net:update(0.1)
      end
      for l = 1, L do
        assert.is_true(difference(parameters["W" .. l], net[2 * l - 1].weight) <= 1e-12)
      end
    end)
  end
end)
