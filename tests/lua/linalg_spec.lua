-- dnn.linalg against the identities that define each decomposition.
local dnn = require "dnn"
local linalg = dnn.linalg

local types = {float64 = 1e-12, float32 = 1e-4}

for dtype, tolerance in pairs(types) do
  describe("linalg in " .. dtype, function()
    local options = {dtype = dtype, random = dnn.Random(1)}

    local function randn(m, n)
      return dnn.randn(m, n, options)
    end

    local function eye(n)
      return dnn.eye(n, {dtype = dtype})
    end

    local function close(expected, A)
      assert.equal(dtype, A.dtype)
      assert.same({expected:size()}, {A:size()})
      assert.is_true(#A == 0 or (expected - A):abs():max() < tolerance * (1 + expected:abs():max()))
    end

    local shapes = {{6, 6}, {9, 4}, {4, 9}, {1, 5}, {5, 1}}

    it("solve: A X == B", function()
      local A, B = randn(7, 7) + eye(7) * 5, randn(7, 3)
      close(B, A * linalg.solve(A, B))
    end)

    it("inv: A inv(A) == I", function()
      local A = randn(6, 6) + eye(6) * 5
      close(eye(6), A * linalg.inv(A))
    end)

    it("logdet: the logarithm of det, and in range where that is not", function()
      assert.near(math.log(6), linalg.logdet(dnn.Matrix({{0, 2}, {-3, 4}}, {dtype = dtype})), tolerance)
      assert.near(900 * math.log(10), linalg.logdet(dnn.eye(900, {dtype = dtype}) * 10), 1e-9)
      assert.near(-900 * math.log(10), linalg.logdet(dnn.eye(900, {dtype = dtype}) / 10), 1e4 * tolerance)
      assert.equal(-math.huge, linalg.logdet(dnn.ones(2, 2, {dtype = dtype})))
      local negative = linalg.logdet(dnn.Matrix({{0, 1}, {1, 0}}, {dtype = dtype}))
      assert.is_true(negative ~= negative)
      assert.equal(0, linalg.logdet(dnn.zeros(0, 0, {dtype = dtype})))
    end)

    it("det: of a triangle the product of its diagonal, of a product the product", function()
      local A, B = randn(4, 4), randn(4, 4)
      assert.near(-6, linalg.det(dnn.Matrix({{1, 5, 7}, {0, -2, 4}, {0, 0, 3}}, {dtype = dtype})), tolerance)
      assert.near(linalg.det(A) * linalg.det(B), linalg.det(A * B), 20 * tolerance)
      assert.equal(0, linalg.det(dnn.ones(2, 2, {dtype = dtype})))
    end)

    it("lstsq: the residual is orthogonal to the columns, and the rank is right", function()
      local A, B = randn(9, 4), randn(9, 2)
      local X, rank = linalg.lstsq(A, B)
      assert.equal(4, rank)
      close(dnn.zeros(4, 2, {dtype = dtype}), A:t() * (A * X - B))
    end)

    it("cholesky: L L' == A with L lower triangular", function()
      local A = randn(5, 5)
      A = A * A:t() + eye(5)
      local L = linalg.cholesky(A)
      close(A, L * L:t())
      assert.equal(0, L(1, 5))
    end)

    it("qr: Q R == A and Q' Q == I", function()
      for _, shape in ipairs(shapes) do
        local A = randn(shape[1], shape[2])
        local Q, R = linalg.qr(A)
        close(A, Q * R)
        close(eye(math.min(shape[1], shape[2])), Q:t() * Q)
      end
    end)

    it("svd: U s Vt == A with singular values descending", function()
      for _, shape in ipairs(shapes) do
        local A = randn(shape[1], shape[2])
        local U, s, Vt = linalg.svd(A)
        close(A, U % s:t() * Vt)
        close(s, linalg.svd(A, {vectors = false}))
        for k = 2, s.rows do assert.is_true(s(k, 1) <= s(k - 1, 1)) end
      end
    end)

    it("eigh: A V == V w with eigenvalues ascending", function()
      local A = randn(6, 6)
      A = A + A:t()
      local w, V = linalg.eigh(A)
      close(A * V, V % w:t())
      close(eye(6), V:t() * V)
      close(w, linalg.eigh(A, {vectors = false}))
      for k = 2, 6 do assert.is_true(w(k, 1) >= w(k - 1, 1)) end
    end)

    it("eig: A V == V w in complex numbers", function()
      local A = randn(5, 5)
      local wr, wi, Vr, Vi = linalg.eig(A)
      close(A * Vr, Vr % wr:t() - Vi % wi:t())
      close(A * Vi, Vr % wi:t() + Vi % wr:t())
      assert.near(A:diag():sum(), wr:sum(), 10 * tolerance)
      assert.equal(2, select("#", linalg.eig(A, {vectors = false})))
    end)

    it("pinv: the four conditions of Moore and Penrose", function()
      for _, shape in ipairs(shapes) do
        local A = randn(shape[1], shape[2])
        local P = linalg.pinv(A)
        close(A, A * P * A)
        close(P, P * A * P)
        close(A * P, (A * P):t())
        close(P * A, (P * A):t())
      end
    end)

    it("rank: of a product that of the narrow side", function()
      assert.equal(3, linalg.rank(randn(8, 3) * randn(3, 7)))
      assert.equal(0, linalg.rank(dnn.zeros(3, 3, {dtype = dtype})))
      assert.equal(1, linalg.rank(dnn.Matrix({{1, 0}, {0, 1e-3}}, {dtype = dtype}), {rcond = 0.01}))
    end)

    it("takes views", function()
      local A = randn(9, 9)
      local block = A:block(2, 6, 3, 7)
      close(linalg.inv(block:copy()), linalg.inv(block))
    end)
  end)
end

describe("linalg", function()
  local function message(f, ...)
    local ok, text = pcall(f, ...)
    assert.is_false(ok)
    return text
  end

  it("says that a matrix must be square, with its shape", function()
    local A = dnn.zeros(2, 3)
    for _, name in ipairs {"inv", "det", "logdet", "cholesky", "eigh", "eig"} do
      local text = message(linalg[name], A)
      assert.matches(name, text)
      assert.matches("2 x 3", text)
    end
    assert.matches("2 x 3", message(linalg.solve, A, dnn.zeros(2, 1)))
  end)

  it("says that a matrix is singular", function()
    assert.matches("singular", message(linalg.inv, dnn.ones(2, 2)))
    assert.matches("singular", message(linalg.solve, dnn.ones(2, 2), dnn.ones(2, 1)))
    assert.matches("positive definite", message(linalg.cholesky, dnn.Matrix {{1, 2}, {2, 1}}))
  end)

  it("refuses what is not finite", function()
    local A = dnn.eye(2)
    A:set(1, 2, 0 / 0)
    assert.matches("finite", message(linalg.svd, A))
    assert.matches("finite", message(linalg.solve, A, A))
  end)

  it("refuses shapes that do not fit, other types and unknown options", function()
    assert.matches("3 x 1", message(linalg.solve, dnn.eye(2), dnn.zeros(3, 1)))
    assert.matches("3 x 1", message(linalg.lstsq, dnn.eye(2), dnn.zeros(3, 1)))
    assert.matches("uint8", message(linalg.inv, dnn.eye(2):byte()))
    assert.matches("float64", message(linalg.solve, dnn.eye(2), dnn.eye(2):double()))
    assert.equal("svd: unknown option 'vector'; known: vectors (did you mean 'vectors'?)",
      message(linalg.svd, dnn.eye(2), {vector = false}))
    assert.equal("rank: rcond must be a number, got '1'; usage: dnn.linalg.rank(A [, options])",
      message(linalg.rank, dnn.eye(2), {rcond = "1"}))
  end)
end)
