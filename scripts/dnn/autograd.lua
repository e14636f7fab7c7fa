-- The Lua half of autograd: checking gradients, and showing where a matrix came from.
local core = require "dnn.core"
local arguments_of = require "dnn.arguments"
local options_of = require "dnn.options"
local result_of = require "dnn.autograd.result"
local numeral = require "dnn.numeral"
local try = require "dnn.try"

local autograd = {}

-- Checking -------------------------------------------------------------------------------------------

local POSITIVE <const> = {options_of.number(0), "a number >= 0"}
local is_list = options_of.list(type, 0)  -- of anything: what is wrong with an element is said of that
local GRADCHECK <const> = {eps = {1e-6, table.unpack(POSITIVE)}, tolerance = {1e-6, table.unpack(POSITIVE)}}

-- The slope of <weight, f> as the element (i, j) of x moves.
local function slope(f, inputs, x, weight, i, j, eps)
  local value <const> = x(i, j)
  local function at(moved)
    core.no_grad(function() x:set(i, j, moved) end)
    return (result_of("gradcheck", f, table.unpack(inputs)):detach() % weight):sum()
  end
  local high, low = at(value + eps), at(value - eps)
  core.no_grad(function() x:set(i, j, value) end)
  return (high - low) / (2 * eps)
end

-- The numeric gradient of one input, and where it differs most from the other.
local function compare(f, inputs, n, weight, eps)
  local x <const> = inputs[n]
  local gradient = x.grad or core.zeros(x.rows, x.cols, {dtype = "float64"})
  local numeric = core.zeros(x.rows, x.cols, {dtype = "float64"})
  for j = 1, x.cols do
    for i = 1, x.rows do numeric:set(i, j, slope(f, inputs, x, weight, i, j, eps)) end
  end
  if #x == 0 then return 0, 0, "" end
  local difference = (gradient - numeric):abs()
  local place = difference:argmax()
  return (gradient - numeric):norm(), gradient:norm() + numeric:norm(),
    ("argument %d (%d, %d)"):format(n, (place - 1) % x.rows + 1, (place - 1) // x.rows + 1)
end

-- dnn.gradcheck(f, {A, B}, options).
function autograd.gradcheck(f, arguments, options)
  if not is_list(arguments) then
    arguments_of.fail("gradcheck: the arguments of a function come as a list, as in dnn.gradcheck(f, {A, B}); got %s",
      type(arguments))
  end
  local opts = options_of.read("gradcheck", options, GRADCHECK)
  local inputs = {}
  for n, x in ipairs(arguments) do
    inputs[n] = core.no_grad(function() return x:double():copy() end):requires_grad_()
  end
  local out = result_of("gradcheck", f, table.unpack(inputs))
  local weight = core.randn(out.rows, out.cols, {dtype = "float64", random = core.Random(1)})
  out:backward(weight)
  local above, below, worst, where = 0, 0, -1, nil
  for n in ipairs(inputs) do
    local difference, size, place = compare(f, inputs, n, weight, opts.eps)
    above, below = above + difference ^ 2, below + size ^ 2
    if difference > worst then worst, where = difference, place end
  end
  local difference = below == 0 and 0 or math.sqrt(above / below)
  local right = difference <= opts.tolerance
  return right, difference, not right and where or nil
end

-- Seeing it -------------------------------------------------------------------------------------------

local GRAPH <const> = {svg = {nil, arguments_of.is_path, "the path of a file"}}

local function name_of(A)
  return core._graph_of(A) or (A.requires_grad and "leaf" or "constant")
end

local function label(A)
  local text = ("%s %d x %d"):format(core._graph_of(A) or "", A.rows, A.cols)
  local gradient = A.grad
  return gradient and text .. "   |grad| " .. numeral("%.4g", gradient:norm()) or text
end

-- A line for A and those for what it was computed from; what has had its lines gets its number alone.
local function draw(A, before, more, lines, seen)
  if seen[A] then
    lines[#lines + 1] = ("%s%s (as line %d)"):format(before, label(A), seen[A])
    return
  end
  lines[#lines + 1] = before .. label(A)
  seen[A] = #lines
  local _, inputs = core._graph_of(A)
  for n, input in ipairs(inputs or {}) do
    local last = n == #inputs
    draw(input, more .. (last and "└─ " or "├─ "), more .. (last and "   " or "│  "), lines, seen)
  end
end

local function made_of(A)
  local _, inputs = core._graph_of(A)
  return inputs or {}
end

-- The gradient of a 1 x 1 matrix by all that it was computed from, by matrix; of another one those that are kept.
local function gradients_of(A)
  local list, seen, next = {A}, {[A] = true}, 1
  while list[next] do
    for _, input in ipairs(made_of(list[next])) do
      if input.requires_grad and not seen[input] then
        seen[input] = true
        list[#list + 1] = input
      end
    end
    next = next + 1
  end
  local computed, gradients = false, nil
  if A.requires_grad and #A == 1 and #list > 1 then computed, gradients = try(core._gradients, A, nil, list) end
  local found = {}
  for i, each in ipairs(list) do found[each] = computed and gradients[i] or each.grad end
  return found
end

local function describe(A, root, gradients)
  local text = {name_of(A), ("%d x %d"):format(A.rows, A.cols)}
  local norm = gradients[A] and gradients[A]:norm()
  if norm then text[3] = "|grad| " .. numeral("%.4g", norm) end
  local is_result = core._graph_of(A) and #made_of(A) > 0
  local kind = A == root and "root" or is_result and "result" or A.requires_grad and "leaf" or "constant"
  local is_finite = not norm or norm == norm and norm < math.huge
  return text, kind, not is_finite and 3 or nil
end

local function write_svg(A, path)
  local gradients = gradients_of(A)
  local text = require "dnn.autograd.drawing".svg(A, made_of, function(each) return describe(each, A, gradients) end)
  local saved, message = core._save(path, text)
  if not saved then return nil, "graph: " .. message end
  return true
end

-- dnn.graph(cost, {svg = path}): as text, or as a drawing in a file.
function autograd.graph(A, options)
  if not core._is_matrix(A) then arguments_of.wrong(1, "a Matrix", A) end
  local opts = options_of.read("graph", options, GRAPH)
  if opts.svg then return write_svg(A, opts.svg) end
  local lines = {}
  draw(A, "", "", lines, {})
  return table.concat(lines, "\n")
end

autograd.graph = arguments_of.guarded("dnn.graph", autograd.graph)

return autograd
