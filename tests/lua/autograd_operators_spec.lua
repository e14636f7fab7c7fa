-- The gradient of every operator that autograd records against differences, over shapes, views and broadcasts, in both
-- types. The cases are found by the operators' names.
package.path = "tests/lua/?.lua;" .. package.path
local dnn = require "dnn"
local cases = require "autograd_cases"

local random = dnn.Random(5)

local function draw(shape, positive, dtype)
  local A = dnn.randn(shape[1], shape[2], {dtype = dtype or "float64", random = random})
  return positive and A:abs() + 0.5 or A
end

local function draw_all(case, dtype)
  local arguments = {}
  for n, shape in ipairs(case[2]) do arguments[n] = draw(shape, case.positive, dtype) end
  return arguments
end

-- The same function of larger matrices, blocks of which it is given.
local function of_blocks(case)
  local bases = {}
  for n, shape in ipairs(case[2]) do bases[n] = draw({shape[1] + 3, shape[2] + 2}, case.positive) end
  return function(...)
    local parts = {}
    for n, base in ipairs{...} do
      parts[n] = base:block(3, case[2][n][1] + 2, 2, case[2][n][2] + 1)
    end
    return case[1](table.unpack(parts))
  end, bases
end

local function assert_right(name, number, ...)
  local right, difference, where = dnn.gradcheck(...)
  assert(right, ("%s, case %d: differs by %g, most at %s"):format(name, number, difference, where))
end

local function gradients(f, arguments)
  for _, A in ipairs(arguments) do A:requires_grad_() end
  local out = f(table.unpack(arguments))
  out:backward(dnn.ones(out.rows, out.cols, {dtype = out.dtype}))
  local found = {}
  for n, A in ipairs(arguments) do found[n] = A.grad end
  return found
end

describe("the gradient of every operator", function()
  for _, name in ipairs(dnn._operators()) do
    it("is right: " .. name, function()
      assert(cases[name], "tests/lua/autograd_cases.lua has no case of it")
      for number, case in ipairs(cases[name]) do
        assert_right(name, number, case[1], draw_all(case))
        assert_right(name .. " of views", number, of_blocks(case))
      end
    end)

    if name ~= "convert" then
      it("is the same in float32: " .. name, function()
        for number, case in ipairs(cases[name]) do
          local doubles = draw_all(case)
          local floats = {}
          for n, A in ipairs(doubles) do
            floats[n] = A:float()
            doubles[n] = floats[n]:double()
          end
          local got, wanted = gradients(case[1], floats), gradients(case[1], doubles)
          for n, G in ipairs(wanted) do
            assert.equal("float32", got[n].dtype)
            if #G > 0 then
              local difference = (got[n]:double() - G):norm() / (1 + G:norm())
              assert(difference < 1e-5, ("%s, case %d: %g"):format(name, number, difference))
            end
          end
        end
      end)
    end
  end

  it("has cases of what there is alone", function()
    local known = {}
    for _, name in ipairs(dnn._operators()) do known[name] = true end
    for name in pairs(cases) do assert(known[name], name) end
  end)
end)
