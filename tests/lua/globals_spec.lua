-- What dnnlua -W says of a script's globals: the slips, and nothing of what is meant.
local core = require "dnn.core"
local globals = require "dnn.globals"

local function check(text)
  assert(load((text:gsub("^#[^\n]*", ""))), "the test's own text does not compile")
  local defined = {}
  for name in pairs(_G) do defined[name] = true end
  for _, name in ipairs{"describe", "it", "setup", "pending"} do defined[name] = nil end
  local told = {}
  for i, warning in ipairs(globals.check(text, defined, core._nearest)) do
    told[i] = ("%d: %s"):format(warning.line, warning.text)
  end
  return told
end

describe("a global that nothing defines", function()
  it("is reported once, with its line and the nearest known name", function()
    assert.same({"2: 'pritn' is not defined; did you mean 'print'?"}, check "local x = 1\npritn(x)\npritn(x)")
    assert.same({"1: 'zzz' is not defined"}, check "print(zzz)")
  end)

  it("may be a local's name misspelt, also that of a local out of sight", function()
    assert.same({"3: 'learnig_rate' is not defined; did you mean 'learning_rate'?"},
      check "local learning_rate = 0.1\n\nprint(learnig_rate)")
    assert.same({"1: 'coutn' is not defined; did you mean 'count'?"}, check "do local count = 1 end print(coutn)")
  end)

  it("is found wherever an expression may be", function()
    for _, text in ipairs{
      "return prnt", "local t = {prnt}", "local t = {a = prnt}", "local t = {[prnt] = 1}", "prnt.x = 1", "prnt[1] = 2",
      "prnt:close()", "local x = -prnt", "local x = #prnt", "for i = 1, prnt do end", "for k in prnt() do end",
      "while prnt < 1 do end", "repeat until prnt > 1", "if prnt > 1 then end", "local s = prnt .. ''", "prnt'a'",
      "local function f(a, ...) return a, ..., prnt end", "function print.x() return prnt end", "print((prnt))",
      "goto done; ::done:: print(prnt)", "local x <const> = prnt", "if 1 == prnt then end",
    } do
      assert.same({"1: 'prnt' is not defined; did you mean 'print'?"}, check(text), text)
    end
  end)

  it("keeps its line after comments, long strings and line breaks in strings", function()
    assert.same({"9: 'prnt' is not defined; did you mean 'print'?"},
      check "#!/usr/bin/lua\n--[==[\n]]\n]==] local a = [[\n\n]] .. 'x\\\ny\\z\n   z'\nprnt(a)")
  end)

  it("is not what is in comments, strings, fields, methods, keys, labels and numbers", function()
    assert.same({}, check [=[
      -- prnt
      --[[ prnt ]] --[==[ prnt ]] ]==]
      local s = 'prnt \' prnt' .. "prnt \" prnt" .. [[prnt]] .. [==[prnt]]]==]
      local t = {prnt = 1, other = 2; third = {fourth = 4}}
      print(t.prnt, t.x.prnt, s:prnt(), 0x1p-3, 1e-5, 3.e5, .5, 1 .. 2, t. prnt)
      do goto prnt end
      ::prnt::]=])
  end)

  it("is not a parameter, a loop's variable, a local function or self", function()
    assert.same({}, check [[
      local function f(a, b, ...) return a, b, f, ... end
      local t = {}
      function t.g(c) return c end
      function t:h(d) return self, d end
      local e = function(x) return function(y) return x + y end end
      for i = 1, 3 do print(i) end
      for k, v in pairs(t) do print(k, v) end
      repeat local last = e until last
      while true do local w = 1 print(w) if w then break end end
      print({f = function(q) u, v = 1, q end}, u, v)]])
  end)

  it("ends with its block", function()
    assert.same({"1: 'idx' is not defined"}, check "for idx = 1, 3 do end print(idx)")
    assert.same({"1: 'xyzzy' is not defined; did you mean 'xyzzy2'?"},
      check "if 1 > 2 then local xyzzy2 = 1 else print(xyzzy) end")
    assert.same({"1: 'ab' is not defined"},
      {(check("local function f(ab) return ab end print(ab)")[1]:gsub("; did.*", ""))})
  end)

  it("is defined where the script assigns to it, wherever that is", function()
    assert.same({}, check "print(later) function setup() later, t.x, other = 1, 2, 3 end print(other) setup() t = {}")
    assert.same({}, check "function helper() end helper() counter = 0 counter = counter + 1")
    assert.same({}, check "print(stated, quoted) _G.stated = 1 _G['quoted'] = 2")
  end)

  it("counts as known where the script tests whether it is defined", function()
    assert.same({}, check [[
      if DEBUG then print "debugging" end
      local host = HOST or "none"
      local both = LEFT and 1
      if not READY then print(READY) end
      if SEED == nil then print(1) elseif STEP ~= nil then print(STEP) end
      print(type(JIT))]])
  end)

  it("is not reported where other files may define it, unless it is near a known name", function()
    assert.same({}, check "dofile 'names.lua' print(zzz)")
    assert.same({"1: 'prnt' is not defined; did you mean 'print'?"}, check "dofile 'names.lua' prnt(1)")
  end)

  it("is not reported in a script that changes what a global is", function()
    assert.same({}, check "local _ENV = {} prnt(1)")
    assert.same({}, check "setmetatable(_G, {}) prnt(1)")
  end)
end)

describe("a global that is assigned and never read", function()
  it("is reported when it is near a name that is read", function()
    assert.same({"2: 'bset' is assigned and never read; did you mean 'best'?"},
      check "local best = 0\nbset = 1\nprint(best)")
  end)

  it("is left alone when it is near none, or one of a row", function()
    assert.same({}, check "result = 1")
    assert.same({}, check "net1 = 1 net2 = 2 print(net2)")
  end)
end)

describe("the project's own scripts", function()
  it("have nothing to be warned of", function()
    for path in io.popen("ls scripts/*.lua scripts/dnn/*.lua"):lines() do
      local file <close> = assert(io.open(path))
      assert.same({}, check(file:read "a"), path)
    end
  end)
end)
