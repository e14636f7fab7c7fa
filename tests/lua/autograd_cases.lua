-- What autograd_spec.lua checks of each operator that can be recorded: {function, shapes of its arguments}; `positive`:
-- arguments above 0.5; `whole`: in both forms; `smooth = false`: the gradient is not that of differences.
local dnn = require "dnn"

-- Shapes of two operands that are broadcast.
local function pairs_of(f, more)
  local cases = {}
  for _, shapes in ipairs{
    {{3, 4}, {3, 4}}, {{3, 4}, {3, 1}}, {{3, 4}, {1, 4}}, {{3, 4}, {1, 1}}, {{3, 1}, {1, 4}}, {{1, 4}, {3, 1}},
    {{1, 1}, {3, 4}}, {{1, 1}, {1, 1}}, {{1, 5}, {1, 5}}, {{5, 1}, {5, 1}}, {{0, 3}, {1, 3}}, {{70, 3}, {70, 1}},
  } do
    local case = {f, shapes}
    for name, value in pairs(more or {}) do case[name] = value end
    cases[#cases + 1] = case
  end
  return cases
end

local function both(cases, ...)
  for _, case in ipairs{...} do cases[#cases + 1] = case end
  return cases
end

local function each_shape(f, more)
  local cases = {}
  for _, shape in ipairs{{3, 4}, {1, 1}, {1, 6}, {6, 1}, {65, 2}, {0, 2}} do
    local case = {f, {shape}}
    for name, value in pairs(more or {}) do case[name] = value end
    cases[#cases + 1] = case
  end
  return cases
end

-- A reduction of everything, and along both axes.
local function reduced(name, more)
  local cases = {}
  for axis = 0, 2 do
    local function f(A)
      if axis == 0 then return dnn[name](A) end
      return dnn[name](A, axis)
    end
    for _, shape in ipairs{{3, 4}, {1, 5}, {5, 1}, {2, 70}, {70, 2}} do
      local case = {f, {shape}}
      for key, value in pairs(more or {}) do case[key] = value end
      cases[#cases + 1] = case
    end
  end
  return cases
end

local cases = {
  add = both(pairs_of(function(A, B) return A + B end), {function(A) return 2 + A + 3 end, {{2, 3}}},
    {function(A) return A + A end, {{2, 3}}}, {function(A) return A + A:t() end, {{3, 3}}}),
  sub = both(pairs_of(function(A, B) return A - B end), {function(A) return 2 - A - 3 end, {{2, 3}}},
    {function(A) return A - A end, {{2, 3}}}, {function(A) return A:sum(1) - A end, {{2, 3}}}),
  cmul = both(pairs_of(function(A, B) return A % B end), {function(A) return 2 * A * 3 end, {{2, 3}}},
    {function(A) return A % A end, {{2, 3}}}, {function(A) return A % A:mean() end, {{2, 3}}}),
  div = both(pairs_of(function(A, B) return A / B end, {positive = true}),
    {function(A) return 2 / A / 3 end, {{2, 3}}, positive = true}, {function(A) return A / A:norm() end, {{2, 3}}}),
  pow = both(pairs_of(function(A, B) return A ^ B end, {positive = true}), {function(A) return A ^ 2 end, {{2, 3}}},
    {function(A) return A ^ 3 end, {{2, 3}}}, {function(A) return 2 ^ A end, {{2, 3}}},
    {function(A) return A ^ A end, {{2, 3}}, positive = true}, {function(A) return A ^ 0 end, {{2, 3}}}),
  maximum = both(pairs_of(function(A, B) return A:maximum(B) end), {function(A) return A:maximum(0.1) end, {{2, 3}}}),
  minimum = both(pairs_of(function(A, B) return A:minimum(B) end), {function(A) return A:minimum(0.1) end, {{2, 3}}}),
  mm = {},
  neg = each_shape(function(A) return -A end),
  exp = each_shape(dnn.exp),
  log = each_shape(dnn.log, {positive = true}),
  sqrt = each_shape(dnn.sqrt, {positive = true}),
  abs = each_shape(dnn.abs),
  sign = each_shape(dnn.sign),
  tanh = each_shape(dnn.tanh),
  sigmoid = each_shape(dnn.sigmoid),
  relu = each_shape(dnn.relu),
  clamp = both(each_shape(function(A) return A:clamp(-0.5, 0.7) end),
    {function(A) return A:clamp(nil, 0.2) + A:clamp(0.1) end, {{2, 3}}}),
  where = both(pairs_of(function(A, B) return dnn.where(A:detach():gt(B:detach()), A, B % B) end),
    {function(A) return dnn.where(A:detach():gt(0), A % A, 3) + dnn.where(A:detach():lt(0.2), 1, A) end, {{2, 3}}}),
  sum = reduced "sum",
  mean = reduced "mean",
  max = reduced "max",
  min = reduced "min",
  norm = reduced "norm",
  std = {},
  copy = each_shape(function(A) return A:copy() + A end),
  convert = each_shape(function(A) return A:double() + A:to "float64":copy() end),
  transpose = each_shape(function(A) return A:t() end),
  diag = both(each_shape(function(A) return A:diag() end), {function(A) return A:diag() end, {{4, 4}}},
    {function(A) return A:diag():sum() + A end, {{3, 3}}}),
  block = {
    {function(A) return A:block(2, 3, 1, 2) end, {{3, 4}}},
    {function(A) return A:row(2) + A:row(1) % A:row(3) end, {{3, 4}}},
    {function(A) return A:col(2) * A:col(1):t() end, {{3, 4}}},
    {function(A) return A:rows_range(1, 2):cols_range(2, 4):exp() end, {{3, 4}}},
    {function(A) return (A % A):block(2, 3, 2, 4):tanh() * (A + A):row(1):t():rows_range(1, 3) end, {{3, 4}}},
    {function(A) return A:cols_range(1, 0) end, {{3, 4}}},
  },
  reshape = {
    {function(A) return A:reshape(2, 6):tanh() end, {{3, 4}}},
    {function(A) return A:block(1, 2, 1, 3):reshape(3, 2) % A:reshape(4, 3):block(1, 3, 1, 2) end, {{3, 4}}},
    {function(A) return (A % A):reshape(12, 1):row(7) end, {{3, 4}}},
  },
  cat = {
    {function(A, B) return dnn.cat({A, B}, 1) end, {{3, 4}, {2, 4}}},
    {function(A, B) return dnn.cat({A, B, A}, 2) % 2 end, {{3, 4}, {3, 1}}},
    {function(A) return dnn.cat({A, A, A:exp(), A, A % A, A, A}, 2) end, {{2, 3}}},
  },
  gather = {
    {function(A) return A:gather{3, 1, 3, 4} end, {{3, 4}}},
    {function(A) return A:gather({2, 2}, {scale = 3, shift = 1}) % A:gather(dnn.Matrix{1, 4}) end, {{3, 4}}},
    {function(A) return A:gather{} end, {{3, 4}}},
  },
}

-- Well away from singular, and symmetric with a positive spectrum.
local function regular(A) return A + dnn.eye(A.rows, {dtype = A.dtype}) * 4 end
local function positive(A) return A * A:t() + dnn.eye(A.rows, {dtype = A.dtype}) end
local linalg = dnn.linalg

cases.solve = {
  {function(A, B) return linalg.solve(regular(A), B) end, {{3, 3}, {3, 2}}},
  {function(A) return linalg.solve(regular(A), A) end, {{4, 4}}},
  {function(B) return linalg.solve(dnn.Matrix({{4, 1}, {2, 5}}, {dtype = B.dtype}), B) end, {{2, 5}}},
}
cases.inv = {{function(A) return linalg.inv(regular(A)) + A end, {{3, 3}}}, {linalg.inv, {{1, 1}}}}
cases.det = {{function(A) return linalg.det(regular(A)) * 0.01 end, {{3, 3}}}, {linalg.det, {{2, 2}}}}
cases.logdet = {
  {function(A) return linalg.logdet(positive(A)) end, {{3, 3}}},
  {function(A) return linalg.logdet(positive(A)) % A end, {{2, 2}}},
}
cases.cholesky = {
  {function(A) return linalg.cholesky(positive(A)) end, {{3, 3}}},
  {function(A) return 2 * linalg.cholesky(positive(A)):diag():log():sum() end, {{4, 4}}},
}
cases.svdvals = {}
for _, shape in ipairs{{3, 3}, {4, 2}, {2, 4}} do
  cases.svdvals[#cases.svdvals + 1] = {function(A) return linalg.svd(A, {vectors = false}) end, {shape}}
end
cases.eigh = {
  {function(A) return (linalg.eigh(A + A:t(), {vectors = false})) end, {{3, 3}}},
  {function(A)
    local w, V = linalg.eigh(positive(A))
    return V % V * w
  end, {{3, 3}}},
}

for _, ta in ipairs{false, true} do
  for _, tb in ipairs{false, true} do
    for _, s in ipairs{{3, 4, 2}, {1, 5, 1}, {5, 1, 3}, {1, 1, 1}, {2, 0, 3}} do
      local m, k, n = s[1], s[2], s[3]
      cases.mm[#cases.mm + 1] = {function(A, B) return dnn.mm(A, B, {ta = ta, tb = tb}) end,
        {ta and {k, m} or {m, k}, tb and {n, k} or {k, n}}}
    end
    cases.mm[#cases.mm + 1] = {function(A) return dnn.mm(A, A, {ta = ta, tb = tb}) end, {{3, 3}}}
  end
end
cases.mm[#cases.mm + 1] = {function(A, B) return A * B * B end, {{2, 3}, {3, 3}}}

for _, unbiased in ipairs{false, true} do
  cases.std[#cases.std + 1] = {function(A) return A:std({unbiased = unbiased}) end, {{3, 4}}}
  for axis = 1, 2 do
    cases.std[#cases.std + 1] = {function(A) return A:std(axis, {unbiased = unbiased}) end, {{3, 4}}}
  end
end

return cases
