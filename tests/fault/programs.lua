-- Starts the programs again and again, each time with another allocation failing, of all that they and their
-- libraries make, or another file call. What must hold: no crash; the work done, with the same result as ever, or a
-- message, which says that memory was short where it was, and the file that was there before.
--
--     ctest --test-dir build -R fault.programs
--
-- Of the allocations every how manyth fails, of the file calls the first ones and then ever fewer; all of them where
-- DNN_FAULT_ALL is set, which takes half an hour. Arguments are names of commands, to start those alone: script,
-- module, csv, svg, png, html, text.
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

local out, messages, struck = folder .. "/out", folder .. "/messages", folder .. "/struck"

-- Runs a command with the n-th call of a kind failing (0: none): how it ended, what it wrote, what it said.
local function run(command, n, kind, reason)
  write(out, "old")
  local way = ""
  if n > 0 then
    way = ("FAULT=%s:%d:%s FAULT_STRUCK='%s' LD_PRELOAD='%s' "):format(kind, n, reason, struck, fault)
  end
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
  {build .. "/bin/dnnlua -e " .. SCRIPT, 23, name = "script"},
  {"lua5.4 -e " .. OPENS .. " >OUT", 131, name = "module", streams = true},
}
for _, format in ipairs{"csv", "svg", "png", "html"} do
  commands[#commands + 1] = {("%s/bin/dnnview '%s/run' --%s OUT"):format(build, folder, format), 17, name = format}
end
local text <const> = ("%s/bin/dnnview '%s/run' --text >OUT"):format(build, folder)
commands[#commands + 1] = {text, 17, name = "text", streams = true}

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
    print(("FAILED: %s, %s %d (%s): %s"):format(row.name, kind, n, reason, wrong))
  end
end

-- Starts until the program makes fewer calls than that; how many failed.
local function sweep(row, whole, kind, reason)
  local n, count = 1, 0
  while true do
    os.remove(struck)
    try(row, whole, n, kind, reason)
    if not read(struck) then return count end
    count = count + 1
    n = n + (os.getenv "DNN_FAULT_ALL" and 1 or kind == "alloc" and row[2] or math.max(1, n // 8))
  end
end

local FILES <const> = {
  {"open", "EMFILE"}, {"open", "EINTR"}, {"read", "EIO"}, {"read", "EINTR"}, {"read", "short"}, {"write", "ENOSPC"},
  {"write", "EINTR"}, {"write", "short"}, {"sync", "EIO"}, {"rename", "EIO"}, {"close", "EIO"},
}

local wanted = {}
for _, name in ipairs(arg) do wanted[name] = true end
for _, row in ipairs(commands) do
  if next(wanted) == nil or wanted[row.name] then
    local ended, whole, message = run(row[1], 0)
    assert(ended == 0 and whole ~= "old", message)
    local of_memory, of_files = sweep(row, whole, "alloc", "ENOMEM"), 0
    for _, how in ipairs(FILES) do of_files = of_files + sweep(row, whole, table.unpack(how)) end
    print(("%-22s %6d allocations and %4d file calls failed, one at a time"):format(row.name, of_memory, of_files))
    allocations, files = allocations + of_memory, files + of_files
  end
end
print(("%-22s %6d allocations and %4d file calls"):format("in all", allocations, files))
os.execute(("rm -rf '%s'"):format(folder))
os.exit(failed == 0)
