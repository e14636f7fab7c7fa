-- Batch norm in evaluation is folded into the layer before it: what that must not change.
local dnn = require "dnn"

-- A network that has trained a little, so that all its values differ from their starts.
local function trained(layers, rows, options)
  local net = dnn.Sequential(layers, options)
  local dtype = options and options.dtype
  local optimiser = dnn.optim.SGD(net:parameters(), {lr = 0.01})
  for _ = 1, 4 do
    local A = net:forward(dnn.randn(rows, 6, {dtype = dtype}) * 2 + 0.5)
    net:backward(A / A:norm())
    optimiser:step()
  end
  return net
end

local function dense(options)
  return trained({
    dnn.Linear(9, 20), dnn.BatchNorm1d(20), dnn.ReLU(),
    dnn.Linear(20, 7, {bias = false}), dnn.BatchNorm1d(7, {affine = false}),
  }, 9, options)
end

local function images(options)
  return trained({
    dnn.Input(8, 8, 2),
    dnn.Conv2d(2, 12, 3, {padding = 1, bias = false}), dnn.BatchNorm2d(12), dnn.ReLU(),
    dnn.Conv2d(12, 12, 3, {groups = 12}), dnn.BatchNorm2d(12),
    dnn.Conv2d(12, 6, 1, {groups = 3}), dnn.BatchNorm2d(6),
    dnn.Residual{dnn.Conv2d(6, 6, 3, {padding = "same", padding_mode = "reflect"}), dnn.BatchNorm2d(6)},
    dnn.Conv2d(6, 5, 3, {stride = 2}),
  }, 128, options)
end

local function sequences(options)
  return trained({
    dnn.Input(10, 3), dnn.Conv1d(3, 8, 3, {padding = 1}), dnn.BatchNorm1d(8), dnn.Tanh(),
    dnn.Linear(8, 4), dnn.BatchNorm1d(4),
  }, 30, options)
end

-- The output in evaluation as layers compute it one by one.
local function one_by_one(net, X)
  net.keep = true
  local A = net:forward(X):copy()
  net.keep = false
  return A
end

local function difference(A, B)
  return (A - B):abs():max() / B:abs():max()
end

describe("batch norm in evaluation", function()
  before_each(function() dnn.manual_seed(5) end)

  it("gives what its layers give one by one, for one example and for many", function()
    for make, rows in pairs{[dense] = 9, [images] = 128, [sequences] = 30} do
      for _, dtype in ipairs{"float32", "float64"} do
        local net = make{dtype = dtype}:eval()
        for _, examples in ipairs{1, 3, 50} do
          local X = dnn.randn(rows, examples, {dtype = dtype})
          assert.is_true(difference(net:forward(X), one_by_one(net, X)) < (dtype == "float32" and 1e-5 or 1e-13))
        end
      end
    end
  end)

  it("leaves the values as they are, and training with the same bits", function()
    local net = images()
    local other = net:copy()
    local X = dnn.randn(128, 20)
    net:eval():forward(X)
    for name, W in pairs(other:state_dict()) do assert.equal(0, (net:state_dict()[name] - W):abs():max(), name) end
    net:train()
    assert.equal(0, difference(net:forward(X), other:forward(X)))
  end)

  it("follows values that change, whoever changes them", function()
    local net = images():eval()
    local X = dnn.randn(128, 20)
    local function check(what)
      assert.is_true(difference(net:forward(X), one_by_one(net, X)) < 1e-5, what)
    end
    local first = net:forward(X):copy()
    net[1].weight:fill_(2)
    check("a weight set from Lua")
    assert.is_true(difference(net:forward(X), first) > 0.01)
    net[2].running_mean:fill_(1)
    check("a running mean set from Lua")
    net[2].running_var:fill_(3)
    check("a running variance")
    net:load_state_dict(images():state_dict())
    check("other values loaded")
    local optimiser = dnn.optim.SGD(net:parameters(), {lr = 0.1})
    net:train()
    net:backward(net:forward(X) / 1000)
    optimiser:step()
    net:eval()
    check("a step of training")
  end)

  it("is not folded where that would make a number infinite", function()
    local net = dense():eval()
    local X = dnn.randn(9, 60)
    net[1].weight:fill_(1e30)
    net[2].weight:fill_(1e10)
    X:fill_(0)
    net[1].bias:fill_(0)
    assert.is_true(difference(net:forward(X), one_by_one(net, X)) < 1e-5)
  end)

  it("is left alone where its input is read by another layer, too", function()
    local net = trained({
      dnn.Linear(6, 6), dnn.Residual{dnn.BatchNorm1d(6)}, dnn.Linear(6, 2),
    }, 6):eval()
    local X = dnn.randn(6, 40)
    assert.equal(0, difference(net:forward(X), one_by_one(net, X)))
  end)
end)
