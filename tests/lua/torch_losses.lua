-- The cases of torch_losses_spec.lua: {the loss here, an expression of the cost there (see torch_losses.py), A =,
-- B =, C =, Y =, V =}, functions of a type that make the arguments. V is a vector among the settings; `options` is what
-- forward takes beside them.
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

for options, there in pairs{["pos_weight = V"] = "pos_weight=V[:, None]",
    ["pos_weight = V, reduction = 'sum'"] = "pos_weight=V[:, None], reduction='sum'"} do
  add(("dnn.BCEWithLogitsLoss{%s}"):format(options), ("nn.BCEWithLogitsLoss(%s)(A, Y)"):format(there),
    {A = normal(3, 5), Y = uniform(3, 5, 0, 1), V = uniform(3, 1, 0.2, 4)})
end
add("dnn.BCEWithLogitsLoss{pos_weight = 2.5}", "nn.BCEWithLogitsLoss(pos_weight=torch.tensor(2.5))(A, Y.to(A.dtype))",
  {A = normal(3, 5), Y = whole(3, 5, 0, 1)})

-- Other sums over elements ----------------------------------------------------------------------------

local function signs(rows, cols)
  return function(dtype) return (dnn.rand(rows, cols, {dtype = dtype}) - 0.5):sign() end
end

local function elements(name, options, theirs, A, Y)
  add(("dnn.%s{%s}"):format(name, options), ("nn.%s(%s)(A, Y)"):format(name, theirs), {A = A, Y = Y})
end
for _, m in ipairs{1, 7} do
  local A, Y, S = normal(5, m), normal(5, m), signs(5, m)
  elements("L1Loss", "", "", A, Y)
  elements("L1Loss", "reduction = 'sum'", "reduction='sum'", A, Y)
  elements("SmoothL1Loss", "", "", A, Y)
  elements("SmoothL1Loss", "beta = 0.3, reduction = 'sum'", "beta=0.3, reduction='sum'", A, Y)
  elements("SmoothL1Loss", "beta = 0", "beta=0.0", A, Y)
  elements("HuberLoss", "", "", A, Y)
  elements("HuberLoss", "delta = 0.4, reduction = 'sum'", "delta=0.4, reduction='sum'", A, Y)
  elements("HingeEmbeddingLoss", "", "", A, S)
  elements("HingeEmbeddingLoss", "margin = 2, reduction = 'sum'", "margin=2.0, reduction='sum'", A, S)
  elements("SoftMarginLoss", "", "", A, S)
  elements("SoftMarginLoss", "reduction = 'sum'", "reduction='sum'", A, S)
  add("dnn.HingeLoss()", "torch.relu(1 - A * Y).mean()", {A = A, Y = S})
  add("dnn.HingeLoss{margin = 0.4, reduction = 'sum'}", "torch.relu(0.4 - A * Y).sum()", {A = A, Y = S})
end
for options, theirs in pairs{[""] = "", ["reduction = 'batchmean'"] = "reduction='batchmean'",
    ["reduction = 'sum'"] = "reduction='sum'"} do
  add(("dnn.KLDivLoss{%s}"):format(options), ("nn.KLDivLoss(%s)(rows(A), rows(Y))"):format(theirs),
    {A = normal(4, 6), Y = distributions(4, 6)})
end
add("dnn.KLDivLoss{log_target = true, reduction = 'batchmean'}",
  "nn.KLDivLoss(log_target=True, reduction='batchmean')(rows(A), rows(Y))", {A = normal(4, 6), Y = normal(4, 6)})
add("dnn.KLDivLoss()", "nn.KLDivLoss()(rows(A), rows(Y).to(A.dtype))", {A = normal(4, 6), Y = whole(4, 6, 0, 1)})
add("dnn.HuberLoss{reduction = 'none'}", "by_example(rows(nn.HuberLoss(reduction='none')(A, Y)))",
  {A = normal(4, 6), Y = normal(4, 6)})

-- Masks, margins, pairs and triplets ------------------------------------------------------------------

local function dice(smooth)
  return ("(1 - (2 * (A * Y).sum(0) + %g) / (A.sum(0) + Y.sum(0) + %g))"):format(smooth, smooth)
end
add("dnn.DiceLoss()", dice(1) .. ".mean()", {A = uniform(700, 3, 0, 1), Y = uniform(700, 3, 0, 1)})
add("dnn.DiceLoss{smooth = 0.01, reduction = 'none'}", dice(0.01), {A = uniform(9, 5, 0, 1), Y = whole(9, 5, 0, 1)})

for options, theirs in pairs{[""] = "", ["p = 2, margin = 0.5, weight = V"] = "p=2, margin=0.5, weight=V",
    ["weight = V, reduction = 'sum'"] = "weight=V, reduction='sum'", ["reduction = 'none'"] = "reduction='none'"} do
  add(("dnn.MultiMarginLoss{%s}"):format(options), ("nn.MultiMarginLoss(%s)(rows(A), labels(Y))"):format(theirs),
    {A = normal(5, 8), Y = labels(5, 1, 8), V = options:find "V" and uniform(5, 1, 0.2, 2)})
end
for options, theirs in pairs{[""] = "", ["margin = 0.3, reduction = 'sum'"] = "margin=0.3, reduction='sum'",
    ["margin = -0.2, reduction = 'none'"] = "margin=-0.2, reduction='none'"} do
  add(("dnn.CosineEmbeddingLoss{%s}"):format(options),
    ("nn.CosineEmbeddingLoss(%s)(rows(A), rows(B), Y[0])"):format(theirs),
    {A = normal(4, 9), B = normal(4, 9), Y = signs(1, 9)})
end
for options, theirs in pairs{[""] = "", ["margin = 2, swap = true"] = "margin=2.0, swap=True",
    ["p = 1, reduction = 'sum', margin = 3"] = "p=1, reduction='sum', margin=3.0",
    ["p = 3.5, eps = 1e-3, reduction = 'none', margin = 3"] = "p=3.5, eps=1e-3, reduction='none', margin=3.0"} do
  add(("dnn.TripletMarginLoss{%s}"):format(options),
    ("nn.TripletMarginLoss(%s)(rows(A), rows(B), rows(C))"):format(theirs),
    {A = normal(4, 9), B = normal(4, 9), C = normal(4, 9)})
end

for options, theirs in pairs{[""] = "", ["margin = 0.7, reduction = 'sum'"] = "margin=0.7, reduction='sum'"} do
  add(("dnn.MarginRankingLoss{%s}"):format(options), ("nn.MarginRankingLoss(%s)(A, B, Y)"):format(theirs),
    {A = normal(3, 9), B = normal(3, 9), Y = signs(3, 9)})
end
add("dnn.MarginRankingLoss{reduction = 'none'}",
  "by_example(rows(nn.MarginRankingLoss(reduction='none')(A, B, Y)))", {A = normal(3, 4), B = normal(3, 4),
    Y = signs(3, 4)})
for options, theirs in pairs{[""] = "", ["reduction = 'sum'"] = "reduction='sum'",
    ["reduction = 'none'"] = "reduction='none'"} do
  add(("dnn.MultiLabelMarginLoss{%s}"):format(options), ("nn.MultiLabelMarginLoss(%s)(rows(A), label_lists(A, Y))")
    :format(theirs), {A = normal(5, 8), Y = function() return dnn.Matrix{{1, 2, 5, 3, 4, 0, 5, 3},
      {2, 0, 1, 3, 2, 0, 4, 0}, {0, 0, 4, 0, 1, 0, 3, 0}} end})
  for _, weight in ipairs{"", "weight = V, "} do
    add(("dnn.MultiLabelSoftMarginLoss{%s%s}"):format(weight, options),
      ("nn.MultiLabelSoftMarginLoss(%s%s)(rows(A), rows(Y))"):format(weight, theirs),
      {A = normal(5, 8), Y = uniform(5, 8, 0, 1), V = weight ~= "" and uniform(5, 1, 0.2, 2)})
  end
end

-- Distributions ---------------------------------------------------------------------------------------

for options, theirs in pairs{[""] = "", ["full = true, reduction = 'sum'"] = "full=True, reduction='sum'",
    ["eps = 0.5"] = "eps=0.5"} do
  add(("dnn.GaussianNLLLoss{%s}"):format(options), ("nn.GaussianNLLLoss(%s)(A, Y, B)"):format(theirs),
    {A = normal(3, 9), B = uniform(3, 9, 0.1, 2), Y = normal(3, 9)})
end
for options, theirs in pairs{[""] = "", ["full = true"] = "full=True",
    ["full = true, reduction = 'sum', log_input = false"] = "full=True, reduction='sum', log_input=False",
    ["log_input = false, eps = 0.1"] = "log_input=False, eps=0.1"} do
  add(("dnn.PoissonNLLLoss{%s}"):format(options), ("nn.PoissonNLLLoss(%s)(A, Y.to(A.dtype))"):format(theirs),
    {A = uniform(3, 9, 0.1, 2), Y = whole(3, 9, 0, 5)})
end
add("dnn.PoissonNLLLoss{reduction = 'none'}", "by_example(rows(nn.PoissonNLLLoss(reduction='none')(A, Y)))",
  {A = normal(3, 9), Y = uniform(3, 9, 0, 5)})

-- Negative log-likelihood ----------------------------------------------------------------------------

for options, theirs in pairs{[""] = "", ["weight = V, ignore_index = 2"] = "weight=V, ignore_index=1",
    ["reduction = 'sum', weight = V"] = "reduction='sum', weight=V"} do
  for _, positions in ipairs{1, 5} do
    add(("dnn.NLLLoss{%s}"):format(options), ("nn.NLLLoss(%s)(logits(A, 4), labels(Y))"):format(theirs),
      {A = normal(4 * positions, 7), Y = labels(4, positions, 7), V = options:find "V" and uniform(4, 1, 0.2, 2)})
  end
end
add("dnn.NLLLoss{reduction = 'none'}", "by_example(nn.NLLLoss(reduction='none')(logits(A, 3), labels(Y)))",
  {A = normal(12, 6), Y = labels(3, 4, 6)})

-- Sequences spelt by longer ones ---------------------------------------------------------------------

-- Log-probabilities of so many steps.
local function log_probabilities(classes, steps, cols)
  return function(dtype)
    local A = dnn.randn(classes, steps * cols, {dtype = dtype})
    return (A - A:exp():sum(1):log()):reshape(classes * steps, cols)
  end
end

-- Lengths are lists for both; Y has labels 2..classes, or 1..classes - 1 where the blank is the last.
local function ctc(classes, steps, positions, options, theirs, lengths, A)
  local m = 6
  local last, list = theirs:find "blank", {}
  for name, L in pairs(lengths) do list[#list + 1] = ("%s=[%s], "):format(name, table.concat(L, ", ")) end
  local extra = {}
  for name, L in pairs(lengths) do extra[name] = dnn.Matrix{L} end
  add(("dnn.CTCLoss{classes = %d, %s}"):format(classes, options),
    ("ctc(A, Y, %d, %s%s)"):format(classes, table.concat(list), theirs),
    {A = A or log_probabilities(classes, steps, m), options = extra,
      Y = whole(positions, m, last and 1 or 2, last and classes - 1 or classes)})
end
ctc(3, 5, 2, "", "", {})
ctc(3, 12, 4, "reduction = 'none'", "reduction='none'", {target_lengths = {4, 0, 3, 2, 1, 4}})
-- Of 60 steps PyTorch's own sums in float32 are 1.2e-5 away.
ctc(28, 30, 10, "", "", {input_lengths = {30, 25, 21, 29, 30, 26}, target_lengths = {10, 1, 7, 0, 9, 10}})
ctc(7, 20, 6, "blank = 7, reduction = 'sum'", "blank=6, reduction='sum'", {input_lengths = {20, 20, 13, 14, 19, 20}})
ctc(2, 6, 4, "zero_infinity = true, reduction = 'none'", "zero_infinity=True, reduction='none'",
  {input_lengths = {6, 6, 6, 6, 6, 1}, target_lengths = {4, 3, 4, 2, 1, 2}})
ctc(4, 9, 3, "", "", {}, normal(4 * 9, 6))
ctc(5, 1, 1, "reduction = 'sum'", "reduction='sum'", {})

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
