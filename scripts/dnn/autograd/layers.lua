-- The gradients of layers and losses as expressions, by the name of the class, for dnn.autograd.rules: of layers
-- without parameters, and of the losses that are sums over elements. Layers with the flag DNN_LINEAR need no rule
-- (dnn.autograd.rules); any other can be differentiated once only.
local core = require "dnn.core"

local rules = {}

local still = core.no_grad

-- Elementwise layers ----------------------------------------------------------------------------------

-- Adds the rule of a class from its derivative at x. It reads what the class's own backward reads, x or A, since no
-- change in place of the other is noticed.
local function elementwise(name, slope)
  rules[name] = {function(s) return s.dA % slope(s[1], s) end}
end

-- The same of one that is made of straight lines.
local function lines(name, slope)
  elementwise(name, function(x, s) return still(function() return slope(x, s) end) end)
end

-- `above` where A > 0; elsewhere, where A is an exponential less `distance`, that exponential times a factor.
local function exponential(A, above, distance, factor)
  local right = still(function() return A:gt(0) end)
  return right * above + still(function() return 1 - right end) % (A + distance) * factor
end

local SELU_SCALE <const>, SELU_ALPHA <const> = 1.0507009873554804934193349852946, 1.6732632423543772848170429916717

elementwise("CELU", function(_, s) return exponential(s.A, 1, s.alpha, 1 / s.alpha) end)
elementwise("ELU", function(_, s) return exponential(s.A, 1, s.alpha, 1) end)
elementwise("SELU", function(_, s) return exponential(s.A, SELU_SCALE, SELU_SCALE * SELU_ALPHA, 1) end)
elementwise("SiLU", function(x)
  local S = x:sigmoid()
  return S % (1 + x % (1 - S))
end)
elementwise("LogSigmoid", function(_, s) return 1 - s.A:exp() end)
elementwise("Softsign", function(_, s) return (1 - s.A:abs()) ^ 2 end)
elementwise("Softplus", function(x, s)
  local straight = still(function() return (x * s.beta):gt(s.threshold) end)
  return straight + still(function() return 1 - straight end) % (x * s.beta):sigmoid()
end)
elementwise("Mish", function(x)
  local e = x:clamp(nil, 20):exp()
  local n = e % (e + 2)
  local tanh = n / (n + 2)
  return tanh + x % (1 - tanh ^ 2) % x:sigmoid()
end)
elementwise("Hardswish", function(x)
  local right, middle = still(function() return x:gt(3) end), still(function() return x:ge(-3) % x:le(3) end)
  return right + middle % (x * 2 + 3) / 6
end)
lines("LeakyReLU", function(x, s) return x:gt(0) * (1 - s.negative_slope) + s.negative_slope end)
lines("Hardtanh", function(_, s) return s.A:gt(s.min_val) % s.A:lt(s.max_val) end)
lines("ReLU6", function(_, s) return s.A:gt(0) % s.A:lt(6) end)
lines("Hardsigmoid", function(_, s) return s.A:gt(0) % s.A:lt(1) / 6 end)
lines("Threshold", function(x, s) return x:gt(s.threshold) end)

-- Layers over channels --------------------------------------------------------------------------------

-- A matrix with a column for each position.
local function pixels(A, channels) return A:reshape(channels, #A // channels) end

local function softmax_back(s)
  local P, G = pixels(s.A, s.channels), pixels(s.dA, s.channels)
  return (P % (G - (P % G):sum(1))):reshape(s.A.rows, s.A.cols)
end

rules.Softmax = {softmax_back}
rules.Softmin = {function(s) return -softmax_back(s) end}
rules.LogSoftmax = {function(s)
  local G = pixels(s.dA, s.channels)
  return (G - pixels(s.A, s.channels):exp() % G:sum(1)):reshape(s.A.rows, s.A.cols)
end}
rules.Flatten = {function(s) return s.dA:reshape(s[1].rows, s[1].cols) end}
rules.Reshape = rules.Flatten
rules.Concatenate = {function(s, n)
  local first, last = 1, 0
  for k = 1, n do first, last = last + 1, last + #s[k] * s.channels // #s.A end
  return pixels(s.dA, s.channels):rows_range(first, last):reshape(s[n].rows, s[n].cols)
end}

-- Losses ----------------------------------------------------------------------------------------------

-- Adds the rule of a loss from the slope of a term, of A's shape, and, second, how many terms the mean is over
-- (nil: #A).
local function loss(name, slope)
  rules[name] = {function(s)
    local A = s[1]
    local Y = still(function() return s[2]:to(A.dtype) end)
    local part, terms = slope(A, Y, s)
    local count = s.reduction == "mean" and (terms or #A) or s.reduction == "batchmean" and A.cols or 1
    if math.tointeger(s.arguments[1]) & 1 == 1 then part = part % s[3] end
    return part % (s.dA / count)
  end}
end

loss("MSELoss", function(A, Y) return (A - Y) * 2 end)
loss("L1Loss", function(A, Y) return still(function() return (A - Y):sign() end) end)
loss("HuberLoss", function(A, Y, s) return (A - Y):clamp(-s.delta, s.delta) end)
loss("SmoothL1Loss", function(A, Y, s)
  if s.beta == 0 then return still(function() return (A - Y):sign() end) end
  return ((A - Y) / s.beta):clamp(-1, 1)
end)
loss("BCELoss", function(A, Y) return (A - Y) / (A % (1 - A)):clamp(1e-12) end)
loss("BCEWithLogitsLoss", function(A, Y) return A:sigmoid() - Y end)
loss("SoftMarginLoss", function(A, Y) return -Y % (-Y % A):sigmoid() end)
loss("KLDivLoss", function(_, Y, s) return s.log_target and -Y:exp() or -Y end)

-- Down each column.
local function softmax(Z)
  local E = (Z - still(function() return Z:max(1) end)):exp()
  return E / E:sum(1)
end

-- What each class should have: a column for each position, zeros where the label is ignored; and a row of which count.
local function wanted(A, Y, s)
  if Y.rows == A.rows and A.rows > 1 then return Y, core.ones(1, Y.cols, {dtype = A.dtype}) end
  local labels = Y:reshape(1, #Y)
  local counts = labels:ne(s.ignore_index)
  local Q = core.zeros(#A // #Y, #Y, {dtype = A.dtype})
  for c = 1, Q.rows do Q:row(c):copy_(labels:eq(c)) end
  return Q % counts, counts
end

loss("CrossEntropyLoss", function(A, Y, s)
  local Q, counts = wanted(A, Y, s)
  Q = Q * (1 - s.label_smoothing) + counts * (s.label_smoothing / Q.rows)
  return (softmax(A:reshape(Q.rows, Q.cols)) % counts - Q):reshape(A.rows, A.cols), counts:sum()
end)

return rules
