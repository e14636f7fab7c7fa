-- Meters: what adds up a metric over batches. meter:add(A, Y) takes the outputs and targets of a batch, meter:value()
-- is the metric of all since meter:reset(). Sums are numbers and matrices in one flat table, so that a checkpoint in
-- the middle of an epoch holds them.
--
-- A kind of metric is a row of KINDS: its options, what is better, how a batch is added, and what its sums make.
local dnn = require "dnn"
local arguments = require "dnn.arguments"
local confusion = require "dnn.metrics.confusion"
local options_of = require "dnn.options"
local outputs = require "dnn.metrics.outputs"

local meters = {}

-- Options ----------------------------------------------------------------------------------------------

local LOGITS <const> = {false, options_of.is "boolean", "true or false"}
local IGNORED <const> = {nil, options_of.whole(), "a whole number, a label"}
local RANKED <const> = {logits = LOGITS, ignore_index = IGNORED}
local DECISION <const> = {logits = LOGITS, ignore_index = IGNORED, threshold = {nil, options_of.number(), "a number"}}

-- The options of a decision, and some of its own.
local function decision(own)
  for name, row in pairs(DECISION) do own[name] = row end
  return own
end

local AVERAGES <const> = options_of.one_of("binary", "macro", "micro", "weighted")
local AVERAGED <const> = decision{average = {nil, AVERAGES, "'binary', 'macro', 'micro' or 'weighted'"}}

-- Classes ----------------------------------------------------------------------------------------------

-- Of those whose true class is not 0, to be ignored.
local function add_right(sums, right, truth)
  local counted = truth:gt(0)
  sums.right = (sums.right or 0) + (right % counted):sum()
  sums.seen = (sums.seen or 0) + counted:sum()
end

local function share_right(sums)
  return sums.right / sums.seen
end

-- counts(t, p): how many of class t were taken for p.
local function add_counts(sums, A, Y, opts)
  local predicted, truth, classes = outputs.classes(A, Y, opts)
  local counts = dnn.mm(outputs.one_hot(truth, classes), outputs.one_hot(predicted, classes), {tb = true}):double()
  sums.binary = A.rows == 1
  sums.counts = sums.counts and sums.counts + counts or counts
end

-- numerator / denominator, and 0 where that is 0.
local function divided(numerator, denominator)
  return numerator / denominator:maximum(1) -- counts are whole
end

-- The measure of each class by `of(found, predicted, there)`, averaged as asked for.
local function averaged(of)
  return function(sums, opts)
    local counts = sums.counts
    local found, predicted, there = counts:diag(), counts:sum(1):t(), counts:sum(2)
    local average = opts.average or sums.binary and "binary" or "macro"
    if average == "micro" then
      local all = dnn.full(1, 1, counts:sum(), {dtype = "float64"})
      return of(dnn.full(1, 1, found:sum(), {dtype = "float64"}), all, all)(1, 1)
    end
    local each = of(found, predicted, there)
    if average == "binary" then
      if counts.rows > 2 then
        outputs.fail("average = 'binary' is for two classes, and there are %d; use 'macro', 'micro' or 'weighted'",
          counts.rows)
      end
      return each(1, 1)
    end
    local weight = average == "weighted" and there or (predicted + there):gt(0) -- classes that occur
    return (each % weight):sum() / weight:sum()
  end
end

-- Rankings -----------------------------------------------------------------------------------------------

-- Scores cannot be added up: they are kept, a matrix for each batch.
local function keep_ranked(sums, A, Y, opts)
  local n = (sums.n or 0) + 1
  A, Y = outputs.ranked(A, Y, opts)
  sums.n, sums["A" .. n], sums["Y" .. n] = n, A:copy(), Y:copy()
end

-- The mean of a measure over classes that it is defined for: result `which` of dnn._ranking.
local function ranked(which)
  return function(sums)
    local scores, truth = {}, {}
    for n = 1, sums.n do scores[n], truth[n] = sums["A" .. n], sums["Y" .. n] end
    scores, truth = dnn.cat(scores, 2), dnn.cat(truth, 2)
    local total, count = 0, 0
    for c = 1, scores.rows do
      local value = select(which, dnn._ranking(scores:row(c), truth:row(c)))
      if value == value then total, count = total + value, count + 1 end
    end
    return total / count
  end
end

-- Regression ---------------------------------------------------------------------------------------------

local function add_errors(measure)
  return function(sums, A, Y)
    A, Y = outputs.reals(A, Y)
    sums.total = (sums.total or 0) + measure(A - Y):sum()
    sums.seen = (sums.seen or 0) + #Y
  end
end

local function mean_error(sums)
  return sums.total / sums.seen
end

-- The variance of Y so far and that of a batch make one (Chan, Golub & LeVeque 1983), a row for each output.
local function add_variance(sums, A, Y)
  A, Y = outputs.reals(A, Y)
  local n, k, mean = sums.seen or 0, Y.cols, Y:mean(2)
  local spread, residual = ((Y - mean) ^ 2):sum(2), ((A - Y) ^ 2):sum(2)
  if n > 0 then
    local delta = mean - sums.mean
    mean = sums.mean + delta * (k / (n + k))
    spread = sums.spread + spread + delta ^ 2 * (n * k / (n + k))
    residual = sums.residual + residual
  end
  sums.seen, sums.mean, sums.spread, sums.residual = n + k, mean, spread, residual
end

-- 1 - residual / spread; of targets that are all the same 1 where they are met, else 0.
local function r2(sums)
  local varies = sums.spread:gt(0)
  return dnn.where(varies, 1 - sums.residual / (sums.spread + (1 - varies)), sums.residual:eq(0)):mean()
end

-- All of them ----------------------------------------------------------------------------------------------

local KINDS <const> = {
  accuracy = {options = DECISION, best = "max", value = share_right, add = function(sums, A, Y, opts)
    local predicted, truth = outputs.classes(A, Y, opts)
    add_right(sums, predicted:eq(truth), truth)
  end},
  top_k = {best = "max", value = share_right,
    options = {k = {5, options_of.whole(1), "a whole number, 1 or more"}, ignore_index = IGNORED},
    add = function(sums, A, Y, opts)
      local places, truth = outputs.places(A, Y, opts)
      add_right(sums, places:le(opts.k), truth)
    end},
  confusion = {options = decision{classes = {nil, options_of.names, "a table of names"}}, add = add_counts,
    value = function(sums, opts) return confusion.new(sums.counts, opts.classes, sums.binary) end},
  precision = {options = AVERAGED, best = "max", add = add_counts,
    value = averaged(function(found, predicted) return divided(found, predicted) end)},
  recall = {options = AVERAGED, best = "max", add = add_counts,
    value = averaged(function(found, _, there) return divided(found, there) end)},
  f1 = {options = AVERAGED, best = "max", add = add_counts,
    value = averaged(function(found, predicted, there) return divided(2 * found, predicted + there) end)},
  auc = {options = RANKED, best = "max", add = keep_ranked, value = ranked(1)},
  average_precision = {options = RANKED, best = "max", add = keep_ranked, value = ranked(2)},
  r2 = {options = {}, best = "max", add = add_variance, value = r2},
  mae = {options = {}, best = "min", add = add_errors(dnn.abs), value = mean_error},
  mse = {options = {}, best = "min", add = add_errors(function(E) return E ^ 2 end), value = mean_error},
}
meters.KINDS = KINDS

local Meter = {}
Meter.__index = Meter

function Meter:add(A, Y) self.kind.add(self.sums, A, Y, self.opts) end

-- NaN before the first batch.
function Meter:value()
  if next(self.sums) == nil then return 0 / 0 end
  return self.kind.value(self.sums, self.opts)
end

function Meter:reset() self.sums = {} end

-- A meter of a kind; `where` opens messages about its options.
function meters.new(where, name, given)
  return setmetatable({kind = KINDS[name], sums = {}, opts = options_of.read(where, given, KINDS[name].options)}, Meter)
end

-- One of a function(A, Y) of the script's: the mean over examples of what it gives for each batch.
function meters.of_function(where, name, f)
  local kind = {
    add = function(sums, A, Y)
      local value = f(A, Y)
      if type(value) ~= "number" then
        arguments.fail("%s: metrics: the function %s must return a number, it returned %s", where, name,
          options_of.shown(value))
      end
      sums.total = (sums.total or 0) + value * Y.cols
      sums.seen = (sums.seen or 0) + Y.cols
    end,
    value = mean_error,
  }
  return setmetatable({kind = kind, sums = {}, opts = {}}, Meter)
end

return meters
