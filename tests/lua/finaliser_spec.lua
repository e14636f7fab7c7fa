-- Finalisers that run in the middle of a call, at each of its allocations in turn, and close or change what the call
-- works on. It ends with its result or with an error that says so. Under a sanitiser this also sees memory that is
-- read or written after it was freed.
package.path = "tests/lua/?.lua;" .. package.path
local dnn = require "dnn"
local core = require "dnn.core"
local files = require "made_files"

setup(files.open)
teardown(files.close)

-- Calls call(object) with so many finalisers waiting that some run at each of its allocations. They do nothing until
-- `countdown` of them have run, and then one calls act(object).
local function call_among_finalisers(object, call, act, countdown)
  local armed, ran = false, false
  local waiting = {__gc = function()
    ran = true
    if armed then
      countdown = countdown - 1
      armed = countdown > 0
      if not armed then act(object) end
    end
  end}
  collectgarbage()
  collectgarbage "stop"
  for _ = 1, 2000 do setmetatable({}, waiting) end
  local mode = collectgarbage("incremental", 1, 100, 1)
  repeat collectgarbage("step", 0) until ran
  collectgarbage "restart"
  armed = true
  local ok, message = pcall(call, object)
  local acted = not armed
  armed = false
  collectgarbage(mode, 200, 100, 13)
  return ok, message, acted
end

-- At every moment of the call; `allowed` are parts of the messages that it may end with. Returns how many moments
-- there were.
local function survives(make, call, act, allowed)
  local times = 0
  for moment = 1, 40 do
    local object = make()
    local ok, message, acted = call_among_finalisers(object, call, act, moment * 20 - 19)
    times = times + (acted and 1 or 0)
    local known = ok
    for _, part in ipairs(allowed) do known = known or message:find(part, 1, true) end
    assert.is_truthy(known, message)
    if not acted then break end
  end
  return times
end

local function close(object) object:close() end

-- What a finaliser can do to any userdata: call its own finaliser.
local function finalise(object) core._inspect.metatable(object).__gc(object) end

describe("a finaliser in the middle of a call", function()
  local function network() return dnn.Sequential {dnn.Linear(4, 3), dnn.Linear(3, 2), dnn.Linear(2, 2)} end

  it("may close the network whose state is taken", function()
    assert.is_true(survives(network, function(net) net:state_dict() end, close, {"this network is closed"}) > 9)
  end)

  it("may close the network whose carried states are taken or set", function()
    local function carrying()
      local net = dnn.Sequential {dnn.Input(2, 3), dnn.LSTM(3, 4, {stateful = true}), dnn.LSTM(4, 4, {stateful = true})}
      net:forward(dnn.randn(6, 2))
      return net
    end
    local states = carrying():states()
    survives(carrying, function(net) net:states() end, close, {"this network is closed"})
    survives(carrying, function(net) net:load_states(states) end, close, {"this network is closed"})
  end)

  it("may close the network that a run looks at", function()
    local net
    local function watched()
      net = network()
      net:forward(dnn.randn(4, 5))
      net:backward(dnn.randn(2, 5))
      return dnn.Run(files.folder .. "/run", {net = net, every = 0, histogram_every = 0})
    end
    survives(watched, function(run)
      run:log(1, {cost = 1})
      run:close()
    end, function() net:close() end, {})
  end)

  it("may close the network whose step is refused", function()
    local net, run
    local function diverged()
      net = network()
      net:forward(dnn.randn(4, 5))
      net:backward(dnn.full(2, 5, 0 / 0))
      run = dnn.Run(files.folder .. "/refused", {net = net})
      return net
    end
    survives(diverged, function()
      local ok, message = pcall(net.update, net, 0.1)
      run:close()
      if not ok then error(message, 0) end
    end, function() net:close() end, {"not finite", "nan", "this network is closed"})
  end)

  it("may fill the table of names that net:load takes", function()
    local net, names, path = network(), nil, files.folder .. "/net.safetensors"
    assert(net:save(path))
    survives(function()
      names = {x = "y"}
      return net
    end, function() return net:load(path, {names = names}) end, function()
      for i = 1, 500 do names["x" .. i] = "y" end
    end, {})
  end)

  it("may make the list of gradients longer that is clipped", function()
    local function list()
      local t = {}
      for i = 1, 40 do t[i] = dnn.ones(1, 1) end
      return t
    end
    for _, clip in ipairs {dnn.clip_grad_value_, dnn.clip_grad_norm_} do
      survives(list, function(t) clip(t, 1) end, function(t)
        for i = 41, 2000 do t[i] = dnn.ones(1, 1) end
      end, {})
    end
  end)

  it("may set another option of an optimiser that grows its state", function()
    local net = dnn.Sequential {dnn.Linear(400, 30)}
    survives(function() return dnn.optim.RMSprop(net:parameters(), {lr = 0.1}) end, function(opt)
      opt.momentum = 0.9
      assert.is_nil(opt:state_dict()["state.4"])
    end, function(opt) opt.centered = true end, {})
  end)

  it("may free the graph that is gone through", function()
    local net = dnn.Sequential {dnn.Linear(2, 2)}
    survives(function() return net(dnn.ones(2, 2):requires_grad_()) end, function(A)
      dnn._transposed(A, 1, dnn.ones(2, 2))
    end, function(A) A:backward(dnn.ones(2, 2)) end, {"freed", "expected what a linear layer made"})
  end)

  it("may close the file that is read", function()
    local path = files.put(files.zip {{"a.npy", files.npy("'<f4'", "False", "(2, 2)", ("\0"):rep(16))}}, "a.npz")
    survives(function() return assert(core._data.npz(path, 1 << 30)) end, function(npz)
      npz:names()
      npz:read(1)
    end, close, {"the archive is closed"})
    path = files.put("a,b,c\n" .. ("1,2,3\n"):rep(9), "a.csv")
    survives(function() return assert(core._data.csv(path, nil, nil, nil, nil, nil, 1 << 30)) end, function(csv)
      csv:columns()
      csv:read {1, 2, 3}
      csv:take(1, 2)
    end, close, {"the CSV file is closed"})
    local hdf5 = require "dnn.hdf5"
    survives(function() return assert(hdf5.open("tests/fuzz/seeds/hdf5/texts", false, 1 << 30)) end, function(file)
      for _, name in ipairs(file:names()) do
        file:info(name)
        file:texts(name)
      end
    end, close, {"the HDF5 file is closed"})
  end)

  it("may finalise the folder of images that is listed or decoded", function()
    for i = 1, 9 do
      local class = files.folder .. "/images/" .. (i % 2 == 0 and "cat" or "dog")
      dnn.system.make_folder(class)
      assert(dnn.data.write_png(class .. "/" .. i .. ".png", dnn.ones(12, 1), 2, 2))
    end
    survives(function() return assert(core._data.folder(files.folder .. "/images")) end, function(folder)
      folder:classes()
      folder:skipped()
      folder:file(1)
      local target = {height = 8, width = 8, channels = 3, fit = 0, max_pixels = 1000000}
      folder:decode(1, #folder, target, dnn.zeros(192, 9, {dtype = "uint8"}), 1)
    end, finalise, {"no such file"})
  end)
end)

it("the collector, which rests meanwhile, is woken where a hook interrupts the call or it fails", function()
  local lists = {}
  for i = 1, 9 do lists[i] = dnn.full(1, 1, i) end
  local ended = {function() dnn.clip_grad_norm_(lists, 1) end, function() dnn.clip_grad_norm_({1}, 1) end,
    function() core._data.npz("tests/fuzz/seeds/npz/none", 1) end}
  for _, call in ipairs(ended) do
    for count = 1, 12 do
      local left = count
      local function interrupt()
        left = left - 1
        if left <= 0 then
          debug.sethook()
          error("interrupted!", 0)
        end
      end
      pcall(function()
        debug.sethook(interrupt, "cr")
        pcall(call)
        debug.sethook()
      end)
      assert.is_true(collectgarbage "isrunning", count)
    end
  end
  collectgarbage "stop"
  dnn.clip_grad_norm_(lists, 1)
  local running = collectgarbage "isrunning"
  collectgarbage "restart"
  assert.is_false(running)
end)

-- Objects that only such a finaliser still holds have left the module's own tables.
describe("backward in a finaliser of all that is left of a graph", function()
  local function backward_of(make)
    local ok, message
    local function leave(A) setmetatable({A}, {__gc = function(t) ok, message = pcall(t[1].backward, t[1]) end}) end
    leave(make(dnn.ones(2, 2):requires_grad_()):sum())
    collectgarbage()
    collectgarbage()
    assert.is_boolean(ok)
    return message
  end

  it("is an error where it goes through a layer written in Lua", function()
    local same = function(_, X) return X end
    assert.matches("its network has been collected", backward_of(function(X)
      return dnn.Sequential {dnn.Linear(2, 2), dnn.Layer {forward = same, backward = same}}(X)
    end))
  end)

  it("is an error where it calls a function again", function()
    assert.matches("the result of the call has been collected", backward_of(function(X)
      return dnn.checkpoint_call(function(A) return A:exp() end, X * 2)
    end))
  end)

  it("leaves no way to the layers of a network that was closed", function()
    local A
    do
      local net = dnn.Sequential {dnn.Linear(2, 2)}
      A = net(dnn.ones(2, 2):requires_grad_())
      net:close()
    end
    collectgarbage()
    collectgarbage()
    assert.error_matches(function() dnn._transposed(A, 1, dnn.ones(2, 2)) end, "expected what a linear layer made", 1,
      true)
    assert.error_matches(function() A:backward(dnn.ones(2, 2)) end, "closed", 1, true)
  end)

  it("is as usual elsewhere", function()
    assert.is_nil(backward_of(function(X) return dnn.Sequential {dnn.Linear(2, 2), dnn.Tanh()}(X) end))
  end)
end)

it("a cache whose finaliser a script has called is closed", function()
  local net = dnn.Sequential({dnn.MultiheadAttention(4, 1, {causal = true})}, {input = {3, 4}})
  local cache = net:cache(3)
  finalise(cache)
  for _, use in ipairs {tostring, cache.reset, function() return cache.steps end,
    function() net:predict(dnn.ones(4, 1), {cache = cache}) end} do
    assert.error_matches(function() use(cache) end, "this cache is closed", 1, true)
  end
end)
