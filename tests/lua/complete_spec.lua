-- dnn.prompt.complete: what may be at the cursor, found without running anything of the user's.
local dnn = require "dnn"
local program = require "tests.lua.program"
local completion = require "tests.lua.completion"

local completed, offers, offered, with = completion.completed, completion.offers, completion.offered, completion.with

describe("Words", function()
  it("are completed as globals, keywords and the variables of the same input", function()
    offers("prin", "print")
    offers("x = tostr", "x = tostring")
    offers("whi", "while")
    offers("local xylophone = 1; return xyl", "local xylophone = 1; return xylophone")
    offers("for index, value in pairs(t) do print(inde", "for index, value in pairs(t) do print(index")
    offers("local function f(alphabet, beta)\n  return alpha", "local function f(alphabet, beta)\n  return alphabet")
    offers("function t.a:m(alphabet) return sel", "function t.a:m(alphabet) return select",
      "function t.a:m(alphabet) return self")
    offers("local constant <const>, closed <close> = 1; clos", "local constant <const>, closed <close> = 1; closed")
  end)

  it("are completed where the cursor is, whatever follows", function()
    offers("prin|t(x)", "print")
    offers("f(tos|, 1)", "f(tostring")
  end)

  it("are completed as nothing inside numbers, comments, names to be, and after them", function()
    for _, text in ipairs {"3.", "0x1", "12e", "-- pri", "x = 1 -- pri", "--[[ pri", "--[==[ ]] pri", "[[pri",
      "[=[ ]] pri",
      "goto pri", "local pri", "::pri", "nosuchthing.pri", "nosuchthing[1].pri", "f().pri", "({}).pri", "x.y:pri"} do
      assert.same({}, (completed(text)), text)
    end
  end)

  it("follow comments and strings that have ended", function()
    offers("--[[ x ]] prin", "--[[ x ]] print")
    offers("-- x\nprin", "-- x\nprint")
    offers("f('it''s' .. prin", "f('it''s' .. print")
    offers([==["\"" .. [=[ ]] ]=] .. prin]==], [==["\"" .. [=[ ]] ]=] .. print]==])
  end)

  it("with an underscore before them are offered to who types it", function()
    with({_hidden_one = 1}, function()
      assert.is_false(offered("", "_hidden_one"))
      offers("_hidd", "_hidden_one")
      assert.is_false(offered("dnn.", "_nearest"))
      offers("dnn._near", "dnn._nearest")
    end)
  end)
end)

describe("Fields", function()
  it("are completed along a path of fields, keys and brackets", function()
    local c = {deep = 1, deeper = 2, ["two words"] = 3}
    with({a = {b = {{c = c}}, [1.5] = {half = 1}, ["x y"] = {strange = 1}}, k = "b"}, function()
      offers("a.b[1].c.de", "a.b[1].c.deep", "a.b[1].c.deeper")
      offers("return a . b [ 1 ] . c . de", "return a . b [ 1 ] . c . deep", "return a . b [ 1 ] . c . deeper")
      offers("a[k][1].c.de", "a[k][1].c.deep", "a[k][1].c.deeper")
      offers("a['b'][0x1].c.de", "a['b'][0x1].c.deep", "a['b'][0x1].c.deeper")
      offers("a[1.5].", "a[1.5].half")
      offers("a['x y'].", "a['x y'].strange")
      offers("(a.b)[1].", "(a.b)[1].c")
      offers("f(a.b, {x = a.b[1].c.de", "f(a.b, {x = a.b[1].c.deep", "f(a.b, {x = a.b[1].c.deeper")
      offers("a.b[1].c['two", "a.b[1].c['two words")
      offers('a["x', 'a["x y')
      offers("a[nosuch].")
    end)
  end)

  it("with strange names are escaped between quotes", function()
    with({odd = {['quote"s'] = 1, ["line\nbreak"] = 2}}, function()
      offers([[odd["]], [[odd["line\nbreak]], [[odd["quote\"s]])
      offers([[odd['q]], [[odd['quote"s]])
    end)
  end)

  it("after a colon are functions alone", function()
    with({object = {number = 1, act = print, also = function() end}}, function()
      offers("object:", "object:act", "object:also")
    end)
  end)

  it("of a local variable are not those of the global", function()
    with({shape = {width = 1}}, function()
      offers("shape.w", "shape.width")
      offers("local shape = f(); return shape.w")
    end)
  end)

  it("of a local variable are those of what it is declared with, where that is known without a call", function()
    with({shape = {size = {width = 1}}}, function()
      offers("local s = shape.size; s.wi", "local s = shape.size; s.width")
      offers("local shape = shape.size; return shape.wi", "local shape = shape.size; return shape.width")
      offers("local shape = shape.size + 1; return shape.wi")
      offers("local shape = shape.size or 1; return shape.wi")
      offers("local shape = 1; local shape = shape.size; return shape.wi")
      offers("local s, t = shape.size; s.wi")
      offers("local s = f(shape.size); s.wi")
      offers('local str = require "string"; str.forma', 'local str = require "string"; str.format')
    end)
  end)

  it("are found through __index tables, in a circle too", function()
    local base = {inherited = print}
    base.__index = base
    local circle = setmetatable({own = 1}, base)
    setmetatable(base, {__index = setmetatable({root = print}, {__index = base})})
    with({circle = circle}, function()
      offers("circle.", "circle.inherited", "circle.own", "circle.root")
      offers("circle:", "circle:inherited", "circle:root")
    end)
  end)

  it("of strings are string's functions", function()
    offers([[("abc"):upp]], [[("abc"):upper]])
    with({text = "abc"}, function()
      offers("text:form", "text:format")
      offers("text.le", "text.len")
    end)
  end)

  it("of files are found through their userdata's metatable", function()
    offers("io.stdout:se", "io.stdout:seek", "io.stdout:setvbuf")
  end)
end)

describe("The module", function()
  it("has its functions, groups and parts that are not loaded yet", function()
    offers("dnn.Sequ", "dnn.Sequential")
    offers("dnn.optim.Adam", "dnn.optim.Adam", "dnn.optim.AdamW", "dnn.optim.Adamax")
    offers("dnn.data.im", "dnn.data.images")
    assert.is_true(offered("dnn.", "data"))
    assert.is_true(offered("dnn.", "stepwise"))
    offers("dn", "dnn")
  end)

  it("has objects whose methods and fields are offered, and only those that they have", function()
    local net = dnn.Sequential {dnn.Linear(3, 2), dnn.ReLU()}
    with({net = net, opt = dnn.optim.SGD(net:parameters(), {lr = 1}), A = dnn.ones(2, 2), stream = dnn.Random(1),
      run = dnn.Run(nil), cost = dnn.MSELoss(), k = 1}, function()
      offers("net:pa", "net:parameters")
      offers("net[1].wei", "net[1].weight", "net[1].weight_grad")
      offers("net[2].wei")
      offers("net[k].bia", "net[k].bias", "net[k].bias_grad")
      offers("net[1].weight:cop", "net[1].weight:copy", "net[1].weight:copy_")
      offers("opt.mom", "opt.momentum")
      offers("opt.parameters:pai", "opt.parameters:pairs")
      offers("opt:st", "opt:state_dict", "opt:step")
      offers("A.ro", "A.row", "A.rows", "A.rows_range")
      offers("A:ro", "A:row", "A:rows_range")
      offers("stream:un", "stream:uniform")
      offers("run.pa", "run.path")
      offers("cost.red", "cost.reduction")
      net:close()
      offers("net:pa", "net:parameters")
    end)
  end)

  it("has sets and files whose fields are offered though functions answer for them", function()
    local set = dnn.data.split {X = dnn.ones(2, 4), Y = dnn.ones(1, 4)}
    set.raw, set.X = set.X:byte(), nil
    with({set = set}, function()
      offers("set.", "set.X", "set.Y", "set.raw")
      offers("set.X:cop", "set.X:copy", "set.X:copy_")
      assert.is_nil(rawget(set, "X"))
    end)
    local path = (os.getenv "DNN_SHARED" or "../shared") .. "/data/catvnoncat/train_catvnoncat.h5"
    local h5 = dnn.data.hdf5(path)
    if not h5 then return pending(path .. " is absent") end
    with({h5 = h5}, function() offers("h5:", "h5:close", "h5:names", "h5:read", "h5:shape") end)
    h5:close()
  end)

  it("has constructors whose objects are known before they are made", function()
    offers("dnn.Linear(3, 4):parame", "dnn.Linear(3, 4):parameters")
    offers("dnn.rand(3, 4):cop", "dnn.rand(3, 4):copy", "dnn.rand(3, 4):copy_")
    offers("dnn.Sequential{dnn.ReLU()}:parameters().cou", "dnn.Sequential{dnn.ReLU()}:parameters().count")
    local text = 'local dnn = require "dnn"\nlocal net = dnn.Sequential {dnn.Linear(3, 4)}\n'
      .. "local p = net:parameters()\n"
    offers(text .. "dnn.Linea", text .. "dnn.Linear")
    offers(text .. "net:parame", text .. "net:parameters")
    offers(text .. "net[1].weight:cop", text .. "net[1].weight:copy", text .. "net[1].weight:copy_")
    offers(text .. "p.gra", text .. "p.grads")
    offers("dnn.optim.SGD(p, {lr = 1}):ste", "dnn.optim.SGD(p, {lr = 1}):step")
    offers("dnn.data.images('x'):")
    offers("dnn.data.images('x').cla", "dnn.data.images('x').classes")
    offers("dnn.data.images('x').train.X:gat", "dnn.data.images('x').train.X:gather")
    offers("dnn.linalg.inv(A):cop", "dnn.linalg.inv(A):copy", "dnn.linalg.inv(A):copy_")
    offers("dnn.Linear(3, 4):forward(X):cop", "dnn.Linear(3, 4):forward(X):copy", "dnn.Linear(3, 4):forward(X):copy_")
  end)

  it("has nothing that makes an object of the module's whose methods are not offered", function()
    local reference = require "dnn.reference" ()
    local registry, count = debug.getregistry(), 0
    for _, entry in ipairs(reference.entries) do
      local made = entry.returns and entry.returns[1]
      local class = made and reference.classes[made.type]
      while class and not registry[class.name] do class = reference.classes[class.parents[1]] end
      if class and #class.methods > 0 and entry.kind == "function" and not entry.owner.name:find "stepwise" then
        count = count + 1
        local _, names = completed(entry.name .. "():")
        assert.is_true(#names > 0, entry.name)
      end
    end
    assert.is_true(count > 60, count)
  end)

  it("answers to every field that is offered, and is asked for none of them", function()
    local layer = dnn.Layer {name = "Own", in_features = 2, out_features = 2,
      parameters = {weight = {2, 2}, gain = {2, 1}}, forward = print, backward = print}
    layer.mine = 1
    local net = dnn.Sequential {dnn.Linear(3, 2), dnn.ReLU(), layer}
    local objects = {dnn.ones(1, 1), net, net[1], net[2], layer, net:parameters(), dnn.BCELoss(),
      dnn.CrossEntropyLoss(), dnn.optim.SGD(net:parameters(), {lr = 1}), dnn.optim.Adam(net:parameters()), dnn.Run(nil)}
    for _, object in ipairs(objects) do
      local names = dnn._fields(object)
      assert.is_true(#names > 0)
      for _, name in ipairs(names) do
        local ok, message = pcall(function() return object[name] end)
        assert.is_true(ok, message)
      end
    end
    assert.same({}, dnn._fields(dnn.Random(1)))
    assert.same({}, dnn._fields(nil))
    assert.same({"rows", "cols", "dtype", "requires_grad", "grad"}, dnn._fields "dnn.Matrix")
  end)

  it("has no documented field that is not offered", function()
    local known, help = pcall(require, "dnn.help")
    if not known then return pending "there is no dnn.help yet" end
    local net = dnn.Sequential {dnn.Linear(3, 2)}
    local objects = {["dnn.Matrix"] = dnn.ones(1, 1), ["dnn.Layer"] = net,
      ["dnn.Loss"] = dnn.MSELoss(), ["dnn.Optimiser"] = dnn.optim.SGD(net:parameters(), {lr = 1}),
      ["dnn.Run"] = dnn.Run(nil), ["dnn.Parameters"] = net:parameters()}
    local count = 0
    for _, entry in ipairs(help.entries()) do
      local class, field = entry:match "^(dnn%.%u%w*)%.([%a_][%w_]*)$"
      if objects[class] then
        count = count + 1
        local names = " " .. table.concat(dnn._fields(objects[class]), " ") .. " "
        assert.is_truthy(names:find(" " .. field .. " ", 1, true), entry)
      end
    end
    assert.is_true(count > 20)
  end)

  it("is not changed by completing: no layer is initialised, no number is drawn", function()
    with({layer = dnn.Linear(2, 2), stream = dnn.Random(5)}, function()
      local before = tostring(rawget(_G, "stream"))
      offers("layer.weigh", "layer.weight", "layer.weight_grad")
      assert.is_true(offered("layer.weight:", "copy"))
      assert.equal(before, tostring(rawget(_G, "stream")))
      assert.is_nil(rawget(_G, "layer").A)
    end)
  end)
end)

describe("Options", function()
  local kept = package.loaded["dnn.help"]
  local options = {["dnn.Linear"] = {"bias", "init"}, ["dnn.optim.SGD"] = {"lr", "momentum"},
    ["dnn.Layer"] = {"forward"}}

  before_each(function()
    package.loaded["dnn.help"] = {
      options = function(name) return options[name] end,
      entries = function() return {"dnn.Linear", "learning rate", "learned by heart"} end,
    }
  end)
  after_each(function() package.loaded["dnn.help"] = kept end)

  it("are offered where a key may stand in a constructor's table", function()
    offers("dnn.Linear(3, 4, {", "dnn.Linear(3, 4, {bias = ", "dnn.Linear(3, 4, {init = ")
    offers("net = dnn.Sequential{dnn.Linear(3, 4, {in", "net = dnn.Sequential{dnn.Linear(3, 4, {in",
      "net = dnn.Sequential{dnn.Linear(3, 4, {init = ")
    offers("dnn.Layer{for", "dnn.Layer{for", "dnn.Layer{forward = ")
    offers("dnn.optim.SGD(p, {lr = f(1, {2}), ", "dnn.optim.SGD(p, {lr = f(1, {2}), momentum = ")
  end)

  it("are offered for another name of the function", function()
    with({linear = dnn.Linear}, function()
      offers("linear(3, 4, {b", "linear(3, 4, {bias = ", "linear(3, 4, {break")
    end)
  end)

  it("are not offered as values, or in other tables", function()
    assert.is_false(offered("dnn.Linear(3, 4, {bias = ", "init = "))
    assert.is_false(offered("dnn.Linear(3, {x = {", "init = "))
    assert.is_false(offered("dnn.Linear(", "init = "))
    assert.is_false(offered("nosuch{", "init = "))
  end)

  it("of methods are asked for by the name of the class", function()
    options["dnn.Layer:update"], options["dnn.Matrix:sum"] = {"check_finite"}, {"out"}
    with({net = dnn.Sequential {dnn.Linear(2, 1)}, A = dnn.ones(1, 1)}, function()
      offers("net:update(0.1, {", "net:update(0.1, {check_finite = ")
      offers("net[1].weight:sum(1, {", "net[1].weight:sum(1, {out = ")
      offers("A:sum(1, {ou", "A:sum(1, {out = ")
    end)
  end)

  it("topics of help are completed as expressions or from the manual", function()
    offers("?dnn.Linea", "?dnn.Linear")
    offers("? learn", "? learned by heart", "? learning rate")
  end)

  it("a help module that raises, or gives nonsense, is borne", function()
    package.loaded["dnn.help"] = {options = error, entries = error}
    offers("dnn.Linear(3, 4, {ini")
    offers("?nosuchtopic")
    package.loaded["dnn.help"] = {options = function() return {1, {}} end, entries = function() return {1, {}} end}
    completed("dnn.Linear(3, 4, {")
    offers("?nosuchtopic")
    package.loaded["dnn.help"] = true
    offers("dnn.Linear(3, 4, {ini")
  end)
end)

describe("Strings", function()
  local folder

  setup(function()
    folder = program.path()
    assert(dnn.system.make_folder(folder .. "/pictures of cats"))
    for _, name in ipairs {"data.csv", "data.h5", ".hidden", "it's", 'a "b"', "pictures of cats/tom.jpg"} do
      assert(io.open(folder .. "/" .. name, "w")):close()
    end
  end)
  teardown(function() program.remove(folder) end)

  it("are completed as names of files, folders with a slash", function()
    offers('f("' .. folder .. "/dat", 'f("' .. folder .. "/data.csv", 'f("' .. folder .. "/data.h5")
    offers("f('" .. folder .. "/pict", "f('" .. folder .. "/pictures of cats/")
    offers("f('" .. folder .. "/pictures of cats/", "f('" .. folder .. "/pictures of cats/tom.jpg")
    offers("f('" .. folder .. "/.h", "f('" .. folder .. "/.hidden")
    offers("f('" .. folder .. "/i", "f('" .. folder .. "/it\\'s")
    offers('f("' .. folder .. "/a", 'f("' .. folder .. '/a \\"b\\"')
    local _, names = completed("'" .. folder .. "/")
    assert.same({'a "b"', "data.csv", "data.h5", "it\\'s", "pictures of cats/"}, names)
  end)

  it("that begin with ~ are completed with the home folder in its place, since no function of Lua knows ~", function()
    local out = program.run("-e " .. program.quote([[
      local first, list = require "dnn.prompt.complete" ('f("~/data', 9)
      print(first, table.concat(list, " "))]]), nil, "HOME=" .. folder)
    assert.equal(("4\t%s/data.csv %s/data.h5\n"):format(folder, folder), out)
  end)

  it("that are not a path offer nothing", function()
    offers('print("hello wor')
    offers('print("' .. folder .. "/nosuch/")
    offers([[print("\q/tmp]])
  end)

  it("are completed as modules after require", function()
    offers('require "dnn.checkp', 'require "dnn.checkpoint')
    offers('require "dnn.pro', 'require "dnn.progress')
    offers("require('dnn.checkp", "require('dnn.checkpoint")
    offers("local m = require[[dnn.checkp")
    assert.is_true(offered("require 'strin", "string"))
    assert.is_true(offered("require 'dn", "dnn"))
  end)
end)
