-- dnn.grad of a cost, and what follows from second derivatives: dnn.hessian, dnn.hvp.
local dnn = require "dnn"

local function fails(message, f) assert.error_matches(f, message, 1, true) end
local function vector(...) return dnn.Matrix({...}, {dtype = "float64"}) end
local function near(wanted, got)
  local difference = (got:detach() - wanted):abs():max()
  assert(difference < 1e-10, tostring(got))
end

-- Rosenbrock's function, whose derivatives every textbook has.
local function rosenbrock(x)
  local a, b = x:row(1), x:row(2)
  return (1 - a) ^ 2 + (b - a ^ 2) ^ 2 * 100
end

describe("dnn.grad of a cost", function()
  it("returns the gradients and adds to nothing's grad", function()
    local a, b, c = vector(2, 3):requires_grad_(), vector(5, 7):requires_grad_(), vector(1):requires_grad_()
    local cost = (a % b):sum() + c
    local da, db = dnn.grad(cost, {a, b})
    near(vector(5, 7), da)
    near(vector(2, 3), db)
    assert.is_nil(a.grad)
    assert.is_nil(c.grad)
    assert.is_false(da.requires_grad)
    cost:backward() -- the graph is still there
    assert.equal(vector(5, 7), a.grad)
    dnn.grad((a % b):sum(), a)
    assert.equal(vector(5, 7), a.grad)
  end)

  it("gives gradients of results on the way, in any order and twice", function()
    local a = vector(2, 3):requires_grad_()
    local square = a ^ 2
    local cost = (square % a):sum()
    local first, second, third = dnn.grad(cost, {square, a, square})
    near(vector(2, 3), first)
    near(vector(12, 27), second)
    near(vector(2, 3), third)
    first, second = dnn.grad(cost, {square, a}, {create_graph = true})
    near(vector(2, 3), first)
    near(vector(12, 27), second)
    assert.is_nil(square.grad)
  end)

  it("gives zeros where the cost does not depend on a matrix", function()
    local a, b = vector(2, 3):requires_grad_(), vector(1):requires_grad_()
    for _, create in ipairs{true, false} do
      local da, db = dnn.grad(a:sum(), {a, b}, {create_graph = create})
      near(vector(1, 1), da)
      near(vector(0), db)
    end
  end)

  it("takes the gradient of a result that is not 1 x 1", function()
    local a = vector(2, 3):requires_grad_()
    near(vector(4, 60), dnn.grad(a ^ 2, a, {grad_outputs = vector(1, 10)}))
  end)

  it("reaches any derivative", function()
    local x = vector(0.3):requires_grad_()
    local y, wanted = x:exp() % x ^ 5, {}
    local factor = {1, 5, 20, 60, 120, 120}
    for n = 0, 4 do -- Leibniz: the n-th derivative of e^x x^5
      local total, choose = 0, 1
      for k = 0, n do
        total = total + choose * factor[k + 1] * 0.3 ^ (5 - k)
        choose = choose * (n - k) // (k + 1)
      end
      wanted[n] = math.exp(0.3) * total
      assert.is_near(wanted[n], y:item(), 1e-12)
      y = dnn.grad(y, x, {create_graph = true})
    end
  end)

  it("is part of a cost: the gradient of a gradient's norm", function()
    local W, x = vector(0.5, -1):requires_grad_(), vector(1, 2):requires_grad_()
    local slope = dnn.grad((W:t() * x):tanh(), x, {create_graph = true})
    local penalty = (slope:norm() - 1) ^ 2
    penalty:backward()
    local right, difference = dnn.gradcheck(function(V)
      local z = vector(1, 2):requires_grad_()
      return (dnn.grad((V:t() * z):tanh(), z, {create_graph = true}):norm() - 1) ^ 2
    end, {W:detach()})
    assert(right, difference)
    assert.is_true(W.grad:norm() > 0.1)
  end)

  it("notices a change in place of what it needs, and a graph that is gone", function()
    local a, b = vector(2):requires_grad_(), vector(3)
    local cost = a % b
    b:fill_(4)
    for _, create in ipairs{true, false} do
      fails("the second operand of cmul", function() dnn.grad(cost, a, {create_graph = create}) end)
    end
    cost = a ^ 2
    cost:backward()
    for _, create in ipairs{true, false} do
      fails("has freed already", function() dnn.grad(cost, a, {create_graph = create}) end)
    end
  end)

  it("names what it cannot differentiate twice", function()
    local net = dnn.Sequential{dnn.LayerNorm(16)}
    local x = dnn.randn(16, 2):requires_grad_()
    local cost = net(x):sum()
    assert.equal(16, dnn.grad(cost, x).rows)
    fails("the gradient of LayerNorm cannot be differentiated again",
      function() dnn.grad(cost, x, {create_graph = true}) end)
  end)

  it("leaves the gradients of a network's parameters as they are", function()
    local net = dnn.Sequential{dnn.Linear(2, 3), dnn.Tanh()}
    local x = dnn.randn(2, 4):requires_grad_()
    net(x):sum():backward()
    local before = net[1].weight_grad:copy()
    dnn.grad(net(x):sum(), x)
    assert.equal(before, net[1].weight_grad)
  end)

  it("says what is wrong with its arguments", function()
    local a = vector(2, 3):requires_grad_()
    fails("this Matrix is 2 x 1, not 1 x 1: reduce it first", function() dnn.grad(a ^ 2, a) end)
    fails("grad_outputs must be of the shape", function() dnn.grad(a ^ 2, a, {grad_outputs = vector(1)}) end)
    fails("input 1 must be a Matrix that requires a gradient", function() dnn.grad(a:sum(), vector(1)) end)
    fails("nothing that this Matrix was computed from", function() dnn.grad(vector(1), a) end)
    fails("a Matrix or a list of them", function() dnn.grad(a:sum()) end)
    fails("unknown option 'retain_graph'", function() dnn.grad(a:sum(), a, {retain_graph = true}) end)
    fails("nothing after a function", function() dnn.grad(function() end, a) end)
  end)
end)

describe("dnn.hessian", function()
  it("is Rosenbrock's", function()
    local H = dnn.hessian(rosenbrock, vector(-1.2, 1))
    near(dnn.Matrix({{1330, 480}, {480, 200}}, {dtype = "float64"}), H)
  end)

  it("is zero for a straight line, and is found in no_grad", function()
    assert.equal(dnn.zeros(2, 2, {dtype = "float64"}), dnn.hessian(function(x) return x:sum() end, vector(1, 2)))
    near(dnn.Matrix({{1330, 480}, {480, 200}}, {dtype = "float64"}),
      dnn.no_grad(function() return dnn.hessian(rosenbrock, vector(-1.2, 1)) end))
    local J = dnn.no_grad(function() return dnn.jacobian(function(x) return x * 1 end, dnn.ones(2, 1)) end)
    assert.equal(dnn.eye(2), J)
  end)

  it("leaves the gradients of what the function uses as they are", function()
    local W = vector(1, 2):requires_grad_()
    dnn.hessian(function(x) return (W % x ^ 3):sum() end, vector(1, 1))
    dnn.jacobian(function(x) return W % x ^ 3 end, vector(1, 1))
    assert.is_nil(W.grad)
  end)

  it("is that of a logistic regression: X diag(p (1 - p)) X'", function()
    local random = dnn.Random(3)
    local X = dnn.randn(3, 20, {dtype = "float64", random = random})
    local w = dnn.randn(3, 1, {dtype = "float64", random = random})
    local H = dnn.hessian(function(v) return ((v:t() * X):exp() + 1):log():sum() end, w)
    local p = (w:t() * X):sigmoid()
    near(X % (p % (1 - p)) * X:t(), H)
  end)
end)

describe("dnn.hvp", function()
  it("is the Hessian times the vector, beside the value", function()
    local value, product = dnn.hvp(rosenbrock, vector(-1.2, 1), vector(1, 2))
    assert.is_near(24.2, value, 1e-12)
    near(vector(2290, 880), product)
  end)

  it("is zero for a straight line", function()
    local _, product = dnn.hvp(function(x) return x:sum() end, vector(1, 2), vector(1, 2))
    assert.equal(vector(0, 0), product)
  end)

  it("wants a vector of the shape of x, and a number", function()
    fails("v must be of the shape", function() dnn.hvp(rosenbrock, vector(1, 2), vector(1)) end)
    fails("it returned one of 2 x 1", function() dnn.hvp(function(x) return x end, vector(1, 2), vector(1, 2)) end)
  end)
end)
