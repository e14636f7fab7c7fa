-- The gradient of each operator as an expression of other operators, by its name (dnn._operators): a function of
-- the step and the number of the input. A step has the inputs by number, the result A, its gradient dA, and what the
-- operator was called with, `arguments`. What comes out has A's shape or the input's; what was repeated is summed by
-- the caller.
--
-- A rule for all inputs is first in its list. A rule of nil gives no gradient. Values that are constants as far as
-- derivatives go, such as masks, are computed unrecorded.
local core = require "dnn.core"

local rules = {}

local still = core.no_grad

local function like(A) return {dtype = A.dtype} end

-- Arithmetic ------------------------------------------------------------------------------------------

local function same(s) return s.dA end

rules.add = {same}
rules.sub = {same, function(s) return -s.dA end}
rules.cmul = {function(s) return s.dA % s[2] end, function(s) return s.dA % s[1] end}
rules.div = {function(s) return s.dA / s[2] end, function(s) return -(s.dA % s[1] / s[2] / s[2]) end}

-- x where the condition does not hold; there 1, which is a harmless number for powers and logarithms.
local function unless(condition, x)
  return core.where(still(condition), 1, x)
end

rules.pow = {
  function(s)
    local x, y = s[1], s[2]
    if y == 0 then return nil end
    if type(y) == "number" then return s.dA % (x ^ (y - 1) * y) end
    x = unless(function() return x:eq(0) % y:eq(0) end, x)
    return s.dA % y % x ^ (y - 1)
  end,
  function(s)
    local x, y = s[1], s[2]
    if type(x) == "number" then return x ~= 0 and s.dA % (x ^ y) * math.log(x) or nil end
    x = unless(function() return x:eq(0) % y:ge(0) end, x)
    return s.dA % x ^ y % x:log()
  end,
}

-- 1 where input n is the larger one, 1/2 where both are equal.
local function larger(s, n)
  return s.dA % still(function()
    local sign = core.sign(s[1] - s[2])
    return ((n == 1 and sign or -sign) + 1) / 2
  end)
end

rules.maximum = {larger}
rules.minimum = {function(s, n) return larger(s, 3 - n) end}

-- Functions -------------------------------------------------------------------------------------------

local function zero() return nil end

rules.neg = {function(s) return -s.dA end}
rules.exp = {function(s) return s.dA % s.A end}
rules.log = {function(s) return s.dA / s[1] end}
rules.sqrt = {function(s) return s.dA / s.A / 2 end}
rules.abs = {function(s) return s.dA % still(function() return s[1]:sign() end) end}
rules.sign = {zero}
rules.tanh = {function(s) return s.dA % (1 - s.A ^ 2) end}
rules.sigmoid = {function(s) return s.dA % s.A % (1 - s.A) end}
rules.relu = {function(s) return s.dA % still(function() return s.A:gt(0) end) end}
rules.clamp = {function(s)
  local low, high = table.unpack(s.arguments)
  return s.dA % still(function() return s[1]:ge(low) % s[1]:le(high) end)
end}
rules.where = {zero, function(s) return core.where(s[1], s.dA, 0) end, function(s) return core.where(s[1], 0, s.dA) end}

-- Reductions ------------------------------------------------------------------------------------------

rules.sum = {same}
rules.mean = {function(s) return s.dA * (#s.A / #s[1]) end}

-- The extreme element's place: the first along an axis; equals share a gradient of everything.
local function extreme(place)
  return {function(s)
    local axis = math.tointeger(s.arguments[1])
    return s.dA % still(function()
      if axis == 0 then
        local hits = s[1]:eq(s.A)
        return hits / hits:sum()
      end
      local numbers = core.zeros(s[1].rows, s[1].cols, like(s.A))
      for k = 1, axis == 1 and s[1].rows or s[1].cols do
        (axis == 1 and numbers:row(k) or numbers:col(k)):fill_(k)
      end
      return numbers:eq(place(s[1], axis):to(s.A.dtype))
    end)
  end}
end

rules.max = extreme(core.argmax)
rules.min = extreme(core.argmin)

-- dA X / A, 0 where A is.
local function along(s, X)
  local none = still(function() return s.A:eq(0) end)
  return s.dA % still(function() return 1 - none end) / (s.A + none) % X
end

rules.norm = {function(s) return along(s, s[1]) end}
rules.std = {function(s)
  local axis, correction = math.tointeger(s.arguments[1]), s.arguments[2]
  local mean = axis == 0 and s[1]:mean() or s[1]:mean(axis)
  return along(s, s[1] - mean) * (1 / (#s[1] / #s.A - correction))
end}

-- Parts -----------------------------------------------------------------------------------------------

rules.copy = {same}
rules.convert = {function(s) return s.dA:to(s[1].dtype) end}
rules.transpose = {function(s) return s.dA:t() end}
rules.reshape = {function(s) return s.dA:reshape(s[1].rows, s[1].cols) end}

-- dA with zeros around it: `before` rows or columns of them (axis 1, 2), and as many after as make `total`.
local function padded(dA, axis, before, total)
  local size = axis == 1 and dA.rows or dA.cols
  local function zeros(n)
    return core.zeros(axis == 1 and n or dA.rows, axis == 1 and dA.cols or n, like(dA))
  end
  if size == total then return dA end
  return core.cat({zeros(before), dA, zeros(total - before - size)}, axis)
end

rules.diag = {function(s)
  local X, n = s[1], s.dA.rows
  local on = still(function()
    local E = core.zeros(X.rows, X.cols, like(X))
    for k = 1, n do E:set(k, k, 1) end
    return E
  end)
  return padded(s.dA, 1, 0, X.rows) % on
end}
rules.block = {function(s)
  local i, j = math.tointeger(s.arguments[1]), math.tointeger(s.arguments[2])
  return padded(padded(s.dA, 1, i, s[1].rows), 2, j, s[1].cols)
end}
rules.cat = {function(s, n)
  local below, start = s.arguments[1] == 1, 0
  for k = 1, n - 1 do start = start + (below and s[k].rows or s[k].cols) end
  if below then return s.dA:rows_range(start + 1, start + s[n].rows) end
  return s.dA:cols_range(start + 1, start + s[n].cols)
end}
rules.gather = {function(s)
  local places = still(function()
    local P = core.zeros(s.A.cols, s[1].cols, like(s.A))
    for k = 1, P.rows do P:set(k, math.tointeger(s[2](1, k)) + 1, 1) end
    return P
  end)
  return s.dA * places * s.arguments[1]
end}

-- Products and linear algebra -------------------------------------------------------------------------

rules.mm = {
  function(s)
    local ta, tb = s.arguments[1] ~= 0, s.arguments[2] ~= 0
    if ta then return core.mm(s[2], s.dA, {ta = tb, tb = true}) end
    return core.mm(s.dA, s[2], {tb = not tb})
  end,
  function(s)
    local ta, tb = s.arguments[1] ~= 0, s.arguments[2] ~= 0
    if tb then return core.mm(s.dA, s[1], {ta = true, tb = ta}) end
    return core.mm(s[1], s.dA, {ta = not ta})
  end,
}

local linalg = core.linalg

local function solve_back(s) return linalg.solve(s[1]:t(), s.dA) end

rules.solve = {function(s) return -(solve_back(s) * s.A:t()) end, solve_back}
rules.inv = {function(s) return -(s.A:t() * s.dA * s.A:t()) end}
rules.det = {function(s) return s.dA % s.A % linalg.inv(s[1]):t() end}

rules.logdet = {function(s) return s.dA % linalg.inv(s[1]):t() end}

local function symmetric(S) return (S + S:t()) / 2 end

local function eye(A) return core.eye(A.cols, like(A)) end

-- sym(L^-T P L^-1), P the lower triangle of L' dL with half of the diagonal.
rules.cholesky = {function(s)
  local L = s.A
  local half = still(function()
    local E = eye(L) / 2
    for j = 1, L.cols do
      for i = j + 1, L.rows do E:set(i, j, 1) end
    end
    return E
  end)
  local S = linalg.solve(L:t(), L:t() * s.dA % half)
  return symmetric(linalg.solve(L:t(), S:t()))
end}

-- V of the eigenvectors of X' X; columns in the order of the singular values.
local function right_vectors(X, count)
  local _, V = linalg.eigh(X:t() * X)
  local order = {}
  for k = 1, count do order[k] = V.cols + 1 - k end
  return V:gather(order)
end

-- U dA V' with U = X V / s.
rules.svdvals = {function(s)
  local X = s[1]
  local wide = X.cols > X.rows
  if wide then X = X:t() end
  local V = right_vectors(X, #s.A)
  local part = X * (V % (s.dA / linalg.svd(X, {vectors = false})):t()) * V:t()
  return wide and part:t() or part
end}

-- sym(V (dw + F (V' dV)) V'), F(i, j) = 1 / (w(j) - w(i)), 0 where that is 0.
rules.eigh = {function(s)
  local n = s.A.cols
  local w, V = s.A:row(1), s.A:rows_range(2, n + 1)
  local apart = w - w:t()
  local equal = still(function() return apart:eq(0) end)
  local F = still(function() return 1 - equal end) / (apart + equal)
  local inner = eye(s.A) % s.dA:row(1) + V:t() * s.dA:rows_range(2, n + 1) % F
  return symmetric(V * inner * V:t())
end}

-- Finding ---------------------------------------------------------------------------------------------

for name, rule in pairs(require "dnn.autograd.layers") do rules[name] = rule end

local LINEAR <const> = {function(s, n) return core._transposed(s.A, n, s.dA) end}

-- The rule of a step.
local function of(step)
  local rule = rules[step.name] or step.linear and LINEAR
  if not rule or step.has_vector then
    error(("create_graph: the gradient of %s%s cannot be differentiated again; write that part as an expression of "
      .. "matrices, or take its gradient without create_graph"):format(step.name,
      rule and " with weights of its own" or ""), 0)
  end
  return rule
end

return of
