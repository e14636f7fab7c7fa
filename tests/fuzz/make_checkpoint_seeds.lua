#!/usr/bin/env dnnlua
-- Writes the seeds of the target `checkpoint`: what a training saves, and the same with a part left out, and with
-- texts and matrices that no training writes. `dnnlua make_checkpoint_seeds.lua` puts them into seeds/ beside it.
local dnn = require "dnn"
local here = arg[0]:match "^(.*/)" or "./"
local _, objects = dofile(here .. "checkpoint.lua")
local folder = here .. "seeds/checkpoint/"
assert(dnn.system.make_folder(folder))

local file = assert(dnn.checkpoint._snapshot(objects))

-- Writes the snapshot with other entries; false leaves one out.
local function write(name, tensors, metadata)
  local changed = {tensors = {}, metadata = {["dnn.checksum"] = ""}}
  for kind, changes in pairs {tensors = tensors, metadata = metadata} do
    for key, value in pairs(file[kind]) do changed[kind][key] = value end
    for key, value in pairs(changes) do changed[kind][key] = value or nil end
  end
  assert(dnn.save(folder .. name, changed.tensors, {metadata = changed.metadata}))
end

write("whole", {}, {})
write("former_version", {}, {["dnn.checkpoint"] = "1"})
write("version_of_later", {}, {["dnn.checkpoint"] = "3"})
for part in pairs(objects) do write("no_kind_of_" .. part, {}, {["dnn.kind." .. part] = false}) end
for _, random in ipairs {"", "1", "1 2 3", "9223372036854775808 1", "1 9223372036854775807", "1 -1", "nan inf"} do
  write("random_" .. (random == "" and "empty" or random:gsub(" ", "_")), {}, {["dnn.random"] = random})
end
-- What must not reach a terminal.
write("escapes", {}, {["dnn.kind.random"] = "\27[2J\127", ["dnn.kind.\27]0;x\7"] = "Adam", ["random.\27"] = '"\27"'})
write("version_escapes", {}, {["dnn.checkpoint"] = "\27[2J"})

-- Each text of a state becomes one that it cannot be, a different one each time.
local hostile <const> = {
  "nan", "inf", "-1", "1e308", "9223372036854775807", "-9223372036854775808", "0", "0.5", "true", '"text"', 'hex"00ff"',
}
local names = {}
for name in pairs(file.metadata) do
  if not name:find "^dnn%." then names[#names + 1] = name end
end
table.sort(names)
for i, name in ipairs(names) do
  write(("text_%s_%d"):format(name:gsub("%W", "_"), i), {}, {[name] = hostile[i % #hostile + 1]})
end

-- And each matrix another one.
names = {}
for name in pairs(file.tensors) do names[#names + 1] = name end
table.sort(names)
for i, name in ipairs(names) do
  local old = file.tensors[name]
  local others = {
    dnn.zeros(old.cols, old.rows + 1), dnn.zeros(0, old.cols), old:double(), old:int(), old * (0 / 0),
    dnn.zeros(old.rows, old.cols + 1),
  }
  write(("matrix_%s_%d"):format(name:gsub("%W", "_"), i), {[name] = others[i % #others + 1]}, {})
end
