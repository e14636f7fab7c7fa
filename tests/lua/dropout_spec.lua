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
end)
