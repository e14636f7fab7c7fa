-- dnn.prompt.complete on values that want to be run, on nonsense, and on much of either.
local dnn = require "dnn"
local complete = require "dnn.prompt.complete"
local completion = require "tests.lua.completion"

local completed, offers, with = completion.completed, completion.offers, completion.with

describe("Nothing of the user's runs, and no error gets out", function()
  it("whatever metamethods the values on the way have", function()
    local calls = 0
    local metatable = {}
    for _, event in ipairs {"__index", "__pairs", "__len", "__eq", "__lt", "__call", "__tostring", "__metatable",
      "__name", "__concat"} do
      metatable[event] = function()
        calls = calls + 1
        error "called"
      end
    end
    local evil = setmetatable({field = setmetatable({inner = 1}, metatable), finish = print}, metatable)
    with({evil = evil, evil_key = evil}, function()
      offers("evil.fi", "evil.field", "evil.finish")
      offers("evil:fi", "evil:finish")
      offers("evil.field.in", "evil.field.inner")
      offers("evil['fi", "evil['field", "evil['finish")
      offers("evil.nosuch.x")
      offers("evil[evil_key].x")
      completed "evil(1, {"
      completed "?evil."
    end)
    assert.equal(0, calls)
  end)

  it("whoever pretends to be one of the module's objects", function()
    local calls = 0
    local fake = setmetatable({own = 1}, {__name = "dnn.Matrix", __index = function() calls = calls + 1 end,
      __parts = {trap = "nosuch"}, __fields = function() calls = calls + 1 end})
    with({fake = fake}, function()
      offers("fake.", "fake.own")
      offers("fake.trap.x")
    end)
    assert.equal(0, calls)
  end)

  it("with a library that the user has taken away", function()
    local kept, strings, tables = {}, {}, {}
    for name, f in pairs(string) do strings[name] = f end
    for name, f in pairs(table) do tables[name] = f end
    for _, name in ipairs {"pairs", "ipairs", "print", "type", "next", "rawget", "pcall", "require", "tonumber",
      "debug"} do
      kept[name] = _G[name]
    end
    local put, each, guarded = rawset, pairs, pcall
    local inputs = {"dnn.Linea", "dnn.optim.SG", "x = a_table.fie", "'/et", "require 'dnn.stepw", "?dnn.Linea"}
    local counts = {}
    assert(dnn.optim.SGD) -- the part is loaded when it is first named
    put(_G, "a_table", {field = 1})
    for name in each(strings) do put(string, name, nil) end
    for name in each(tables) do put(table, name, nil) end
    for name in each(kept) do put(_G, name, nil) end
    for i = 1, #inputs do
      local ok, _, list = guarded(complete, inputs[i], #inputs[i])
      counts[i] = ok and #list or -1
    end
    for name, f in each(kept) do put(_G, name, f) end
    for name, f in each(strings) do put(string, name, f) end
    for name, f in each(tables) do put(table, name, f) end
    put(_G, "a_table", nil)
    assert.same({1, 1, 1, 1, 1, 1}, counts)
  end)

  it("where the modules were loaded with another table of globals, as the prompt loads them", function()
    local registry, names = debug.getregistry(), {}
    for name in pairs(package.loaded) do
      if name:find "^dnn%.prompt%." then names[name] = package.loaded[name] end
    end
    local globals, copy = registry[2], {}
    for name, value in pairs(globals) do copy[name] = value end
    for name in pairs(names) do package.loaded[name] = nil end
    registry[2] = copy
    local ok, loaded = pcall(require, "dnn.prompt.complete")
    registry[2] = globals
    for name, module in pairs(names) do package.loaded[name] = module end
    assert.is_true(ok, loaded)
    with({made_afterwards = {field = 1}}, function()
      local _, list = loaded("made_afterwards.fi", 18)
      assert.same({"field"}, list)
    end)
  end)

  it("whatever is typed", function()
    local pieces = {"a", ".", ":", "[", "]", "(", ")", "{", "}", '"', "'", "\\", "[[", "]]", "--", "--[[", "\n", " ",
      "1", "x", "dnn", "require", "local", "function", "=", ",", "<", "\0", "\xFF", "é", "~/", "%", "?", "for", "end",
      "..", "...", "::"}
    local random = dnn.Random(7)
    for _ = 1, 500 do
      local parts = {}
      for k = 1, random:below(12) do parts[k] = pieces[random:below(#pieces) + 1] end
      local text = table.concat(parts)
      local cursor = random:below(#text + 1)
      local first, list = complete(text, cursor)
      assert.is_true(first >= 1 and first <= cursor + 1, text)
      for i = 2, #list do assert.is_true(list[i - 1] < list[i]) end
    end
  end)

  it("on a megabyte of text, of brackets, of dots", function()
    for _, piece in ipairs {"x = 1\n", "((((", "a.b.", "[[", "{{", "'", "--[", "(x)", "f{}"} do
      local text = piece:rep(2^20 // #piece)
      local first, list = complete(text .. "prin", #text + 4)
      assert.is_true(first >= 1 and type(list) == "table")
    end
    local nested, chain = ("("):rep(30000) .. "x" .. (")"):rep(30000) .. ".", {"local k40 = 1"}
    complete(nested, #nested)
    for i = 39, 1, -1 do chain[#chain + 1] = ("local k%d = t[k%d][k%d]"):format(i, i + 1, i + 1) end
    with({t = {{1}}}, function() offers(table.concat(chain, "\n") .. "\nreturn t[k1].x") end)
    offers(("x = 1\n"):rep(200000):sub(-100) .. "prin", ("x = 1\n"):rep(200000):sub(-100) .. "print")
  end)
end)

describe("A table of 100,000 fields", function()
  it("is offered in part, with the first and the last, so that the common beginning is right", function()
    local many = {}
    for i = 1, 100000 do many["field" .. i] = i end
    many.fie, many.fiz = 1, 2
    with({many = many}, function()
      local _, list = completed("many.")
      assert.is_true(#list >= 1000 and #list <= 3000)
      assert.equal("fie", list[1])
      assert.equal("fiz", list[#list])
      local expected = {"many.field9999"}
      for k = 0, 9 do expected[k + 2] = "many.field9999" .. k end
      assert.same(expected, (completed("many.field9999")))
    end)
  end)
end)
