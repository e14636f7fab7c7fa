-- An activation and a pooling that a convolution's forward does, too: the same bits as layer by layer.
local dnn = require "dnn"

-- Odd sizes; few channels and many; by Winograd's algorithm (16 channels and more), directly, in groups, depthwise.
local convolutions = {
  ["3 x 3"] = function() return dnn.Conv2d(3, 20, 3, {padding = 1}), 20 end,
  ["few channels"] = function() return dnn.Conv2d(3, 6, 5, {padding = 2}), 6 end,
  ["one channel"] = function() return dnn.Conv2d(3, 1, 1), 1 end,
  strided = function() return dnn.Conv2d(3, 37, 3, {stride = 2, bias = false}), 37 end,
  groups = function() return dnn.Conv2d(3, 9, 2, {groups = 3}), 9 end,
  depthwise = function() return dnn.Conv2d(3, 3, 3, {groups = 3, padding = "same"}), 3 end,
  mirrored = function() return dnn.Conv2d(3, 18, 4, {padding = "same", padding_mode = "reflect"}), 18 end,
}

local activations = {
  "ReLU", "LeakyReLU", "ReLU6", "Tanh", "Sigmoid", "SiLU", "Hardswish", "ELU", "Softplus", "Hardtanh", "Mish", "GELU",
}

local ROWS = 13 * 14 * 3

local function network(conv, activation, options)
  dnn.manual_seed(3)
  local first, channels = conv()
  return dnn.Sequential({
    dnn.Input(13, 14, 3), first, dnn[activation](), dnn.MaxPool2d(2),
    dnn.Conv2d(channels, 17, 3, {padding = 1}), dnn[activation](), dnn.Flatten(),
  }, options)
end

local function assert_same(A, B, what)
  assert.equal(A.rows, B.rows)
  if (A - B):abs():sum() == 0 then return end
  for row = 1, A.rows do
    for col = 1, A.cols do
      local a, b = A(row, col), B(row, col)
      assert.is_true(a == b or (a ~= a and b ~= b), what)
    end
  end
end

-- What forward gives, and the gradients of both convolutions.
local function results(net, X)
  local list = {net:forward(X):copy()}
  if net.training then
    net:backward(list[1])
    for _, i in ipairs{1, 4} do list[#list + 1] = net[i].weight_grad:copy() end
  end
  return list
end

local function compare(conv, activation, X, training)
  local what = activation .. (training and " in training" or " in evaluation")
  local lists = {}
  for i, keep in ipairs{true, false} do
    local net = network(conv, activation, {keep = keep, dtype = X.dtype}):train(training)
    lists[i] = results(net, X)
  end
  for i, A in ipairs(lists[1]) do assert_same(A, lists[2][i], what) end
end

describe("what follows a convolution", function()
  before_each(function() dnn.manual_seed(8) end)

  for name, conv in pairs(convolutions) do
    it("is the same whether all is kept or not: " .. name, function()
      for _, activation in ipairs(activations) do
        compare(conv, activation, dnn.randn(ROWS, 3), false)
        compare(conv, activation, dnn.randn(ROWS, 2), true)
      end
      compare(conv, "ReLU", dnn.randn(ROWS, 2, {dtype = "float64"}), false)
      compare(conv, "ReLU", dnn.randn(ROWS, 2, {dtype = "float64"}), true)
    end)
  end

  -- A pooling's results are written while the convolution reads its input: they must not share memory.
  it("is the same in a stack of them", function()
    local X, A = dnn.randn(33 * 35 * 3, 4), {}
    for _, keep in ipairs{true, false} do
      for _, training in ipairs{true, false} do
        dnn.manual_seed(3)
        local layers, channels = {dnn.Input(33, 35, 3)}, 3
        for _, out in ipairs{20, 6, 32, 16} do
          layers[#layers + 1] = dnn.Conv2d(channels, out, 3, {padding = 1})
          layers[#layers + 1] = out ~= 6 and dnn.ReLU() or dnn.SiLU()
          layers[#layers + 1] = dnn.MaxPool2d(2)
          channels = out
        end
        local list = results(dnn.Sequential(layers, {keep = keep}):train(training), X)
        A[training] = A[training] or list
        for i, M in ipairs(list) do assert_same(A[training][i], M, "stack") end
      end
    end
  end)

  it("lets NaN and infinity reach what they reach layer by layer", function()
    local X = dnn.randn(ROWS, 2)
    X:set(100, 1, 0 / 0)
    X:set(300, 2, math.huge)
    for _, name in ipairs{"3 x 3", "few channels"} do
      for _, activation in ipairs{"ReLU", "Tanh", "LeakyReLU"} do
        compare(convolutions[name], activation, X, false)
        compare(convolutions[name], activation, X, true)
      end
    end
  end)

  it("takes a batch norm between them along in evaluation", function()
    local net = dnn.Sequential{
      dnn.Input(9, 9, 2), dnn.Conv2d(2, 19, 3), dnn.BatchNorm2d(19), dnn.SiLU(), dnn.MaxPool2d(2), dnn.Conv2d(19, 3, 2),
    }
    for _ = 1, 3 do net:forward(dnn.randn(162, 20) + 1) end
    net:eval()
    local X = dnn.randn(162, 5)
    local A = net:forward(X):copy()
    net.keep = true
    local B = net:forward(X)
    assert.is_true((A - B):abs():max() < 1e-5 * B:abs():max())
    net.keep = nil
    net[2].weight:fill_(1e38) -- the folded weights would be infinite: all layers run one by one
    net[1].weight:fill_(1e5)
    assert_same(net:forward(X * 0), net:copy():forward(X * 0))
  end)

  it("runs by itself where another layer reads the convolution's output", function()
    for _, keep in ipairs{true, false} do
      dnn.manual_seed(3)
      local net = dnn.Sequential({
        dnn.Input(6, 6, 2), dnn.Conv2d(2, 4, 3, {padding = 1}), dnn.Residual{dnn.ReLU()}, dnn.MaxPool2d(2),
      }, {keep = keep}):eval()
      dnn.manual_seed(3)
      local alone = dnn.Sequential{dnn.Input(6, 6, 2), dnn.Conv2d(2, 4, 3, {padding = 1})}
      local X = dnn.randn(72, 1)
      local A = alone:forward(X)
      A = A + A:relu()
      local P = dnn.Sequential{dnn.Input(6, 6, 4), dnn.MaxPool2d(2)}
      assert_same(net:forward(X), P:forward(A), "residual")
    end
  end)

  it("leaves all outputs readable where they are kept", function()
    local net = network(convolutions["3 x 3"], "ReLU"):train()
    local X = dnn.randn(ROWS, 2)
    net:forward(X)
    assert.is_true(net[1].A:min() < 0)
    assert_same(net[2].A, net[1].A:relu(), "ReLU")
    local A = net:forward(X):copy()
    net:eval()
    assert_same(net:forward(X), A)
    for i = 1, 2 do
      assert.has_error(function() return net[i].A end,
        "network: this output is not kept, as its memory serves other layers; " ..
          "set net.keep = true and run forward again")
    end
    net.keep = true
    net:forward(X)
    assert_same(net[2].A, net[1].A:relu(), "ReLU in evaluation")
  end)

  it("has the same bits on any number of threads", function()
    local net, X, usual = network(convolutions["3 x 3"], "ELU"):eval(), dnn.randn(ROWS, 40), dnn.get_num_threads()
    local A
    for _, threads in ipairs{1, 2, 3} do
      dnn.set_num_threads(threads)
      A = A or net:forward(X):copy()
      assert_same(net:forward(X), A)
    end
    dnn.set_num_threads(usual)
  end)
end)
