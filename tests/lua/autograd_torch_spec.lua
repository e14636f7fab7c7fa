-- 200 random expressions, ten operations deep, against PyTorch: values and gradients; and as many, six deep, for
-- gradients of gradients. Skipped where there is none.
package.path = "tests/lua/?.lua;" .. package.path
local dnn = require "dnn"
local dkjson = require "dkjson"
local program = require "program"

-- {here, there}: %1 stands for an expression, %2 for another one. All give 3 x 4, or what is broadcast with that, and
-- stay within the range in which functions are smooth enough for 1e-8.
local UNARY <const> = {
  {"(-%1)", "(-%1)"},
  {"%1:exp():clamp(nil, 8)", "%1.exp().clamp(max=8)"},
  {"(%1:abs() + 1):log()", "(%1.abs() + 1).log()"},
  {"(%1 ^ 2 + 0.5):sqrt()", "(%1 ** 2 + 0.5).sqrt()"},
  {"%1:tanh()", "%1.tanh()"},
  {"%1:sigmoid()", "%1.sigmoid()"},
  {"%1:relu()", "%1.relu()"},
  {"(%1:tanh() ^ 3)", "(%1.tanh() ** 3)"},
  {"(2 ^ %1:tanh())", "(2 ** %1.tanh())"},
  {"(3 - %1 * 0.5)", "(3 - %1 * 0.5)"},
  {"(1 / (%1:abs() + 0.7))", "(1 / (%1.abs() + 0.7))"},
  {"%1:clamp(-0.5, 0.8)", "%1.clamp(-0.5, 0.8)"},
  {"%1:sum(1)", "%1.sum(0, keepdim=True)"},
  {"%1:mean(2)", "%1.mean(1, keepdim=True)"},
  {"%1:max(1)", "%1.max(0, keepdim=True)[0]"},
  {"%1:min(2)", "%1.min(1, keepdim=True)[0]"},
  {"(%1 + A):norm(1)", "(%1 + A).norm(dim=0, keepdim=True)"},
  {"(%1 + A):std()", "(%1 + A).std().reshape(1, 1)"},
  {"(%1 % A):max()", "(%1 * A).max().reshape(1, 1)"},
  {"(P * (%1 + A))", "(P @ (%1 + A))"},
  {"(%1 + A):t():tanh():t()", "(%1 + A).t().tanh().t()"},
  {"((%1 + A) * (%1 % A):t() * A)", "((%1 + A) @ (%1 * A).t() @ A)"},
  {"(%1 + A):gather{4, 2, 2, 1}", "(%1 + A)[:, [3, 1, 1, 0]]"},
  {"(%1 + A):row(2)", "(%1 + A)[1:2]"},
  {"(%1 + A):col(3)", "(%1 + A)[:, 2:3]"},
  {"(%1 + A):block(1, 3, 2, 3):sum(2)", "(%1 + A)[0:3, 1:3].sum(1, keepdim=True)"},
  {"dnn.cat({%1 + A, A}, 2):cols_range(3, 6)", "torch.cat((%1 + A, A), 1)[:, 2:6]"},
  {"dnn.cat({A, %1 + A, B:t() * P * A}, 1):rows_range(5, 7)",
    "torch.cat((A, %1 + A, B.t() @ P @ A), 0)[4:7]"},
  {"dnn.where(A:detach():gt(0), %1, %1 % %1)", "torch.where(A > 0, %1, %1 * %1)"},
}
local BINARY <const> = {
  {"(%1 + %2)", "(%1 + %2)"},
  {"(%1 - %2)", "(%1 - %2)"},
  {"(%1 %% %2)", "(%1 * %2)"},
  {"(%1 / (%2:abs() + 1))", "(%1 / (%2.abs() + 1))"},
  {"%1:maximum(%2)", "torch.maximum(%1, %2)"},
  {"%1:minimum(%2)", "torch.minimum(%1, %2)"},
  {"((%1:abs() + 0.5) ^ %2:tanh())", "((%1.abs() + 0.5) ** %2.tanh())"},
}
local LEAVES <const> = {"A", "B", "C", "D"}

local random = dnn.Random(11)
local function pick(list) return list[math.tointeger(dnn.rand(1, 1, {random = random})(1, 1) * #list // 1) + 1] end

local function put(pattern, first, second)
  return (pattern:gsub("%%([12%%])", function(which)
    return which == "1" and first or which == "2" and second or nil
  end):gsub("%%%%", "%%"))
end

local function expression(depth)
  if depth == 0 then
    local name = pick(LEAVES)
    return name, name
  end
  local here, there = expression(depth - 1)
  local row = pick(pick{UNARY, UNARY, BINARY})
  local second, its = expression(pick{0, 0, math.min(depth - 1, 1)})
  local ours = put(row[1], here, second)
  -- Values stay small, or differences of rounding grow with them.
  return ours, put(row[2], there, its)
end

local function rows_of(A)
  local rows = {}
  for i = 1, A.rows do
    rows[i] = {}
    for j = 1, A.cols do rows[i][j] = A(i, j) end
  end
  return rows
end

-- The matrices of expressions, and what Python says of them: values and gradients.
local function ask(folder, values, expressions, second)
  local asked = {leaves = {}, expressions = expressions, second = second}
  for name, value in pairs(values) do asked.leaves[name] = rows_of(value) end
  program.write_all(folder .. "/in.json", dkjson.encode(asked))
  local line = ("/usr/bin/python3 tests/lua/autograd_torch.py %s/in.json %s/out.json"):gsub("%%s", folder)
  assert(os.execute(line), line)
  return dkjson.decode(program.read_all(folder .. "/out.json"))
end

-- The sum of the squares of all gradients of a value.
local function squared_slopes(value, leaves)
  local total = dnn.zeros(1, 1, {dtype = "float64"})
  for _, slope in ipairs{dnn.grad(value, leaves, {create_graph = true})} do total = total + (slope ^ 2):sum() end
  return total
end

-- Random expressions here and there, `count` of them.
local function compare(count, depth, second, tolerance)
  local function draw(rows, cols) return dnn.randn(rows, cols, {dtype = "float64", random = random}) end
  local values = {A = draw(3, 4), B = draw(3, 1), C = draw(1, 4), D = draw(1, 1), P = draw(3, 3) * 0.5}
  local ours, asked = {}, {}
  for n = 1, count do ours[n], asked[n] = expression(depth) end
  local folder = program.folder()
  local theirs = ask(folder, values, asked, second)
  program.remove(folder)
  for n, text in ipairs(ours) do
    local scope, leaves = {dnn = dnn}, {}
    for name, value in pairs(values) do
      scope[name] = value:copy():requires_grad_()
      leaves[#leaves + 1] = scope[name]
    end
    local value = assert(load("return " .. text, text, "t", scope))():sum()
    if second then value = squared_slopes(value, leaves) end
    if value.requires_grad then value:backward() end
    assert.is_near(theirs[n].value, value:item(), tolerance * (1 + math.abs(theirs[n].value)), text)
    for name in pairs(values) do
      local got, wanted = scope[name].grad, theirs[n].gradients[name]
      if not second then assert.equal(wanted == nil, got == nil, ("%s of %s"):format(name, text)) end
      if got or wanted then
        local there = wanted and dnn.Matrix(wanted, {dtype = "float64"}) or dnn.zeros(1, 1, {dtype = "float64"})
        local difference = ((got or 0) - there):norm() / (1 + there:norm())
        assert(difference < tolerance, ("gradient of %s in %s differs by %g"):format(name, text, difference))
      end
    end
  end
end

describe("gradients of random expressions", function()
  it("are PyTorch's", function()
    if not program.has_torch() then return pending "python3-torch is absent" end
    compare(200, 10, false, 1e-8)
  end)

  it("are PyTorch's when they are differentiated again", function()
    if not program.has_torch() then return pending "python3-torch is absent" end
    compare(200, 6, true, 1e-8)
  end)
end)
