-- Starts the programs again and again, each time with another allocation failing, of all that they and their
-- libraries make, or another file call. What must hold: no crash; the work done, with the same result as ever, or a
-- message, which says that memory was short where it was, and the file that was there before.
--
--     ctest --test-dir build -R fault.programs
--
-- Of the allocations every how manyth fails; all of them where DNN_FAULT_ALL is set.
local dnn = require "dnn"

local fault, build = assert(os.getenv "DNN_FAULT"), assert(os.getenv "DNN_BUILD")
local folder = os.tmpname()
os.remove(folder)
assert(dnn.system.make_folder(folder))

do
  local run <close> = dnn.Run(folder .. "/run")
  for i = 1, 20 do run:log(i, {cost = 1 / i, accuracy = {train = i / 20}}) end
  run:histogram(20, "weights", dnn.randn(9, 9))
  run:text("note", "text")
  assert(run:flush())
end

local function read(path)
  local file <close> = io.open(path, "rb")
  return file and file:read "a"
end

local function write(path, text)
  local file <close> = assert(io.open(path, "wb"))
  file:write(text)
end

local out, messages = folder .. "/out", folder .. "/messages"

-- Runs a command with the n-th call of a kind failing (0: none): how it ended, what it wrote, what it said.
local function run(command, n, kind, reason)
  write(out, "old")
  local way = n > 0 and ("FAULT=%s:%d:%s LD_PRELOAD='%s' "):format(kind, n, reason, fault) or ""
  local _, how, code = os.execute(way .. command:gsub("OUT", out) .. (" 2>'%s' </dev/null"):format(messages))
  return how == "exit" and code or how, read(out), read(messages)
end

-- What the dynamic linker and libc have no better words for.
local OTHERS_WORDS <const> = {"memory", "shared object", "cannot allocate"}

local function is_clear(message)
  for _, words in ipairs(OTHERS_WORDS) do
    if message:find(words) then return true end
  end
  return false
end

local SCRIPT <const> = [['local dnn = require "dnn"; local A = dnn.randn(80, 80); A = A:mm(A);
  assert(dnn.data.write_png("OUT", (dnn.linalg.inv(A) * 0 + 1), 80, 80))']]

-- A command that writes OUT, and every how manyth allocation fails.
local OPENS <const> = [['local dnn = require "dnn" dnn.Sequential{dnn.Linear(2, 1)} print "opened"']]
local commands = {
  {build .. "/bin/dnnlua -e " .. SCRIPT, 23},
  {"lua5.4 -e " .. OPENS .. " >OUT", 131, streams = true},
}
for _, format in ipairs{"csv", "svg", "png", "html"} do
  commands[#commands + 1] = {("%s/bin/dnnview '%s/run' --%s OUT"):format(build, folder, format), 17}
end
commands[#commands + 1] = {("%s/bin/dnnview '%s/run' --text >OUT"):format(build, folder), 17, streams = true}

local failed, allocations, files = 0, 0, 0

-- One start: whether the result came, or nothing but what may be.
local function try(row, whole, n, kind, reason)
  local status, result, said = run(row[1], n, kind, reason)
  local wrong
  if status == 0 then
    wrong = result ~= whole and "the result differs, and nothing is said"
  elseif status ~= 1 then
    wrong = "ended by " .. tostring(status)
  elseif kind == "alloc" and not is_clear(said) then
    wrong = "unclear: " .. said
  elseif said == "" or reason == "EINTR" or reason == "short" then
    wrong = "failed, and says: " .. said
  elseif result ~= "old" and result ~= whole and not row.streams then -- whole: its folder could not be synced
    wrong = "the old file is gone"
  end
  if wrong then
    failed = failed + 1
    print(("FAILED: %s, %s %d (%s): %s"):format(row[1], kind, n, reason, wrong))
  end
  return status == 0
end

-- Starts until so many in a row go well as are more than a program makes after a first result; how many there were.
local function sweep(row, whole, stride, enough, kind, reason)
  local passed, n, count = 0, 1, 0
  while passed < enough do
    passed = try(row, whole, n, kind, reason) and passed + 1 or 0
    n, count = n + stride, count + 1
  end
  return count - enough
end

local FILES <const> = {
  {"open", "EMFILE"}, {"open", "EINTR"}, {"read", "EIO"}, {"read", "EINTR"}, {"read", "short"}, {"write", "ENOSPC"},
  {"write", "EINTR"}, {"write", "short"}, {"sync", "EIO"}, {"rename", "EIO"}, {"close", "EIO"},
}

for _, row in ipairs(commands) do
  local ended, whole, message = run(row[1], 0)
  assert(ended == 0 and whole ~= "old", message)
  allocations = allocations + sweep(row, whole, os.getenv "DNN_FAULT_ALL" and 1 or row[2], 30, "alloc", "ENOMEM")
  for _, how in ipairs(FILES) do files = files + sweep(row, whole, 1, 6, table.unpack(how)) end
end
print(("%d allocations and %d file calls of starting programs failed, one at a time"):format(allocations, files))
os.execute(("rm -rf '%s'"):format(folder))
os.exit(failed == 0)
