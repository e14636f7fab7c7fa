-- What the functions of dnn.stepwise check before they compute: kinds, shapes, types, and that numbers are finite.
-- `where` opens the messages: the function's name, and in a training the iteration.
local dnn = require "dnn"
local arguments = require "dnn.arguments"
local warn_once = dnn._warn_once
local is_sizes = require "dnn.options".any_list(2)
local numeral = require "dnn.numeral"

local checks = {}


-- Raises a message; dnn.stepwise gives it the line of the script.
function checks.fail(format, ...)
  error(format:format(...), 0)
end
local fail <const> = checks.fail

local NO_UPDATE <const> = "; nothing was updated; try a smaller learning rate, and look for values in X that are not "
  .. "finite"
local TOO_FAR <const> = "; an earlier step went too far: start again with a smaller learning rate"

-- The same for an argument of the wrong kind, with the signature of the function.
local function wrong(format, ...)
  error(format:format(...) .. arguments.usage(), 0)
end

local function size(matrix)
  return ("%d x %d"):format(matrix:size())
end

-- Kinds, types, shapes ---------------------------------------------------------------------------------

function checks.matrix(value, name, where)
  if not dnn._is_matrix(value) then
    wrong("%s: %s must be a Matrix, got %s%s", where, name, type(value),
      type(value) == "table" and "; dnn.Matrix{...} makes one of a table" or "")
  end
end

-- A Matrix of rows x cols (nil: any number).
function checks.shape(value, name, rows, cols, where)
  checks.matrix(value, name, where)
  if value.rows ~= (rows or value.rows) or value.cols ~= (cols or value.cols) then
    fail("%s: %s is %s and must be %s x %s%s", where, name, size(value), rows or "n", cols or "m",
      value.rows == cols and value.cols == rows and "; is it transposed?" or "")
  end
end

-- Two matrices of one shape; a column is an example.
function checks.same_shape(A, A_name, B, B_name, where)
  checks.matrix(A, A_name, where)
  checks.matrix(B, B_name, where)
  if A.rows ~= B.rows or A.cols ~= B.cols then
    fail("%s: %s is %s, %s is %s; they need the same shape%s", where, A_name, size(A), B_name, size(B),
      A.rows == B.cols and A.cols == B.rows and (" (columns are examples: is %s transposed?)"):format(B_name) or "")
  end
end

-- Two operands of one type. float32 and float64 do not mix in a product.
function checks.same_type(A, A_name, B, B_name, where)
  if A.dtype ~= B.dtype then
    fail("%s: %s is %s, %s is %s; convert it with %s:to \"%s\"", where, A_name, A.dtype, B_name, B.dtype, A_name,
      B.dtype)
  end
end

-- At least one example, of which costs and accuracies are means.
function checks.examples(A, name, where)
  if A.cols == 0 then fail("%s: %s is %s; expected at least one example, a column", where, name, size(A)) end
end

-- The layers' sizes as a table of whole numbers.
function checks.sizes(sizes, where)
  if not is_sizes(sizes) then
    wrong("%s: layer_dims must be the layers' sizes from the input on, as in {12288, 20, 7, 5, 1}", where)
  end
  for l, n in ipairs(sizes) do
    if math.type(n) ~= "integer" or n < 1 then
      fail("%s: a layer's size must be a whole number, 1 or more; number %d of layer_dims is %s", where, l, n)
    end
  end
end

-- Numbers ------------------------------------------------------------------------------------------------

-- Raises where an element is not finite. A sum sees it without a matrix more; one of huge numbers may overflow, and
-- then the elements decide.
function checks.finite(matrix, name, where, advice)
  local sum = matrix:sum()
  if sum - sum == 0 then return end
  local finite = dnn.isfinite(matrix)
  if finite:min() == 1 then return end
  local place = finite:argmin() - 1       -- column by column, from 0
  local i, j = place % matrix.rows + 1, place // matrix.rows + 1
  fail("%s: %s(%d, %d) is %s%s", where, name, i, j, numeral("%s", matrix(i, j)), advice or "")
end

-- The first element outside 0..1, as "Y(1, 3) is 2.0"; nil where all are inside.
local function outside(matrix, name)
  local least, most = matrix:min(), matrix:max()
  if least >= 0 and most <= 1 then return nil end
  local place = (least < 0 and matrix:argmin() or matrix:argmax()) - 1
  local i, j = place % matrix.rows + 1, place // matrix.rows + 1
  return ("%s(%d, %d) is %s, outside 0..1"):format(name, i, j, matrix(i, j))
end

function checks.probabilities(AL, where)
  checks.finite(AL, "AL", where)
  local found = outside(AL, "AL")
  if found then fail("%s: %s; probabilities come from a sigmoid", where, found) end
end

-- Numbers other than labels have a cost and a gradient too, so they are warned of, once.
function checks.labels(Y, name, where)
  checks.finite(Y, name, where)
  local found = outside(Y, name)
  if found then
    warn_once("stepwise labels", ("%s: %s; labels are 0 or 1 (dnn.eq(Y, class) makes them from class numbers)")
      :format(where, found))
  end
end

-- The network --------------------------------------------------------------------------------------------

-- A layer's input: it fits the weights, W A, and has their type.
function checks.input(A, A_name, W, W_name, where)
  checks.matrix(W, W_name, where)
  checks.matrix(A, A_name, where)
  if A.rows ~= W.cols then
    fail("%s: %s is %s, so %s must have %d rows (features), %s is %s%s", where, W_name, size(W), A_name, W.cols, A_name,
      size(A), A.cols == W.cols and ("; columns are examples: is %s transposed?"):format(A_name) or "")
  end
  checks.same_type(A, A_name, W, W_name, where)
end

-- What a training gets: X and Y of as many columns, and rows as the layers' sizes say.
function checks.data(X, Y, sizes, where)
  checks.matrix(X, "X", where)
  checks.matrix(Y, "Y", where)
  if not X.dtype:find "^float" then
    fail("%s: X is %s; convert it, bytes to 0..1 by X:float() / 255", where, X.dtype)
  end
  if X.rows ~= sizes[1] then
    fail("%s: layers_dims begins with %d, so X must have %d rows (features), X is %s%s", where, sizes[1], sizes[1],
      size(X), X.cols == sizes[1] and "; columns are examples: is X transposed?" or "")
  end
  checks.examples(X, "X", where)
  checks.shape(Y, "Y", sizes[#sizes], X.cols, where)
end

-- Raises where a table has a name of a layer that is not there, which nothing would use: "dW3" beside two layers.
local function check_names(t, t_name, pattern, L, where)
  for name in pairs(t) do
    local kind, l = tostring(name):match(pattern)
    if kind and tonumber(l) > L then
      fail("%s: %s has %s, but parameters has no W%d", where, t_name, name, L + 1)
    end
  end
end

-- Checks the parameters' shapes, from W1 on each fits the one before, and their numbers (unless `watched` is false).
-- Returns the number of layers.
function checks.parameters(parameters, where, watched)
  if type(parameters) ~= "table" or not parameters.W1 then
    wrong("%s: parameters must be a table {W1 = , b1 = , ...} as from initialize_parameters_deep", where)
  end
  local L, n = 0, nil
  while parameters["W" .. L + 1] do
    L = L + 1
    local W, b = parameters["W" .. L], parameters["b" .. L]
    checks.shape(W, "W" .. L, nil, n, where)
    if not b then fail("%s: parameters has W%d and no b%d", where, L, L) end
    checks.shape(b, "b" .. L, W.rows, 1, where)
    if watched then
      checks.finite(W, "W" .. L, where, TOO_FAR)
      checks.finite(b, "b" .. L, where, TOO_FAR)
    end
    n = W.rows
  end
  check_names(parameters, "parameters", "^([Wb])(%d+)$", L, where)
  return L
end

-- Each gradient has the shape of its parameter.
function checks.gradients(parameters, grads, L, where)
  if type(grads) ~= "table" then
    wrong("%s: grads must be a table {dW1 = , db1 = , ...} as from L_model_backward, got %s", where, type(grads))
  end
  for l = 1, L do
    for _, name in ipairs {"W" .. l, "b" .. l} do
      local gradient, parameter = grads["d" .. name], parameters[name]
      if not gradient then fail("%s: grads has no d%s", where, name) end
      checks.matrix(gradient, "d" .. name, where)
      if gradient.rows ~= parameter.rows or gradient.cols ~= parameter.cols then
        fail("%s: d%s is %s and %s is %s; a gradient has its parameter's shape", where, name, size(gradient), name,
          size(parameter))
      end
    end
  end
  check_names(grads, "grads", "^(d[Wb])(%d+)$", L, where)
end

function checks.finite_gradients(grads, L, where)
  for l = 1, L do
    for _, name in ipairs {"dW" .. l, "db" .. l} do
      checks.finite(grads[name], name, where, NO_UPDATE)
    end
  end
end

-- The caches that linear_forward and linear_activation_forward return.

-- {A_prev, W, b} of a linear step, whose Z has the shape of dZ. Returns A_prev and W.
function checks.linear_cache(dZ, cache, where)
  if type(cache) ~= "table" then
    wrong("%s: cache must be the second result of linear_forward, {A, W, b}, got %s", where, type(cache))
  end
  local A_prev, W = cache[1], cache[2]
  checks.matrix(W, "W in the cache", where)
  checks.shape(A_prev, "A in the cache", W.cols, nil, where)
  checks.shape(dZ, "dZ", W.rows, A_prev.cols, where)
  return A_prev, W
end

function checks.caches(caches, where)
  if type(caches) ~= "table" or #caches == 0 then
    wrong("%s: caches must be the second result of L_model_forward", where)
  end
  return #caches
end

function checks.activation_cache(cache, where)
  if type(cache) ~= "table" or type(cache[1]) ~= "table" then
    wrong("%s: cache must be the second result of linear_activation_forward, {linear_cache, Z}, got %s", where,
      type(cache))
  end
end

return checks
