-- Starts the programs again and again, each time with another allocation failing, of all that they and their libraries
-- make. What must hold: no crash; the work done, with the same result as ever, or a message that says that memory was
-- short, and the file that was there before.
--
--     ctest --test-dir build -R fault.programs
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

-- Runs a command with the n-th allocation failing (0: none): how it ended, what it wrote, what it said.
local function run(command, n)
  write(out, "old")
  local way = n > 0 and ("FAULT=alloc:%d LD_PRELOAD='%s' "):format(n, fault) or ""
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
local commands = {{build .. "/bin/dnnlua -e " .. SCRIPT, 23}}
for _, format in ipairs{"csv", "svg", "png", "html"} do
  commands[#commands + 1] = {("%s/bin/dnnview '%s/run' --%s OUT"):format(build, folder, format), 17}
end
commands[#commands + 1] = {("%s/bin/dnnview '%s/run' --text >OUT"):format(build, folder), 17, streams = true}

local failed, injected = 0, 0
local function complain(command, n, text)
  failed = failed + 1
  print(("FAILED: %s, allocation %d: %s"):format(command, n, text))
end

for _, row in ipairs(commands) do
  local command, stride = table.unpack(row)
  local ended, whole, message = run(command, 0)
  assert(ended == 0 and whole ~= "old", message)
  local passed, n = 0, 1
  while passed < 30 do -- so many in a row are more than the program makes after a first result
    local status, result, said = run(command, n)
    passed = status == 0 and passed + 1 or 0
    if status == 0 then
      if result ~= whole then complain(command, n, "the result differs, and nothing is said") end
    elseif status ~= 1 then
      complain(command, n, "ended by " .. tostring(status))
    elseif not is_clear(said) then
      complain(command, n, "unclear: " .. said)
    elseif result ~= "old" and not row.streams then
      complain(command, n, "the old file is gone")
    end
    injected, n = injected + 1, n + stride
  end
end
print(("%d allocations of starting programs failed, one at a time"):format(injected))
os.execute(("rm -rf '%s'"):format(folder))
os.exit(failed == 0)
