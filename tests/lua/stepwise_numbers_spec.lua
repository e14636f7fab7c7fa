-- dnn.stepwise with numbers that go to an extreme: predictions that are certain, labels of other types and values,
-- shapes that do not fit, and numbers that are not finite.
local dnn = require "dnn"
local program = dofile "tests/lua/program.lua"
local s = require "dnn.stepwise"

local DTYPES <const> = {"float32", "float64"}

local function matrix(rows, dtype)
  return dnn.Matrix(rows, {dtype = dtype})
end

local function message(f, ...)
  local ok, text = pcall(f, ...)
  assert.is_false(ok, "no error")
  return text
end

-- One layer with the weights given, whose Z is W X: {W1, b1}.
local function layer(W, dtype)
  return {W1 = matrix(W, dtype), b1 = dnn.zeros(#W, 1, {dtype = dtype})}
end

describe("a prediction that is certain", function()
  for _, dtype in ipairs(DTYPES) do
    it("and right costs 0, and has a finite gradient, in " .. dtype, function()
      for _, labels in ipairs{{{1, 0}}, {{1, 1}}, {{0, 0}}} do
        local Y = matrix(labels, dtype)
        local cost = s.compute_cost(Y:copy(), Y)
        assert.equal(0, cost)
        assert.equal("0.0", tostring(cost)) -- and not -0.0
      end
      -- Saturated by the network itself: sigmoid(1000) is 1, sigmoid(-1000) is 0.
      local AL, caches = s.L_model_forward(matrix({{1000, -1000}}, dtype), layer({{1}}, dtype))
      local Y = matrix({{1, 0}}, dtype)
      assert.is_true(AL == Y)
      local grads = s.L_model_backward(AL, Y, caches)
      assert.is_true(grads.dW1 == matrix({{0}}, dtype) and grads.db1 == matrix({{0}}, dtype))
      assert.is_true(grads.dA0 == matrix({{0, 0}}, dtype))
    end)

    it("and wrong costs 100 each, and has a finite gradient, in " .. dtype, function()
      local AL, Y = matrix({{0, 1, 1}}, dtype), matrix({{1, 0, 1}}, dtype)
      assert.is_near(200 / 3, s.compute_cost(AL, Y), 1e-5)
      local _, caches = s.L_model_forward(matrix({{-1000, 1000, 1000}}, dtype), layer({{1}}, dtype))
      local grads = s.L_model_backward(AL, Y, caches)
      for _, gradient in pairs(grads) do assert.equal(1, dnn.isfinite(gradient):min()) end
    end)

    it("costs what BCELoss says, and so do others, in " .. dtype, function()
      local tiny = dtype == "float32" and 1e-30 or 1e-300
      local AL = matrix({{0, 1, tiny, 1 - 2^-24, 0.3, 0.999}}, dtype)
      for _, labels in ipairs{{{0, 1, 0, 1, 1, 0}}, {{1, 0, 1, 0, 0, 1}}, {{0, 0, 1, 1, 0, 1}}} do
        local Y = matrix(labels, dtype)
        local loss = dnn.BCELoss()
        local expected = loss:forward(AL, Y)
        assert.is_near(expected, s.compute_cost(AL, Y), 1e-6 * math.max(1, expected))
      end
    end)

    it("lets an easy set be learnt to the end, in " .. dtype, function()
      dnn.manual_seed(1)
      local m = 200
      local X = dnn.randn(2, m, {dtype = dtype})
      X:row(1):add_(dnn.where(dnn.gt(dnn.rand(1, m, {dtype = dtype}), 0.5), 3, -3))
      local Y = dnn.gt(X:row(1), 0)
      local p, costs = s.L_layer_model(X, Y, {2, 8, 4, 1}, {learning_rate = 0.3, num_iterations = 3001, init = "he"})
      assert.is_true(costs[#costs] < 0.01)
      local _, accuracy = s.predict(X, Y, p)
      assert.equal(1, accuracy)
    end)
  end
end)

describe("labels of another element type", function()
  local AL = dnn.sigmoid(dnn.Matrix{{-1, 0.5, 2, -0.2}})
  local labels <const> = {{1, 0, 0, 1}}
  local Y = dnn.Matrix(labels)

  for _, dtype in ipairs{"float64", "uint8", "int32"} do
    it("are taken: " .. dtype, function()
      local other = matrix(labels, dtype)
      assert.equal(s.compute_cost(AL, Y), s.compute_cost(AL, other))
      local _, caches = s.L_model_forward(dnn.ones(1, 4), layer{{1}})
      assert.is_true(s.L_model_backward(AL, Y, caches).dW1 == s.L_model_backward(AL, other, caches).dW1)
      local _, accuracy = s.predict(dnn.ones(1, 4), other, layer{{1}})
      assert.equal(0.5, accuracy)
      local X = dnn.Matrix{{1, 2, 3, 4}}
      dnn.manual_seed(3)
      local _, costs = s.L_layer_model(X, Y, {1, 2, 1}, {num_iterations = 5})
      dnn.manual_seed(3)
      local _, again = s.L_layer_model(X, other, {1, 2, 1}, {num_iterations = 5})
      assert.same(costs, again)
    end)
  end

  it("are taken by a network of float64 too", function()
    assert.is_near(s.compute_cost(AL, Y), s.compute_cost(AL:double(), Y), 1e-7)
  end)

  it("of X are named with the cure", function()
    assert.matches('L_model_forward: X is float64, W1 is float32; convert it with X:to "float32"$',
      message(s.L_model_forward, dnn.ones(1, 4):double(), layer{{1}}))
    assert.matches("L_layer_model: X is uint8; convert it, bytes to 0..1 by X:float%(%) / 255$",
      message(s.L_layer_model, dnn.ones(1, 4):byte(), Y, {1, 1}))
    assert.matches('linear_forward: A is uint8, W is float32; convert it with A:to "float32"$',
      message(s.linear_forward, dnn.ones(1, 4):byte(), dnn.ones(1, 1), dnn.ones(1, 1)))
  end)
end)

describe("a shape that does not fit", function()
  local p = s.initialize_parameters_deep{2, 4, 1}
  local X = dnn.ones(2, 5)
  local AL, caches = s.L_model_forward(X, p)
  local grads = s.L_model_backward(AL, dnn.ones(1, 5), caches)

  -- Calls after one entry of a table was replaced: the message.
  local function with(t, name, value, f)
    local changed = {}
    for k, v in pairs(t) do changed[k] = v end
    changed[name] = value
    return message(f, changed)
  end

  it("of labels is refused by every function that compares them", function()
    for name, f in pairs{
      predict = function(Y) s.predict(X, Y, p) end, compute_cost = function(Y) s.compute_cost(AL, Y) end,
      L_model_backward = function(Y) s.L_model_backward(AL, Y, caches) end,
      L_layer_model = function(Y) s.L_layer_model(X, Y, {2, 4, 1}) end,
    } do
      for _, Y in ipairs{dnn.zeros(5, 1), dnn.zeros(1, 4), dnn.zeros(1, 1), dnn.zeros(2, 5)} do
        local text = message(f, Y)
        assert.matches(name .. ":", text, 1, true)
        assert.matches("%f[%a][Yy]%f[%A]", text)
        assert.matches(("%d x %d"):format(Y:size()), text, 1, true)
      end
    end
  end)

  it("of a gradient is refused, and names both", function()
    local function update(g) s.update_parameters(p, g, 0.1) end
    assert.matches("update_parameters: db1 is 4 x 7 and b1 is 4 x 1; a gradient has its parameter's shape$",
      with(grads, "db1", dnn.zeros(4, 7), update))
    assert.matches("dW1 is 2 x 4 and W1 is 4 x 2", with(grads, "dW1", dnn.zeros(2, 4), update))
    assert.matches("db2 is 4 x 1 and b2 is 1 x 1", with(grads, "db2", dnn.zeros(4, 1), update))
    assert.matches("dW2 must be a Matrix, got number", with(grads, "dW2", 1, update))
  end)

  it("of a parameter is refused, and names it", function()
    local function forward(parameters) s.L_model_forward(X, parameters) end
    assert.matches("W2 is 1 x 3 and must be n x 4$", with(p, "W2", dnn.zeros(1, 3), forward))
    assert.matches("b1 is 1 x 4 and must be 4 x 1; is it transposed%?$", with(p, "b1", dnn.zeros(1, 4), forward))
    assert.matches("b2 must be a Matrix, got string", with(p, "b2", "0", forward))
  end)

  it("of a step backward is refused", function()
    assert.matches("relu_backward: dA is 1 x 3, Z is 1 x 2", message(s.relu_backward, dnn.ones(1, 3), dnn.ones(1, 2)))
    assert.matches("sigmoid_backward: dA is 1 x 3, Z is 3 x 1",
      message(s.sigmoid_backward, dnn.ones(1, 3), dnn.ones(3, 1)))
    assert.matches("linear_backward: dZ is 2 x 5 and must be 4 x 5",
      message(s.linear_backward, dnn.ones(2, 5), caches[1][1]))
  end)

  it("of sizes is refused", function()
    assert.matches("number 2 of layer_dims is 0", message(s.initialize_parameters_deep, {2, 0, 1}))
    assert.matches("number 1 of layer_dims is 2.5", message(s.L_layer_model, X, dnn.ones(1, 5), {2.5, 1}))
    assert.matches("n_h must be a whole number, 1 or more, got nil", message(s.initialize_parameters, 3, nil, 1))
  end)
end)

describe("a number that is not finite", function()
  local nan <const>, inf <const> = 0 / 0, 1 / 0
  local X, Y = dnn.ones(2, 3), dnn.Matrix{{1, 0, 1}}

  -- A matrix with one element changed.
  local function with(A, i, j, value)
    A = A:copy()
    A:set(i, j, value)
    return A
  end

  for _, dtype in ipairs(DTYPES) do
    it("stops where it is found, named with its place, in " .. dtype, function()
      local p = s.initialize_parameters_deep({2, 4, 1}, {dtype = dtype})
      local x, y = X:to(dtype), Y:to(dtype)
      local AL, caches = s.L_model_forward(x, p)
      local grads = s.L_model_backward(AL, y, caches)
      for _, value in ipairs{nan, inf, -inf} do
        local shown = value ~= value and "nan" or tostring(value):gsub("%-", "%%-")
        assert.matches("L_model_forward: X%(2, 3%) is " .. shown,
          message(s.L_model_forward, with(x, 2, 3, value), p))
        assert.matches("compute_cost: AL%(1, 2%) is " .. shown, message(s.compute_cost, with(AL, 1, 2, value), y))
        assert.matches("compute_cost: Y%(1, 2%) is " .. shown, message(s.compute_cost, AL, with(y, 1, 2, value)))
        assert.matches("L_model_backward: AL%(1, 1%) is " .. shown,
          message(s.L_model_backward, with(AL, 1, 1, value), y, caches))
        local bad = {W1 = with(p.W1, 3, 2, value), b1 = p.b1, W2 = p.W2, b2 = p.b2}
        assert.matches("L_model_forward: W1%(3, 2%) is " .. shown, message(s.L_model_forward, x, bad))
        assert.matches("predict: W1%(3, 2%) is " .. shown, message(s.predict, x, y, bad))
        local wrong = {dW1 = grads.dW1, db1 = with(grads.db1, 4, 1, value), dW2 = grads.dW2, db2 = grads.db2}
        assert.matches("update_parameters: db1%(4, 1%) is " .. shown .. "; nothing was updated",
          message(s.update_parameters, p, wrong, 0.1))
        assert.matches("learning_rate must be a finite number", message(s.update_parameters, p, grads, value))
      end
    end)

    it("ends a training, with the iteration, in " .. dtype, function()
      dnn.manual_seed(2)
      local x = dnn.randn(2, 20, {dtype = dtype}) * 1e4
      local text = message(s.L_layer_model, x, dnn.gt(x:row(1), 0), {2, 8, 8, 1},
        {learning_rate = dtype == "float32" and 1e30 or 1e200, num_iterations = 400})
      assert.matches("stepwise_numbers_spec.lua:%d+: ", text .. message(function()
        s.two_layer_model(with(x, 1, 1, nan), dnn.gt(x:row(1), 0), {2, 3, 1})
      end))
      assert.matches("L_layer_model: iteration %d+: %a+%d*%(%d+, %d+%) is %-?[ni]", text)
    end)
  end

  it("goes on where that is asked for", function()
    local p = {W1 = dnn.Matrix{{nan}}, b1 = dnn.zeros(1, 1)}
    local AL, caches = s.L_model_forward(dnn.ones(1, 2), p, {check_finite = false})
    assert.is_true(AL(1, 1) ~= AL(1, 1))
    local cost = s.compute_cost(AL, dnn.ones(1, 2), {check_finite = false})
    assert.is_true(cost ~= cost)
    local grads = s.L_model_backward(AL, dnn.ones(1, 2), caches, {check_finite = false})
    local after = s.update_parameters(p, grads, 0.1, {check_finite = false})
    assert.is_true(after.W1(1, 1) ~= after.W1(1, 1))
    assert.matches("compute_cost: check_finite must be true or false, got 0",
      message(s.compute_cost, AL, AL, {check_finite = 0}))
  end)

  it("is none where sums alone overflow", function()
    local huge = dnn.full(1, 4, 1e308, {dtype = "float64"})
    local AL = s.L_model_forward(huge, layer({{1e-308}}, "float64"))
    assert.is_near(1 / (1 + math.exp(-1)), AL(1, 1), 1e-12)
  end)
end)

describe("a number outside 0..1", function()
  it("as a probability is refused, with its place", function()
    for _, value in ipairs{1.5, -0.25, 1 + 2^-20} do
      local AL = dnn.Matrix{{0.5, value, 0.5}}
      assert.matches("compute_cost: AL%(1, 2%) is .*, outside 0..1; probabilities come from a sigmoid",
        message(s.compute_cost, AL, dnn.ones(1, 3)))
    end
  end)

  it("as a label has its cost, and one warning says what labels are", function()
    local out, err, status = program.run("-", [[
      local dnn = require "dnn"
      local s = dnn.stepwise
      local AL, Y = dnn.full(1, 2, 0.5), dnn.Matrix{{0, 2}}
      for _ = 1, 3 do print(("%.6f"):format(s.compute_cost(AL, Y))) end
      s.L_layer_model(dnn.ones(1, 2), Y, {1, 1}, {num_iterations = 3})]])
    assert.same({("0.693147\n"):rep(3), 0}, {out, status})
    assert.equal("dnn: compute_cost: Y(1, 2) is 2.0, outside 0..1; labels are 0 or 1 (dnn.eq(Y, class) makes them from "
      .. "class numbers)\n", err)
  end)
end)

describe("what nothing would use", function()
  local parameters = s.initialize_parameters_deep{2, 3, 1}
  local X, Y = dnn.ones(2, 4), dnn.Matrix{{1, 0, 1, 0}}

  it("is refused: layers after a gap, and gradients of layers that are not there", function()
    local gap = {W1 = parameters.W1, b1 = parameters.b1, W2 = parameters.W2, b2 = parameters.b2, W4 = dnn.ones(1, 1)}
    assert.equal("L_model_forward: parameters has W4, but parameters has no W3", message(s.L_model_forward, X, gap))
    local AL, caches = s.L_model_forward(X, parameters)
    local grads = s.L_model_backward(AL, Y, caches)
    grads.db3 = dnn.ones(1, 1)
    assert.equal("update_parameters: grads has db3, but parameters has no W3",
      message(s.update_parameters, parameters, grads, 0.1))
  end)

  it("is no example at all, of which a cost would be a mean", function()
    local none = dnn.zeros(1, 0)
    assert.equal("compute_cost: AL is 1 x 0; expected at least one example, a column",
      message(s.compute_cost, none, none))
    assert.equal("predict: AL is 1 x 0; expected at least one example, a column",
      message(s.predict, dnn.zeros(2, 0), none, parameters))
    assert.equal("L_layer_model: X is 2 x 0; expected at least one example, a column",
      message(s.L_layer_model, dnn.zeros(2, 0), none, {2, 1}))
  end)

  it("is a label that is not a number", function()
    assert.equal("predict: y(1, 2) is nan", message(s.predict, X, dnn.Matrix{{1, 0 / 0, 1, 0}}, parameters))
  end)
end)
