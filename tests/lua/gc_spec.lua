-- The collector: it sees every byte of a matrix, and operators are safe however eager it is.
local dnn = require "dnn"

-- Programs full of temporaries and views; each returns a number to compare.
local programs = {
  chain = function()
    local A = dnn.full(8, 8, 0.5)
    for _ = 1, 30 do A = (A * A + A % 2 - 1 / (A + 3)):tanh():abs() + dnn.eye(8) end
    return A:sum()
  end,

  views = function()
    local total = 0
    for k = 1, 30 do
      local v = dnn.arange(1, 100):reshape(10, 10):cols_range(2, 9):block(2, 5, 1, 4):col(k % 4 + 1)
      total = total + (v:t() * v)(1, 1)
    end
    return total
  end,

  descent = function()
    local random = dnn.Random(1)
    local X, y = dnn.randn(3, 20, {random = random}), dnn.randn(1, 20, {random = random})
    local W, b = dnn.zeros(1, 3), dnn.zeros(1, 1)
    for _ = 1, 30 do
      local E = W * X + b - y
      W = W - 0.1 / X.cols * dnn.mm(E, X, {tb = true})
      b = b - 0.1 * E:mean(2)
    end
    return W:norm() + b:norm()
  end,

  parts = function()
    local all = {}
    for k = 1, 10 do all[k] = dnn.cat({dnn.full(2, k, k), dnn.Matrix {{k}, {-k}}}, 2):gather({k + 1, 1}) end
    local A = dnn.cat(all, 2)
    return dnn.where(A:gt(0), A, -A):sum() + #tostring(A)
  end,

  decompositions = function()
    local A = dnn.randn(5, 5, {random = dnn.Random(2), dtype = "float64"})
    local U, s, Vt = dnn.linalg.svd(A)
    return ((U % s:t() * Vt - A):norm() < 1e-12 and 1 or 0) + dnn.linalg.det(A)
  end,
}

-- Runs f with a full collection every few instructions of the virtual machine.
local function with_eager_collector(f)
  debug.sethook(function() collectgarbage() end, "", 7)
  local ok, result = pcall(f)
  debug.sethook()
  assert(ok, result)
  return result
end

describe("programs full of temporaries", function()
  local settings = {
    ["the generational collector"] = function() collectgarbage("generational") end,
    ["a collector that never pauses"] = function() collectgarbage("incremental", 1, 1000, 1) end,
    ["a collector that pauses long"] = function() collectgarbage("incremental", 1000, 100, 20) end,
  }

  after_each(function() collectgarbage("incremental", 200, 100, 13) end)

  for name, program in pairs(programs) do
    local expected = program()

    for setting, set in pairs(settings) do
      it(name .. " gives the same numbers under " .. setting, function()
        set()
        for _ = 1, 5 do assert.equal(expected, program()) end
      end)
    end

    it(name .. " gives the same numbers with a collection every seven instructions", function()
      assert.equal(expected, with_eager_collector(program))
    end)
  end
end)

describe("memory", function()
  -- Peak resident memory of this process in KiB, since it was last reset, or nil where the system does
  -- not tell.
  local function peak()
    local file <close> = io.open("/proc/self/status")
    return file and tonumber(file:read("a"):match("VmHWM:%s*(%d+) kB"))
  end

  local function reset_peak()
    local file <close> = io.open("/proc/self/clear_refs", "w")
    return file and file:write("5") ~= nil
  end

  it("of a matrix is counted by the collector", function()
    collectgarbage()
    local before = collectgarbage("count")
    local A = dnn.zeros(1024, 1024)
    assert.near(4096, collectgarbage("count") - before, 16)
    local v = A:col(1)
    assert.near(4096, collectgarbage("count") - before, 16)
    A = nil
    collectgarbage()
    assert.near(4096, collectgarbage("count") - before, 16) -- the view keeps it
    assert.equal(1024, #(A or v))
    v = nil
    collectgarbage()
    assert.near(0, collectgarbage("count") - before, 16)
    assert.is_nil(v)
  end)

  for _, mode in ipairs {"incremental", "generational"} do
    it("of 4000 temporaries of 1 MiB stays below 64 MiB in the " .. mode .. " mode", function()
      collectgarbage(mode)
      collectgarbage()
      reset_peak()
      local before, most = peak(), 0
      local A = dnn.zeros(512, 512)
      for _ = 1, 2000 do
        A = A + 1
        A = A * 0.5
        most = math.max(most, collectgarbage("count"))
      end
      collectgarbage("incremental")
      assert.near(1, A(1, 1), 1e-6)
      assert.is_true(most < 64 * 1024, ("the collector's count reached %.0f KiB"):format(most))
      if before then
        local grown = peak() - before
        assert.is_true(grown < 64 * 1024, ("resident memory grew by %.0f KiB"):format(grown))
      end
    end)
  end

  it("is not made by forms in place or with out", function()
    local A, B, C = dnn.rand(200, 200), dnn.rand(200, 200), dnn.zeros(200, 200)
    local options, row = {out = C}, {out = dnn.zeros(1, 200)}
    collectgarbage()
    collectgarbage("stop")
    local before = collectgarbage("count")
    for _ = 1, 100 do
      A:add_(B):cmul_(0.5):tanh_()
      dnn.add(A, B, options)
      dnn.exp(C, options)
      dnn.mm(A, B, options)
      C:sum(1, row)
      C:copy_(A):fill_(0):clamp_(0, 1)
    end
    local grown = collectgarbage("count") - before
    collectgarbage("restart")
    assert.is_true(grown < 20, ("%.1f KiB were made"):format(grown))
  end)
end)
