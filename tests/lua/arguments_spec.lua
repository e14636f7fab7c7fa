-- Nothing that a caller passes is ignored: every function of the module refuses one argument more than its page has,
-- and its page and its registration say the same number.
local dnn = require "dnn"
local reference = require "dnn.reference"()
local words = require "dnn.help.words"

-- The module -----------------------------------------------------------------------------------------------

-- Adds the functions of a table that are documented: {name, function, page}.
local function add(found, owner, mark, functions, class)
  for key, f in pairs(functions) do
    local callable = type(f) == "function" or (getmetatable(f) or {}).__call
    if type(key) == "string" and key:find "^%a" and callable then
      local name = owner .. mark .. key
      local page = class and words.member(reference, class, key) or reference.by_name[name]
      page = assert(page, name .. " has no page")
      found[#found + 1] = {name = name, f = f, page = page.alias_of or page}
    end
  end
end

-- The methods behind an __index: the table itself, or the first upvalue of a function.
local function methods_in(index)
  if type(index) == "function" then index = select(2, debug.getupvalue(index, 1)) end
  return type(index) == "table" and index or {}
end

-- The value of an upvalue of a function by its name.
local function upvalue(f, wanted)
  for i = 1, 250 do
    local name, value = debug.getupvalue(f, i)
    if name == wanted then return value end
    if not name then return nil end
  end
end

-- Methods of classes that are written in Lua: what is guarded under a name with a colon.
local function add_guarded(found)
  local names = upvalue(require "dnn.arguments".guarded, "names")
  local written = upvalue(require "dnn.arguments".written, "written")
  for f, name in pairs(names) do
    if written[f] and name:find ":" then
      found[#found + 1] = {name = name, f = f, page = assert(reference.by_name[name], name .. " has no page")}
    end
  end
end

-- Everything that scripts can call, groups and classes included, C and Lua.
local function everything()
  local found = {}
  for name in pairs(getmetatable(dnn).__parts) do assert(dnn[name]) end
  add(found, "dnn", ".", dnn)
  for name, class in pairs(reference.classes) do
    local group = class.namespace and name:match "^dnn%.([%l_]+)$"
    if group and rawget(dnn, group) then add(found, name, ".", dnn[group]) end
    local metatable = debug.getregistry()[name]
    if type(metatable) == "table" and metatable.__name == name then
      add(found, name, ":", methods_in(metatable.__index), class)
    end
  end
  add_guarded(found)
  table.sort(found, function(a, b) return a.name < b.name end)
  return found
end

-- The number of arguments that a page knows, and how many of them are before the parentheses: a method's object.
local function count_of(one)
  local self = one.page.kind == "method" and 1 or 0
  return #words.arguments(one.page) + self, self
end

local wrong <const> = coroutine.create(function() end)     -- a value that nothing takes

-- What is raised by a call with so many arguments: nil before the last, which is of a wrong kind.
local function message_of(f, count)
  local given = {n = count}
  given[count] = wrong
  local ok, message = pcall(f, table.unpack(given, 1, count))
  return ok and "no error" or tostring(message)
end

-- Chapters whose functions are still being registered.
local PENDING <const> = {}

local function each(check)
  for _, one in ipairs(everything()) do
    if not PENDING[one.page.section.key] then check(one) end
  end
end

describe("the functions of this test", function()
  it("are all that the reference knows", function()
    local covered, missing = {}, {}
    for _, one in ipairs(everything()) do covered[one.page] = true end
    for _, entry in ipairs(reference.entries) do
      if entry.kind ~= "field" and not covered[entry.alias_of or entry] then missing[#missing + 1] = entry.name end
    end
    assert.same({}, missing)
  end)
end)

describe("one argument too many", function()
  it("is refused by every function and method of the module, with its signature", function()
    local covered, ignored = 0, {}
    each(function(one)
      if words.signature(one.page):find("...", 1, true) then return end     -- it takes any number
      local most, self = count_of(one)
      local count = most - self
      local expected = count == 0 and "expected no arguments, got 1"
        or ("expected at most %d argument%s, got %d"):format(count, count == 1 and "" or "s", count + 1)
      local message = message_of(one.f, most + 1)
      local usage = "; usage: " .. words.signature(one.page)
      if message:find(expected, 1, true) and message:sub(-#usage) == usage then
        covered = covered + 1
      else
        ignored[#ignored + 1] = ("%s: %s"):format(one.name, message)
      end
    end)
    assert.same({}, ignored)
    print(("one argument too many: %d functions and methods refuse it"):format(covered))
    assert.is_true(covered >= 170, covered .. " functions were covered")
  end)

  it("is not seen where there are as many as the page has", function()
    each(function(one)
      local most, self = count_of(one)
      if most > self and one.name ~= "dnn.help" then
        local message = message_of(one.f, most)
        assert.is_nil(message:find("expected at most", 1, true) or message:find("expected no arg", 1, true), message)
      end
    end)
  end)

  it("is refused where a value is called", function()
    assert.error_matches(function() dnn.zeros(2, 2)(1, 2, 3) end, "get: expected at most 2 arguments, got 3")
  end)
end)

-- A value that a parameter of this type takes, the first row that fits.
local samples = {
  {"dnn.Matrix%[%]", function() return {dnn.ones(1, 1)} end},
  {"table<string, dnn.Matrix>", function()
    return {W1 = dnn.ones(1, 1), b1 = dnn.ones(1, 1), dW1 = dnn.ones(1, 1), db1 = dnn.ones(1, 1)}
  end},
  {"dnn.Matrix", function() return dnn.ones(1, 1) end},
  {"dnn.Numbers", function() return dnn.ones(1, 1) end},
  {"dnn.Parameters", function() return dnn.Sequential{dnn.Linear(1, 1)}:parameters() end},
  {"%(dnn.Layer", function() return {dnn.ReLU()} end}, {"dnn.Loss", dnn.MSELoss},
  {"^dnn.Layer$", function() return dnn.Sequential{dnn.Linear(1, 1)} end},
  {"^number|", function() return 1 end}, {"^integer|", function() return 1 end},
  {"dnn.Sequential", function() return dnn.Sequential{dnn.Linear(1, 1)} end},
  {"dnn.data.set", function() return {X = dnn.ones(1, 1), Y = dnn.ones(1, 1)} end},
  {"number%[%]", function() return {1} end}, {"integer%[%]", function() return {1, 1, 1} end},
  {"dnn.Dtype", function() return "float64" end}, {'"relu"', function() return "relu" end},
  {"string", function() return "/nowhere" end}, {"table", function() return {} end}, {"", function() return 1 end},
}

local function sample(type)
  for _, row in ipairs(samples) do
    if type:find(row[1]) then return row[2]() end
  end
end

-- Objects whose methods are called.
local function network() return dnn.Sequential{dnn.Linear(1, 1)} end
local objects = {
  ["dnn.Matrix"] = function() return dnn.ones(2, 2) end, ["dnn.Random"] = function() return dnn.Random(1) end,
  ["dnn.Run"] = function() return dnn.Run() end, ["dnn.Layer"] = network, ["dnn.Loss"] = dnn.MSELoss,
  ["dnn.Parameters"] = function() return network():parameters() end,
  ["dnn.Optimiser"] = function() return dnn.optim.SGD(network():parameters()) end,
}

-- Arguments of which number k is of a kind that nothing takes, and those before it are right.
local function arguments_with_wrong(one, k)
  local given, self = {}, one.page.kind == "method" and 1 or 0
  if self == 1 then
    local make = objects[one.name:match "^(.*):"] or objects[one.page.owner.name]
    if not make then return nil end
    given[1] = make()
  end
  for i, param in ipairs(one.page.params) do
    if i <= k or not param.optional then given[self + i] = i == k and wrong or sample(param.type) end
  end
  return given, math.max(self + k, #given)
end

describe("an argument of the wrong kind in any place", function()
  it("is refused by every function and method of the module, with its signature", function()
    local covered, ignored = 0, {}
    each(function(one)
      for k = 1, one.name ~= "dnn.help" and #one.page.params or 0 do
        local given, count = arguments_with_wrong(one, k)
        local ok, message = pcall(one.f, table.unpack(given or {}, 1, count or 0))
        if given and (ok or not tostring(message):find("; usage: ", 1, true)) then
          ignored[#ignored + 1] = ("%s(%s): %s"):format(one.name, one.page.params[k].name, ok and "no error" or message)
        elseif given then
          covered = covered + 1
        end
      end
    end)
    assert.same({}, ignored)
    print(("an argument of the wrong kind: %d places refuse it"):format(covered))
    assert.is_true(covered >= 300, covered .. " places were covered")
  end)
end)

describe("a habit of another library", function()
  local A, B = dnn.ones(2, 3), dnn.full(2, 3, 10)

  -- f is refused with these words, and neither A nor B is changed.
  local function refused(f, ...)
    local ok, message = pcall(f)
    assert.is_false(ok)
    for _, part in ipairs{...} do assert.is_truthy(message:find(part, 1, true), message) end
    assert.equal(dnn.ones(2, 3), A)
    assert.equal(dnn.full(2, 3, 10), B)
  end

  it("of adding a multiple shows the way, and changes nothing", function()
    refused(function() A:add_(-0.1, B) end, "add_: expected at most 1 argument, got 2", "A:add_(s * B)")
    refused(function() A:add_(B, {alpha = -0.1}) end, "A:add_(s * B)", "usage: A:add_(B)")
    refused(function() A:add(-0.1, B) end, "A + s * B", "usage: A:add(B [, options])")
    refused(function() dnn.add(A, -0.1, B) end, "A + s * B", "usage: dnn.add(A, B [, options])")
    refused(function() A:sub_(0.1, B) end, "A:sub_(s * B)")
  end)

  it("of a loop over a matrix shows the way", function()
    refused(function() for _ in A do end end, "for j = 1, A.cols do local x = A:col(j)") -- luacheck: ignore 542
  end)

  it("of a place for the result by position is refused, and by name it is taken", function()
    for _, f in ipairs{
      function() dnn.exp(A, B) end, function() A:exp(B) end, function() dnn.cmul(A, A, B) end,
      function() dnn.clamp(A, 0, 1, B) end, function() dnn.where(A, A, A, B) end, function() dnn.mm(A, A, B) end,
      function() A:sum(1, B) end,
    } do refused(f, "expected a table of options", "{out = B}") end
    local out = dnn.empty(2, 3)
    assert.is_true(rawequal(out, dnn.exp(A, {out = out})) and rawequal(out, dnn.where(A, A, B, {out = out})))
    assert.is_true(out == A)
  end)

  it("of copying from another matrix is refused", function()
    refused(function() A:copy(B) end, "copy: expected no arguments, got 1", "A:copy_(B) copies B into A")
  end)

  it("of three dimensions is refused", function()
    refused(function() dnn.zeros(2, 3, 4) end, "a Matrix has two dimensions")
    refused(function() dnn.randn(2, 3, 4, 5) end, "a Matrix has two dimensions")
    refused(function() A:reshape(1, 2, 3) end, "a Matrix has two dimensions")
    refused(function() A:t(1, 2) end, "A:t() exchanges them")
  end)

  it("of keeping an axis, or counting axes from 0, is refused", function()
    refused(function() A:sum(1, true) end, "the axis is always kept")
    refused(function() A:max(0) end, "axes are counted from 1")
    refused(function() A:size(0) end, "axes are counted from 1")
    refused(function() A:size(3) end, "axis must be 1 (rows) or 2 (columns), got 3")
    refused(function() A:sum(1.5) end, "got 1.5")
    refused(function() A:sum(4294967297) end, "got 4294967297")
  end)

  it("of asking for one size is taken", function()
    assert.same({2, 3}, {A:size()})
    assert.same({2, 3}, {A:size(1), A:size(2)})
  end)
end)

describe("an argument of the wrong kind", function()
  local A = dnn.ones(2, 2)

  it("is refused with the function, the argument, what came, and the signature", function()
    for expected, f in pairs{
      ["fill_: value must be a number, got '3'; usage: A:fill_(value)"] = function() A:fill_ "3" end,
      ["fill_: value must be a number, got nothing; usage: A:fill_(value)"] = function() A:fill_() end,
      ["uniform_: high must be a number, got true; usage: A:uniform_([low] [, high] [, random])"] =
        function() A:uniform_(0, true) end,
      ["copy_: B must be a Matrix, got 1; dnn.full(rows, cols, number) makes one of a number; usage: A:copy_(B)"] =
        function() A:copy_(1) end,
      ["to: dtype must be a string, got 1; usage: A:to(dtype)"] = function() A:to(1) end,
      ["set_state: position must be a whole number, got 1.5; usage: random:set_state(key, position)"] =
        function() dnn.Random(1):set_state(1, 1.5) end,
      ["list: path must be a string, got 5; usage: dnn.system.list(path)"] = function() dnn.system.list(5) end,
      ["sum: the table of options must come last; usage: A:sum([axis] [, options])"] = function() A:sum({}, 1) end,
    } do
      local ok, message = pcall(f)
      assert.is_false(ok)
      assert.equal(expected, message:match "^[^:]+:%d+: (.*)$")
    end
  end)

  it("is refused in views and elements too: text is not a number", function()
    for _, f in ipairs{
      function() A:row "1" end, function() A:rows_range("1", "2") end, function() A:block(1, 2, "1", 2) end,
      function() A:get(1, "2") end, function() A:gather{"1"} end, function() dnn.arange("1", 3) end,
      function() dnn.manual_seed "1" end, function() A:clamp("0", 1) end,
    } do assert.has_error(f) end
  end)
end)

describe("the line of the script", function()
  it("is named by functions in C and in Lua, also where Lua's own function calls them", function()
    local line = debug.getinfo(1, "l").currentline
    for n, f in ipairs{
      function() dnn.zeros "x" end,
      function() dnn.data.images(5) end,
      function() return (("x"):gsub(".", dnn.zeros)) end,
      function() return (("x"):gsub(".", dnn.optim.StepLR)) end,
    } do
      local ok, message = pcall(f)
      assert.is_false(ok)
      assert.equal(("tests/lua/arguments_spec.lua:%d: "):format(line + 1 + n), message:match "^[^:]+:%d+: ")
    end
  end)

  it("is left out, as by Lua's functions, where pcall itself calls one", function()
    for _, f in ipairs{dnn.zeros, dnn.data.images, dnn.optim.StepLR} do
      local ok, message = pcall(f, {})
      assert.is_false(ok)
      assert.is_nil(message:find("^[^:]+:%d+: "))
    end
  end)
end)
