-- Cases of tests/lua/torch_layers_spec.lua: recurrent layers, each cell over the same settings.
local settings = {
  {"(3, 4)", "(3, 4)", {5, 3}},
  {"(2, 3, {bias = false})", "(2, 3, bias=False)", {1, 2}},
  {"(3, 4, 2)", "(3, 4, 2)", {5, 3}},
  {"(3, 4, {bidirectional = true})", "(3, 4, bidirectional=True)", {4, 3}},
  {"(3, 4, {output = 'last', bidirectional = true})", "(3, 4, last=True, bidirectional=True)", {4, 3}},
  {"(3, 5, 3, {bidirectional = true, bias = false})", "(3, 5, 3, bidirectional=True, bias=False)", {6, 3}},
  {"(3, 4, 2, {dropout = 0.5})", "(3, 4, 2, dropout=0.5)", {4, 3}, eval = true},
  {"(3, 4)", "(3, 4)", {5, 3}, lengths = {5, 1, 3, 4}},
  {"(3, 4, 2, {bidirectional = true})", "(3, 4, 2, bidirectional=True)", {6, 3}, lengths = {2, 6, 1, 5}},
  {"(3, 4, {output = 'last', bidirectional = true})", "(3, 4, last=True, bidirectional=True)", {4, 3},
    lengths = {3, 4, 2, 1}},
  {"(2, 6, 2, {output = 'last'})", "(2, 6, 2, last=True)", {5, 2}, lengths = {3, 4, 2, 1}},
  {"(3, 4, {stateful = true})", "(3, 4)", {3, 3}, carry = true},
  {"(3, 4, 2, {stateful = true, bidirectional = true})", "(3, 4, 2, bidirectional=True)", {5, 3}, carry = true,
    lengths = {2, 5, 1, 4}},
  {"(40, 70)", "(40, 70)", {3, 40}}, -- odd parts of vectors
}

local cases = {
  {"dnn.RNN(3, 4, 2, {nonlinearity = 'relu'})", "RNN(3, 4, 2, nonlinearity='relu')", {5, 3}},
}
for _, name in ipairs{"RNN", "LSTM", "GRU"} do
  for _, setting in ipairs(settings) do
    local case = {"dnn." .. name .. setting[1], name .. setting[2], setting[3]}
    case.lengths, case.carry, case.eval = setting.lengths, setting.carry, setting.eval
    cases[#cases + 1] = case
  end
  -- Each id is computed with once.
  cases[#cases + 1] = {"dnn.Sequential{dnn.Embedding(4, 3, {padding_idx = 2}), dnn." .. name .. "(3, 5)}",
    "nn.Sequential(nn.Embedding(4, 3, padding_idx=1), " .. name .. "(3, 5))", {6}, ids = 4}
  cases[#cases + 1] = {"dnn.Sequential{dnn.Embedding(4, 3), dnn." .. name .. "(3, 5, 2, {bidirectional = true})}",
    "nn.Sequential(nn.Embedding(4, 3), " .. name .. "(3, 5, 2, bidirectional=True))", {6}, ids = 4}
end
return cases
