-- dnn.clip_grad_norm_ and dnn.clip_grad_value_: PyTorch's formulas on what a step would move, and nothing else.
local dnn = require "dnn"
local mistakes = dofile "tests/lua/mistakes.lua"

local function trained(dtype)
  local net = dnn.Sequential({dnn.Linear(4, 5), dnn.Tanh(), dnn.Linear(5, 2)}, {dtype = dtype or "float64"})
  net:backward(net:forward(dnn.randn(4, 6, {dtype = dtype or "float64"})))
  return net
end

describe("clip_grad_norm_", function()
  it("multiplies by max_norm / (norm + 1e-6) and returns the norm before", function()
    for _, type in ipairs{1, 2, math.huge} do
      local net = trained()
      local grads = net:parameters().grads
      local before, a = grads:copy(), grads:abs()
      local norm = type == 1 and a:sum() or type == 2 and grads:norm() or dnn.max(a)
      assert.near(norm, dnn.clip_grad_norm_(net:parameters(), norm / 3, {norm_type = type}), 1e-12 * norm)
      assert.near(0, (grads - before * (norm / 3 / (norm + 1e-6))):norm(), 1e-12 * norm)
    end
  end)

  it("leaves gradients that are short enough", function()
    local net = trained()
    local before = net:parameters().grads:copy()
    local norm = dnn.clip_grad_norm_(net:parameters(), 1e6)
    assert.near(before:norm(), norm, 1e-12)
    assert.is_true(net:parameters().grads == before)
  end)

  it("takes several networks and matrices as one vector", function()
    local a, b, dW = trained(), trained(), dnn.full(3, 3, 2, {dtype = "float64"})
    local expected = math.sqrt(a:parameters().grads:norm() ^ 2 + b:parameters().grads:norm() ^ 2 + dW:norm() ^ 2)
    assert.near(expected, dnn.clip_grad_norm_({a:parameters(), b:parameters(), dW:cols_range(1, 3)}, 1), 1e-12)
    local after = math.sqrt(a:parameters().grads:norm() ^ 2 + b:parameters().grads:norm() ^ 2 + dW:norm() ^ 2)
    assert.near(1, after, 1e-5)
  end)

  it("takes the gradients of matrices that require one, which no step has used, and leaves their numbers", function()
    local W, b = dnn.ones(2, 2):requires_grad_(), dnn.ones(2, 1):requires_grad_()
    local c = dnn.ones(1, 1):requires_grad_() -- has no gradient
    local opt = dnn.optim.SGD({W}, {lr = 1})
    ;((W ^ 2):sum() + 3 * b:sum()):backward()
    local norm = math.sqrt(4 * 2 ^ 2 + 2 * 3 ^ 2)
    assert.near(norm, dnn.clip_grad_norm_({W, b, c}, 1), 1e-6)
    assert.equal(dnn.ones(2, 2), W:detach())
    assert.equal(dnn.ones(2, 1), b:detach())
    assert.near(2 / norm, W.grad(2, 1), 1e-6)
    assert.near(3 / norm, b.grad(1, 1), 1e-6)
    dnn.clip_grad_value_(W, 0.125)
    assert.equal(dnn.full(2, 2, 0.125), W.grad)
    opt:step()
    assert.has_error(function() dnn.clip_grad_norm_(W, 1) end,
      "clip_grad_norm_: there are no new gradients; call net:backward(dA) first")
    assert.equal("0.0", tostring(dnn.clip_grad_norm_({dnn.zeros(2, 2)}, 1, {norm_type = math.huge})))
  end)

  it("passes over frozen layers", function()
    local net = dnn.Sequential{dnn.Linear(4, 5), dnn.Linear(5, 3), dnn.Linear(3, 2)}
    net[2].requires_grad = false
    net:backward(net:forward(dnn.randn(4, 6)))
    local first, last = net[1]:parameters(), net[3]:parameters()
    local squares = 0
    for _, p in ipairs{first, last} do
      for _, _, dW in p:pairs() do squares = squares + dW:norm() ^ 2 end
    end
    assert.near(math.sqrt(squares), dnn.clip_grad_norm_(net:parameters(), 100), 1e-5)
  end)

  it("gives the same bits on any number of threads", function()
    local G = dnn.randn(1000, 700)
    local norms, before = {}, dnn.get_num_threads()
    for threads = 1, 4 do
      dnn.set_num_threads(threads)
      norms[threads] = dnn.clip_grad_norm_({G}, math.huge)
    end
    dnn.set_num_threads(before)
    assert.near(G:norm(), norms[1], 1e-2)
    assert.same({norms[1], norms[1], norms[1]}, {norms[2], norms[3], norms[4]})
  end)

  it("stops at a gradient that is not finite, and changes nothing, unless it is switched off", function()
    local net = trained()
    net[3].dW:set(2, 4, 0 / 0)
    net[1].dW:set(1, 1, 5)
    local ok, message = pcall(dnn.clip_grad_norm_, net:parameters(), 1)
    assert.is_false(ok)
    assert.matches("clip_grad_norm_: layer 3, Linear: gradient of weight%(2, 4%) is nan", message)
    assert.equal(5, net[1].dW(1, 1))
    local norm = dnn.clip_grad_norm_(net:parameters(), 1, {error_if_nonfinite = false})
    assert.is_true(norm ~= norm)
    assert.is_true(net[1].dW(1, 1) ~= net[1].dW(1, 1))
  end)
end)

describe("clip_grad_value_", function()
  it("moves every element into the range", function()
    local net = trained()
    local expected = net:parameters().grads:clamp(-0.1, 0.1)
    dnn.clip_grad_value_(net:parameters(), 0.1)
    assert.is_true(net:parameters().grads == expected)
  end)
end)

describe("a mistake with clipping:", function()
  local net = dnn.Sequential{dnn.Linear(2, 1)}
  mistakes(it, {
    {"no backward", function() dnn.clip_grad_norm_(net:parameters(), 1) end,
      "clip_grad_norm_: there are no new gradients; call net:backward(dA) first"},
    {"a negative norm", function() dnn.clip_grad_norm_({dnn.ones(1, 1)}, -1) end,
      "clip_grad_norm_: max_norm must be above 0, got -1"},
    {"a norm of 0, which would train nothing", function() dnn.clip_grad_norm_({dnn.ones(1, 1)}, 0) end,
      "clip_grad_norm_: max_norm must be above 0, got 0"},
    {"a value of 0", function() dnn.clip_grad_value_({dnn.ones(1, 1)}, 0) end,
      "clip_grad_value_: clip_value must be above 0, got 0"},
    {"another norm", function() dnn.clip_grad_norm_({dnn.ones(1, 1)}, 1, {norm_type = 3}) end,
      "clip_grad_norm_: norm_type must be 1, 2 or math.huge, got 3"},
    {"a list of numbers", function() dnn.clip_grad_value_({1}, 1) end,
      "clip_grad_value_: number 1 of the list must be net:parameters() or a Matrix, got 1"},
    {"a network", function() dnn.clip_grad_value_(net, 1) end,
      "clip_grad_value_: expected net:parameters(), a list of them, or of gradients, got dnn.Layer; usage: "
        .. "dnn.clip_grad_value_(parameters, clip_value)"},
  })
end)
