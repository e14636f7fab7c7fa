-- Learns to write like a text, character by character, with an LSTM, a GRU or a plain RNN.
--
--     dnnlua char_rnn.lua TEXT                             trains, and writes a sample after each epoch
--     dnnlua char_rnn.lua TEXT --save shakespeare          and keeps a checkpoint
--     dnnlua char_rnn.lua TEXT --load shakespeare --sample 500      writes 500 characters and ends
--     dnnlua char_rnn.lua --help                           all options
--
-- The first nine tenths of the text are cut into as many streams as a batch has columns, which are read side by side,
-- some characters at a step. The layer keeps its state from one step to the next (stateful = true), so it remembers
-- more than a step shows, while gradients end at the step's first character: truncated backpropagation through time.
-- The last tenth is read in the same way, and only measures.
local dnn = require "dnn"
local args = require "dnn.args"

local parser = args.parser("char_rnn.lua", "Learns to write like a text, character by character.")
parser:argument("text", "a text file of about 100 kB or more")
parser:option("--cell", "the recurrent layer", "LSTM"):choices{"LSTM", "GRU", "RNN"}
parser:option("--hidden", "its units", "128"):argname "<n>":convert(args.whole("--hidden", 1))
parser:option("--layers", "its layers", "1"):argname "<n>":convert(args.whole("--layers", 1, 16))
parser:option("--dropout", "between layers", "0"):argname "<p>":convert(function(t)
  return tonumber(t), "dropout must be a number from 0 to 1"
end)
parser:option("--length", "characters of each stream at a step", "64"):argname "<n>":convert(args.whole("--length", 1))
parser:option("--load", "a checkpoint to continue from"):argname "<file>"
parser:option("--sample", "write this many characters and exit"):argname "<n>":convert(args.whole("--sample", 1))
parser:option("--prime", "how samples begin", "\n"):argname "<text>"
parser:option("--temperature", "below 1 for safer samples, above 1 for bolder ones", "0.8"):argname "<t>"
  :convert(args.positive("--temperature", 100))
args.training(parser, {epochs = 20, batch = 32, lr = 0.004})
local options = parser:parse()
if options.threads then dnn.set_num_threads(options.threads) end
dnn.manual_seed(options.seed)

-- The text as ids, 1 for its lowest character; a column for each stream.
local file <close> = args.need(io.open(options.text, "rb"))
local text = args.need(file:read "a")
local characters, id_of = {}, {}
for character in text:gmatch "." do id_of[character] = 0 end
for character in pairs(id_of) do characters[#characters + 1] = character end
table.sort(characters)
for id, character in ipairs(characters) do id_of[character] = id end
if #characters > 255 then args.fail("%s is not a text file", options.text) end

-- Ids of characters from..to in streams of one length, and how many steps of --length they have.
local function streams(from, to)
  local length = (to - from + 1) // options.batch
  if length <= options.length then args.fail("%s is too short for %d streams", options.text, options.batch) end
  local part = text:sub(from, from + length * options.batch - 1)
  local ids = part:gsub(".", function(character) return string.char(id_of[character]) end)
  return dnn.frombytes(ids, "uint8", length, options.batch), (length - 1) // options.length
end
local nine_tenths = #text * 9 // 10
local train, train_steps = streams(1, nine_tenths)
local held_out, held_out_steps = streams(nine_tenths + 1, #text)

-- What a step reads, and what it is to say: each character's successor.
local function window(ids, k)
  local first = (k - 1) * options.length + 1
  return ids:rows_range(first, first + options.length - 1), ids:rows_range(first + 1, first + options.length)
end

local net = dnn.Sequential({
  dnn.Embedding(#characters, 64),
  dnn[options.cell](64, options.hidden, options.layers, {dropout = options.dropout, stateful = true}),
  dnn.Linear(options.hidden, #characters),
}, {keep = false}) -- nobody looks at what its layers put out
local loss = dnn.CrossEntropyLoss()
local optimiser = dnn.optim.Adam(net:parameters(), {lr = options.lr})

-- Writes `count` characters after --prime, each drawn from what the network expects.
local function sample(count)
  net:eval():reset_state()
  local written, scores, id = {}, nil, dnn.zeros(1, 1)
  local function read(character)
    id:set(1, 1, id_of[character] or args.fail("--prime: the text has no character '%s'", character))
    scores = net:forward(id)
  end
  options.prime:gsub(".", read)
  for k = 1, count do
    local weights = dnn.exp((scores - scores:max()) / options.temperature):t():table()[1]
    local left, chosen = 0, #weights
    for _, weight in ipairs(weights) do left = left + weight end
    left = left * dnn.rand(1, 1)(1, 1)
    for i, weight in ipairs(weights) do
      left = left - weight
      if left < 0 then chosen = i break end
    end
    written[k] = characters[chosen]
    read(characters[chosen])
  end
  net:train()
  return table.concat(written)
end

-- The mean cost of the held-out text, nats per character.
local function evaluate()
  local costs = 0
  net:eval():reset_state()
  for k = 1, held_out_steps do
    local X, Y = window(held_out, k)
    costs = costs + loss:forward(net:forward(X), Y)
  end
  net:train()
  return costs / held_out_steps
end

if options.load then args.need(dnn.checkpoint.load(options.load, {net = net, optimiser = optimiser})) end
if options.sample then
  io.write(options.prime, args.plain(sample(options.sample)), "\n")
  return
end

local run = dnn.Run(options.run, {view = options.view, net = net, optimiser = optimiser, settings = options})
print(("%d characters, %d different ones; %d steps an epoch; %d parameters"):format(#text, #characters, train_steps,
  net:parameters().count))
local step, started = 0, dnn.time()
for epoch = 1, options.epochs do
  local costs, count = 0, 0
  net:reset_state()
  for k = 1, train_steps do
    step = step + 1
    local X, Y = window(train, k)
    local cost = loss:forward(net:forward(X), Y)
    net:backward(loss:backward())
    dnn.clip_grad_norm_(net:parameters(), 5)
    optimiser:step()
    run:log(step, {cost = cost})
    costs, count = costs + cost, count + 1
    if run.stopped then break end
  end
  local trained, tested = costs / count, evaluate()
  run:log(step, {held_out = tested})
  print(("\nepoch %2d, %.0f s: %.4f nats a character (%.3f bits), held out %.4f (%.3f bits)"):format(epoch,
    dnn.time() - started, trained, trained / math.log(2), tested, tested / math.log(2)))
  print((args.plain(sample(200)):gsub("[^\n]+", "    %0")))
  if options.save then args.need(dnn.checkpoint.save(options.save, {net = net, optimiser = optimiser})) end
  if run.stopped then break end
end
run:close()
