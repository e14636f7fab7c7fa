-- Trains a small GPT to write like a text, character by character, and shows what it writes meanwhile.
--
--     dnnlua transformer.lua TEXT                        trains, and writes
--     dnnlua transformer.lua TEXT --save gpt.safetensors and keeps what it has learnt
--     dnnlua transformer.lua TEXT --load gpt.safetensors --steps 0 --write 2000
--     dnnlua --view transformer.lua TEXT                 with a window that shows how it goes
--     dnnlua transformer.lua --help                      all options
--
-- Its settings are those that nanoGPT (github.com/karpathy/nanoGPT) publishes for CPUs. On 1.1 MB of Shakespeare's
-- plays it reaches a loss of 1.76 on the last tenth, which it does not see; nanoGPT publishes 1.88.
--
-- Ctrl-C ends the training, and what it has learnt so far is shown.
local dnn = require "dnn"
local args = require "dnn.args"
local new_bar = require "dnn.bar".new

local p = args.parser("transformer.lua", "Trains a small GPT to write like a text, character by character.")
p:argument("text", "a file of text, the larger the better")
local function option(name, value, default, description, convert)
  p:option("--" .. name, description):argname(value):default(default):convert(convert)
end
option("layers", "<n>", "4", "blocks of attention and two Linears", args.whole("--layers", 1))
option("heads", "<n>", "4", "heads of each attention", args.whole("--heads", 1))
option("channels", "<n>", "128", "features of each character", args.whole("--channels", 1))
option("context", "<n>", "64", "characters of context", args.whole("--context", 2))
option("batch", "<n>", "12", "chunks of text in a step", args.whole("--batch", 1))
option("steps", "<n>", "2000", "steps to take", args.whole("--steps", 0))
option("lr", "<rate>", "0.001", "the highest learning rate", args.positive("--lr", 1))
option("every", "<n>", "250", "steps between evaluations", args.whole("--every", 1))
option("write", "<n>", "400", "characters to write at the end", args.whole("--write", 0))
option("seed", "<n>", "1", "of all random numbers", args.whole("--seed", 0))
p:option("--threads", "threads to use (one for each core)"):argname "<n>"
  :convert(args.whole("--threads", 1, 256))
p:option("--save", "a file to save the trained weights to"):argname "<file>":convert(args.output)
p:option("--load", "a file of weights to start from"):argname "<file>"
p:option("--run", "a folder for the run's log, for dnnview and TensorBoard"):argname "<folder>"
  :convert(args.run)
p:flag("--view", "open a window on the run")
local options = p:parse(arg)
if options.channels % options.heads ~= 0 then p:error "--heads must divide --channels" end
if options.threads then dnn.set_num_threads(options.threads) end
dnn.manual_seed(options.seed)
local T <const> = options.context

-- The text as numbers: its different characters (bytes, in fact) in their order are 1 to #characters.
local file = args.need(io.open(options.text, "rb"))
local text = file:read "a"
file:close()
local characters, id = {}, {}
for c in text:gmatch "." do
  if not id[c] then characters[#characters + 1], id[c] = c, true end
end
table.sort(characters)
for i, c in ipairs(characters) do id[c] = string.char(i - 1) end
local ids = dnn.frombytes(text:gsub(".", id), "uint8", 1, #text):float() + 1
local cut = #text * 9 // 10
local learnt, held_out = ids:cols_range(1, cut), ids:cols_range(cut + 1, #text)
if held_out.cols <= T then args.fail("%s is too short: %d characters", options.text, #text) end
print(("%d characters, %d different ones; the last %d are held out"):format(#text, #characters, held_out.cols))

-- Stretches at random places: X is T x batch characters, Y the ones that follow each of them.
local steps = dnn.arange(1, T):reshape(T, 1)
local function batch()
  local at = steps + (dnn.rand(1, options.batch) * (learnt.cols - T)):int():float()
  at = at:reshape(T * options.batch, 1)
  return learnt:gather(at):reshape(T, options.batch), learnt:gather(at + 1):reshape(T, options.batch)
end

-- The network. Its last layer works with the weight of the first one, transposed.
local tokens = dnn.Embedding(#characters, options.channels)
local layers = {tokens, dnn.PositionalEmbedding(T, options.channels)}
for _ = 1, options.layers do
  table.insert(layers, dnn.TransformerEncoderLayer(options.channels, options.heads, {
    dim_feedforward = 4 * options.channels, activation = "gelu", norm_first = true, causal = true, bias = false,
    dropout = 0,
  }))
end
table.insert(layers, dnn.LayerNorm(options.channels, {bias = false}))
table.insert(layers, dnn.Linear(options.channels, #characters, {bias = false}):tie(tokens))
local net = dnn.Sequential(layers, {keep = false})

-- Weights start so that a layer's outputs vary as its inputs do, and those that end a branch the smaller the more
-- branches are added up. Embeddings start small: the last layer works with the first one's. Matrices decay, the factors
-- of the norms do not.
local matrices, vectors = {}, {}
for name, W in net:parameters():pairs() do
  if name:find "^[01]%.weight" then
    W:normal_(0, 0.02)
  elseif W.cols > 1 then
    local ends = name:find "out_proj" or name:find "linear2"
    W:normal_(0, 1 / math.sqrt(ends and 2 * options.layers * W.cols or W.cols))
  end
  table.insert(W.cols > 1 and matrices or vectors, net:parameters("^" .. name .. "$"))
end
if options.load then args.need(net:load(options.load)) end
print(("%d parameters"):format(net:parameters().count))

local loss = dnn.CrossEntropyLoss()
local optimiser = dnn.optim.AdamW({{params = matrices, weight_decay = 0.1}, {params = vectors, weight_decay = 0}},
  {lr = options.lr, beta1 = 0.9, beta2 = 0.99})

local warm_up, lowest <const> = 100, options.lr / 10
local function learning_rate(i)
  if i < warm_up then return options.lr * i / warm_up end
  local share = (i - warm_up) / math.max(options.steps - warm_up, 1)
  return lowest + (options.lr - lowest) * (1 + math.cos(math.pi * share)) / 2
end

-- The loss over all that was held out, or over every `step`-th stretch of it: the mean over all characters of stretches
-- side by side, so those at a stretch's beginning are predicted from few, as nanoGPT measures it.
local all = (held_out.cols - 1) // T
local held_X = held_out:cols_range(1, all * T):reshape(T, all)
local held_Y = held_out:cols_range(2, all * T + 1):reshape(T, all)
local function evaluate(step)
  local some = dnn.arange(1, all, step):t()
  local X, Y, count, sum = held_X:gather(some), held_Y:gather(some), some.cols, 0
  for first = 1, count, 64 do
    local last = math.min(first + 63, count)
    local A = net:predict(X:cols_range(first, last))
    sum = sum + loss:forward(A, Y:cols_range(first, last)) * (last - first + 1)
  end
  return sum / count
end

-- `count` characters, each drawn with the probability that the network gives it after the ones before it. A cache keeps
-- what it has made of those; when the context is full, it starts again from the last half of it.
local function write(count)
  local written, cache, first = {ids(1, text:find "\n" or 1)}, net:cache(T), 1
  for i = 1, count do
    if cache.steps + i - first + 1 > T then
      cache:reset()
      first = i - T // 2 + 1
    end
    local scores = net:predict(dnn.Matrix(table.move(written, first, i, 1, {})), {cache = cache})
    scores = scores:rows_range(scores.rows - #characters + 1, scores.rows)
    local noise = -dnn.log(-dnn.log(dnn.rand(#characters, 1))) -- Gumbel's: the largest sum is such a draw
    written[i + 1], first = dnn.argmax(scores + noise, 1)(1, 1), i + 1
  end
  for i, n in ipairs(written) do written[i] = characters[n] end
  return table.concat(written, "", 2)
end

local run = dnn.Run(options.run, {view = options.view, net = net, optimiser = optimiser, settings = options})
local bar = new_bar {total = options.steps, label = "training", unit = "steps"}
local started, parameters, shown = dnn.time(), net:parameters(), nil
for i in run:steps(1, options.steps) do
  optimiser.lr = learning_rate(i)
  local X, Y = batch()
  local cost = loss:forward(net:forward(X), Y)
  net:backward(loss:backward())
  dnn.clip_grad_norm_(parameters, 1)
  optimiser:step()

  shown = shown and shown + 0.02 * (cost - shown) or cost
  local held = i % options.every == 0 and evaluate(8) or nil
  run:log(i, {loss = {learnt = cost, held_out = held}, lr = optimiser.lr})
  if held then
    bar:print(("step %d: loss %.3f, held out %.3f"):format(i, shown, held))
    bar:print("    " .. args.plain(write(100)):gsub("\n", "\n    "))
  end
  bar:update(i, ("loss %.3f"):format(shown))
end
bar:finish()
run:close()
if options.save then args.need(net:save(options.save)) end

if options.steps > 0 then print(("%.1f seconds"):format(dnn.time() - started)) end
print(("loss on the held-out text: %.4f"):format(evaluate(1)))
print(args.plain(write(options.write)))
