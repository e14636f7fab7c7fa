-- Losses against PyTorch's: costs and gradients over several shapes and settings, in both types. Skipped where there
-- is no PyTorch.
package.path = "tests/lua/?.lua;" .. package.path
local dnn = require "dnn"
local program = require "program"
local torch = require "torch"
local cases = require "torch_losses"

local function arguments_of(case, dtype, i)
  dnn.manual_seed(i)
  local given = {}
  for _, name in ipairs{"A", "B", "C", "Y", "V"} do
    if case[name] then given[name] = case[name](dtype) end
  end
  return given
end

local function near(ours, theirs, tolerance, what)
  assert(theirs, what .. " is missing")
  if type(ours) == "number" then ours = dnn.Matrix({{ours}}, {dtype = "float64"}) end
  assert.same({theirs.rows, theirs.cols}, {ours.rows, ours.cols}, what)
  local difference, scale = (ours:double() - theirs):abs(), 1 + dnn.max(theirs:abs())
  assert.is_true(dnn.max(difference) <= tolerance * scale, ("%s differs by %g"):format(what, dnn.max(difference)))
end

-- The cost and the gradients here: {cost =, dA =, ...}.
local function ours(case, given)
  local loss = assert(load("local dnn, V = ... return " .. case[1], case[1], "t"))(dnn, given.V)
  local list = {}
  for _, name in ipairs{"A", "B", "C", "Y"} do list[#list + 1] = given[name] end
  list[#list + 1] = case.options
  local found = {cost = loss:forward(table.unpack(list))}
  local gradients = {loss:backward()}
  for k, gradient in ipairs(gradients) do found["d" .. ("ABC"):sub(k, k)] = gradient:copy() end
  return found
end

it("every loss is compared with PyTorch's", function()
  local count = 0
  for name, page in pairs(require "dnn.reference"().by_name) do
    local returned = page.returns and page.returns[1] and page.returns[1].type
    if name:find "^dnn%.%u%w*$" and returned == "dnn.Loss" then
      local compared = false
      for _, case in ipairs(cases) do compared = compared or case[1]:find(name .. "[({]") ~= nil end
      assert.is_true(compared, name .. ": add a case to tests/lua/torch_losses.lua")
      count = count + 1
    end
  end
  assert.is_true(count >= 4)
end)

describe("losses agree with PyTorch's", function()
  if not program.has_torch() then
    it("in both types", function() pending "python3-torch is absent" end)
    return
  end
  for dtype, tolerance in pairs{float32 = 1e-5, float64 = 1e-10} do
    it("in " .. dtype, function()
      local tensors, found, asked = {}, {}, {}
      for i, case in ipairs(cases) do
        local given = arguments_of(case, dtype, i)
        for name, M in pairs(given) do tensors[("%d.%s"):format(i - 1, name)] = M end
        found[i], asked[i] = ours(case, given), {cost = case[2]}
      end
      local theirs = torch.run("torch_losses", asked, tensors)
      for i, case in ipairs(cases) do
        for name, value in pairs(found[i]) do
          near(value, theirs[("%d.%s"):format(i - 1, name)], tolerance, ("%s: %s"):format(case[1], name))
        end
      end
    end)
  end
end)
