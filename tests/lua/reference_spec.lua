-- The definition files in scripts/dnn/meta and the module agree: what one has the other has, options are those
-- that the functions take, and every example does what it says.
local dnn = require "dnn"
local read = require "dnn.help.read"
local words = require "dnn.help.words"
local program = dofile "tests/lua/program.lua"
local quote, read_all, shell = program.quote, program.read_all, program.shell

local folder = "scripts/dnn/meta"
local reference = read(folder, dnn.system.list)

local function sorted(set)
  local names = {}
  for name in pairs(set) do names[#names + 1] = name end
  table.sort(names)
  return names
end

-- The value of an upvalue of a function by its name.
local function upvalue(f, wanted)
  for i = 1, 250 do
    local name, value = debug.getupvalue(f, i)
    if not name then return nil end
    if name == wanted then return value end
  end
end

-- Names that the module loads when they are first named, from the tables of its __index: {data = "dnn.data"}.
local function lazy_names()
  local names = {}
  for i = 1, 250 do
    local name, value = debug.getupvalue(getmetatable(dnn).__index, i)
    if not name then return names end
    for key, home in pairs(type(value) == "table" and value ~= dnn and value or {}) do
      if type(home) == "string" and home:find "^dnn%." then names[key] = home end
    end
  end
end

-- What is there ----------------------------------------------------------------------------------------

-- Public functions, values and tables of the module by their paths.
local function collect(path, t, into)
  for name, value in pairs(t) do
    if type(name) == "string" and name:sub(1, 1) ~= "_" then
      local inner = path .. "." .. name
      if type(value) ~= "table" or (getmetatable(value) or {}).__call then into[inner] = value end
      if type(value) == "table" then collect(inner, value, into) end
    end
  end
  return into
end

local function module_names()
  for name in pairs(lazy_names()) do assert(dnn[name]) end
  return collect("dnn", dnn, {})
end

-- Kinds of userdata that no script meets.
local internal = {
  ["dnn.Order"] = true, ["dnn.Folder"] = true, ["dnn.Image"] = true,
  ["dnn.Csv"] = true, ["dnn.Npz"] = true, ["dnn.Source"] = true,
  ["dnn.system.folder"] = true, ["dnn.system.claim"] = true,
  ["dnn.Stopped"] = true, ["dnn.store.File"] = true, ["dnn.Run.steps"] = true,
}

local function methods_in(index)
  if type(index) == "function" then index = select(2, debug.getupvalue(index, 1)) end
  local methods = {}
  for key, value in pairs(type(index) == "table" and index or {}) do
    if key:find "^%a" and type(value) == "function" then methods[key] = value end
  end
  return methods
end

-- Metatables of the module's kinds of values by the names of their classes.
local function metatables()
  local found = {}
  for name, value in pairs(debug.getregistry()) do
    if type(name) == "string" and name:find "^dnn%." and type(value) == "table" and value.__name
      and not internal[name] then
      found[name] = value
    end
  end
  found["dnn.data.batches"] = getmetatable(dnn.data.batches{X = dnn.ones(1, 4), Y = dnn.ones(1, 4)})
  found["dnn.data.Loader"] = getmetatable(dnn.data.Loader{X = dnn.ones(1, 4), Y = dnn.ones(1, 4)})
  found["dnn.Subplots"] = getmetatable(dnn.subplots(1, 1))
  found["dnn.data.hdf5"] = upvalue(upvalue(dnn.data.hdf5, "run"), "file_metatable")
  return found
end

local function methods_of(name, metatable)
  if name == "dnn.data.hdf5" then return upvalue(metatable.__index, "File") end
  return methods_in(metatable.__index)
end

-- One of each kind.
local function samples()
  local net = dnn.Sequential{dnn.Linear(2, 2), dnn.ReLU()}
  local p = net:parameters()
  local set = dnn.data.split({X = dnn.ones(1, 4), Y = dnn.ones(1, 4)})
  return {
    ["dnn.Matrix"] = dnn.zeros(1, 1), ["dnn.Random"] = dnn.Random(1), ["dnn.Layer"] = net, ["dnn.Parameters"] = p,
    ["dnn.Input"] = dnn.Input(3), ["dnn.Linear"] = net[1], ["dnn.Loss"] = dnn.BCELoss(), ["dnn.Run"] = dnn.Run(),
    ["dnn.optim.SGD"] = dnn.optim.SGD(p), ["dnn.optim.Adam"] = dnn.optim.Adam(p),
    ["dnn.optim.AdamW"] = dnn.optim.AdamW(p), ["dnn.Optimiser"] = dnn.optim.SGD(p), ["dnn.data.set"] = set,
    ["dnn.Subplots"] = dnn.subplots(2, 2):plot{1, 2},
  }
end

-- The definitions -------------------------------------------------------------------------------------------

describe("every definition file", function()
  it("is Lua and begins with ---@meta; a part of a chapter names its group", function()
    local names = {}
    for _, name in ipairs(dnn.system.list(folder)) do
      if name:find "%.lua$" then
        names[#names + 1] = name
      else
        for _, part in ipairs(dnn.system.list(folder .. "/" .. name)) do names[#names + 1] = name .. "/" .. part end
      end
    end
    for _, name in ipairs(names) do
      local path = folder .. "/" .. name
      assert(loadfile(path, "t"))
      assert.matches("^%-%-%-@meta [%w_]+\n", read_all(path), path)
      if name:find "/" then assert.matches("\n%-%- ## ", read_all(path), path) end
    end
  end)
end)

-- Both ways -----------------------------------------------------------------------------------------------

describe("the module and its reference", function()
  it("have the same functions and values", function()
    local there, documented = module_names(), {}
    for _, entry in ipairs(reference.entries) do
      if entry.owner.namespace then documented[entry.name] = true end
    end
    assert.same(sorted(there), sorted(documented))
  end)

  it("have the same methods", function()
    for name, metatable in pairs(metatables()) do
      local class = assert(reference.classes[name], name .. " is not documented")
      local documented = {}
      for _, method in ipairs(words.members(reference, class, "methods")) do documented[method.key] = true end
      assert.same(sorted(methods_of(name, metatable)), sorted(documented), name)
    end
  end)

  it("have the same operators", function()
    -- LuaLS has no word for comparisons; where there is a __concat it is for the sake of its error.
    local operators = {
      __add = true, __sub = true, __mul = true, __div = true, __mod = true, __pow = true, __unm = true, __len = true,
    }
    for name, metatable in pairs(metatables()) do
      local class, there, documented = reference.classes[name], {}, {}
      for key in pairs(metatable) do
        if operators[key] then there[key] = true end
      end
      for _, operator in ipairs(class.operators) do documented["__" .. operator:match "^%a+"] = true end
      assert.same(sorted(there), sorted(documented), name)
      assert.equal(rawget(metatable, "__call") ~= nil, #class.overloads > 0, name .. "()")
    end
  end)

  it("have the same fields: each that is documented can be read", function()
    for name, value in pairs(samples()) do
      for _, field in ipairs(words.members(reference, reference.classes[name], "fields")) do
        if field.key:find "^%a" then
          local known, message = pcall(function() return value[field.key] end)
          assert.is_true(known, ("%s: %s"):format(field.name, message))
        end
      end
    end
  end)

  it("have the same fields of sets of images", function()
    local root = program.folder()
    local grey = dnn.full(3, 1, 0.5)
    for i = 1, 4 do
      assert(dnn.data.write_png(("%s/%s.%d.png"):format(root, i <= 2 and "cat" or "dog", i), grey, 1, 1))
    end
    local data = assert(dnn.data.images(root, {progress = false, test = 1}))
    os.execute("rm -r " .. quote(root))
    assert(data.train.X)
    for name, value in pairs{["dnn.data.images"] = data, ["dnn.data.set"] = data.train} do
      local documented = {}
      for _, field in ipairs(reference.classes[name].fields) do documented[field.key] = true end
      assert.same(sorted(value), sorted(documented), name)
    end
  end)

  it("have the same fields: each that the bindings know is documented", function()
    local function holds(name, key)
      local member = words.member(reference, reference.classes[name], key)
      assert.is_truthy(member, ("%s.%s is not documented"):format(name, key))
    end
    for _, name in ipairs{"dnn.Layer", "dnn.Loss", "dnn.Optimiser", "dnn.Parameters", "dnn.Input", "dnn.Run"} do
      for _, key in ipairs(dnn._fields(name)) do holds(name, key) end
    end
    for _, name in ipairs{"dnn.Linear", "dnn.optim.SGD", "dnn.optim.Adam", "dnn.optim.AdamW"} do
      for _, field in ipairs((words.options(reference, reference.by_name[name]))) do holds(name, field.key) end
    end
  end)
end)

-- Options ------------------------------------------------------------------------------------------------

local one = dnn.ones(1, 1)
local function network() return dnn.Sequential{dnn.Linear(1, 1)} end

-- An argument of a type, the first that fits.
local arguments = {
  {"table<string, dnn.Matrix>", function() return {a = one} end},
  {"dnn.Matrix", function() return one end},
  {"dnn.Numbers", function() return one end},
  {"dnn.Parameters", function() return network():parameters() end},
  {"dnn.Loss", dnn.MSELoss},
  {"dnn.Schedule%[%]", function() return {} end},
  {"dnn.Optimiser", function() return dnn.optim.SGD(network():parameters()) end},
  {"dnn.Layer%[%]", function() return {dnn.ReLU()} end},
  {"dnn.Layer", network},
  {"dnn.data.set", function() return {X = one, Y = one} end},
  {"integer|integer%[%]", function() return 1 end},
  {"number%[%]", function() return {1} end},
  {"integer%[%]", function() return {1, 1, 1} end},
  {"string", function() return "/nowhere" end},
  {"", function() return 1 end},
}

local function argument(type)
  for _, row in ipairs(arguments) do
    if type:find(row[1]) then return row[2]() end
  end
end

-- Calls a function with a table of options, and with all else right.
local function call(entry, options)
  local given = {n = #entry.params}
  local _, taken_by = words.options(reference, entry)
  for i, param in ipairs(entry.params) do
    if param == taken_by then
      given[i] = options
    elseif not param.optional then
      given[i] = argument(param.type)
    end
  end
  if entry.kind == "method" then
    local object = entry.owner.name == "dnn.Layer" and network() or samples()[entry.owner.name]
    return object[entry.key](object, table.unpack(given, 1, given.n))
  end
  return module_names()[entry.name](table.unpack(given, 1, given.n))
end

describe("the options that are documented", function()
  for _, entry in ipairs(reference.entries) do
    local options = not entry.alias_of and words.options(reference, entry)
    if options and entry.name ~= "dnn.help.topic" then -- the prompt's, which passes on what it likes
      it("are those of " .. entry.name, function()
        local ok, message = pcall(call, entry, {no_such_option = 1})
        assert.is_false(ok)
        local known = message:match "known: ([%w_, ]+)"
        local there, documented = {}, {}
        for key in assert(known, message):gmatch "[%w_]+" do there[key] = true end
        for _, field in ipairs(options) do documented[field.key] = true end
        assert.same(sorted(there), sorted(documented))
      end)
    end
  end
end)

describe("every function of the reference", function()
  local function each(check)
    for _, entry in ipairs(reference.entries) do
      if entry.kind ~= "field" and not entry.alias_of then check(entry) end
    end
  end

  it("has a sentence that says what it does, an example of at most six lines that fit a terminal of 80 columns, "
    .. "and says what it returns", function()
    each(function(entry)
      assert.matches("^%S.*[.]$", entry.summary, entry.name)
      assert.is_true(#entry.summary <= 200, entry.name .. ": a shorter first sentence")
      local _, lines = (entry.example or ""):gsub("[^\n]+", "")
      assert.is_true(lines >= 1 and lines <= 6, ("%s: an example of %d lines"):format(entry.name, lines))
      for line in entry.example:gmatch "[^\n]+" do assert.is_true(#line <= 76, entry.name .. ": " .. line) end
      assert.is_true(#entry.returns >= 1, entry.name)
    end)
  end)

  it("describes its arguments in their order, those that may be left out last", function()
    each(function(entry)
      local names, left_out = {}, false
      for i, param in ipairs(entry.params) do
        names[i] = param.name
        assert.is_true(param.optional or not left_out, ("%s(%s)"):format(entry.name, param.name))
        left_out = param.optional
      end
      assert.equal(entry.arguments, table.concat(names, ", "), entry.name)
    end)
  end)

  it("names classes that there are, its options among them", function()
    local function check(where, type)
      for name in type:gmatch "dnn%.[%w_.]+" do
        assert.is_truthy(reference.classes[name], ("%s: there is no %s"):format(where, name))
      end
    end
    each(function(entry)
      for _, param in ipairs(entry.params) do check(entry.name, param.type) end
      for _, result in ipairs(entry.returns) do check(entry.name, result.type) end
    end)
    for name, class in pairs(reference.classes) do
      assert.is_truthy(class.section or class.namespace, "there is no class " .. name)
      for _, field in ipairs(class.fields) do check(field.name, field.type) end
    end
  end)
end)

-- Examples -----------------------------------------------------------------------------------------------

-- All examples: {name = , code = }, those in the texts of chapters too.
local function examples()
  local found = {}
  for _, entry in ipairs(reference.entries) do
    if entry.example and not entry.alias_of then found[#found + 1] = {name = entry.name, code = entry.example} end
  end
  for _, section in ipairs(reference.sections) do
    for _, group in ipairs(section.groups) do
      for code in (group.text .. "\n"):gmatch "```lua\n(.-)```" do
        found[#found + 1] = {name = section.title, code = code}
      end
    end
  end
  return found
end

-- What an example says that it prints; nil where it says nothing.
local function expected(code)
  local lines = {}
  for line in code:gmatch "%-%->%s?([^\n]*)" do lines[#lines + 1] = line end
  return lines[1] and table.concat(lines, "\n") .. "\n"
end

describe("every example", function()
  it("runs by itself, in an empty folder and without a display, and prints what it says", function()
    local root = program.path()
    local here = shell "pwd":gsub("\n$", "")
    local dnnlua = program.dnnlua:find "^/" and program.dnnlua or here .. "/" .. program.dnnlua
    local all = examples()
    for i, example in ipairs(all) do
      local place = ("%s/%d"):format(root, i)
      assert(dnn.system.make_folder(place))
      program.write_all(place .. "/example", "local dnn = require 'dnn' " .. example.code)
    end
    shell(([[cd %s && unset DISPLAY WAYLAND_DISPLAY
      for place in *; do (cd $place && %s example >out 2>err; echo $? >status); done]])
      :format(quote(root), quote(dnnlua)))
    local wrong = {}
    for i, example in ipairs(all) do
      local place = ("%s/%d/"):format(root, i)
      local status, out = read_all(place .. "status"), read_all(place .. "out")
      if status ~= "0\n" then
        wrong[#wrong + 1] = ("%s: %s"):format(example.name, read_all(place .. "err"))
      elseif expected(example.code) and expected(example.code) ~= out then
        wrong[#wrong + 1] = ("%s prints %s"):format(example.name, out)
      end
    end
    os.execute("rm -r " .. quote(root))
    assert.same({}, wrong)
  end)
end)

describe("docs/reference.md", function()
  it("is what docs/make_reference.lua writes", function()
    local written, message, status = program.run "docs/make_reference.lua"
    assert.same({"", 0}, {message, status})
    assert.is_true(written == read_all "docs/reference.md",
      "run dnnlua docs/make_reference.lua > docs/reference.md")
  end)
end)

it("a function's type among others keeps what it returns", function()
  local fields = {}
  for _, entry in pairs(reference.classes) do
    for _, field in ipairs(entry.fields) do fields[#fields + 1] = field end
  end
  assert.is_true(#fields > 100)
  for _, field in ipairs(fields) do assert.is_nil(field.type:find "[:,|]$", field.name .. ": " .. field.type) end
  assert.equal("dnn.Loss|fun(A: dnn.Matrix, Y: dnn.Matrix): dnn.Matrix",
    reference.classes["dnn.evaluate.Options"].fields.loss.type)
end)
