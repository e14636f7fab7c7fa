-- Derivatives of functions and of costs: what follows from backward. None of these writes to anything's `grad`.
local core = require "dnn.core"
local arguments_of = require "dnn.arguments"
local options_of = require "dnn.options"
local derive = require "dnn.autograd.derive"
local result_of = require "dnn.autograd.result"

local functional = {}

local GRAD <const> = {
  create_graph = {false, options_of.is "boolean", "true or false"},
  grad_outputs = {nil, core._is_matrix, "a Matrix of the shape of what is differentiated"},
}

-- Arguments by themselves, so that their own gradients and graphs stay as they are.
local function leaf_of(name, n, x)
  if not core._is_matrix(x) then
    arguments_of.fail("%s: argument %d of the function must be a Matrix, got %s", name, n, arguments_of.shown(x))
  end
  return x:detach():requires_grad_()
end

-- Of a function's result that is to be a number.
local function value_of(name, f, ...)
  local out = result_of(name, f, ...)
  if out.rows ~= 1 or out.cols ~= 1 then
    arguments_of.fail("%s: the function must return a Matrix 1 x 1, it returned one of %d x %d; reduce it, with "
      .. ":sum()", name, out.rows, out.cols)
  end
  return out
end

local function zeros_like(X) return core.zeros(X.rows, X.cols, {dtype = X.dtype}) end

-- The gradients of out, whose own is `seed` (nil: 1), as a list; zeros where it does not depend on an input.
local function gradients(out, seed, inputs, create)
  if not out.requires_grad then
    local none = {}
    for n, X in ipairs(inputs) do none[n] = zeros_like(X) end
    return none
  end
  if not create then return core._gradients(out, seed, inputs) end
  local found = derive(out, seed or core.ones(1, 1, {dtype = out.dtype}), inputs)
  for n, X in ipairs(inputs) do found[n] = found[n] or zeros_like(X) end
  return found
end

-- grad ------------------------------------------------------------------------------------------------

local function gradients_of_function(f)
  return function(...)
    local arguments = {...}
    return core.enable_grad(function()
      local leaves = {}
      for n, x in ipairs(arguments) do leaves[n] = leaf_of("grad", n, x) end
      local value = value_of("grad", f, table.unpack(leaves))
      return value:item(), table.unpack(gradients(value, nil, leaves))
    end)
  end
end

-- The inputs, each once, and for each that was given its number among them.
local function distinct(inputs)
  local list, numbers, known = {}, {}, {}
  for n, X in ipairs(inputs) do
    if not core._is_matrix(X) or not X.requires_grad then
      arguments_of.fail("grad: input %d must be a Matrix that requires a gradient, got %s", n,
        core._is_matrix(X) and "one that does not; X:requires_grad_() before the forward" or arguments_of.shown(X))
    end
    if not known[X] then
      list[#list + 1] = X
      known[X] = #list
    end
    numbers[n] = known[X]
  end
  return list, numbers
end

-- What is wrong with the gradient of A to begin with, or nil.
local function seed_fault(A, seed)
  if not seed and (A.rows ~= 1 or A.cols ~= 1) then
    return ("this Matrix is %d x %d, not 1 x 1: reduce it first, "
      .. "dnn.grad(A:sum(), ...), or give the gradient, {grad_outputs = dA}"):format(A.rows, A.cols)
  elseif seed and (seed.rows ~= A.rows or seed.cols ~= A.cols or seed.dtype ~= A.dtype) then
    return ("grad_outputs must be of the shape and type of the Matrix, %s %d x %d, and is %s %d x %d"):format(A.dtype,
      A.rows, A.cols, seed.dtype, seed.rows, seed.cols)
  elseif not A.requires_grad then
    return "nothing that this Matrix was computed from requires a gradient (or it was computed in dnn.no_grad)"
  end
end

local is_list = options_of.list(type, 0)  -- of anything: what is wrong with an element is said of that

-- dnn.grad(f), or dnn.grad(cost, inputs [, options]).
function functional.grad(cost, inputs, options)
  if type(cost) == "function" then
    if inputs ~= nil or options ~= nil then arguments_of.wrong(2, "nothing after a function", inputs) end
    return gradients_of_function(cost)
  end
  if not core._is_matrix(cost) then arguments_of.wrong(1, "a function or a Matrix", cost) end
  local opts = options_of.read("grad", options, GRAD)
  if core._is_matrix(inputs) then inputs = {inputs} end
  if not is_list(inputs) then arguments_of.wrong(2, "a Matrix or a list of them", inputs) end
  local list, numbers = distinct(inputs)
  local fault = seed_fault(cost, opts.grad_outputs)
  if fault then arguments_of.fail("grad: %s", fault) end
  local found = core.enable_grad(function() return gradients(cost, opts.grad_outputs, list, opts.create_graph) end)
  local given = {}
  for n, number in ipairs(numbers) do given[n] = found[number] end
  return table.unpack(given)
end

-- Matrices of derivatives -----------------------------------------------------------------------------

-- A row for each element of `out`, a column for each of the leaf, both in the order of columns.
local function rows_of(out, leaf)
  local J = core.zeros(#out, #leaf, {dtype = out.dtype})
  local seed = zeros_like(out)
  for k = 1, out.requires_grad and #out or 0 do
    local i, j = (k - 1) % out.rows + 1, (k - 1) // out.rows + 1
    seed:set(i, j, 1)
    J:row(k):copy_(core._gradients(out, seed, {leaf})[1]:reshape(1, #leaf))
    seed:set(i, j, 0)
  end
  return J
end

local function check(f, x)
  if type(f) ~= "function" then return 1, "a function", f end
  if not core._is_matrix(x) then return 2, "a Matrix", x end
end

-- dnn.jacobian(f, x).
function functional.jacobian(f, x)
  local index, expected, got = check(f, x)
  if index then arguments_of.wrong(index, expected, got) end
  return core.enable_grad(function()
    local leaf = leaf_of("jacobian", 1, x)
    return rows_of(result_of("jacobian", f, leaf), leaf)
  end)
end

-- f(x), and its gradient with the graph of that, for the leaf.
local function value_and_slope(name, f, leaf)
  local value = value_of(name, f, leaf)
  return value, gradients(value, nil, {leaf}, true)[1]
end

-- dnn.hessian(f, x).
function functional.hessian(f, x)
  local index, expected, got = check(f, x)
  if index then arguments_of.wrong(index, expected, got) end
  return core.enable_grad(function()
    local leaf = leaf_of("hessian", 1, x)
    local _, slope = value_and_slope("hessian", f, leaf)
    return rows_of(slope, leaf)
  end)
end

-- dnn.hvp(f, x, v).
function functional.hvp(f, x, v)
  local index, expected, got = check(f, x)
  if index then arguments_of.wrong(index, expected, got) end
  if not core._is_matrix(v) then arguments_of.wrong(3, "a Matrix of x's shape", v) end
  if v.rows ~= x.rows or v.cols ~= x.cols or v.dtype ~= x.dtype then
    arguments_of.fail("hvp: v must be of the shape and type of x, %s %d x %d, and is %s %d x %d", x.dtype, x.rows,
      x.cols, v.dtype, v.rows, v.cols)
  end
  return core.enable_grad(function()
    local leaf = leaf_of("hvp", 1, x)
    local value, slope = value_and_slope("hvp", f, leaf)
    return value:item(), gradients(slope, v, {leaf})[1]
  end)
end

return arguments_of.guard("dnn", functional)
