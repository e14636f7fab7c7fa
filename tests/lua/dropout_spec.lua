-- Dropout1d and Dropout2d drop whole channels of an example; the mask of single elements is tested in C.
local dnn = require "dnn"

-- Forward and the gradient of ones through an example's shape {positions, channels}; both as a table of columns, a
-- channel each, of every example.
local function run(net, positions, channels, examples)
  local X = dnn.ones(positions * channels, examples)
  local A = net:forward(X):copy()
  local dX = net:backward(dnn.ones(A.rows, examples), {input_gradient = true})
  return A:reshape(channels, positions * examples), dX:reshape(channels, positions * examples)
end

local function check(net, positions, channels, p)
  local examples <const> = 40
  dnn.manual_seed(3)
  local A, dX = run(net, positions, channels, examples)
  local dropped = 0
  for e = 1, examples do
    local first = A:col((e - 1) * positions + 1)
    for t = 1, positions do assert.is_true(A:col((e - 1) * positions + t) == first) end
    for c = 1, channels do
      if first(c, 1) == 0 then dropped = dropped + 1 else assert.near(1 / (1 - p), first(c, 1), 1e-6) end
    end
  end
  assert.is_true(A == dX) -- the same mask, and ones before and after
  local n = channels * examples
  assert.is_true(math.abs(dropped / n - p) < 5 * math.sqrt(p * (1 - p) / n)) -- five deviations
end

describe("dropout of whole channels", function()
  it("drops those of an image and scales the others", function()
    check(dnn.Sequential{dnn.Input(4, 3, 50), dnn.Dropout2d(0.3)}, 12, 50, 0.3)
    check(dnn.Sequential{dnn.Input(30, 40, 7), dnn.Dropout2d(0.5)}, 1200, 7, 0.5) -- on several threads
  end)

  it("drops features of a sequence", function()
    check(dnn.Sequential{dnn.Input(5, 60), dnn.Dropout1d(0.2)}, 5, 60, 0.2)
  end)

  it("draws another mask for each forward, and none in evaluation", function()
    local net = dnn.Sequential{dnn.Input(2, 2, 60), dnn.Dropout2d()}
    local X = dnn.rand(240, 2)
    assert.is_false(net:forward(X):copy() == net:forward(X))
    assert.is_true(net:predict(X) == X)
  end)

  it("makes 0 of what is dropped, whatever it was", function()
    local net = dnn.Sequential{dnn.Input(2, 2, 3), dnn.Dropout2d(1)}
    assert.equal(0, net:forward(dnn.full(12, 1, 1 / 0)):abs():sum())
  end)

  it("keeps mean and variance where it is AlphaDropout", function()
    local net = dnn.Sequential({dnn.AlphaDropout(0.3)}, {dtype = "float64", input = {200}})
    local X, low = dnn.randn(200, 200, {dtype = "float64"}), -1.7580993408473766
    local scale = 1 / math.sqrt(0.7 * (1 + 0.3 * low ^ 2))
    local dropped, kept = scale * low - scale * 0.3 * low, X * scale - scale * 0.3 * low
    local A = net:forward(X):copy()
    local is_dropped = ((A - dropped):abs():lt(1e-12)):double()
    assert.is_true(math.abs(is_dropped:mean() - 0.3) < 0.02)
    assert.is_true(dnn.max(((A - kept) % (1 - is_dropped)):abs()) < 1e-12)
    assert.is_true(math.abs(A:mean()) < 0.03 and math.abs(A:std() - 1) < 0.03)
    local dX = net:backward(dnn.ones(200, 200, {dtype = "float64"}), {input_gradient = true})
    assert.is_true(dnn.max((dX - (1 - is_dropped) * scale):abs()) < 1e-12)
  end)

  it("draws slopes between its bounds where it is RReLU", function()
    local net = dnn.Sequential({dnn.RReLU(0.2, 0.6)}, {dtype = "float64", input = {200}})
    local A = net:forward(dnn.full(200, 100, -1, {dtype = "float64"})):copy()
    assert.is_true(dnn.max(A) <= -0.2 and dnn.min(A) >= -0.6)
    assert.is_true(math.abs(A:mean() + 0.4) < 0.01)
    local dX = net:backward(dnn.ones(200, 100, {dtype = "float64"}), {input_gradient = true})
    assert.is_true(dX == -A)
  end)
end)
