-- dnn.gradcheck: right gradients pass, wrong ones are found and named.
local dnn = require "dnn"

local float64 = {dtype = "float64"}

describe("gradcheck", function()
  it("passes every layer under every loss", function()
    local random = dnn.Random(6)
    local options = {dtype = "float64", random = random}
    local X = dnn.randn(4, 6, options)
    local targets = {
      BCEWithLogitsLoss = dnn.rand(3, 6, options), MSELoss = dnn.randn(3, 6, options),
      CrossEntropyLoss = dnn.Matrix({{1, 2, 3, 3, 2, 1}}, float64),
    }
    for _, activation in ipairs{"ReLU", "Sigmoid", "Tanh"} do
      for loss, Y in pairs(targets) do
        local net = dnn.Sequential({dnn.Linear(4, 5), dnn[activation](), dnn.Linear(5, 3, {bias = false})},
          options)
        local ok, difference = dnn.gradcheck(net, dnn[loss](), X, Y)
        assert.is_true(ok, ("%s, %s: %g"):format(activation, loss, difference))
        assert.is_true(difference < 1e-7)
      end
    end
    local net = dnn.Sequential({dnn.Linear(4, 3), dnn.Sigmoid()}, options)
    assert.is_true(dnn.gradcheck(net, dnn.BCELoss(), X, dnn.rand(3, 6, options)))
  end)

  local function wrong(what)
    return dnn.Layer{
      name = "Scale", in_features = 3, parameters = {scale = {3, 1}},
      initialise = function(self) self.scale:fill_(2) end,
      forward = function(self, X) return X % self.scale end,
      backward = function(self, dA, X)
        self.scale_grad:add_((dA % X):sum(2) * (what == "scale" and 1.5 or 1))
        return dA % self.scale * (what == "X" and 1.5 or 1)
      end,
    }
  end

  it("sees a layer that changes its input, first or later", function()
    local function net(...) return dnn.Sequential({...}, float64) end
    local function double()
      return dnn.Layer{name = "Double", forward = function(_, X) return X:cmul_(2) end,
        backward = function(_, dA) return 2 * dA end}
    end
    local X, Y = dnn.randn(3, 5, float64), dnn.randn(2, 5, float64)
    local right, _, fault = dnn.gradcheck(net(double(), dnn.Linear(3, 2)), dnn.MSELoss(), X, Y)
    assert.same({false, "the network changes its input X"}, {right, fault})
    right, _, fault = dnn.gradcheck(net(dnn.Linear(3, 2), double(), dnn.Linear(2, 2)), dnn.MSELoss(), X, Y)
    assert.same({false, "layer 2, Double: forward changes its input"}, {right, fault})
  end)

  it("names the parameter whose gradient is wrong", function()
    local X, Y = dnn.randn(3, 4, float64), dnn.randn(2, 4, float64)
    local net = dnn.Sequential({wrong("scale"), dnn.Linear(3, 2)}, float64)
    local ok, difference, where = dnn.gradcheck(net, dnn.MSELoss(), X, Y)
    assert.is_false(ok)
    assert.is_true(difference > 0.01)
    assert.matches("^layer 1, Scale.*: scale%([1-3], 1%)$", where)
  end)

  it("sees a relative error of 1e-5, and a gradient that is assigned", function()
    local function scale(backward)
      return dnn.Sequential({dnn.Layer{
        name = "Scale", in_features = 3, parameters = {scale = {3, 1}},
        initialise = function(self) self.scale:fill_(2) end,
        forward = function(self, X) return X % self.scale end,
        backward = backward,
      }}, float64)
    end
    local X, Y = dnn.randn(3, 5, float64), dnn.randn(3, 5, float64)
    local function check(backward)
      local right, _, place = dnn.gradcheck(scale(backward), dnn.MSELoss(), X, Y)
      assert.is_false(right)
      return place
    end
    assert.is_truthy(check(function(self, dA)
      self.scale_grad:add_((dA % X):sum(2) * (1 + 1e-5))
      return dA % self.scale
    end):find "^layer 1, Scale%(3 %-> 3%): scale%(%d, 1%)$")
    assert.is_truthy(check(function(self, dA)
      self.scale_grad:add_((dA % X):sum(2))
      return dA % self.scale * (1 + 1e-5)
    end):find "^X%(%d, %d%)$")
    assert.is_truthy(check(function(self, dA)
      self.scale_grad:copy_((dA % X):sum(2))
      return dA % self.scale
    end):find "a second backward does not add to the gradient of scale", 1, true)
  end)

  it("names the element of X when the first layer's dX is wrong", function()
    local X, Y = dnn.randn(3, 4, float64), dnn.randn(2, 4, float64)
    local net = dnn.Sequential({wrong("X"), dnn.Linear(3, 2)}, float64)
    local ok, _, where = dnn.gradcheck(net, dnn.MSELoss(), X, Y)
    assert.is_false(ok)
    assert.matches("^X%([1-3], [1-4]%)$", where)
  end)

  it("obeys its tolerance and its step", function()
    local X, Y = dnn.randn(3, 4, float64), dnn.randn(2, 4, float64)
    local net = dnn.Sequential({wrong("scale"), dnn.Linear(3, 2)}, float64)
    assert.is_true(dnn.gradcheck(net, dnn.MSELoss(), X, Y, {tolerance = 10}))
    net = dnn.Sequential({dnn.Linear(3, 2)}, float64)
    assert.is_true(dnn.gradcheck(net, dnn.MSELoss(), X, Y, {eps = 1e-3}))
  end)

  it("leaves the parameters to the bit and the network ready for backward", function()
    local X, Y = dnn.randn(3, 4, float64), dnn.randn(2, 4, float64)
    local net = dnn.Sequential({dnn.Linear(3, 2), dnn.Tanh()}, float64)
    local values = net:parameters().values:copy()
    local A = net:forward(X):copy()
    dnn.gradcheck(net, dnn.MSELoss(), X, Y)
    collectgarbage()
    assert.is_true(net:parameters().values == values)
    assert.is_true(net[2].A == A)
    net:backward(dnn.ones(2, 4, float64))
  end)

  it("asks for a float64 network", function()
    local net = dnn.Sequential({dnn.Linear(3, 2)}, {dtype = "float32"})
    local ok, text = pcall(function()
      dnn.gradcheck(net, dnn.MSELoss(), dnn.ones(3, 1), dnn.ones(2, 1))
    end)
    assert.is_false(ok)
    assert.matches("gradcheck_spec.lua:%d+: .*gradcheck needs a float64 network", text)
  end)
end)
