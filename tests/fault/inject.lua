-- Fails the n-th allocation and the n-th file call, for every n until the operation succeeds, over everything that
-- takes memory or touches files; fault.c does it, by LD_PRELOAD. After each failure: no crash, a message, files that
-- are the old ones or the new ones and whole, no temporary file, no open descriptor, no lost memory. Prints the counts.
--
--     ctest --test-dir build -R fault.inject
--
-- Arguments are names of operations, to do those alone. An operation of very many allocations goes through every
-- how manyth of them, unless DNN_FAULT_ALL is set.
local dnn = require "dnn"
local fault = assert(package.loadlib(os.getenv "DNN_FAULT" or "build/tests/fault/fault.so", "luaopen_fault"))()

local folder = os.tmpname()
os.remove(folder)
assert(dnn.system.make_folder(folder))

-- Operations ---------------------------------------------------------------------------------------

local operations = {}

-- An operation has a name, run(), and perhaps before(), after(), file: a path that must always be whole; stride;
-- no_signals: EINTR cannot come; words: what it may say instead of that memory was short.
local function operation(name, row)
  row.name = name
  operations[#operations + 1] = row
end

local function path(name) return folder .. "/" .. name end

-- True, or an error for a file that is there and cannot be read back.
local function loads(name)
  local file = io.open(path(name), "rb")
  if not file then return true end
  file:close()
  assert(dnn.load(path(name)))
  return true
end

local dense = dofile "tests/fault/operations/dense.lua"
for _, topic in ipairs{"networks", "expressions", "weights", "runs", "readers", "loading", "figures"} do
  dofile("tests/fault/operations/" .. topic .. ".lua")(operation, dense, path, loads)
end

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

-- Whether a message says that memory was short, or that a thread could not be started, which needs some.
local function is_clear(row, message)
  return message:find "memory" or message:find "thread" or row.words and message:find(row.words)
end

-- One try with the n-th call failing: whether it did, and what is wrong.
local function try(row, kind, n, error, ever)
  if row.before then row.before() end
  collectgarbage()
  fault.arm(kind, n, error, ever)
  local ok, result, message = pcall(row.run)
  local fired = fault.disarm()
  if not ok then
    assert(type(result) ~= "nil", "an error without a message")
    if kind == "alloc" then assert(is_clear(row, tostring(result)), "unclear: " .. tostring(result)) end
  elseif result == nil and message ~= nil then
    assert(type(message) == "string" and #message > 0, "a failure without a message")
    if kind == "alloc" then assert(is_clear(row, message), "unclear: " .. message) end
  end
  if row.file then loads(row.file) end
  if row.after then row.after() end
  no_temporary_files(folder)
  return fired > 0, ok and result
end

-- All n; how many failures were injected.
local function sweep(row, kind, error, ever)
  local injected, first_live = 0, nil
  local stride = kind == "alloc" and not os.getenv "DNN_FAULT_ALL" and row.stride or 1
  for n = 1, math.huge, stride do
    local fired, result = try(row, kind, n, error, ever)
    if not fired then
      if error == "EINTR" or error == "short" then assert(result) end
      break
    end
    injected = injected + 1
    if (error == "EINTR" or error == "short") and not result then
      assert(false, ("%s of the %d-th %s is not survived"):format(error, n, kind))
    end
    if injected == 10 then
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
  {"rename", "EIO"}, {"close", "EIO"}, {"socket", "EIO"}, {"socket", "ENOMEM"}, {"socket", "short"},
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
      local skipped = row.no_signals and how[2] == "EINTR"
      local ok, count = true, 0
      if not skipped then ok, count = xpcall(sweep, debug.traceback, row, table.unpack(how)) end
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
