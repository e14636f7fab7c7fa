-- What watching costs: a step of the cats network without a log; with a log of its cost, the network telling
-- the rest at its own intervals; with the norms of all gradients logged at each step too; and the second of these
-- with the window open. A second training without a log shows what such ratios are worth on this machine.
--
--     tests/viz/with_display.sh build/bin/dnnlua bench/watched.lua [ROUNDS]
--
-- They take turns in one process, in another order each round, on one thread (so that a core is free for
-- the window where there are two) and on all. While it is another's turn the window is stopped. Printed: the
-- median time of a step, and its ratio to the time without a log in the same round, as median and middle half
-- of the rounds; the same ratio of the fastest turns, which other programs disturb least; the ratio of
-- processor time, the log's own thread included; and how much of a core the window takes. Without a display
-- the window is left out.
local dnn = require "dnn"

local rounds = tonumber(arg[1]) or 12
local TURN = 2 -- seconds: a window wakes at the beginning of its turn, which a shorter one would count too often

local function shell(command)
  local pipe <close> = io.popen(command)
  return (pipe:read "a":gsub("\n$", ""))
end

local pid = io.open "/proc/self/stat":read "n"
local folder = os.tmpname()
os.remove(folder)

local X, Y = dnn.rand(12288, 209), dnn.zeros(1, 209)
for j = 1, 209, 3 do Y:set(1, j, 1) end

-- A training; `open` makes its run, and `norms` are logged at each step or not. Its train(n) takes n steps as a
-- script with a log would write them.
local function training(name, open, norms)
  dnn.manual_seed(1)
  local net = dnn.Sequential{
    dnn.Linear(12288, 20, {init = "1/sqrt(n)"}), dnn.ReLU(),
    dnn.Linear(20, 7, {init = "1/sqrt(n)"}), dnn.ReLU(),
    dnn.Linear(7, 5, {init = "1/sqrt(n)"}), dnn.ReLU(),
    dnn.Linear(5, 1, {init = "1/sqrt(n)"}), dnn.Sigmoid(),
  }
  local loss, opt = dnn.BCELoss(), dnn.optim.SGD(net:parameters(), {lr = 0.0075})
  local run = open and assert(open(net, opt))
  local case = {name = name, run = run, times = {}, processor = {}, window_time = 0}
  local step = 0
  function case.train(n)
    for _ = 1, n do
      step = step + 1
      local cost = loss:forward(net:forward(X), Y)
      net:backward(loss:backward())
      opt:step()
      if run then run:log(step, {cost = cost, grad_norm = norms and net:grad_norms()}) end
    end
  end
  return case
end

local function cases()
  local list = {
    training "no log",
    training "the same again",
    training("log", function(net, opt)
      return dnn.Run(folder .. "/log", {net = net, optimiser = opt, view = false})
    end),
    training("log with norms", function(net, opt)
      return dnn.Run(folder .. "/norms", {net = net, optimiser = opt, view = false})
    end, true),
  }
  if os.getenv "DISPLAY" then
    list[5] = training("log and window", function(net, opt)
      return dnn.Run(folder .. "/window", {net = net, optimiser = opt, view = true})
    end)
    list[5].window = assert(shell(("pgrep -n -P %d dnnview"):format(pid)):match "%d+", "no window")
    list[5].train(200)
    os.execute "sleep 1" -- it opens, and sees its first values
  end
  return list
end

local function signal(case, name)
  if case.window then os.execute(("kill -%s %s"):format(name, case.window)) end
end

-- Seconds of processor time that the window has had.
local function window_time(case)
  if not case.window then return 0 end
  local file <close> = assert(io.open(("/proc/%s/stat"):format(case.window)))
  local fields = {}
  for field in file:read "a":match "%) (.*)":gmatch "%S+" do fields[#fields + 1] = field end
  return (fields[12] + fields[13]) / 100 -- user and system time, in clock ticks
end

local function take_turn(case, steps)
  signal(case, "CONT")
  local before, start, processor = window_time(case), dnn.time(), os.clock()
  case.train(steps)
  table.insert(case.times, (dnn.time() - start) / steps)
  table.insert(case.processor, (os.clock() - processor) / steps)
  case.window_time = case.window_time + window_time(case) - before
  signal(case, "STOP")
end

local function quantile(list, share)
  local sorted = table.move(list, 1, #list, 1, {})
  table.sort(sorted)
  return sorted[1 + math.floor(share * (#sorted - 1) + 0.5)]
end

local function ratios(list, reference)
  local quotients = {}
  for k, x in ipairs(list) do quotients[k] = x / reference[k] end
  return quotients
end

local function report(case, reference, steps)
  local line = ("  %-15s %7.3f ms"):format(case.name, 1e3 * quantile(case.times, 0.5))
  if case ~= reference then
    local r = ratios(case.times, reference.times)
    line = line .. ("   x %.3f (%.3f to %.3f); fastest turns x %.3f; processor x %.3f"):format(
      quantile(r, 0.5), quantile(r, 0.25), quantile(r, 0.75),
      quantile(case.times, 0) / quantile(reference.times, 0),
      quantile(ratios(case.processor, reference.processor), 0.5))
  end
  if case.window then
    local seconds = 0
    for _, time in ipairs(case.times) do seconds = seconds + time * steps end
    line = line .. ("; the window %.1f %% of a core"):format(100 * case.window_time / seconds)
  end
  print(line)
end

local function measure(threads)
  dnn.set_num_threads(threads)
  print(("%d thread%s, %d rounds:"):format(threads, threads == 1 and "" or "s", rounds))
  local list = cases()
  for _, case in ipairs(list) do case.train(20) signal(case, "STOP") end
  local start = dnn.time()
  list[1].train(50)
  local steps = math.max(1, math.floor(TURN * 50 / (dnn.time() - start)))
  for round = 1, rounds do
    for k = 1, #list do take_turn(list[1 + (round + k) % #list], steps) end
  end
  for _, case in ipairs(list) do
    report(case, list[1], steps)
    signal(case, "KILL")
    if case.run then case.run:close() end
  end
end

local cores = dnn.get_num_threads()
measure(1)
if cores > 1 then measure(cores) end
os.execute("rm -rf " .. folder)
