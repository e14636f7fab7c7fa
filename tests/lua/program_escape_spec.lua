-- dnnlua --safe: ways out of Lua that a script might try. Each prints what it got hold of.
local program = dofile "tests/lua/program.lua"
local quote, shell = program.quote, program.shell

local here = io.popen("pwd"):read()
local dnnlua = program.dnnlua:find "^/" and program.dnnlua or here .. "/" .. program.dnnlua

-- Scripts begin with this. `gather` keeps all functions and tables that it is called with, however deep in tables;
-- `report` prints those that do what a script must not do.
local tools = [[
  local next, type, rawget, pcall, print, load, getmetatable = next, type, rawget, pcall, print, load, getmetatable
  local traceback, lines, byte_code = debug.traceback, io.lines, string.dump(function() return "it ran" end)
  local refused_load, refused_debug = load, {}
  for name, f in next, debug do refused_debug[f] = name end
  local gathered = {}
  local function gather(...)
    local todo = {...}
    while #todo > 0 do
      local value = todo[#todo]
      todo[#todo] = nil
      if (type(value) == "function" or type(value) == "table") and not gathered[value] then
        gathered[value] = true
        if type(value) == "table" then for k, v in next, value do todo[#todo + 1], todo[#todo + 2] = v, k end end
      end
    end
  end
  local own = {[refused_load] = true, [print] = true, [gather] = true}
  for _, library in next, {_G, io, os, package, coroutine, string, table, utf8, math} do
    for _, f in next, library do if type(f) == "function" then own[f] = true end end
  end
  for _, f in next, package.searchers do own[f] = true end
  local function report()
    for value in next, gathered do
      if type(value) == "table" then
        if rawget(value, 2) == _G then print "the registry" end
        if rawget(value, "getregistry") and not refused_debug[value.getregistry] then print "the debug library" end
      elseif not own[value] and not refused_debug[value] then
        local ok, f = pcall(value, byte_code, "x", "b")
        if ok and type(f) == "function" and pcall(f) and select(2, pcall(f)) == "it ran" then print "a binary chunk" end
      end
    end
  end
]]

local escapes = {
  {"runs a module of the program again with a spy for next, pairs, require or string.format", [[
    local names = {"next", "pairs", "ipairs", "require", "setmetatable", "select", "error", "type", "pcall"}
    for _, module in next, {"dnn.safe", "dnn.arguments", "dnn.help", "dnn.help.value", "dnn", "dnn.strict"} do
      local real = {}
      for _, name in next, names do
        real[name] = _G[name]
        _G[name] = function(...) gather(...) return real[name](...) end
      end
      local real_format = string.format
      string.format = function(...) gather(...) return real_format(...) end
      real.pcall(function() gather((package.searchers[2](module))) package.searchers[2](module)(module, "x") end)
      for name, f in next, real do _G[name] = f end
      string.format = real_format
    end]]},
  {"answers for a file of the module's through package.loaded", [[
    local dnn = require "dnn"
    local spy = setmetatable({}, {__index = function() return function(...) gather(...) end end,
      __call = function(_, ...) gather(...) return setmetatable({}, getmetatable(package.loaded.spy)) end})
    package.loaded.spy = spy
    for _, name in next, {"value", "words", "read"} do package.loaded["dnn.help." .. name] = spy end
    package.loaded["dnn.reference"] = spy
    package.loaded["dnn.arguments"], package.loaded["dnn.options"] = spy, spy
    local function fail() dnn.Sequential{1} end
    pcall(load, function() fail() end)
    pcall(load, function() dnn.Linear(2, 3, 4, 5, 6, 7) end)
    pcall(require, "dnn.none", fail)
    pcall(table.sort, {3, 2, 1}, function() dnn.ones(1, 1):add "x" end)
    pcall(string.gsub, "x", ".", function() dnn.ones(1, 1):add "x" end)]]},
  {"takes the place of what errors are explained by", [[
    local dnn = require "dnn"
    local spy = function(...) gather(...) return "" end
    dnn._lua_half{explain = spy, where = spy, gradcheck = spy, save_run = spy, keep_run = spy}
    pcall(load, function() dnn.Sequential{1} end)
    pcall(load, function() dnn.ones(1, 2, 3, 4, 5, 6) end)
    pcall(dnn.gradcheck, load, dnn.ones(1, 1))]]},
  {"asks what the module asks about the stack", [[
    local inspect = require "dnn"._inspect
    local marks = setmetatable({}, {__index = function(_, key) gather(key) return key end,
      __newindex = function(_, ...) gather(...) end})
    local function look()
      for level = -1, 40 do gather(inspect.frame(level)) gather((inspect.mark(level, marks))) end
    end
    pcall(load, look)
    setmetatable({}, {__gc = look})
    collectgarbage()
    xpcall(error, look)
    coroutine.wrap(look)()
    local closing <close> = setmetatable({}, {__close = look})
    for _, name in next, {"_LOADED", "_PRELOAD", "_CLIBS", "FILE*", "dnn.classes", "dnn.warned", "dnn.Layer"} do
      gather(inspect.methods(name))
    end
    for _, f in next, {require, load, pcall, getmetatable(io.stdout).__index} do
      if type(f) == "function" then gather(inspect.about(f)) end
    end]]},
  {"makes a function of the module's the __index of a metatable to see what it keeps", [[
    local dnn = require "dnn"
    local metatable = getmetatable(dnn.ones(1, 1))
    for _, f in next, {require, package.searchers[1], package.searchers[2], package.searchers[3], dnn.Linear} do
      metatable.__index = f
      gather(dnn._inspect.methods "dnn.Matrix")
    end]]},
  {"names files of the program's that are not modules for scripts", [[
    for _, name in next, {"dnn..prompt.names", "dnn.prompt.names", "dnn.prompt", "dnn.help..value",
      "dnn.data.", "dnn.", "dnn.safe", "dnn.early", "dnn.../../../../bin/x", "dnn.meta"} do
      if type(package.searchers[2](name)) ~= "string" then print(name) end
      if type(package.searchers[3](name)) ~= "string" then print(name) end
      if pcall(require, name) then print(name) end
    end
    if type(package.searchers[2] "dnn.core\\0.x") ~= "string" then print "dnn.core" end]]},
  {"gives load and its kin other modes, or changes them while they run", [[
    local mode = setmetatable({}, {__tostring = function() return "b" end})
    for _, m in next, {"b", "tb", "bt", "", "xb", mode, 1, false} do
      gather(select(2, pcall(load, byte_code, "x", m)), select(2, pcall(loadfile, "binary.lua", m)))
    end
    local function pieces() return (table.remove(piece)) end
    piece = {byte_code:sub(2), byte_code:sub(1, 1)}
    gather(load(pieces), select(2, pcall(load, pieces, "x", "b")))
    package.path = "./?.lua"
    for _, f in next, {dofile, require, loadfile} do
      gather(select(2, pcall(f, "binary")), select(2, pcall(f, "binary.lua")))
      if select(2, pcall(f, "binary.lua")) == "it ran" then print "binary.lua" end
    end]]},
  {"finds addresses, or objects that are not its own, in what it can reach", [[
    local dnn = require "dnn"
    local net = dnn.Sequential{dnn.Linear(2, 2)}
    local opt = dnn.optim.SGD(net:parameters(), {lr = 1})
    local todo, seen = {_G, package.loaded, "", dnn.ones(1, 1), net, net:parameters(), opt, dnn.MSELoss(), io.stdout,
      dnn.Random(1), dnn.data, dnn.fit, dnn.help, dnn.metrics, dnn.stepwise, dnn.checkpoint, dnn.plot, dnn.Module}, {}
    while #todo > 0 do
      local value = todo[#todo]
      todo[#todo] = nil
      if value ~= nil and not seen[value] then
        seen[value] = true
        local metatable = getmetatable(value)
        if type(value) == "userdata" and not metatable then print "an address" end
        todo[#todo + 1] = metatable
        if type(value) == "table" then for k, v in next, value do todo[#todo + 1], todo[#todo + 2] = k, v end end
      end
    end]]},
  {"calls what the module's half in Lua calls, with anything", [[
    local dnn = require "dnn"
    local A, net, R = dnn.ones(2, 2), dnn.Sequential{dnn.Linear(2, 2)}, dnn.Random(1)
    local B, C = dnn.ones(2, 2):requires_grad_(), net:forward(dnn.ones(2, 2):requires_grad_())
    local function nothing() end
    local given = {{}, {"a", "x", "b"}, {"a", {1}, {2, 3}}, {"a", {x = 1}, {5, "x"}}, {{}, {}, {}}, {A, A, A},
      {A, 1, A}, {B, 1, A}, {C, 1, dnn.ones(1, 9)}, {C, 9, A}, {C, nil, {A}}, {C, nil, {B, C}}, {net, A, A},
      {net, net, net}, {1, 2, 3}, {nothing, nothing, nothing}, {A, io.stdout, net},
      {io.stdout, io.stdout, io.stdout}, {R, R, R}, {true, true}}
    local function all_of(t)
      for name, f in next, t do
        for _, values in ipairs(type(f) == "function" and name ~= "_page" and given or {}) do
          pcall(f, table.unpack(values))
        end
      end
    end
    for _, t in ipairs{dnn.system, dnn._inspect, dnn._data, dnn.checkpoint, dnn} do all_of(t) end]]},
  {"takes one of the module's objects for one of another kind", [[
    local dnn = require "dnn"
    local net, M, loss = dnn.Sequential{dnn.Linear(2, 2)}, dnn.ones(4, 4), dnn.MSELoss()
    local metatables = {getmetatable(net), getmetatable(M), getmetatable(loss), getmetatable(io.stdout)}
    for _, to in next, metatables do
      for _, from in next, metatables do
        for k, v in next, from do if k ~= "__gc" and k ~= "__close" then rawset(to, k, v) end end
        for _, value in next, {net, M, loss, io.stdout, dnn.Random(1)} do
          for _, name in next, {"weight", "rows", "name", "forward", "write", 1, "lr"} do
            pcall(function() return value[name] end)
            pcall(function() value[name] = M end)
            pcall(function() return value[name](value, M, M, M) end)
          end
          pcall(dnn._fields, value)
          pcall(from.__gc or type, value)
          pcall(from.__close or type, value)
          pcall(from.__tostring, value)
        end
      end
    end
    print = function() end]]},
  {"takes another object for a Matrix, whose memory it has read", [[
    local dnn = require "dnn"
    local memory, tried = io.open("/proc/self/mem", "rb"), 0
    memory:setvbuf "no"
    memory:seek("set", tonumber(("%p"):format(dnn.ones(1, 1)):sub(3), 16))
    for _ = 1, 8 do
      local bytes = memory:read(8)
      local number = string.unpack("<d", bytes)
      local function try(object)
        tried = tried + 1
        if dnn._is_matrix(object) or pcall(dnn.sum, object) then print(object) end
      end
      local R = dnn.Random(1)
      local integer = string.unpack("<i8", bytes)
      R:set_state(integer, integer)
      try(R)
      for _, name in ipairs{"every", "histogram_every"} do
        local ok, run = pcall(dnn.Run, "run", {[name] = number})
        if ok then
          run:log(integer & math.maxinteger, {cost = 1})
          try(run)
          run:close()
        end
      end
      for _, make in ipairs{dnn.HuberLoss, dnn.CrossEntropyLoss, dnn.TripletMarginLoss} do
        for _, name in ipairs{"delta", "label_smoothing", "margin", "p", "eps"} do
          local ok, loss = pcall(make, {[name] = number})
          if ok then try(loss) end
        end
      end
    end
    if tried < 8 then print(tried) end]]},
  {"takes a Random for what its state is the mark of", [[
    local dnn, classes, found = require "dnn", {"Optimiser", "Layer", "Loss", "Parameters", "Cache", "Run"}, {}
    local R, texts = dnn.Random(1), {}
    for line in io.lines "/proc/self/maps" do
      local first, last, start, path = line:match "^(%x+)%-(%x+) r..p (%x+) %S+ %S+ +(/.*)"
      if path and (path:find "/core%.so$" or path:find "/dnnlua$") then
        texts[path] = texts[path] or io.open(path, "rb"):read "a"
        first, last, start = tonumber(first, 16), tonumber(last, 16), tonumber(start, 16)
        for _, class in ipairs(classes) do
          local name, at = "dnn." .. class .. "\0", start
          while true do
            at = texts[path]:find(name, at + 1, true)
            if not at or at - 1 - start >= last - first then break end
            found[class] = true
            R:set_state(first + at - 1 - start, 0x414141414140)
            for method, f in next, dnn._inspect.methods("dnn." .. class) do
              local met = false
              for _, values in ipairs{{}, {1}, {{}}, {1, 1}, {1, 1, 1}} do
                local ok, message = pcall(f, R, table.unpack(values))
                met = met or not ok and message:find("expected a dnn." .. class .. " before", 1, true)
                if ok or not (message:find "expected" or message:find "must be") then print(class, method, message) end
              end
              if not met then print(class, method) end
            end
          end
        end
      end
    end
    for _, class in ipairs(classes) do if not found[class] then print("no mark", class) end end]]},
}

describe("dnnlua --safe", function()
  local folder, file = program.folder()
  file("binary.lua", string.dump(function() print "it ran" return "it ran" end))
  teardown(function() program.remove(folder) end)

  local function run(arguments, environment)
    return shell(("cd %s && env %s %s --safe %s"):format(quote(folder), environment or "", quote(dnnlua), arguments))
  end

  local has_landlock = not select(2, run "-e 'x = 1'"):find("needs Landlock", 1, true)
  local function it_is(what, test)
    it(what, has_landlock and test or function() pending "this kernel has no Landlock" end)
  end

  for _, escape in ipairs(escapes) do
    it_is("gives a script nothing that " .. escape[1], function()
      local path = file("escape.lua", tools .. escape[2] .. "\nreport() io.write 'over'")
      local out, err, status = run(quote(path))
      assert.same({"over", 0}, {out, status}, err)
    end)
  end

  it_is("runs no script that is a binary chunk, by name, as input or for LUA_INIT", function()
    for _, given in ipairs{{"binary.lua"}, {"- <binary.lua"}, {"-l binary -e 'x = 1'", "LUA_PATH='./?.lua'"},
      {"-e 'x = 1'", "LUA_INIT=@binary.lua"}} do
      local out, err, status = run(given[1], given[2])
      assert.same({"", 1}, {out, status})
      assert.matches("binary chunk", err, 1, true)
    end
  end)
end)
