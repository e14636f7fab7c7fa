---@meta _

-- # Linear algebra
--
-- `dnn.linalg` calls LAPACK. A is m x n, k is the smaller of m and n. Inputs are float32 or float64 and are not
-- changed; results are new matrices of the input's type.
--
-- Errors of all of them: an input that is not finite, a matrix that must be square and is not, an iteration that does
-- not converge.

---@class dnn
local dnn = {}

---Linear algebra on matrices.
---@class dnn.linalg
dnn.linalg = {}

-- ## Equations

---Solves A X = B.
---
---Shapes: A is n x n, B and X are n x r.
---
---Errors: a singular A, whose pivot is named. An A that is singular to working precision gives one warning on stderr:
---no digit of X can then be trusted.
---
---```lua
---local A, B = dnn.Matrix{{2, 0}, {0, 4}}, dnn.Matrix{2, 8}
---print(dnn.linalg.solve(A, B):sum())   --> 3.0
---```
---@param A dnn.Matrix
---@param B dnn.Matrix
---@return dnn.Matrix X
function dnn.linalg.solve(A, B) end

---Least squares: the X of least norm that minimises |A X - B|, for A of any rank.
---
---Shapes: A is m x n, B is m x r, X is n x r.
---
---```lua
---local A = dnn.Matrix{{1, 0}, {1, 1}, {1, 2}}
---local X, rank = dnn.linalg.lstsq(A, dnn.Matrix{1, 3, 5})
---print(rank)   --> 2
---```
---@param A dnn.Matrix
---@param B dnn.Matrix
---@return dnn.Matrix X
---@return integer rank effective rank of A
function dnn.linalg.lstsq(A, B) end

---The inverse of a square matrix. To solve equations, `dnn.linalg.solve` is quicker and more exact.
---
---Errors: a singular A, whose pivot is named. An A that is singular to working precision gives one warning on stderr:
---no digit of the inverse can then be trusted.
---
---```lua
---print(dnn.linalg.inv(dnn.Matrix{{2, 0}, {0, 4}})(2, 2))   --> 0.25
---```
---@param A dnn.Matrix n x n
---@return dnn.Matrix
function dnn.linalg.inv(A) end

---The determinant of a square matrix: 0 for a singular one, 1 for an empty one.
---
---```lua
---print(dnn.linalg.det(dnn.Matrix{{2, 0}, {0, 4}}))   --> 8.0
---```
---@param A dnn.Matrix n x n
---@return number
function dnn.linalg.det(A) end

---The logarithm of the determinant of a square matrix: -inf if it is singular, NaN if the determinant is negative.
---
---It stays in range where the determinant itself would overflow.
---
---```lua
---local value = dnn.linalg.logdet(dnn.eye(500) * 10)
---print(("%.3f"):format(value))   --> 1151.293
---```
---@param A dnn.Matrix n x n
---@return number
function dnn.linalg.logdet(A) end

---@class dnn.linalg.pinv.Options
---@field rcond? number singular values up to this times the largest count as 0; max(m, n) times the type's epsilon by default

---The Moore-Penrose inverse.
---
---Shapes: A is m x n, the result n x m.
---
---```lua
---local A = dnn.Matrix{{1, 0}, {0, 2}, {0, 0}}
---print(dnn.linalg.pinv(A):size())   --> 2	3
---```
---@param A dnn.Matrix
---@param options? dnn.linalg.pinv.Options
---@return dnn.Matrix
function dnn.linalg.pinv(A, options) end

---The condition number in the 2-norm: the largest singular value over the smallest, infinity where that is 0.
---
---A solution loses about as many digits as the condition number has: with 1e6, six of float32's seven.
---
---```lua
---print(dnn.linalg.cond(dnn.Matrix{{1, 0}, {0, 0.25}}))   --> 4.0
---```
---@param A dnn.Matrix
---@return number
function dnn.linalg.cond(A) end

---The rank, the number of singular values that do not count as 0.
---
---```lua
---print(dnn.linalg.rank(dnn.ones(3, 3)))   --> 1
---```
---@param A dnn.Matrix
---@param options? dnn.linalg.pinv.Options
---@return integer
function dnn.linalg.rank(A, options) end

-- ## Decompositions

---The lower triangular L with L L' = A.
---
---Only the lower triangle of A is read.
---
---Errors: a matrix that is not positive definite, whose leading minor is named.
---
---```lua
---print(dnn.linalg.cholesky(dnn.Matrix{{4, 0}, {0, 9}}):sum())   --> 5.0
---```
---@param A dnn.Matrix n x n, symmetric and positive definite
---@return dnn.Matrix L n x n
function dnn.linalg.cholesky(A) end

---Q with orthonormal columns and the upper triangular R with Q R = A.
---
---Shapes: Q is m x k, R is k x n.
---
---```lua
---local A = dnn.randn(5, 3, {dtype = "float64"})
---local Q, R = dnn.linalg.qr(A)
---print((Q * R - A):norm() < 1e-12)   --> true
---```
---@param A dnn.Matrix
---@return dnn.Matrix Q
---@return dnn.Matrix R
function dnn.linalg.qr(A) end

---@class dnn.linalg.svd.Options
---@field vectors? boolean whether vectors are computed and returned too, true by default

---The singular values and vectors, U diag(s) Vt = A.
---
---Shapes: U is m x k, s is k x 1 in descending order, Vt is k x n. With {vectors = false} s alone is returned.
---
---```lua
---local U, s, Vt = dnn.linalg.svd(dnn.Matrix{{3, 0}, {0, 4}})
---print(s(1, 1))   --> 4.0
---print(dnn.linalg.svd(dnn.ones(2, 2), {vectors = false}):size())   --> 2	1
---```
---@param A dnn.Matrix
---@param options? dnn.linalg.svd.Options
---@return dnn.Matrix U
---@return dnn.Matrix s
---@return dnn.Matrix Vt
function dnn.linalg.svd(A, options) end

---The eigenvalues and eigenvectors of a symmetric matrix.
---
---Only the lower triangle of A is read.
---
---Shapes: w is n x 1 in ascending order, V is n x n with a vector in each column. With {vectors = false} w alone is
---returned.
---
---```lua
---local w, V = dnn.linalg.eigh(dnn.Matrix{{2, 0}, {0, 1}})
---print(w(1, 1), w(2, 1))   --> 1.0	2.0
---```
---@param A dnn.Matrix n x n, symmetric
---@param options? dnn.linalg.svd.Options
---@return dnn.Matrix w
---@return dnn.Matrix V
function dnn.linalg.eigh(A, options) end

---The eigenvalues wr + i wi and the right eigenvectors Vr + i Vi of any square matrix.
---
---Shapes: wr and wi are n x 1, Vr and Vi n x n with a vector in each column. With {vectors = false} wr and wi alone
---are returned.
---
---```lua
---local rotation = dnn.Matrix{{0, -1}, {1, 0}}
---local wr, wi = dnn.linalg.eig(rotation, {vectors = false})
---print(wr:abs():sum(), wi:abs():sum())   --> 0.0	2.0
---```
---@param A dnn.Matrix n x n
---@param options? dnn.linalg.svd.Options
---@return dnn.Matrix wr
---@return dnn.Matrix wi
---@return dnn.Matrix Vr
---@return dnn.Matrix Vi
function dnn.linalg.eig(A, options) end
