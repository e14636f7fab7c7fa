-- What watching costs a training of the cats network: beside the same training without a log, one that logs its
-- cost, the network telling the rest at its own intervals; one that logs the norms of all gradients at each step
-- too; and the first of these with the window open.
--
--     ninja -C build held_clock
--     tests/viz/with_display.sh build/bin/dnnlua bench/watched.lua [SECONDS [THREADS [log|norms|window]]]
--
-- One training, so that all work on the same memory, takes turns of TURN seconds: not logged, not logged again as a
-- control, logged, and back in the opposite order, so that a machine that gets slower harms them alike. In the turns
-- without a log the clocks of the run and of its window are held (held_clock.c) and the window is stopped: a look,
-- histograms or a frame come as often per second of logged training as they would without the others' turns.
--
-- Printed: the mean time of a step and its ratio to that without a log, in brackets the middle 95 % of what other draws
-- of the rounds give. A step that another program interrupts takes far longer than one that logs, so times count up to
-- CLIP times the median only. Of the logged training, "plain" are steps with nothing but run:log; what its looks at the
-- network, the steps after them and its histograms take beyond that is added from their medians, which nothing clips,
-- and shown as shares. Then the ratio of all time as it is, the shares of a core that the log's thread and the window
-- take. A ratio is worth what the control is. Without a display the window is left out.
local dnn = require "dnn"

local seconds, only_threads, only = tonumber(arg[1]) or 60, tonumber(arg[2]), arg[3]
local TURN, CLIP, DRAWS = 0.4, 1.25, 1000

local build = os.getenv "DNN_BUILD" or arg[-1]:match "(.*)/bin/" or "build"
local library = build .. "/bench/held_clock.so"

-- Again, with a clock that can be held.
if not os.getenv "HELD_CLOCK" then
  local file, words = os.tmpname(), {}
  do
    local clock <close> = io.open(file, "wb")
    clock:write(("\0"):rep(8))
  end
  for k = -1, #arg do words[#words + 1] = "'" .. arg[k] .. "'" end
  local fine = os.execute(("HELD_CLOCK=%s LD_PRELOAD='%s' exec %s"):format(file, library, table.concat(words, " ")))
  os.remove(file)
  os.exit(fine)
end

local hold = assert(package.loadlib(library, "luaopen_held_clock"))()
local pid = io.open "/proc/self/stat":read "n"
local folder = os.tmpname()
os.remove(folder)

local X, Y = dnn.rand(12288, 209), dnn.zeros(1, 209)
for j = 1, 209, 3 do Y:set(1, j, 1) end

local function shell(command)
  local pipe <close> = io.popen(command)
  return (pipe:read "a":gsub("\n$", ""))
end

local function threads_of(process)
  local all = {}
  for thread in shell(("ls /proc/%s/task"):format(process)):gmatch "%d+" do all[thread] = process end
  return all
end

-- Seconds of processor time that these threads have had.
local function processor(threads)
  local nanoseconds = 0
  for thread, process in pairs(threads) do
    local file <close> = assert(io.open(("/proc/%s/task/%s/schedstat"):format(process, thread)))
    nanoseconds = nanoseconds + file:read "n"
  end
  return 1e-9 * nanoseconds
end

-- A training and its run. train(times, logs) takes #times steps, as a script with a log would write them or without,
-- notes how long each takes, and returns the number of the last.
local function training(kind)
  dnn.manual_seed(1)
  local net = dnn.Sequential{
    dnn.Linear(12288, 20, {init = "1/sqrt(n)"}), dnn.ReLU(),
    dnn.Linear(20, 7, {init = "1/sqrt(n)"}), dnn.ReLU(),
    dnn.Linear(7, 5, {init = "1/sqrt(n)"}), dnn.ReLU(),
    dnn.Linear(5, 1, {init = "1/sqrt(n)"}), dnn.Sigmoid(),
  }
  local loss, opt = dnn.BCELoss(), dnn.optim.SGD(net:parameters(), {lr = 0.0075})
  net:forward(X) -- starts the threads
  local others = threads_of(pid)
  local run = assert(dnn.Run(folder, {net = net, optimiser = opt, view = kind == "window"}))
  local writer = threads_of(pid)
  for thread in pairs(others) do writer[thread] = nil end
  local norms, step = kind == "norms", 0
  local function train(times, logs)
    local before = dnn.time()
    for k = 1, #times do
      step = step + 1
      local cost = loss:forward(net:forward(X), Y)
      net:backward(loss:backward())
      opt:step()
      if logs then run:log(step, {cost = cost, grad_norm = norms and net:grad_norms() or nil}) end
      local now = dnn.time()
      times[k], before = now - before, now
    end
    return step
  end
  return train, run, writer
end

local function zeros(n)
  local list = {}
  for k = 1, n do list[k] = 0 end
  return list
end

local function median(list)
  local sorted = table.move(list, 1, #list, 1, {})
  table.sort(sorted)
  return sorted[(#sorted + 1) // 2] or 0
end

-- The rounds of one kind: in each, the times of a turn there and of one on the way back.
local function measure(threads, kind)
  dnn.set_num_threads(threads)
  math.randomseed(1)
  local train, run, writer = training(kind)
  local window = {}
  local function signal(name)
    if next(window) then os.execute(("kill -%s %s"):format(name, select(2, next(window)))) end
  end
  train(zeros(1000), true)
  if kind == "window" then
    os.execute "sleep 1" -- it opens, and sees its first values
    window = threads_of(assert(shell(("pgrep -n -P %d dnnview"):format(pid)):match "%d+", "no window"))
  end
  signal "STOP"
  local warm = zeros(100)
  train(warm)
  local steps, held = math.max(1, math.floor(TURN / median(warm))), dnn.time()
  local used = {writer = 0, window = 0}
  local function count(sign)
    used.writer = used.writer + sign * processor(writer)
    used.window = used.window + sign * processor(window)
  end
  local function turn(logs)
    local times = zeros(steps)
    train(zeros(5)) -- the first may note for the look before it what it changes
    if logs then
      hold(dnn.time() - held)
      count(-1)
      signal "CONT"
    end
    local last = train(times, logs)
    if logs then
      signal "STOP"
      held = dnn.time()
      os.execute "sleep 0.15" -- what is left to write is not the next turn's
      count(1)
    end
    return {times = times, first = last - steps + 1}
  end
  local rounds, kinds, finish = {}, {"no log", "again", kind}, dnn.time() + seconds
  repeat
    local round = {}
    for k = 3, 2, -1 do
      local other = math.random(k)
      kinds[k], kinds[other] = kinds[other], kinds[k]
    end
    for k = 1, 6 do
      local name = kinds[k <= 3 and k or 7 - k]
      round[name] = round[name] or {}
      table.insert(round[name], turn(name == kind))
    end
    rounds[#rounds + 1] = round
  until dnn.time() >= finish
  signal "KILL"
  run:close()
  return rounds, used
end

-- The steps that have a value of this name in the log.
local function steps_with(tag)
  local found, file = {}, os.tmpname()
  assert(os.execute(("'%s/bin/dnnview' '%s' --csv '%s' >/dev/null"):format(build, folder, file)))
  for line in io.lines(file) do
    local step = line:match("," .. tag .. ",(%d+),")
    if step then found[tonumber(step)] = true end
  end
  os.remove(file)
  return found
end

-- Sums the times of a kind up to a limit in each round, those of special steps apart.
local function collect(rounds, name, limit, special)
  local r = {time = {}, steps = {}, all = 0, plain = {}, look = {}, after = {}, histograms = {}}
  for n, round in ipairs(rounds) do
    r.time[n], r.steps[n] = 0, 0
    for _, turn in ipairs(round[name]) do
      for k, time in ipairs(turn.times) do
        local class = special(turn.first + k - 1)
        table.insert(r[class], time)
        r.all = r.all + time
        if class == "plain" then
          r.time[n], r.steps[n] = r.time[n] + math.min(time, limit), r.steps[n] + 1
        end
      end
    end
  end
  return r
end

local function mean(r, draw)
  local time, steps = 0, 0
  for n = 1, #r.time do
    local from = draw and draw[n] or n
    time, steps = time + r.time[from], steps + r.steps[from]
  end
  return time / steps
end

local function report(rounds, kind, used)
  local special = {["no log"] = function() return "plain" end}
  special.again = special["no log"]
  local looks, histograms = steps_with "learning_rate", steps_with "weight/1 Linear/mean"
  special[kind] = function(step)
    return histograms[step] and "histograms" or looks[step] and "look" or looks[step - 1] and "after" or "plain"
  end
  local usual = median(rounds[1]["no log"][1].times)
  local reference = collect(rounds, "no log", CLIP * usual, special["no log"])
  print(("  %-7s %.4f ms"):format("no log", 1e3 * mean(reference)))
  for _, name in ipairs{"again", kind} do
    local r, drawn = collect(rounds, name, CLIP * usual, special[name]), {}
    local ratio, extra, words = mean(r) / mean(reference), 0, {}
    for d = 1, DRAWS do
      local draw = {}
      for n = 1, #rounds do draw[n] = math.random(#rounds) end
      drawn[d] = mean(r, draw) / mean(reference, draw)
    end
    table.sort(drawn)
    local steps = #r.plain + #r.look + #r.after + #r.histograms
    for _, class in ipairs{"look", "after", "histograms"} do
      local share = #r[class] * (median(r[class]) - median(r.plain)) / (steps * mean(reference))
      if #r[class] > 0 then
        extra = extra + share
        words[#words + 1] = ("%s %.2f %%"):format(class, 100 * share)
      end
    end
    print(("  %-7s %.4f ms   x %.4f (%.4f to %.4f); plain x %.4f%s; all time x %.4f"):format(name,
      1e3 * (ratio + extra) * mean(reference), ratio + extra, drawn[DRAWS // 40] + extra,
      drawn[DRAWS - DRAWS // 40] + extra, ratio, #words > 0 and ", " .. table.concat(words, ", ") or "",
      r.all / reference.all))
    if name == kind then
      print(("  the log's thread takes %.2f %% of a core, the window %.2f %%"):format(
        100 * used.writer / r.all, 100 * used.window / r.all))
    end
  end
end

local cores = dnn.get_num_threads()
for _, threads in ipairs(cores > 1 and {1, cores} or {1}) do
  for _, kind in ipairs{"log", "norms", "window"} do
    if (only_threads or threads) == threads and (only or kind) == kind and
      (kind ~= "window" or os.getenv "DISPLAY") then
      local rounds, used = measure(threads, kind)
      print(("%d thread%s, %d rounds:"):format(threads, threads == 1 and "" or "s", #rounds))
      report(rounds, kind, used)
      os.execute("rm -rf " .. folder)
    end
  end
end
