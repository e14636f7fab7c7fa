-- Gradients that are recorded themselves: backward once more, written in expressions (dnn.autograd.rules), so
-- that what it computes can be differentiated like anything else.
local core = require "dnn.core"
local rule_of = require "dnn.autograd.rules"

-- What root was computed from, as far as it leads to a wanted matrix: a list in which everything comes after what
-- it was made of, and the step (core._step_of) of each. A graph may be longer than Lua's stack is deep.
local function plan(root, wanted)
  local list, steps, leads, next_input = {}, {}, {}, {}
  local path = {root}
  while #path > 0 do
    local A = path[#path]
    local step = steps[A]
    if not step then
      step = core._step_of(A) or {follow = {}}
      steps[A], leads[A], next_input[A] = step, wanted[A] or false, 0
    end
    local n = next_input[A] + 1
    next_input[A] = n
    local input = step[n]
    if n > #step.follow then
      path[#path] = nil
      if leads[A] then list[#list + 1] = A end
    elseif step.follow[n] then
      if not steps[input] then
        path[#path + 1] = input
        next_input[A] = n - 1 -- and back to it afterwards
      else
        leads[A] = leads[A] or leads[input]
      end
    end
  end
  return list, steps, leads
end

-- G in the shape of X: summed over what X was repeated for, or repeated.
local function fit(G, X)
  if G.rows > X.rows and X.rows == 1 or G.rows == 0 and X.rows == 1 then G = core.sum(G, 1) end
  if G.cols > X.cols and X.cols == 1 or G.cols == 0 and X.cols == 1 then G = core.sum(G, 2) end
  if G.rows == X.rows and G.cols == X.cols then return G end
  return core.zeros(X.rows, X.cols, {dtype = G.dtype}) + G
end

-- The gradients of the step's inputs, those that lead somewhere, by number.
local function parts_of(step, A, dA, leads)
  step.A, step.dA = A, dA
  local rule = rule_of(step)
  local parts = {}
  for n, input in ipairs(step) do
    if step.follow[n] and leads[input] then
      local part = (rule[n] or rule[1])(step, n)
      parts[n] = part and fit(part, input)
    end
  end
  return parts
end

-- The gradients of root, whose own is dA, with respect to each of the inputs, in a table: recorded where they depend on
-- something that requires a gradient, nil where root does not depend on the input.
local function derive(root, dA, inputs)
  local wanted = {}
  for _, X in ipairs(inputs) do wanted[X] = true end
  local list, steps, leads = plan(root, wanted)
  local gradient = {[root] = dA}
  for k = #list, 1, -1 do
    local A = list[k]
    local step = steps[A]
    if gradient[A] and step.name then
      local parts = parts_of(step, A, gradient[A], leads)
      for n, X in ipairs(step) do
        if parts[n] then gradient[X] = gradient[X] and gradient[X] + parts[n] or parts[n] end
      end
    end
    if not wanted[A] then gradient[A] = nil end
  end
  local found = {}
  for n, X in ipairs(inputs) do found[n] = gradient[X] end
  return found
end

return derive
