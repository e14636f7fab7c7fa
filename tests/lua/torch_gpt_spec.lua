-- The weights of a GPT in PyTorch give the same outputs here, all at once and step by step. Skipped where there is no
-- PyTorch.
package.path = "tests/lua/?.lua;" .. package.path
local dnn = require "dnn"
local program = require "program"

local function network()
  local tokens = dnn.Embedding(11, 8)
  local function block(heads, first)
    return dnn.TransformerEncoderLayer(8, heads,
      {dim_feedforward = 12, activation = "gelu", dropout = 0, norm_first = first, causal = true})
  end
  return dnn.Sequential{tokens, dnn.PositionalEmbedding(10, 8), block(2, true), block(4, false), dnn.LayerNorm(8),
    dnn.Linear(8, 11):tie(tokens)}
end

it("a GPT's weights come from PyTorch, with a tied weight under both of its names", function()
  if not program.has_torch() then pending "python3-torch is absent" return end
  local folder = program.folder()
  local line = ("/usr/bin/python3 -B tests/lua/torch_gpt.py '%s/weights' '%s/outputs'"):format(folder, folder)
  assert(os.execute(line), line)
  local net, theirs = network(), assert(dnn.load(folder .. "/outputs"))
  assert(net:load(folder .. "/weights"))
  program.remove(folder)
  local X, A = theirs.X:float(), theirs.A
  assert.is_true(dnn.max((net:predict(X):double() - A):abs()) < 1e-4)
  local cache = net:cache(7, 3)
  for t = 1, 7 do
    local now = net:predict(X:rows_range(t, t), {cache = cache}):double()
    assert.is_true(dnn.max((now - A:rows_range(11 * (t - 1) + 1, 11 * t)):abs()) < 1e-4)
  end
end)
