-- Second derivatives: the gradients of every operator, recorded, against differences of the first, over the shapes,
-- views and broadcasts of autograd_cases.lua and in both types. The cases are found by the operators' names.
package.path = "tests/lua/?.lua;" .. package.path
local dnn = require "dnn"
local cases = require "autograd_cases"

local random = dnn.Random(6)

local function draw(rows, cols, positive)
  local A = dnn.randn(rows, cols, {dtype = "float64", random = random})
  return positive and A:abs() + 0.5 or A
end

-- Those of a case, in larger matrices where `margin` is not 0, and last the gradient of the result.
local function draw_all(case, margin)
  local arguments = {}
  for n, shape in ipairs(case[2]) do arguments[n] = draw(shape[1] + margin, shape[2] + margin, case.positive) end
  local parts = {}
  for n, A in ipairs(arguments) do parts[n] = A:block(1, case[2][n][1], 1, case[2][n][2]):requires_grad_() end
  local out = case[1](table.unpack(parts))
  arguments[#arguments + 1] = draw(out.rows, out.cols)
  return arguments
end

-- All first derivatives in a column, as a function of the arguments and of the result's gradient.
local function slopes(case)
  return function(...)
    local arguments, parts = {...}, {}
    local seed = table.remove(arguments)
    for n, A in ipairs(arguments) do parts[n] = A:block(1, case[2][n][1], 1, case[2][n][2]) end
    local out = case[1](table.unpack(parts))
    local found = {dnn.grad(out, arguments, {create_graph = true, grad_outputs = seed})}
    local total = {}
    for n, G in ipairs(found) do
      local none = arguments[n]:sum() * 0 + seed:sum() * 0 -- what is constant has a derivative, too
      total[n] = G:reshape(#G, 1) + none
    end
    return dnn.cat(total, 1)
  end
end

-- The gradient of the column of first derivatives for each argument.
local function second(f, arguments)
  for _, A in ipairs(arguments) do A:requires_grad_() end
  local out = f(table.unpack(arguments))
  return {dnn.grad(out, arguments, {grad_outputs = dnn.ones(out.rows, 1, {dtype = out.dtype})})}
end

describe("the second derivative of every operator", function()
  for _, name in ipairs(dnn._operators()) do
    it("is right: " .. name, function()
      for number, case in ipairs(cases[name]) do
        for margin = 0, 1 do
          local right, difference, where = dnn.gradcheck(slopes(case), draw_all(case, margin), {tolerance = 5e-6})
          assert(right, ("%s, case %d of margin %d: differs by %g, most at %s"):format(name, number, margin, difference,
            where))
        end
      end
    end)

    if name ~= "convert" then
      it("is the same in float32: " .. name, function()
        for number, case in ipairs(cases[name]) do
          local floats, doubles = draw_all(case, 0), {}
          for n, A in ipairs(floats) do
            floats[n] = A:float()
            doubles[n] = floats[n]:double()
          end
          local got, wanted = second(slopes(case), floats), second(slopes(case), doubles)
          for n, G in ipairs(wanted) do
            assert.equal("float32", got[n].dtype)
            if #G > 0 then
              local difference = (got[n]:double() - G):norm() / (1 + G:norm())
              assert(difference < 1e-4, ("%s, case %d: %g"):format(name, number, difference))
            end
          end
        end
      end)
    end

    it("does not rest on what was changed in place: " .. name, function()
      for number, case in ipairs(cases[name]) do
        local arguments = draw_all(case, 0)
        local seed = table.remove(arguments)
        for _, A in ipairs(arguments) do A:requires_grad_() end
        local out = case[1](table.unpack(arguments))
        local function slope_of(n)
          return dnn.grad(out, arguments[n], {grad_outputs = seed, create_graph = true}):detach()
        end
        local before = {}
        for n in ipairs(arguments) do before[n] = slope_of(n):copy() end
        dnn.no_grad(function()
          for _, A in ipairs(arguments) do A:add_(1) end
        end)
        for n, G in ipairs(before) do
          local found, slope = pcall(slope_of, n)
          assert(found and slope == G or not found and tostring(slope):find("changed in place", 1, true),
            ("%s, case %d"):format(name, number))
        end
      end
    end)

    it("starts from the same first derivative: " .. name, function()
      for number, case in ipairs(cases[name]) do
        local arguments = draw_all(case, 0)
        local seed = table.remove(arguments)
        for _, A in ipairs(arguments) do A:requires_grad_() end
        local out = case[1](table.unpack(arguments))
        local plain = {dnn.grad(out, arguments, {grad_outputs = seed})}
        local recorded = {dnn.grad(out, arguments, {grad_outputs = seed, create_graph = true})}
        for n, G in ipairs(plain) do
          local difference = #G == 0 and 0 or (recorded[n]:detach() - G):norm() / (1 + G:norm())
          assert(difference < 1e-9, ("%s, case %d: %g"):format(name, number, difference))
        end
      end
    end)
  end
end)
