-- Random streams: the same numbers for the same seed, the right distributions, and matrices of them.
local dnn = require "dnn"

describe("a stream", function()
  it("gives the same numbers for the same seed and others for another", function()
    local a, b, c = dnn.Random(7), dnn.Random(7), dnn.Random(8)
    local same = true
    for _ = 1, 100 do
      local x = a:uniform()
      assert.equal(x, b:uniform())
      same = same and x == c:uniform()
    end
    assert.is_false(same)
  end)

  it("goes on from a saved state", function()
    local a, b = dnn.Random(1), dnn.Random(2)
    for _ = 1, 13 do a:normal() end
    b:set_state(a:state())
    for _ = 1, 10 do assert.equal(a:normal(), b:normal()) end
  end)

  it("splits into streams that differ from it and from each other", function()
    local parent = dnn.Random(3)
    local a, b = parent:split(), parent:split()
    local x, y, z = a:uniform(), b:uniform(), parent:uniform()
    assert.is_true(x ~= y and y ~= z and x ~= z)
    local again = dnn.Random(3):split()
    assert.equal(x, again:uniform())
  end)

  it("gives uniform numbers of the right mean and variance within their range", function()
    local random, n, sum, squares, inside = dnn.Random(11), 20000, 0, 0, true
    for _ = 1, n do
      local x = random:uniform(-2, 4)
      inside = inside and x >= -2 and x < 4
      sum, squares = sum + x, squares + x * x
    end
    assert.is_true(inside)
    assert.near(1, sum / n, 5 * math.sqrt(3 / n))
    assert.near(3, squares / n - (sum / n) ^ 2, 0.1)
  end)

  it("gives normal numbers of the right mean and variance", function()
    local random, n, sum, squares = dnn.Random(12), 20000, 0, 0
    for _ = 1, n do
      local x = random:normal(5, 2)
      sum, squares = sum + x, squares + x * x
    end
    assert.near(5, sum / n, 5 * 2 / math.sqrt(n))
    assert.near(4, squares / n - (sum / n) ^ 2, 0.2)
  end)

  it("refuses a mean and a deviation that no normal numbers have, as normal_ does", function()
    for _, pair in ipairs{{0, -1}, {0, math.huge}, {0 / 0, 1}, {math.huge, 1}, {0, 0 / 0}} do
      local random, A = dnn.Random(1), dnn.empty(1, 1)
      for _, draw in ipairs{function(...) random:normal(...) end, function(...) A:normal_(...) end} do
        local ok, message = pcall(draw, pair[1], pair[2])
        assert.is_false(ok)
        assert.matches("normal: expected a finite mean and a standard deviation >= 0, got", message, 1, true)
        assert.is_nil(message:find("-nan", 1, true))
      end
    end
    assert.equal(3, dnn.Random(1):normal(3, 0))
  end)

  it("gives whole numbers below n, all about equally often", function()
    local random, counts = dnn.Random(13), {[0] = 0, 0, 0, 0, 0, 0}
    for _ = 1, 6000 do
      local k = random:below(6)
      counts[k] = counts[k] + 1
    end
    assert.equal("integer", math.type(random:below(6)))
    for k = 0, 5 do assert.near(1000, counts[k], 150) end
  end)

  it("gives true with the probability asked for", function()
    local random, hits = dnn.Random(14), 0
    for _ = 1, 10000 do
      if random:bernoulli(0.3) then hits = hits + 1 end
    end
    assert.near(3000, hits, 250)
    assert.is_false(random:bernoulli(0))
    assert.is_true(random:bernoulli(1))
  end)

  it("permutes 1 .. n", function()
    local order = dnn.Random(15):permutation(100)
    assert.equal(100, #order)
    table.sort(order)
    assert.equal("1 2 3", table.concat(order, " ", 1, 3))
    assert.equal("98 99 100", table.concat(order, " ", 98))
    assert.same({}, dnn.Random(15):permutation(0))
  end)

  it("prints what it is", function()
    assert.matches("^Random: stream %-?%d+, 0 words drawn$", tostring(dnn.Random(4)))
  end)

  it("refuses wrong arguments", function()
    local random = dnn.Random(1)
    assert.error_matches(function() dnn.Random() end, "Random: seed must be a whole number, got nothing")
    assert.error_matches(function() dnn.Random(1.5) end, "Random: seed must be a whole number, got 1.5")
    assert.error_matches(function() dnn.manual_seed("1") end,
      "manual_seed: seed must be a whole number, got '1'")
    assert.error_matches(function() random:below(0) end, "below: n must be at least 1, got 0")
    assert.error_matches(function() random:bernoulli(1.5) end, "bernoulli: p must be from 0 to 1, got 1.5")
    assert.error_matches(function() random:permutation(-1) end,
      "permutation: n must be a whole number >= 0, got -1", 1, true)
    assert.error_matches(function() dnn.rand(1, 1, {random = 5}) end, "random must be a dnn.Random, got 5")
  end)
end)

describe("the global stream", function()
  it("starts again with manual_seed", function()
    dnn.manual_seed(42)
    local A, B = dnn.rand(3, 3), dnn.randn(3, 3)
    dnn.manual_seed(42)
    assert.is_true(A == dnn.rand(3, 3))
    assert.is_true(B == dnn.randn(3, 3))
    assert.is_false(A == dnn.rand(3, 3))
  end)

  it("is the stream of its seed", function()
    dnn.manual_seed(9)
    assert.is_true(dnn.rand(4, 4) == dnn.rand(4, 4, {random = dnn.Random(9)}))
  end)
end)

describe("a matrix of random numbers", function()
  it("takes its numbers column by column from the stream given", function()
    local A = dnn.rand(2, 3, {random = dnn.Random(5), dtype = "float64"})
    local random = dnn.Random(5)
    for j = 1, 3 do
      for i = 1, 2 do assert.equal(random:uniform(), A(i, j)) end
    end
    local B = dnn.randn(2, 3, {random = dnn.Random(5), dtype = "float64"})
    random = dnn.Random(5)
    for j = 1, 3 do
      for i = 1, 2 do assert.equal(random:normal(), B(i, j)) end
    end
  end)

  it("is filled in place, through views too", function()
    local A = dnn.zeros(100, 100)
    assert.is_true(rawequal(A, A:uniform_(2, 3, dnn.Random(1))))
    assert.is_true(A:min() >= 2 and A:max() <= 3)
    assert.is_true(A:normal_(10, 0.5):mean() > 9.9)
    assert.near(0.5, A:std(), 0.02)
    A:bernoulli_(0.25, dnn.Random(2))
    assert.same({0, 1}, {A:min(), A:max()})
    assert.near(0.25, A:mean(), 0.03)
    A:fill_(0):block(1, 2, 1, 2):uniform_(1, 2)
    assert.equal(0, A:rows_range(3, 100):max())
    assert.is_true(A(2, 2) >= 1)
  end)

  it("from randperm is a row that gathers columns in random order", function()
    local order = dnn.randperm(50, dnn.Random(1))
    assert.same({1, 50}, {order:size()})
    assert.equal(50 * 51 / 2, order:sum())
    local A = dnn.arange(1, 50):t()
    assert.is_true(A:gather(order) == order:float())
    assert.is_false(order == dnn.randperm(50, dnn.Random(2)))
  end)
end)
