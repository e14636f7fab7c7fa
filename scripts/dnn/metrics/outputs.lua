-- What a network's outputs and targets say of classes: the readings that the metrics of classification share.
--
-- One row of A is one decision: a probability, or with {logits = true} a logit. Y is 1 for the positive class, which is
-- class 1 here, and 0 for the other, class 2. Several rows are scores of as many classes; Y is a row of labels 1..C, or
-- a column of C shares for each example (one-hot). Where Y has a row for each position of a sequence, A has the scores
-- of one position after those of the other. A label that is {ignore_index = } does not count; inside here it is 0.
local dnn = require "dnn"
local arguments = require "dnn.arguments"

local outputs = {}

-- Raises for the script.
function outputs.fail(format, ...)
  arguments.fail("metrics: " .. format, ...)
end
local fail <const> = outputs.fail

-- The labels, 0 for those to ignore. Raises for one that A has no row for.
local function checked_labels(Y, classes, opts)
  local counted = Y
  if opts.ignore_index then
    local ignored = Y:eq(opts.ignore_index)
    Y = dnn.where(ignored, dnn.zeros(1, 1, {dtype = Y.dtype}), Y)
    counted = Y + ignored
  end
  local low, high = counted:min(), counted:max()
  if low >= 1 and high <= classes then return Y end
  fail("labels must be from 1 to %d, the rows of A; got %g%s", classes, low < 1 and low or high,
    low == 0 and "; labels run from 1: add 1?" or "")
end

-- A as scores, a column for each decision, and Y in A's type, a label or one-hot column for each.
local function align(A, Y)
  if A.cols ~= Y.cols then
    fail("A is %d x %d and Y is %d x %d: they need as many columns", A.rows, A.cols, Y.rows, Y.cols)
  end
  if A.cols == 0 then fail "there are no examples" end
  Y = Y.dtype == A.dtype and Y or Y:to(A.dtype)
  if Y.rows == 1 or Y.rows == A.rows then return A, Y end
  if A.rows % Y.rows ~= 0 then
    fail("A has %d rows and Y has %d; expected labels in one row, or a row of Y for each row of A", A.rows, Y.rows)
  end
  local count = #Y
  return A:reshape(A.rows // Y.rows, count), Y:reshape(1, count)
end

-- The number above which an output of one row is a positive.
local function threshold_of(opts)
  return opts.threshold or opts.logits and 0 or 0.5
end

-- Rows of the predicted and the true classes, 1..C, and C.
function outputs.classes(A, Y, opts)
  A, Y = align(A, Y)
  if A.rows == 1 then return 2 - A:gt(threshold_of(opts)), 2 - Y:gt(0.5), 2 end
  if Y.rows > 1 then return A:argmax(1), Y:argmax(1), A.rows end
  return A:argmax(1), checked_labels(Y, A.rows, opts), A.rows
end

-- A matrix with a row for each class and 1 where the label is that class.
function outputs.one_hot(labels, classes)
  return dnn.eq(dnn.arange(1, classes, 1, {dtype = labels.dtype}), labels)
end

-- The place of the right class among the scores of each example, 1 for the highest; of equal scores the first class
-- comes first, as for argmax. And the right classes.
function outputs.places(A, Y, opts)
  A, Y = align(A, Y)
  if A.rows == 1 then fail "top_k needs scores of several classes, got one row" end
  Y = Y.rows > 1 and Y:argmax(1) or checked_labels(Y, A.rows, opts)
  local right = outputs.one_hot(Y, A.rows)
  local score = dnn.where(right, A, dnn.full(1, 1, 0, {dtype = A.dtype})):sum(1)
  local earlier = dnn.lt(dnn.arange(1, A.rows, 1, {dtype = A.dtype}), Y)
  return (dnn.gt(A, score) + dnn.eq(A, score) % earlier):sum(1) + 1, Y
end

-- Those of the columns whose label is not to be ignored.
local function counted_columns(A, Y)
  local indices = {}
  for j, label in ipairs(Y:table()[1]) do
    if label > 0 then indices[#indices + 1] = j end
  end
  return A:gather(indices), Y:gather(indices)
end

-- Scores to rank by and what is positive, both with a row for each class; one row where there is one decision.
function outputs.ranked(A, Y, opts)
  A, Y = align(A, Y)
  if A.rows == 1 then return A, Y end
  if opts.logits then -- what a row ranks by are probabilities
    A = dnn.exp(A - A:max(1))
    A = A / A:sum(1)
  end
  if Y.rows > 1 then return A, Y end
  Y = checked_labels(Y, A.rows, opts)
  if opts.ignore_index and Y:min() == 0 then A, Y = counted_columns(A, Y) end
  return A, outputs.one_hot(Y, A.rows)
end

-- Outputs and targets of a regression as doubles of one shape.
function outputs.reals(A, Y)
  if A.rows ~= Y.rows or A.cols ~= Y.cols then
    fail("A is %d x %d and Y is %d x %d: they need the same shape", A.rows, A.cols, Y.rows, Y.cols)
  end
  return A:double(), Y:double()
end

return outputs
