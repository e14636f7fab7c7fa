-- A pooling that does the backward of the ReLU before it: the same bits as the two of them.
local dnn = require "dnn"

local function network(keep, pool)
  dnn.manual_seed(3)
  return dnn.Sequential({
    dnn.Input(9, 11, 2),
    dnn.Conv2d(2, 5, 3, {padding = 1}), dnn.ReLU(), pool(),
    dnn.Conv2d(5, 20, 3, {padding = 1}), dnn.ReLU(), pool(),
    dnn.Flatten(),
  }, {keep = keep})
end

local function gradients(keep, pool, X)
  local net = network(keep, pool)
  local A = net:forward(X)
  net:backward(A:copy())
  local list = {}
  for _, i in ipairs{1, 4} do
    list[#list + 1] = net[i].weight_grad:copy()
    list[#list + 1] = net[i].bias_grad:copy()
  end
  return list
end

local pools = {
  max = function() return dnn.MaxPool2d(2) end,
  ["overlapping max"] = function() return dnn.MaxPool2d(3, {stride = 2, padding = 1}) end,
  ["adaptive max"] = function() return dnn.AdaptiveMaxPool2d(3) end,
}

local function compare(pool, X)
  local kept, little = gradients(true, pool, X), gradients(false, pool, X)
  for i, gradient in ipairs(kept) do
    for row = 1, gradient.rows do
      for col = 1, gradient.cols do
        local a, b = gradient(row, col), little[i](row, col)
        assert.is_true(a == b or (a ~= a and b ~= b), "gradient " .. i)
      end
    end
  end
end

describe("a pooling after a ReLU", function()
  for name, pool in pairs(pools) do
    it("gives the same gradients whether all is kept or not: " .. name, function()
      dnn.manual_seed(8)
      compare(pool, dnn.randn(9 * 11 * 2, 3))
    end)
  end

  it("lets the gradient of a NaN through, as ReLU does", function()
    dnn.manual_seed(8)
    local X = dnn.randn(9 * 11 * 2, 1)
    X:set(7, 1, 0 / 0)
    compare(pools.max, X)
  end)
end)
