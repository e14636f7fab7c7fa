-- NumPy's legacy generator beside numbers that NumPy prints.
local numpy_random = require "dnn.numpy_random"

describe("numpy_random", function()
  it("gives MT19937's published words for seed 5489", function()
    -- the first ten words of Matsumoto and Nishimura's genrand_int32 with its default seed
    local generator = numpy_random.new(5489)
    local expected = {3499211612, 581869302, 3890346734, 3586334585, 545404204,
                      4161255391, 3922919429, 949333985, 2715962298, 1323567403}
    for _, word in ipairs(expected) do assert.are.equal(word, generator:random_u32()) end
  end)

  it("gives the ten thousandth word that the C++ standard asks of mt19937", function()
    local generator = numpy_random.new(5489)
    for _ = 1, 9999 do generator:random_u32() end
    assert.are.equal(4123659995, generator:random_u32())
  end)

  it("gives np.random.seed(1); np.random.randn(3)", function()
    local generator = numpy_random.new(1)
    assert.are.equal(1.6243453636632417, generator:normal())
    assert.are.equal(-0.6117564136500754, generator:normal())
    assert.are.equal(-0.5281717522634557, generator:normal())
  end)

  it("gives np.random.seed(1); np.random.rand()", function()
    assert.are.equal(0.417022004702574, numpy_random.new(1):double())
  end)

  it("fills a matrix row by row and keeps the second of a pair for the next one", function()
    local generator, again = numpy_random.new(1), numpy_random.new(1)
    local first, second = generator:randn(1, 3), generator:randn(2, 2)
    assert.are.equal("float64", first.dtype)
    for _, place in ipairs {{first, 1, 1}, {first, 1, 2}, {first, 1, 3}, {second, 1, 1},
                            {second, 1, 2}, {second, 2, 1}, {second, 2, 2}} do
      assert.are.equal(again:normal(), place[1](place[2], place[3]))
    end
  end)

  it("rounds to float32 when asked", function()
    local A = numpy_random.new(1):randn(1, 1, "float32")
    assert.are.equal("float32", A.dtype)
    assert.are.equal(string.unpack("f", string.pack("f", 1.6243453636632417)), A(1, 1))
  end)
end)
