-- Cases of tests/lua/torch_layers_spec.lua: attention.
local hidden = {{0, 1, 0, 0}, {0, 0, 1, 1}, {1, 0, 0, 1}, {0, 0, 0, 0}}
local mask = {{0, -1, 2, 0.5}, {1, 0.25, -math.huge, 0}, {0, 3, 0, -math.huge}, {-2, 0, 0, 0}}
for _, row in ipairs(mask) do -- JSON has no infinity
  for i, x in ipairs(row) do row[i] = math.max(x, -1e30) end
end

return {
  {"dnn.MultiheadAttention(6, 2)", "MultiheadAttention(6, 2)", {5, 6}},
  {"dnn.MultiheadAttention(8, 1, {bias = false})", "MultiheadAttention(8, 1, bias=False)", {3, 8}},
  {"dnn.MultiheadAttention(12, 4, {causal = true})", "MultiheadAttention(12, 4, causal=True)", {70, 12}},
  {"dnn.MultiheadAttention(6, 3, {dropout = 0.2})", "MultiheadAttention(6, 3, dropout=0.2)", {4, 6}, eval = true},
  {"dnn.MultiheadAttention(6, 2)", "MultiheadAttention(6, 2)", {5, 6}, lengths = {5, 1, 3, 4}},
  {"dnn.MultiheadAttention(6, 3)", "MultiheadAttention(6, 3)", {4, 6}, hidden = hidden},
  {"dnn.MultiheadAttention(4, 2)", "MultiheadAttention(4, 2)", {4, 4}, mask = mask},
  {"dnn.MultiheadAttention(4, 2)", "MultiheadAttention(4, 2)", {4, 4}, mask = mask, lengths = {4, 2, 3, 3}},
}
