-- dnn.help: what is asked for is found, shown within the width, and no code of the script's is called.
local dnn = require "dnn"
local help = dnn.help
local program = dofile "tests/lua/program.lua"

local function topic(text, env, options)
  return assert(help.topic(text, env or {}, options))
end

local function first_line(text, env)
  return topic(text, env):match "[^\n]*"
end

local function refusal(text, env)
  local page, message = help.topic(text, env or {})
  assert.is_nil(page)
  return message
end

describe("help on a name", function()
  it("shows signature, text, arguments, options and an example", function()
    local page = topic "dnn.Linear"
    assert.matches("^dnn%.Linear%(in_features, out_features %[, options%]%) %-> Linear\n\nA fully connected", page)
    assert.matches("\n  in_features   %(integer%) rows of X\n", page)
    assert.matches("\nOptions\n.*\n  bias  +%(boolean%) whether a bias is added", page)
    assert.matches("\nExample\n    local layer = dnn%.Linear%(3, 2", page)
    assert.matches("\nMethods\n  forward, backward, ", page)
  end)

  it("needs no 'dnn.' in front, no parentheses after, and no right case of a chapter", function()
    assert.equal(topic "dnn.linalg.svd", topic "linalg.svd")
    assert.equal(topic "dnn.Linear", topic "Linear(3, 4)")
    assert.equal(topic "dnn.Linear", topic "  dnn.Linear{in_features = 3}  ")
    assert.matches("^Runs\n", topic "RUNS")
    assert.equal(topic "runs", topic "run")
  end)

  it("finds methods and fields by class, with a colon or a point, also those of a parent", function()
    assert.equal("A:gather(indices [, options]) -> Matrix", first_line "dnn.Matrix:gather")
    assert.equal("A:gather(indices [, options]) -> Matrix", first_line "Matrix.gather")
    assert.equal("net:forward(X [, options]) -> Matrix", first_line "dnn.Linear:forward")
    assert.equal("dnn.Matrix.rows : integer", first_line "Matrix.rows")
  end)

  it("finds options by the function that takes them", function()
    assert.equal("dnn.Run {every = } : number", first_line "dnn.Run.every")
    assert.equal("dnn.data.images {seed = } : integer", first_line "data.images.seed")
  end)

  it("knows a function's other names", function()
    assert.matches("\nAlso A:add%(B %[, options%]%)%.\n", topic "dnn.add")
    assert.matches("^A:add%(B %[, options%]%) .*\nAlso dnn%.add%(A, B %[, options%]%)%.\n", topic "Matrix:add")
  end)

  it("lists what ends in a name, and what takes an option of that name", function()
    local page = topic "forward"
    assert.matches("\n?  dnn%.Loss:forward  ", page)
    assert.matches("dnn%.Layer:forward  ", page)
    assert.matches("\n  dnn%.optim%.SGD {momentum}  ", topic "momentum")
  end)

  it("knows Lua's own functions", function()
    assert.equal("string.format(formatstring, ...) -> string", first_line "string.format")
    assert.matches("section 6%.1$", topic("print", _G))
    assert.equal("string.rep(s, n [, sep]) -> string", first_line("s:rep", {s = "x"}))
  end)

  it("suggests the nearest name", function()
    assert.equal("no help on 'dnn.Liner'; did you mean 'dnn.Linear'?", refusal "dnn.Liner")
    assert.equal("no help on 'Seqential'; did you mean 'dnn.Sequential'?", refusal "Seqential")
    assert.equal("no help on 'dnn.Matrix:gahter'; did you mean 'dnn.Matrix:gather'?", refusal "dnn.Matrix:gahter")
    assert.equal("no help on 'xyzzy'", refusal "xyzzy")
    assert.equal("no help on '!'", refusal "!")
  end)
end)

describe("help on a value", function()
  local net = dnn.Sequential{dnn.Linear(3, 2), dnn.ReLU()}
  local env = {
    dnn = dnn, net = net, layer = net[1], A = dnn.zeros(2, 2), loss = dnn.BCELoss(),
    opt = dnn.optim.Adam(net:parameters()), p = net:parameters(), run = dnn.Run(), random = dnn.Random(1),
    models = {cat = {net = net}}, exp = dnn.exp, number = 3, f = function(_, _) end,
    set = {dnn.data.split{X = dnn.ones(1, 4), Y = dnn.ones(1, 4)}}, show = print,
  }

  it("says its kind and lists what can be done with it, by the value's own name", function()
    local page = topic("net", env)
    assert.matches("^net is a Sequential%. ", page)
    assert.matches("\nMethods\n  net:forward%(X %[, options%]%)  ", page)
    assert.matches("^layer is a Linear%. .*\n  weight  .*\n  layer:forward%(X %[, options%]%)", topic("layer", env))
    assert.matches("^A is a Matrix%. .*\n  Views  ", topic("A", env))
    assert.matches("^loss is a BCELoss%. ", topic("loss", env))
    assert.matches("^opt is an Adam%. An optimiser .*\n  beta1  ", topic("opt", env))
    assert.matches("^p is a Parameters%. ", topic("p", env))
    assert.matches("^run is a Run%. ", topic("run", env))
    assert.matches("^random is a Random%. ", topic("random", env))
  end)

  it("shows a method or a field of it", function()
    assert.equal("net:forward(X [, options]) -> Matrix", first_line("net:forward", env))
    assert.equal("net:forward(X [, options]) -> Matrix", first_line("models.cat.net.forward", env))
    assert.equal("A:sum([axis] [, options]) -> number or Matrix", first_line("A:sum()", env))
    assert.equal("dnn.Linear.weight : Matrix", first_line("layer.weight", env))
    assert.equal("dnn.Linear.weight : Matrix", first_line("net[1].weight", env))
    assert.matches("^net%[2%] is a ReLU%. ", topic("net[2]", env))
    assert.matches("^set%[1%] is a ", topic("set[1]", env))
    assert.equal("no help on 'net[3]'", refusal("net[3]", env))
  end)

  it("knows a function of the module by another name, and says where others are", function()
    assert.equal("dnn.exp(A [, options]) -> Matrix", first_line("exp", env))
    assert.matches("^f is a function of 2 arguments, .*help_spec%.lua:%d+$", topic("f", env))
    assert.equal("print(...)", first_line("show", env))
    assert.equal("number is a number, 3", topic("number", env))
  end)

  it("never calls code of the script's", function()
    local function trap() error "called" end
    local trapped = setmetatable({}, {__index = trap, __tostring = trap, __name = 7, __pairs = trap, __len = trap})
    local behind = setmetatable({inner = trapped}, {__index = trap})
    local globals = setmetatable({t = trapped, b = behind}, {__index = {far = trapped}})
    assert.equal("t is a table", topic("t", globals))
    assert.equal("far is a table", topic("far", globals))
    assert.equal("b.inner is a table", topic("b.inner", globals))
    assert.equal("no help on 't.x'", refusal("t.x", globals))
    assert.equal("no help on 'nothing'", refusal("nothing", setmetatable({}, {__index = trap})))
  end)
end)

describe("help", function()
  it("works where a script has overwritten Lua's functions and the module's", function()
    local code = [[local help, write = dnn.help, io.write
      for _, library in ipairs {string, table, utf8, math, debug, os} do
        for name in pairs(library) do library[name] = nil end
      end
      for name in pairs(dnn) do dnn[name] = nil end
      for _, name in ipairs {"type", "next", "pairs", "ipairs", "error", "select", "rawget", "require", "tostring"} do
        _G[name] = nil
      end
      write(help.topic("Linear"))]]
    local out, err = program.run_statement(code)
    assert.equal("", err)
    assert.equal(topic "Linear", out)
  end)

  it("takes whatever is typed", function()
    for _, text in ipairs{"\0", "\27[1m", "\xff\xfe", "((((", "dnn.", "dnn.Matrix:", ":", "..", '"', '""', "'",
      "a.b.c.d", "1 + 1", "%s", "[[", ("x."):rep(10000), ("a"):rep(1000000)} do
      local page, message = help.topic(text, {a = 1})
      assert.is_string(page or message)
    end
  end)

  it("prints what topic gives, of a text or of a value", function()
    local out = program.run_statement "dnn.help 'dnn.eye'"
    assert.equal(topic "dnn.eye" .. "\n", out)
    assert.matches("^This is a Matrix%. ", (program.run_statement "dnn.help(dnn.zeros(1, 1))"))
    assert.equal("no help on 'dnn.eie'; did you mean 'dnn.eye'?\n", (program.run_statement "dnn.help 'dnn.eie'"))
    assert.matches("\n  loss:forward%(A, Y", (program.run_statement "dnn.help(dnn.MSELoss())"))
    assert.matches("^net is a Sequential", (program.run_statement "net = dnn.Sequential{dnn.ReLU()} dnn.help 'net'"))
    assert.equal("This is a number, 3\n", (program.run_statement "dnn.help(3)"))
    assert.matches("^dnn ", (program.run_statement "dnn.help()"))
    assert.matches("^\27%[1m", (program.run("-e \"dnn.help 'dnn.eye'\"", "", "CLICOLOR_FORCE=1")))
  end)
end)

describe("help on words", function()
  it("finds those texts that hold them all, the best first, a line each", function()
    local page = topic '"learning rate"'
    assert.matches("\n  dnn%.Layer:update  ", page)
    assert.matches("\n  %.%.%. and %d+ more$", page)
    assert.matches("^  run  +Watching a network", topic '"watching a network"')
    assert.matches("^  dnn%.linalg%.svd  ", topic "'singular values vectors'")
    assert.equal('no help mentions "flux capacitor"', refusal '"flux capacitor"')
  end)

  it("finds a recipe by its words, and what else holds them below", function()
    local page = topic '"early stopping"'
    assert.matches("^Stop early\n\nKeep the values", page)
    assert.matches("\n    local best, since = math.huge, 0\n", page, 1, true)
    assert.matches("^Clip the gradient\n", topic '"how to clip gradients"')
    assert.matches("^Change the learning rate during training\n", topic '" Schedule "')
    assert.matches("^Repeat a run exactly\n.*\nSee also\n.*dnn%.manual_seed", topic '"seed"')
    assert.equal("Stop early", first_line "early stopping")
    assert.equal("Clip the gradient", first_line "clipping")
  end)

  it("leads from what people look for to a function or a recipe", function()
    for words, found in pairs{
      csv = "dnn.data.csv", clip = "clamp", mnist = "dnn.data.mnist", augment = "dnn.data.Loader",
      dropout = "dnn.Dropout", freeze = "requires_grad", ["gradient clipping"] = "grads:norm()",
      ["early stopping"] = "patience", numpy = "dnn.data.npy", npy = "dnn.data.npy", schedule = "opt.lr",
      ["learning rate decay"] = "cosine", minibatch = "dnn.data.batches", seed = "dnn.manual_seed",
      accuracy = "argmax", l2 = "weight_decay", checkpoint = "net:save", confusion = "argmax",
    } do
      local page = topic(('"%s"'):format(words))
      assert.is_truthy(page:find(found, 1, true) or found == "patience" and page:find("^Stop early"), words)
    end
  end)
end)

describe("help on nothing", function()
  it("is an overview of the chapters", function()
    local page = topic ""
    assert.matches("\n  %?dnn%.Linear  ", page)
    assert.matches("\n  layers  +Layers: Linear, ", page)
    assert.equal(page, topic "dnn")
  end)
end)

describe("a page", function()
  local function widest(page)
    local most = 0
    for line in page:gmatch "[^\n]+" do
      local shown = line:gsub("\27%[%d*m", "")
      if not line:find "^    " then most = math.max(most, utf8.len(shown)) end -- code is as wide as it is
    end
    return most
  end

  it("keeps within the width", function()
    for _, width in ipairs{40, 80, 100} do
      for _, name in ipairs(help.entries()) do
        local page = topic(name, {}, {width = width})
        assert.is_true(widest(page) <= width or width == 40, ("%s, %d: %d"):format(name, width, widest(page)))
      end
      assert.is_true(widest(topic("runs", {}, {width = width})) <= width)
      assert.is_true(widest(topic('"matrix"', {}, {width = width})) <= width)
    end
  end)

  it("is plain without colour, and the same words with it", function()
    for _, name in ipairs{"", "dnn.Linear", "dnn.Matrix", "runs", '"matrix"', "A"} do
      local env = {A = dnn.zeros(1, 1)}
      local plain, coloured = topic(name, env), topic(name, env, {colour = true})
      assert.is_nil(plain:find "\27")
      assert.is_truthy(coloured:find "\27")
      assert.equal(plain, (coloured:gsub("\27%[%d*m", "")))
    end
  end)

  it("ends without a newline and holds no empty lines at its ends", function()
    for _, name in ipairs(help.entries()) do
      local page = topic(name)
      assert.is_nil(page:find "^%s" or page:find "%s$", name)
    end
  end)
end)

describe("the names of help", function()
  it("are all topics", function()
    local names = help.entries()
    assert.is_true(#names > 250)
    for _, name in ipairs(names) do assert.is_truthy(help.topic(name, {}), name) end
  end)

  it("have the options that completion offers", function()
    assert.same({"in_features", "out_features", "bias", "init"}, help.options "dnn.Linear")
    assert.same({"ta", "tb", "out"}, help.options "dnn.Matrix:mm")
    assert.same({"input_gradient"}, help.options "dnn.Layer:backward")
    assert.is_nil(help.options "dnn.ReLU")
    assert.is_nil(help.options "nothing")
  end)
end)
