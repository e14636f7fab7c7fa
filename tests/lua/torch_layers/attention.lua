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
  {"dnn.MultiheadAttention(6, 2, {causal = true})", "MultiheadAttention(6, 2, causal=True)", {5, 6},
    lengths = {5, 1, 3, 4}},
  {"dnn.MultiheadAttention(6, 3)", "MultiheadAttention(6, 3)", {4, 6}, hidden = hidden},
  {"dnn.MultiheadAttention(4, 2)", "MultiheadAttention(4, 2)", {4, 4}, mask = mask},
  {"dnn.MultiheadAttention(4, 2)", "MultiheadAttention(4, 2)", {4, 4}, mask = mask, lengths = {4, 2, 3, 3}},
  {"dnn.Merge{dnn.Slice(1, 6), dnn.Slice(7, 12), with = dnn.MultiheadAttention(6, 2)}",
    "Merge(Slice(1, 6), Slice(7, 12), join=CrossAttention(6, 2))", {5, 12}},
  {"dnn.Merge{dnn.Slice(1, 4), dnn.Slice(5, 8), with = dnn.MultiheadAttention(4, 1, {bias = false})}",
    "Merge(Slice(1, 4), Slice(5, 8), join=CrossAttention(4, 1, bias=False))", {4, 8}, lengths = {2, 4, 1, 3}},
  {"dnn.Merge{dnn.Slice(1, 6), dnn.Slice(7, 12), with = dnn.TransformerDecoderLayer(6, 2, {dim_feedforward = 10, "
    .. "dropout = 0})}",
    "Merge(Slice(1, 6), Slice(7, 12), join=TransformerDecoderLayer(6, 2, dim_feedforward=10, dropout=0))", {5, 12}},
  {"dnn.Merge{dnn.Slice(1, 4), dnn.Slice(5, 8), with = dnn.TransformerDecoderLayer(4, 2, {dim_feedforward = 7, "
    .. "norm_first = true, activation = 'gelu', causal = true})}",
    "Merge(Slice(1, 4), Slice(5, 8), join=TransformerDecoderLayer(4, 2, dim_feedforward=7, norm_first=True, "
    .. "activation='gelu', causal=True))", {4, 8}, lengths = {4, 2, 3, 1}, eval = true},
  {"dnn.Merge{dnn.Slice(1, 4), dnn.Slice(5, 8), with = dnn.TransformerDecoderLayer(4, 2, {dim_feedforward = 5, "
    .. "dropout = 0})}",
    "Merge(Slice(1, 4), Slice(5, 8), join=TransformerDecoderLayer(4, 2, dim_feedforward=5, dropout=0))", {4, 8},
    lengths = {4, 2, 3, 1}},
  {"dnn.Merge{dnn.Slice(1, 4), dnn.Slice(5, 8), with = dnn.Sequential{"
    .. "dnn.TransformerDecoderLayer(4, 2, {dim_feedforward = 5, dropout = 0}), "
    .. "dnn.TransformerDecoderLayer(4, 1, {dim_feedforward = 6, dropout = 0, causal = true})}}",
    "Merge(Slice(1, 4), Slice(5, 8), join=Decoders(TransformerDecoderLayer(4, 2, dim_feedforward=5, dropout=0), "
    .. "TransformerDecoderLayer(4, 1, dim_feedforward=6, dropout=0, causal=True)))", {3, 8}},
  {"dnn.TransformerEncoderLayer(6, 2, {dim_feedforward = 10, dropout = 0})",
    "TransformerEncoderLayer(6, 2, dim_feedforward=10, dropout=0)", {5, 6}},
  {"dnn.TransformerEncoderLayer(8, 2, {dim_feedforward = 7, activation = 'gelu', norm_first = true, causal = true})",
    "TransformerEncoderLayer(8, 2, dim_feedforward=7, activation='gelu', norm_first=True, causal=True)", {6, 8},
    eval = true},
  {"dnn.TransformerEncoderLayer(4, 1, {dim_feedforward = 9, norm_first = true, layer_norm_eps = 0.01, dropout = 0})",
    "TransformerEncoderLayer(4, 1, dim_feedforward=9, norm_first=True, layer_norm_eps=0.01, dropout=0)", {4, 4},
    lengths = {4, 1, 3, 2}},
  {"dnn.TransformerEncoderLayer(4, 2, {dim_feedforward = 5, dropout = 0, activation = 'gelu'})",
    "TransformerEncoderLayer(4, 2, dim_feedforward=5, dropout=0, activation='gelu')", {4, 4}, hidden = hidden},
}
