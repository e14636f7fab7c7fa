-- dnn.prompt.show: values as the prompt shows them, hostile ones among them.
local dnn = require "dnn"
local show = require "dnn.prompt.show"

local function shown(value, width, height)
  return show(value, {width = width or 80, height = height or 24})
end

local function lines_of(text)
  local lines = {}
  for line in (text .. "\n"):gmatch("(.-)\n") do lines[#lines + 1] = line end
  return lines
end

-- A value whose metamethods raise and count their calls.
local function trap(value, calls, except)
  local metatable = {}
  for _, event in ipairs {"__index", "__newindex", "__pairs", "__len", "__eq", "__lt", "__le", "__call", "__concat",
    "__unm", "__add", "__close", "__tostring", "__name", "__metatable", "__idiv", "__bnot"} do
    metatable[event] = function()
      calls[event] = (calls[event] or 0) + 1
      error("called " .. event)
    end
  end
  for _, event in ipairs(except or {}) do metatable[event] = nil end
  return debug.setmetatable(value, metatable)
end

describe("A value is shown", function()
  it("as Lua prints it when it is nil, a boolean or a number", function()
    assert.equal("nil", shown(nil))
    assert.equal("true", shown(true))
    assert.equal("false", shown(false))
    for _, x in ipairs {0, 1, -1, 1.0, -0.0, 0.1, 1e15, 1e16, 1e100, 2^53, 2^63, 1/3, 5e-324, math.maxinteger,
      math.mininteger, math.huge, -math.huge, 123456789012345.6} do
      assert.equal(tostring(x), shown(x))
    end
    assert.same({"nan", "nan"}, {shown(0/0), shown(-(0/0))})
  end)

  it("as a literal that gives it back when it is a string of any bytes", function()
    local bytes = {}
    for b = 0, 255 do bytes[#bytes + 1] = string.char(b) end
    for _, s in ipairs {"", "plain", 'with "quotes" and \\', "two\nlines\t", table.concat(bytes), "\0001", "é€😀",
      "a\u{202E}b\u{200B}\u{FEFF}", "\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82"} do
      local text = shown(s, 80, 100)
      assert.equal(s, assert(load("return " .. text))())
      assert.is_nil(text:find("[%c\127]"))
      assert.is_truthy(utf8.len(text))
    end
  end)

  it("with its letters as they are, and hidden and turning characters escaped", function()
    assert.equal('"Größe 漢字"', shown "Größe 漢字")
    assert.equal('"\\x1B[31m\\u{202E}\\u{85}"', shown "\27[31m\u{202E}\u{85}")
    assert.equal('"\\xFF\\xE2\\x82"', shown "\xFF\xE2\x82")
  end)

  it("with its length when it is a long string, quickly", function()
    local text = shown(("ab"):rep(20e6))
    assert.matches('^"[ab]+"%.%.%. %(40,000,000 bytes%)$', text)
    assert.is_true(#text <= 80 * 12)
    assert.matches('^{"[ab]+"%.%.%. %(5,000 bytes%)}$', shown {("a"):rep(5000)})
    assert.matches("bytes", shown(("e\u{301}"):rep(1e6)))
  end)

  it("as a function with the name that the loaded modules have for it, or where it is from", function()
    assert.equal("function: print", shown(print))
    assert.equal("function: string.format", shown(string.format))
    assert.equal("function: dnn.Linear", shown(dnn.Linear))
    assert.equal("function: dnn.optim.SGD", shown(dnn.optim.SGD))
    assert.equal("function: dnn.mm", shown(dnn.ones(1, 1).mm))
    assert.equal("function: dnn.Matrix:reshape", shown(dnn.ones(1, 1).reshape))
    assert.equal("function: dnn.Layer:forward", shown(dnn.ReLU().forward))
    rawset(_G, "ans", dnn.Linear)
    assert.equal("function: dnn.Linear", shown(dnn.Linear))
    rawset(_G, "ans", function() end)
    assert.matches("^function: tests/lua/show_spec.lua:%d+$", shown(rawget(_G, "ans")))
    rawset(_G, "ans", nil)
    assert.equal("function: builtin", shown(string.gmatch("", "")))
    assert.matches("^function: tests/lua/show_spec.lua:%d+$", shown(function() end))
    assert.matches("^function: dnn.data.split .*data/[%a_]+.lua:%d+$", shown(dnn.data.split))
  end)

  it("as a thread with its state and where it waits", function()
    local thread = coroutine.create(function() coroutine.yield() end)
    assert.equal("thread: suspended", shown(thread))
    coroutine.resume(thread)
    assert.matches("^thread: suspended .*show_spec.lua:%d+$", shown(thread))
    coroutine.resume(thread)
    assert.equal("thread: dead", shown(thread))
  end)

  it("as userdata with the name of its kind", function()
    assert.matches("^file %(0x", shown(io.stdout))
    assert.equal("userdata: dnn.Order", shown(dnn._data.order(3)))
  end)
end)

describe("A table is shown", function()
  it("on one line when it fits: its array, then numbers, strings, booleans in order", function()
    assert.equal("{}", shown {})
    assert.equal("{1, 2, 3}", shown {1, 2, 3})
    assert.equal('{"a", [-1] = 1, [1.5] = 2, b = 3, c = {4}, [false] = 5}',
      shown {"a", c = {4}, b = 3, [1.5] = 2, [-1] = 1, [false] = 5})
    assert.equal('{["a b"] = 1, ["end"] = 2, ["\\n"] = 3}' , shown {["a b"] = 1, ["end"] = 2, ["\n"] = 3}
      :gsub('%["\\n"%] = 3, (.*)}', '%1, ["\\n"] = 3}'))
    assert.equal("{1, nil, 3}", shown {1, nil, 3})
  end)

  it("indented, a key on a line, when it does not fit", function()
    assert.equal('{\n  list = {1, 2},\n  name = "a name that is too long",\n}',
      shown({name = "a name that is too long", list = {1, 2}}, 40))
  end)

  it("with several numbers on a line, points below points", function()
    local numbers = {}
    for i = 1, 30 do numbers[i] = i % 3 == 0 and i or i + 0.25 end
    local lines = lines_of(shown(numbers, 40))
    assert.equal("{", lines[1])
    assert.equal("   1.25,  2.25,  3,     4.25,  5.25,", lines[2])
    assert.equal("  11.25, 12,    13.25, 14.25, 15,", lines[4])
  end)

  it("with words in columns, unless one is long", function()
    local names = {}
    for i = 1, 30 do names[i] = "cat" .. i end
    assert.equal('  "cat1",  "cat2",  "cat3",  "cat4",', lines_of(shown(names, 40))[2])
    assert.equal('  "cat13", "cat14", "cat15", "cat16",', lines_of(shown(names, 40))[5])
    names[5] = ("long"):rep(5)
    assert.equal('  "cat1", "cat2", "cat3", "cat4",', lines_of(shown(names, 40))[2])
  end)

  it("never wider than the screen, nor higher", function()
    local t = {}
    for i = 1, 60 do t[i] = i end
    for i = 1, 60 do t["key" .. i] = {i, ("x"):rep(i), {deep = {deeper = ("y"):rep(i)}}} end
    for _, width in ipairs {40, 80, 120} do
      for _, height in ipairs {12, 24, 50} do
        local lines = lines_of(shown(t, width, height))
        assert.is_true(#lines <= height - 3, #lines .. " lines of " .. height)
        for _, line in ipairs(lines) do assert.is_true(#line <= width, line) end
      end
    end
  end)

  it("with a number for each table that is in it twice or in itself", function()
    local t = {name = "root", list = {}}
    t.self = t
    t.list[1] = t.list
    assert.equal('<table 1> {list = <table 2> {<table 2>}, name = "root", self = <table 1>}', shown(t))
    local shared = {1}
    assert.equal("{<table 1> {1}, <table 1>, {1}}", shown {shared, shared, {1}})
  end)

  it("only so deep", function()
    local deep = {}
    for _ = 1, 20000 do deep = {deep} end
    assert.equal("{{{{{{{...}}}}}}}", shown(deep))
  end)

  it("with the number of entries left out, without a look at each", function()
    local array, map = {}, {}
    for i = 1, 1000000 do array[i] = i end
    for i = 1, 100000 do map["k" .. i] = i end
    array.last = true
    local text = shown(array)
    assert.matches("\n  %.%.%. 999,%d%d%d more\n", text)
    assert.matches("1000000,\n  last = true,\n}$", text)
    assert.matches("\n  %.%.%. over 1,%d%d%d more\n}$", shown(map))
    local steps = 0
    debug.sethook(function() steps = steps + 1 end, "", 1000)
    shown {array, map}
    debug.sethook()
    assert.is_true(steps < 1000, steps .. " thousand instructions")
  end)

  it("counts what it leaves out", function()
    local hidden = shown({("x"):rep(30), ("y"):rep(30), a = ("x"):rep(30), b = 1, c = 2, d = 3, e = 4}, 40, 9)
      :match("%.%.%. (%d+) more")
    local lines = lines_of(shown({a = ("x"):rep(30), b = 1, c = 2, d = 3, e = 4, f = 5, g = 6, h = 7, i = 8}, 30, 9))
    assert.is_truthy(hidden)
    assert.equal("  ... " .. 9 - (#lines - 3) .. " more", lines[#lines - 1])
  end)

  it("with the __name of its metatable before it", function()
    assert.equal("Point {x = 1}", shown(setmetatable({x = 1}, {__name = "Point"})))
    assert.equal("{x = 1}", shown(setmetatable({x = 1}, {__name = {}})))
    assert.equal("\\x1B {x = 1}", shown(setmetatable({x = 1}, {__name = "\27"})))
  end)

  it("as the names in it when it is a module", function()
    assert.matches("^module string\n  byte ", shown(string))
    assert.matches("^module dnn\n.* data%. ", shown(dnn))
    assert.matches("^module dnn.optim\n  Adadelta ", shown(dnn.optim))
    assert.is_nil(shown(dnn):find("_nearest", 1, true))
  end)

  it("by its __tostring, its first line inside another table", function()
    local point = setmetatable({}, {__tostring = function() return "point:\n  1\n  2" end})
    assert.equal("point:\n  1\n  2", shown(point))
    assert.equal("{point}", shown {point})
    assert.equal("a\\x1Bb\n\\xFF", shown(setmetatable({}, {__tostring = function() return "a\27b\n\xFF" end})))
  end)
end)

describe("Nothing of the user's runs", function()
  it("but __tostring, once, and its error becomes text", function()
    local count = 0
    local function metatable(f)
      return {__tostring = function(...)
        count = count + 1
        return f(...)
      end}
    end
    local silent = setmetatable({}, metatable(function() error "no text" end))
    assert.matches("^table: __tostring failed: .*no text$", shown(silent))
    assert.matches("__tostring failed: %(error object is a table value%)", shown(setmetatable({}, metatable(error))))
    assert.matches("__tostring' must return a string", shown(setmetatable({}, metatable(function() end))))
    assert.equal(3, count)
    local long = setmetatable({}, metatable(function() return ("long "):rep(50) end))
    shown {long, {long}, a = long}
    assert.equal(4, count)
  end)

  it("whatever metamethods tables and keys have", function()
    local calls = {}
    local evil = trap({1, 2, x = 3}, calls, {"__tostring"})
    local t = {evil, {evil}, [evil] = evil, e = evil, [trap({}, calls, {"__tostring"})] = 1}
    local text = shown(t)
    assert.is_truthy(text:find("{1, 2, x = 3}", 1, true), text)
    shown(evil)
    assert.same({}, calls)
  end)

  it("whatever metatables strings, numbers, booleans, nil and functions have", function()
    local calls, kept = {}, debug.getmetatable ""
    local results
    for _, value in ipairs {1, true, print} do trap(value, calls) end
    trap(nil, calls)
    trap("", calls)
    results = {pcall(show, {1, 1.5, "text", true, print, n = {2}}, {width = 80, height = 24})}
    for _, value in ipairs {1, true, print} do debug.setmetatable(value, nil) end
    debug.setmetatable(nil, nil)
    debug.setmetatable("", kept)
    assert.same({true, '{1, 1.5, "text", true, function: print, n = {2}}'}, results)
    assert.same({}, calls)
  end)

  it("where the module's table, or that of the loaded modules, is not what it was", function()
    local A, core, registry = dnn.ones(1, 2), package.loaded["dnn.core"], debug.getregistry()
    local kept = registry["dnn.Matrix"]
    for _, other in ipairs {false, {}, setmetatable({}, {__index = error})} do
      package.loaded["dnn.core"] = other
      local text = shown(A)
      package.loaded["dnn.core"] = core
      assert.equal("Matrix float32 1 x 2\n  1  1", text)
    end
    registry["dnn.Matrix"] = nil
    local text = shown(A)
    registry["dnn.Matrix"] = kept
    assert.equal("string", type(text))
  end)

  it("even where a metatable is itself guarded", function()
    local calls = {}
    local metatable = trap({}, calls)
    assert.equal("{1}", shown(setmetatable({1}, metatable)))
    assert.same({}, calls)
  end)

  it("and a library that the user has taken away is not missed", function()
    local kept, string_fields, table_fields = {}, {}, {}
    for name in pairs(string) do string_fields[name] = string[name] end
    for name in pairs(table) do table_fields[name] = table[name] end
    for _, name in ipairs {"pairs", "ipairs", "print", "tostring", "type", "next", "rawget", "pcall", "error", "select",
      "require", "utf8", "math", "debug", "coroutine"} do
      kept[name] = _G[name]
    end
    local put, pairs_, pcall_ = rawset, pairs, pcall
    local net = dnn.Sequential {dnn.Linear(2, 1)}
    local values = {{1, 2.5, "x\n", {y = print}}, dnn.ones(2, 2), net, dnn}
    local expected, texts = {}, {}
    for i, value in ipairs(values) do expected[i] = shown(value) end
    for name in pairs_(string_fields) do put(string, name, nil) end
    for name in pairs_(table_fields) do put(table, name, nil) end
    for name in pairs_(kept) do put(_G, name, nil) end
    for i = 1, #values do texts[i] = {pcall_(show, values[i])} end
    for name, value in pairs_(kept) do put(_G, name, value) end
    for name, value in pairs_(string_fields) do put(string, name, value) end
    for name, value in pairs_(table_fields) do put(table, name, value) end
    for i, text in ipairs(expected) do
      assert.is_true(texts[i][1], texts[i][2])
      if i > 1 then assert.equal(text, texts[i][2]) end
    end
  end)
end)

describe("An error that is none of show's", function()
  it("an interruption in a __tostring, gets through", function()
    local function interrupted() error("interrupted!", 0) end
    assert.has_error(function() shown(setmetatable({}, {__tostring = interrupted})) end, "interrupted!")
    assert.has_error(function() shown {{setmetatable({}, {__tostring = interrupted})}} end, "interrupted!")
  end)
end)

describe("Objects of the module are shown:", function()
  it("a matrix with its rows, for the width and height of the screen", function()
    local A = dnn.Matrix {{1, 2}, {3, 4.5}}
    assert.equal("Matrix float32 2 x 2\n  1.0000  2.0000\n  3.0000  4.5000", shown(A))
    local wide = dnn.zeros(30, 4000)
    for _, width in ipairs {40, 80, 120} do
      for _, line in ipairs(lines_of(shown(wide, width))) do assert.is_true(#line <= width) end
    end
    assert.equal(8, #lines_of(shown(wide)))
    assert.equal(31, #lines_of(shown(wide, 80, 60)))
    assert.equal("Matrix uint8 0 x 3", shown(dnn.zeros(0, 3, {dtype = "uint8"})))
    assert.equal("{A = Matrix float32 2 x 2}", shown {A = A})
  end)

  it("a network as a table of its layers with totals", function()
    local net = dnn.Sequential({dnn.Linear(12, 4), dnn.ReLU()}, {dtype = "float64"})
    local lines = lines_of(shown(net))
    assert.equal("Sequential float64, 2 layers", lines[1])
    assert.matches("^  1  Linear%(12 %-> 4%) +4 +52$", lines[3])
    assert.matches("^     total +52  %(416 bytes%)$", lines[5])
    assert.equal("{Sequential float64, 2 layers}", shown {net})
    assert.equal("{Linear(12 -> 4), ReLU}", shown {net[1], net[2]})
  end)

  it("losses, optimisers with their settings, parameters, streams", function()
    local net = dnn.Sequential {dnn.Linear(3, 1)}
    assert.equal("MSELoss(reduction = sum)", shown(dnn.MSELoss {reduction = "sum"}))
    assert.matches("^SGD%(lr = 0.5, momentum = 0.0, ", shown(dnn.optim.SGD(net:parameters(), {lr = 0.5})))
    assert.matches("^Parameters %(4 numbers in 2 matrices", shown(net:parameters()))
    assert.matches("^Random: stream", shown(dnn.Random(1)))
  end)

  it("sets and batches with what they hold", function()
    local train = dnn.data.split({X = dnn.ones(4, 10), Y = dnn.ones(1, 10)}, {test = 3})
    assert.equal("set of 7 examples: X 4 x 7 float32, Y 1 x 7 float32 (140 bytes)", shown(train))
    assert.equal("3 batches of 3 from 7 examples, shuffled, the last of 1: X 4 x 3 float32, Y 1 x 3 float32",
      shown(dnn.data.batches(train, {size = 3})))
    assert.equal("1 batch of 7 from 7 examples: X 4 x 7 float32, Y 1 x 7 float32",
      shown(dnn.data.batches(train, {shuffle = false})))
  end)

  it("closed ones as closed", function()
    local net = dnn.Sequential {dnn.Linear(3, 1)}
    local opt, parameters = dnn.optim.SGD(net:parameters(), {lr = 1}), net:parameters()
    local run = dnn.Run(nil)
    net:close()
    run:close()
    assert.equal("Sequential (closed)", shown(net))
    assert.equal("Parameters (of a network that is closed)", shown(parameters))
    assert.matches("^SGD%(lr", shown(opt))
    assert.equal("Run(no folder, closed)", shown(run))
  end)
end)

describe("Colour", function()
  it("adds nothing but colours, which all end", function()
    local values = {1, "x", print, {1, "a", {b = true}}, dnn.Matrix {{1, 0 / 0}, {1 / 0, 2}},
      dnn.Sequential {dnn.Linear(2, 1)}, dnn.optim}
    for _, value in ipairs(values) do
      local text = show(value, {width = 80, height = 24, colour = true})
      assert.equal(shown(value), (text:gsub("\27%[%d*m", "")))
      local open = 0
      for code in text:gmatch("\27%[(%d*)m") do open = open + (code == "0" and -1 or 1) end
      assert.equal(0, open)
      assert.is_truthy(text:find("\27", 1, true))
    end
  end)

  it("shows what is not finite at once", function()
    local text = show(dnn.Matrix {{1, 0 / 0}, {-1 / 0, 2}}, {colour = true})
    assert.is_truthy(text:find("\27[31mnan\27[0m", 1, true))
    assert.is_truthy(text:find("\27[31m-inf\27[0m", 1, true))
  end)
end)
