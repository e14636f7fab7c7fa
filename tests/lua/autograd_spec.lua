-- Autograd: the rules of gradients that come from PyTorch, what is recorded, and what is refused.
package.path = "tests/lua/?.lua;" .. package.path
local dnn = require "dnn"
local cases = require "autograd_cases"

describe("every operator", function()
  it("can be recorded and gone back through, and twice, whenever the collector runs", function()
    for _, list in pairs(cases) do
      for _, case in ipairs(list) do
        local arguments = {}
        for n, shape in ipairs(case[2]) do arguments[n] = dnn.rand(shape[1], shape[2]):add_(1):requires_grad_() end
        local out = case[1](table.unpack(arguments))
        local seed = dnn.ones(out.rows, out.cols, {dtype = out.dtype})
        local first = dnn.grad(out, arguments, {create_graph = true, grad_outputs = seed})
        if first.requires_grad then first:sum():backward(nil, {retain_graph = true}) end
        out:backward(seed)
        for _, A in ipairs(arguments) do assert.is_true(#A == 0 or (A.grad or A):isfinite():all()) end
      end
    end
  end)
end)

describe("rules of gradients", function()
  local function gradient(f, values)
    local A = dnn.Matrix(values):double():requires_grad_()
    f(A):backward()
    return A.grad
  end

  it("give a tie of a whole matrix to all, and of a column or row to the first, as PyTorch does", function()
    assert.equal(dnn.Matrix{{0.5, 0}, {0, 0.5}}:double(), gradient(dnn.max, {{3, 1}, {2, 3}}))
    assert.equal(dnn.Matrix{{1, 1}, {0, 0}}:double(), gradient(function(A) return A:max(1):sum() end, {{3, 3}, {3, 3}}))
    assert.equal(dnn.Matrix{{1, 0}, {1, 0}}:double(), gradient(function(A) return A:min(2):sum() end, {{3, 3}, {3, 3}}))
    assert.equal(dnn.Matrix{{0.5, 1, 0}}:double(), gradient(function(A) return A:maximum(2):sum() end, {{2, 3, 1}}))
  end)

  it("are 0 where PyTorch has 0", function()
    assert.equal(dnn.Matrix{{0, -1, 1}}:double(), gradient(function(A) return A:abs():sum() end, {{0, -2, 2}}))
    assert.equal(dnn.Matrix{{0, 0}}:double(), gradient(dnn.norm, {{0, 0}}))
    assert.equal(dnn.Matrix{{0, 0}}:double(), gradient(dnn.std, {{4, 4}}))
    assert.equal(dnn.Matrix{{0, 1}}:double(), gradient(function(A) return A:relu():sum() end, {{0, 2}}))
    assert.equal(dnn.Matrix{{1, 1, 0}}:double(), gradient(function(A) return A:clamp(0, 1):sum() end, {{0, 1, 2}}))
    assert.equal(dnn.Matrix{{0, 0}}:double(), gradient(function(A) return (A ^ 0):sum() end, {{0, 2}}))
  end)

  it("add up from one backward to the next, until zero_grad", function()
    local x = dnn.ones(2, 2):requires_grad_()
    assert.is_nil(x.grad)
    for n = 1, 3 do
      (x * 2):sum():backward()
      assert.equal(dnn.full(2, 2, 2 * n), x.grad)
    end
    x:zero_grad()
    assert.equal(dnn.zeros(2, 2), x.grad);
    (x * 2):sum():backward()
    assert.equal(dnn.full(2, 2, 2), x.grad)
    x:zero_grad()
    x.grad:add_(1); -- what somebody adds after zero_grad is not lost
    (x * 2):sum():backward()
    assert.equal(dnn.full(2, 2, 3), x.grad)
  end)

  it("are kept of results that ask for it", function()
    local x = dnn.full(1, 1, 3):requires_grad_()
    local y = (x * x):retain_grad()
    local cost = y * 5
    cost:backward(nil, {retain_graph = true})
    assert.equal(5, y.grad(1, 1))
    cost:backward()
    assert.equal(10, y.grad(1, 1))
    assert.equal(60, x.grad(1, 1))
  end)

  it("come to a leaf that is a view, and to a matrix by its views", function()
    local A = dnn.ones(3, 3)
    local v = A:row(2):requires_grad_();
    (v * 2):sum():backward()
    assert.equal(dnn.full(1, 3, 2), v.grad)
    assert.is_false(A.requires_grad)
    A:requires_grad_()
    for i = 1, 3 do (A:row(i) * i):sum():backward() end
    assert.equal(dnn.Matrix{{1, 1, 1}, {2, 2, 2}, {3, 3, 3}}, A.grad)
  end)
end)

describe("recording", function()
  it("is off in no_grad, and on again after an error", function()
    local x = dnn.ones(2, 2):requires_grad_()
    assert.is_false(dnn.no_grad(function() return (x * 2).requires_grad end))
    assert.equal(8, dnn.no_grad(function() return (x * 2):sum() end))
    assert.is_false(pcall(dnn.no_grad, function() error "stop" end))
    assert.is_true((x * 2).requires_grad)
    dnn.no_grad(function()
      pcall(dnn.no_grad, function() error "stop" end)
      assert.is_false((x * 2).requires_grad)
    end)
  end)

  it("ends with requires_grad_(false) and detach", function()
    local x = dnn.ones(2, 2):requires_grad_()
    local y = x * 2
    assert.is_false(y:detach().requires_grad)
    x:requires_grad_(false)
    assert.is_false((x * 2).requires_grad)
    y:sum():backward() -- what was recorded before goes on
    x:requires_grad_()
    assert.equal(dnn.full(2, 2, 2), x.grad)
  end)

  it("leaves out comparisons and places", function()
    local x = dnn.randn(3, 3):requires_grad_()
    assert.is_false(x:gt(0).requires_grad)
    assert.is_false(x:isfinite().requires_grad)
    assert.equal("number", type(x:argmax()))
    assert.is_true(x:any())
  end)
end)

describe("backward", function()
  local function refused(message, f) assert.error_matches(f, message, 1, true) end

  it("of a matrix that is not 1 x 1 needs its gradient", function()
    local x = dnn.ones(2, 3):requires_grad_()
    refused("this Matrix is 2 x 3, not 1 x 1", function() (x * 2):backward() end)
    refused("must have the shape of the Matrix, 2 x 3, and is 1 x 1", function() (x * 2):backward(dnn.ones(1, 1)) end)
    refused("float64", function() (x * 2):backward(dnn.ones(2, 3):double()) end);
    (x * 2):backward(dnn.full(2, 3, 4))
    assert.equal(dnn.full(2, 3, 8), x.grad)
  end)

  it("needs something that requires a gradient", function()
    refused("nothing that this Matrix was computed from", function() dnn.ones(1, 1):backward() end)
    refused("does not require a gradient", function() dnn.ones(1, 1):zero_grad() end)
    refused("does not require a gradient", function() dnn.ones(1, 1):retain_grad() end)
    refused("a Matrix of uint8 has no gradient", function() dnn.ones(1, 1):byte():requires_grad_() end)
    refused("is the result of tanh", function() dnn.ones(1, 1):requires_grad_():tanh():requires_grad_(false) end)
  end)

  it("through a freed graph is an error, of what was made of it too", function()
    local x = dnn.ones(1, 1):requires_grad_()
    local y = x:exp()
    local cost = y * 2
    cost:backward()
    refused("has freed already", function() cost:backward() end)
    refused("has freed already", function() (y * 3):backward() end)
    refused("has freed already", function() (y * 3 + x):exp():backward() end)
    assert.equal((x:exp() * 2):item(), cost:item()) -- the numbers stay
  end)

  it("finds changes in place of what it needs, and names it", function()
    local W, x = dnn.ones(2, 2):requires_grad_(), dnn.ones(2, 2)
    local cost = (W * x):sum()
    x:row(1):fill_(3) -- through a view
    refused("the second operand of mm, a Matrix 2 x 2, was changed in place", function() cost:backward() end)
    assert.is_nil(W.grad)
    local A = W:exp()
    dnn.no_grad(function() A:add_(1) end)
    refused("the result of exp, a Matrix 2 x 2, was changed in place", function() A:sum():backward() end)
    local B = W + x
    x:set(1, 1, 7) -- not needed
    B:sum():backward()
    assert.equal(dnn.ones(2, 2), W.grad)
  end)

  it("refuses changes in place that would not be recorded", function()
    local W = dnn.ones(2, 2):requires_grad_()
    for _, change in ipairs{
      function() W:add_(1) end, function() W:exp_() end, function() W:clamp_(0, 1) end, function() W:fill_(0) end,
      function() W:set(1, 1, 0) end, function() W:copy_(dnn.zeros(2, 2)) end, function() W:normal_() end,
      function() W:row(1):fill_(0) end, function() (W * 2):fill_(0) end,
      function() dnn.exp(dnn.ones(2, 2), {out = W}) end,
    } do refused("a change in place is not recorded", change) end
    local out = dnn.zeros(2, 2)
    for _, change in ipairs{
      function() W:exp{out = out} end, function() dnn.add(W, 1, {out = out}) end,
      function() dnn.mm(W, W, {out = out}) end, function() W:sum(1, {out = out}) end,
    } do refused("an operand requires a gradient", change) end
    assert.equal(dnn.ones(2, 2), W)
  end)

  it("says what does not fit as without gradients", function()
    local W = dnn.ones(2, 3):requires_grad_()
    for _, f in ipairs{
      function(A) return A + dnn.ones(3, 2) end, function(A) return A * A end, function(A) return A:reshape(4, 2) end,
      function(A) return A + dnn.ones(2, 3):double() end, function(A) return dnn.cat({A, dnn.ones(3, 3)}, 2) end,
    } do
      local _, plain = pcall(f, dnn.ones(2, 3))
      local _, tracked = pcall(f, W)
      assert.equal(plain, tracked)
    end
  end)
end)

describe("operands without a gradient", function()
  local function fails(message, f) assert.error_matches(f, message, 1, true) end
  local function vector(...) return dnn.Matrix({...}, {dtype = "float64"}) end

  it("are the condition of where, and take none", function()
    local x = vector(1, -2, 3):requires_grad_()
    local z = x * 2
    local right, difference = dnn.gradcheck(function(a) return dnn.where(a * 2, a % a, 0) end, {x:detach()})
    assert(right, difference)
    dnn.where(z, x % x, 0):sum():backward()
    assert.equal(vector(2, -4, 6), x.grad)
  end)

  it("are the targets and weights of a loss, which says so", function()
    local x, y = vector(1, 2):requires_grad_(), vector(1, 3):requires_grad_()
    fails("Y or a weight requires a gradient", function() dnn.MSELoss()(x, y) end)
    fails("Y or a weight requires a gradient", function() dnn.MSELoss()(x:detach(), y) end)
    assert.is_near(0.5, dnn.MSELoss()(x, y:detach()):item(), 1e-12)
  end)
end)
