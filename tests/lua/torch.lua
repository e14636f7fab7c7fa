-- Comparison with PyTorch: the specs named torch_* have a Python file beside them that computes the same cases.
local dkjson = require "dkjson"
local dnn = require "dnn"
local program = require "program"

local torch = {}

-- What tests/lua/NAME.py makes of the cases, and of tensors by name where there are any: tensors by name.
function torch.run(name, cases, tensors)
  local folder = program.folder()
  program.write_all(folder .. "/cases.json", dkjson.encode(cases))
  if tensors then assert(dnn.save(folder .. "/in", tensors)) end
  local line = ("/usr/bin/python3 tests/lua/%s.py %s/cases.json %s %s/out"):format(name, folder,
    tensors and folder .. "/in" or "", folder)
  assert(os.execute(line), line)
  local theirs = assert(dnn.load(folder .. "/out"))
  program.remove(folder)
  return theirs
end

return torch
