-- The fuzzer of the module's functions: finds all of them by reflection, those of its Lua half too, and calls them with
-- whatever a script could pass: numbers near every limit, the wrong object, closed and half-built ones, tables whose
-- metamethods raise, yield or collect, functions, coroutines; and by their documentation (signatures.lua), with what a
-- script would pass and a wrong value here and there, so that calls come past the first check. In one of four calls
-- finalisers harm what it was given (storm.lua). A call may raise or return anything; the process must not crash, and a
-- sanitised build must find nothing.
--
--     dnnlua tests/fuzz/api.lua [SECONDS [SEED]]        in a folder of its own
--
-- The last call is in the file `last_call` of that folder, so that a crash names it.
local dnn = require "dnn"
local signatures = dofile(arg[0]:gsub("[^/]*$", "signatures.lua"))
local storm = dofile(arg[0]:gsub("[^/]*$", "storm.lua"))

local seconds, seed = tonumber(arg[1] or 10), tonumber(arg[2] or os.time())
math.randomseed(seed)
print(("seed %d"):format(seed))

local pick, random = function(list) return list[math.random(#list)] end, math.random

-- What there is to call ----------------------------------------------------------------------------

-- Functions that would wait for somebody, end the process, write where they please, or replace what the module itself
-- calls for the rest of the run.
local LEFT_OUT <const> = {
  ["dnn.interrupted"] = true, ["dnn.system.make_folder"] = true, ["dnn._page"] = true, ["dnn._lua_half"] = true,
}

local functions, seen = {}, {}

local function explore(name, value, depth)
  if type(value) == "function" then
    if not LEFT_OUT[name] then functions[#functions + 1] = {name = name, call = value} end
  elseif type(value) == "table" and not seen[value] and depth < 6 then
    seen[value] = true
    local metatable = getmetatable(value)
    if type(metatable) == "table" and rawget(metatable, "__parts") then
      for part in pairs(metatable.__parts) do
        local ok, loaded = pcall(function() return value[part] end)
        if ok then explore(name .. "." .. part, loaded, depth + 1) end
      end
    end
    for key, inner in next, value do
      if type(key) == "string" and key:find "^_?%a" then explore(name .. "." .. key, inner, depth + 1) end
    end
    if type(metatable) == "table" and type(rawget(metatable, "__call")) == "function" then
      functions[#functions + 1] = {name = name, call = metatable.__call}
    end
  end
end
explore("dnn", dnn, 0)

-- Objects whose methods and metamethods are called, too.
local objects = {}

-- Keeps an object; methods of its class are found once.
local function keep(name, object)
  if object == nil then return end
  objects[#objects + 1] = object
  local metatable = debug.getmetatable(object)
  if type(metatable) ~= "table" or seen[metatable] then return end
  seen[metatable] = true
  for key, method in next, metatable do
    if type(method) == "function" and key ~= "__gc" and key ~= "__name" then
      functions[#functions + 1] = {name = name .. ":" .. key, call = method, class = metatable}
    end
  end
  local methods = metatable.__index
  if type(methods) == "function" then
    local index = methods
    methods = nil -- a function of Lua may hold the globals
    if debug.getinfo(index, "S").what == "C" then methods = select(2, debug.getupvalue(index, 1)) end
  end
  if type(methods) == "table" then
    for key, method in next, methods do
      if type(method) == "function" and type(key) == "string" and key:find "^_?%a" then
        functions[#functions + 1] = {name = name .. ":" .. key, call = method, class = metatable}
      end
    end
  end
end

local function new_net()
  return dnn.Sequential{dnn.Linear(4, 3), dnn.ReLU(), dnn.Linear(3, 1), dnn.Sigmoid()}
end

local function fill_objects()
  objects = {}
  keep("Matrix", dnn.randn(4, 5))
  keep("Matrix", dnn.ones(1, 5))
  keep("Matrix", dnn.randn(4, 4, {dtype = "float64"}):t())
  keep("Matrix", dnn.zeros(3, 0))
  keep("Random", dnn.Random(1))
  local net = new_net()
  keep("Layer", net)
  keep("Layer", net[1])
  keep("Parameters", net:parameters())
  keep("Optimiser", dnn.optim.Adam(net:parameters()))
  local orphan = dnn.optim.SGD(new_net():parameters(), {lr = 0.1}) -- its network is gone
  collectgarbage()
  keep("Optimiser", orphan)
  keep("Loss", dnn.BCELoss())
  local forwarded = dnn.MSELoss()
  forwarded:forward(dnn.randn(1, 5), dnn.randn(1, 5))
  keep("Loss", forwarded)
  keep("Run", dnn.Run "fuzz-run")
  local closed = dnn.Run "fuzz-run"
  closed:close()
  keep("Run", closed)
  keep("batches", dnn.data.batches({X = dnn.randn(4, 9), Y = dnn.ones(1, 9)}, {size = 2}))
end
fill_objects()

-- What to pass ---------------------------------------------------------------------------------------

local hostile = {}
for _, event in ipairs {"__index", "__newindex", "__len", "__call", "__tostring", "__eq", "__name", "__pairs", "__add",
  "__mul", "__unm", "__concat", "__close", "__gc"} do
  hostile[#hostile + 1] = setmetatable({}, {[event] = function() error "raised by a metamethod" end})
  hostile[#hostile + 1] = setmetatable({}, {[event] = function() collectgarbage() return 1 end})
  hostile[#hostile + 1] = setmetatable({}, {[event] = function() coroutine.yield() end})
end

local NUMBERS <const> = {0, 1, 2, 3, -1, 4, 5, 0.5, -0.0, 1e300, -1e300, 2 ^ 31, 2 ^ 31 - 1, 2 ^ 32, 2 ^ 53, 2 ^ 62,
  1e-320,
  0 / 0, 1 / 0, -1 / 0, math.maxinteger, math.mininteger, math.maxinteger - 1, 1 << 31, 1 << 32, (1 << 31) - 1, 65535}
local STRINGS <const> = {"", "x", "float32", "float64", "uint8", "weight", "nowhere/at/all", "fuzz-file", "%s%n", "\0",
  ("x"):rep(300), "\xff\xfe", "lr", "cost", "size", "mean", "/dev/null", "fuzz-run"}
local OPTIONS <const> = {"dtype", "size", "lr", "momentum", "shuffle", "scale", "shift", "random", "init", "every",
  "view",
  "net", "metadata", "seed", "keep", "best", "settings", "X", "Y", "weight", "bias", "classes", "test", "channels"}

local value

local function new_table(depth)
  local t = {}
  for i = 1, random(0, 4) do t[i] = value(depth + 1) end
  for _ = 1, random(0, 3) do t[pick(OPTIONS)] = value(depth + 1) end
  return t
end

function value(depth)
  local kind = random(14)
  if kind <= 4 then return pick(objects) end
  if kind <= 7 then return pick(NUMBERS) end
  if kind == 8 then return random(1, 6) end
  if kind == 9 then return pick(STRINGS) end
  if kind == 10 then return depth < 3 and new_table(depth) or {} end
  if kind == 11 then return pick(hostile) end
  if kind == 12 then return pick {true, false, print, io.stdin, coroutine.create(print)} end
  if kind == 13 then return function(...) if random(3) == 1 then error "raised by a function" end return ... end end
  return nil
end

local typed = signatures(function() return objects end, function() return value(0) end)

-- The arguments of a call, and how many they are.
local function arguments_for(f)
  if random(3) > 1 then
    local arguments, count = typed(f.call)
    if arguments then return arguments, count end
  end
  local arguments, count = {}, random(0, 5)
  for i = 1, count do arguments[i] = value(0) end
  if f.class and random(8) > 1 then -- mostly on an object of its class
    for _ = 1, 50 do
      local object = pick(objects)
      if debug.getmetatable(object) == f.class then
        arguments[1], count = object, math.max(count, 1)
        break
      end
    end
  end
  return arguments, count
end

-- Calling --------------------------------------------------------------------------------------------

local log = assert(io.open("last_call", "w"))

local function describe(f, arguments, count)
  local parts = {}
  for i = 1, count do
    local kind = type(arguments[i])
    parts[i] = (kind == "number" or kind == "boolean" or kind == "nil") and tostring(arguments[i]) or kind
  end
  log:seek "set"
  log:write(f.name, "(", table.concat(parts, ", "), ")", (" "):rep(200), "\n")
  log:flush()
end

-- Calls any method of a class on an object of it.
local function call_method(class, object)
  for _ = 1, 50 do
    local f = pick(functions)
    if f.class == class then return f.call(object, value(0), value(0)) end
  end
end

local nowhere = assert(io.open("/dev/null", "w"))
local print_line = print
print = function() end -- luacheck: ignore 121
io.output(nowhere)
rawset(io, "stderr", nowhere)

local LONGEST <const> = 2 -- seconds that a call may go on with code of Lua
local calls, raised, ends = 0, 0, dnn.time() + seconds
local called = {}
while dnn.time() < ends do
  local f = pick(functions)
  local arguments, count = arguments_for(f)
  describe(f, arguments, count)
  local thread = coroutine.create(f.call)
  local late = dnn.time() + LONGEST
  debug.sethook(thread, function() if dnn.time() > late then error "it takes too long" end end, "", 10000)
  local stormy = random(4) == 1
  if stormy then storm.begins(storm.of(arguments, count, dnn, call_method, function() return value(2) end)) end
  local ok, result = coroutine.resume(thread, table.unpack(arguments, 1, count))
  if stormy then storm.ends() end
  calls = calls + 1
  called[f.name] = true
  if not ok then raised = raised + 1 end
  local is_object = type(result) == "userdata" or type(result) == "table" and getmetatable(result)
  if ok and is_object and random(4) == 1 and #objects < 60 then keep(f.name, result) end
  if ok and random(20) == 1 then pcall(tostring, result) end
  coroutine.close(thread)
  if calls % 500 == 0 then
    collectgarbage()
    io.output(nowhere) -- a call may have closed or changed it
    fill_objects()
    dnn.set_num_threads(1)
    dnn.set_default_dtype "float32"
  end
end
local distinct = 0
for _ in pairs(called) do distinct = distinct + 1 end
print_line(("%d calls of %d of %d functions, %d of them raised"):format(calls, distinct, #functions, raised))
