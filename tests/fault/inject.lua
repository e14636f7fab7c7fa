-- Fails the n-th allocation and the n-th file call, for every n until the operation succeeds, over everything that
-- takes memory or touches files; fault.c does it, by LD_PRELOAD. After each failure: no crash, a message, files that
-- are the old ones or the new ones and whole, no temporary file, no open descriptor, no lost memory. Prints the counts.
--
--     ctest --test-dir build -R fault.inject
local dnn = require "dnn"
local fault = assert(package.loadlib(os.getenv "DNN_FAULT" or "build/tests/fault/fault.so", "luaopen_fault"))()

local folder = os.tmpname()
os.remove(folder)
assert(dnn.system.make_folder(folder))

-- Operations ---------------------------------------------------------------------------------------

local operations = {}

-- An operation has a name, run(), and perhaps before() and files: paths that must always be whole, as check(path) says.
local function operation(name, row)
  row.name = name
  operations[#operations + 1] = row
end

local function new_net()
  return dnn.Sequential{dnn.Linear(6, 5), dnn.ReLU(), dnn.Linear(5, 1), dnn.Sigmoid()}
end

dnn.manual_seed(1)
local net = new_net()
local optimiser = dnn.optim.Adam(net:parameters(), {lr = 0.01})
local loss = dnn.BCELoss()
local X, Y = dnn.randn(6, 20), dnn.gt(dnn.randn(1, 20), 0)
local batches = dnn.data.batches({X = X, Y = Y}, {size = 8})

local function step()
  local cost = loss:forward(net:forward(X), Y)
  net:backward(loss:backward())
  optimiser:step()
  return cost
end
step()

local function path(name) return folder .. "/" .. name end

-- True, or an error for a file that is there and cannot be read back.
local function loads(name)
  local file = io.open(path(name), "rb")
  if not file then return true end
  file:close()
  assert(dnn.load(path(name)))
  return true
end

operation("matrices", {run = function()
  local A, B = dnn.randn(4, 3), dnn.randn(3, 5)
  return (A:mm(B) + 1):sum(2), dnn.linalg.svd(A)
end})
operation("network built", {run = new_net})
operation("training step", {run = step})
operation("first training step", {run = function()
  local fresh = new_net()
  local opt = dnn.optim.SGD(fresh:parameters(), {lr = 0.1, momentum = 0.9})
  local cost = loss:forward(fresh:forward(X), Y)
  fresh:backward(loss:backward())
  opt:step()
  return cost
end})
operation("an epoch of batches", {run = function()
  local count = 0
  for x in batches do count = count + x.cols end
  return count
end})
operation("weights saved", {file = "net.safetensors", run = function()
  local saved, message = net:save(path "net.safetensors")
  return saved, message
end})
operation("weights loaded", {before = function() assert(net:save(path "net.safetensors")) end,
  run = function() return net:load(path "net.safetensors") end})
operation("matrices saved", {file = "m.safetensors", run = function()
  return dnn.save(path "m.safetensors", {x = X, y = Y}, {metadata = {name = "value"}})
end})
operation("matrices loaded", {before = function() assert(dnn.save(path "m.safetensors", {x = X, y = Y})) end,
  run = function() return dnn.load(path "m.safetensors") end})
operation("checkpoint saved", {file = "c.safetensors", run = function()
  return dnn.checkpoint.save(path "c.safetensors", {net = net, optimiser = optimiser, batches = batches, step = 3})
end})
operation("checkpoint loaded", {
  before = function()
    assert(dnn.checkpoint.save(path "c.safetensors", {net = net, optimiser = optimiser, batches = batches}))
  end,
  run = function()
    return dnn.checkpoint.load(path "c.safetensors", {net = net, optimiser = optimiser, batches = batches})
  end})
operation("run logged", {before = function() os.execute(("rm -rf '%s/run'"):format(folder)) end, run = function()
  local run <close>, message = dnn.Run(path "run")
  if message then return nil, message end
  for i = 1, 3 do run:log(i, {cost = i, accuracy = {train = 0.5}}) end
  run:histogram(3, "weights", X)
  run:text("note", "text")
  return run:flush()
end})
operation("checkpoints kept", {
  before = function() os.execute(("rm -rf '%s/kept'"):format(folder)) end,
  run = function()
    local run <close>, message = dnn.Run(path "kept")
    if message then return nil, message end
    local kept, why = run:checkpoint{net = net, optimiser = optimiser, every = 1, keep = 1}
    if not kept then return nil, why end
    for i = 1, 2 do run:log(i, {cost = 1}) end
    return true
  end,
  after = function()
    for _, name in ipairs(dnn.system.list(path "kept/checkpoints") or {}) do loads("kept/checkpoints/" .. name) end
  end})
operation("image written", {file = false, run = function()
  return dnn.data.write_png(path "image.png", dnn.rand(3 * 8 * 8, 1), 8, 8)
end})
operation("image read", {before = function()
    assert(dnn.data.write_png(path "image.png", dnn.rand(3 * 8 * 8, 1), 8, 8))
  end,
  run = function() return dnn.data.read_image(path "image.png") end})

-- Failing ------------------------------------------------------------------------------------------

local function count_descriptors() return #(dnn.system.list "/proc/self/fd") end

local function no_temporary_files(where)
  for _, name in ipairs(dnn.system.list(where) or {}) do
    assert(not name:find "%.dnntmp$", "a temporary file was left: " .. name)
  end
end

-- stderr is where a run says that it goes on without a log: not of interest here.
local nowhere = io.open("/dev/null", "w")
rawset(io, "stderr", nowhere)

-- One try with the n-th call failing: whether it did, and what is wrong.
local function try(row, kind, n, error, ever)
  if row.before then row.before() end
  collectgarbage()
  fault.arm(kind, n, error, ever)
  local ok, result, message = pcall(row.run)
  local fired = fault.disarm()
  if not ok then
    assert(type(result) ~= "nil", "an error without a message")
    if kind == "alloc" then
      assert(tostring(result):find "memory" or tostring(result):find "thread", "unclear: " .. tostring(result))
    end
  elseif result == nil and message ~= nil then
    assert(type(message) == "string" and #message > 0, "a failure without a message")
  end
  if row.file then loads(row.file) end
  if row.after then row.after() end
  no_temporary_files(folder)
  return fired > 0, ok and result
end

-- All n; how many failures were injected.
local function sweep(row, kind, error, ever)
  local injected, first_live
  for n = 1, 100000 do
    local fired, result = try(row, kind, n, error, ever)
    if not fired then
      if error == "EINTR" or error == "short" then assert(result) end
      injected = n - 1
      break
    end
    if (error == "EINTR" or error == "short") and not result then
      assert(false, ("%s of the %d-th %s is not survived"):format(error, n, kind))
    end
    if n == 10 then
      collectgarbage() collectgarbage()
      first_live = fault.live()
    end
  end
  collectgarbage() collectgarbage()
  if first_live and injected > 20 then
    local lost = fault.live() - first_live
    assert(lost < 20 + 0.2 * injected, ("%d blocks of memory were lost in %d failures"):format(lost, injected))
  end
  return injected
end

local FAULTS <const> = {
  {"alloc", "ENOMEM", false}, {"alloc", "ENOMEM", true},
  {"open", "EMFILE"}, {"open", "EINTR"}, {"read", "EIO"}, {"read", "EINTR"}, {"read", "short"},
  {"write", "ENOSPC"}, {"write", "EINTR"}, {"write", "short"}, {"sync", "EIO"}, {"sync", "EINTR"},
  {"rename", "EIO"}, {"close", "EIO"},
}

local wanted = {}
for _, name in ipairs(arg) do wanted[name] = true end
local failed, memory, files = 0, 0, 0
for _, row in ipairs(operations) do
  if next(wanted) == nil or wanted[row.name] then
    if row.before then row.before() end
    row.run() row.run() -- what is made once is made
    collectgarbage()
    local descriptors = count_descriptors()
    local of_memory, of_files = 0, 0
    for _, how in ipairs(FAULTS) do
      local ok, count = xpcall(sweep, debug.traceback, row, table.unpack(how))
      fault.disarm()
      if not ok then
        failed = failed + 1
        print(("FAILED: %s, %s %s%s: %s"):format(row.name, how[1], how[2], how[3] and " for ever" or "", count))
      elseif how[1] == "alloc" then
        of_memory = of_memory + count
      else
        of_files = of_files + count
      end
    end
    collectgarbage() collectgarbage()
    if count_descriptors() > descriptors then
      failed = failed + 1
      print(("FAILED: %s: %d descriptors were left open"):format(row.name, count_descriptors() - descriptors))
    end
    print(("%-22s %6d allocations and %4d file calls failed, one at a time"):format(row.name, of_memory, of_files))
    memory, files = memory + of_memory, files + of_files
  end
end
print(("%-22s %6d allocations and %4d file calls"):format("in all", memory, files))
os.execute(("rm -rf '%s'"):format(folder))
os.exit(failed == 0)
