-- 200 random expressions, ten operations deep, against PyTorch: values and gradients. Skipped where there is none.
package.path = "tests/lua/?.lua;" .. package.path
local dnn = require "dnn"
local dkjson = require "dkjson"
local program = require "program"

local COUNT <const>, DEPTH <const> = 200, 10

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

describe("gradients of random expressions", function()
  it("are PyTorch's", function()
    if not program.has_torch() then return pending "python3-torch is absent" end
    local function draw(rows, cols) return dnn.randn(rows, cols, {dtype = "float64", random = random}) end
    local values = {A = draw(3, 4), B = draw(3, 1), C = draw(1, 4), D = draw(1, 1), P = draw(3, 3) * 0.5}
    local asked, ours = {leaves = {}, expressions = {}}, {}
    for name, value in pairs(values) do asked.leaves[name] = rows_of(value) end
    for n = 1, COUNT do ours[n], asked.expressions[n] = expression(DEPTH) end
    local folder = program.folder()
    program.write_all(folder .. "/in.json", dkjson.encode(asked))
    local line = ("/usr/bin/python3 tests/lua/autograd_torch.py %s/in.json %s/out.json"):gsub("%%s", folder)
    assert(os.execute(line), line)
    local theirs = dkjson.decode(program.read_all(folder .. "/out.json"))
    program.remove(folder)
    for n, text in ipairs(ours) do
      local scope = {dnn = dnn}
      for name, value in pairs(values) do scope[name] = value:copy():requires_grad_() end
      local value = assert(load("return " .. text, text, "t", scope))():sum()
      value:backward()
      assert.is_near(theirs[n].value, value:item(), 1e-9 * (1 + math.abs(theirs[n].value)), text)
      for name in pairs(values) do
        local got, wanted = scope[name].grad, theirs[n].gradients[name]
        assert.equal(wanted == nil, got == nil, ("%s of %s"):format(name, text))
        if got then
          wanted = dnn.Matrix(wanted, {dtype = "float64"})
          local difference = (got - wanted):norm() / (1 + wanted:norm())
          assert(difference < 1e-8, ("gradient of %s in %s differs by %g"):format(name, text, difference))
        end
      end
    end
  end)
end)
