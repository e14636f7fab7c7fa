-- The cases of torch_losses_spec.lua: {the loss here, an expression of the cost there (see torch_losses.py), A =,
-- B =, C =, Y =, V =}, functions of a type that make the arguments. V is a vector among the settings.
local dnn = require "dnn"

local function normal(rows, cols)
  return function(dtype) return dnn.randn(rows, cols, {dtype = dtype}) end
end

local function uniform(rows, cols, low, high)
  return function(dtype) return dnn.rand(rows, cols, {dtype = dtype}) * (high - low) + low end
end

-- Whole numbers low..high, those of a seed.
local function whole(rows, cols, low, high)
  return function() return (dnn.rand(rows, cols) * (high - low + 0.998) + (low - 0.499)):int() end
end

local function labels(classes, positions, cols) return whole(positions, cols, 1, classes) end

-- Columns that add up to 1.
local function distributions(rows, cols)
  return function(dtype)
    local P = dnn.rand(rows, cols, {dtype = dtype})
    return P / P:sum(1)
  end
end

local cases = {}
local function add(ours, theirs, arguments)
  arguments[1], arguments[2] = ours, theirs
  cases[#cases + 1] = arguments
end

-- Binary cross entropy and the squared error ---------------------------------------------------------

for reduction, m in pairs{mean = 6, sum = 3} do
  local option = ("reduction='%s'"):format(reduction)
  add(("dnn.BCELoss{%s}"):format(option), ("nn.BCELoss(%s)(A, Y)"):format(option),
    {A = uniform(3, m, 0.01, 0.99), Y = uniform(3, m, 0, 1)})
  add(("dnn.BCEWithLogitsLoss{%s}"):format(option), ("nn.BCEWithLogitsLoss(%s)(A, Y)"):format(option),
    {A = normal(3, m), Y = uniform(3, m, 0, 1)})
  add(("dnn.MSELoss{%s}"):format(option), ("nn.MSELoss(%s)(A, Y)"):format(option),
    {A = normal(300, m), Y = normal(300, m)})
end
add("dnn.BCELoss()", "nn.BCELoss()(A, Y.to(A.dtype))", {A = uniform(2, 5, 0.01, 0.99), Y = whole(2, 5, 0, 1)})
add("dnn.MSELoss{reduction = 'none'}", "by_example(rows(nn.MSELoss(reduction='none')(A, Y.to(A.dtype))))",
  {A = normal(4, 5), Y = whole(4, 5, -3, 3)})

-- Cross entropy --------------------------------------------------------------------------------------

local function cross(options, theirs, classes, positions, m, vector)
  add(("dnn.CrossEntropyLoss{%s}"):format(options),
    ("nn.CrossEntropyLoss(%s)(logits(A, %d), labels(Y))"):format(theirs, classes),
    {A = normal(classes * positions, m), Y = labels(classes, positions, m),
      V = vector and uniform(classes, 1, 0.2, 2)})
end
cross("", "", 3, 1, 8)
cross("", "", 40, 1, 5)
cross("", "", 1200, 1, 3)
cross("", "", 7, 12, 30)
cross("reduction = 'sum'", "reduction='sum'", 5, 3, 4)
cross("weight = V", "weight=V", 4, 1, 9, true)
cross("weight = V, reduction = 'sum'", "weight=V, reduction='sum'", 4, 2, 9, true)
cross("label_smoothing = 0.1", "label_smoothing=0.1", 5, 1, 7)
cross("label_smoothing = 1", "label_smoothing=1.0", 700, 1, 3)
cross("label_smoothing = 0.2, weight = V", "label_smoothing=0.2, weight=V", 5, 4, 7, true)
cross("ignore_index = 2", "ignore_index=1", 3, 1, 11)
cross("ignore_index = 2, weight = V, label_smoothing = 0.3", "ignore_index=1, weight=V, label_smoothing=0.3",
  3, 5, 6, true)
add("dnn.CrossEntropyLoss{reduction = 'none', ignore_index = 2, weight = V}",
  "by_example(nn.CrossEntropyLoss(reduction='none', ignore_index=1, weight=V)(logits(A, 3), labels(Y)))",
  {A = normal(12, 6), Y = labels(3, 4, 6), V = uniform(3, 1, 0.2, 2)})

local function soft(options, theirs, classes, m, vector)
  add(("dnn.CrossEntropyLoss{%s}"):format(options), ("nn.CrossEntropyLoss(%s)(rows(A), rows(Y))"):format(theirs),
    {A = normal(classes, m), Y = distributions(classes, m), V = vector and uniform(classes, 1, 0.2, 2)})
end
soft("", "", 3, 8)
soft("", "", 600, 3)
soft("label_smoothing = 0.2, weight = V", "label_smoothing=0.2, weight=V", 5, 6, true)
soft("weight = V, reduction = 'sum'", "weight=V, reduction='sum'", 5, 6, true)
add("dnn.CrossEntropyLoss()", "nn.CrossEntropyLoss()(rows(A), rows(Y).to(A.dtype))",
  {A = normal(5, 6), Y = whole(5, 6, 0, 1)})

return cases
