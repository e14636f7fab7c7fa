-- A training under way, as dnn.fit goes through it: what is around the loop. Its state is a part of the run's
-- checkpoints (dnn/fit/state.lua), so that a training that was killed goes on with the same bits.
local dnn = require "dnn"
local best = require "dnn.fit.best"
local fit_options = require "dnn.fit.options"
local fit_run = require "dnn.fit.run"
local history = require "dnn.fit.history"
local list = require "dnn.metrics.list"
local new_bar = require "dnn.bar".new
local source = require "dnn.fit.source"
local state = require "dnn.fit.state"
local numeral = require "dnn.numeral"

local Training = {}
Training.__index = Training
Training.__name = "dnn.fit.Training"
Training.state_dict, Training.load_state_dict = state.get, state.set

-- Epochs and batches -------------------------------------------------------------------------------------

local function begin_epoch(self)
  local at = self.at
  if at.batch == 0 then
    at.examples, at.cost = 0, 0
    for _, metric in ipairs(self.metrics) do metric.meter:reset() end
  end
  self.began = dnn.time()
  self.bar = self.opts.progress and new_bar{total = self.count, unit = "batches",
    label = ("epoch %d/%d"):format(at.epoch + 1, self.opts.epochs)}
end

-- For `for`: the numbers of the epochs that are left.
function Training:epochs()
  return function()
    local at, opts = self.at, self.opts
    if opts.patience and at.waited >= opts.patience then
      self.history.stopped = ("%s did not improve for %d epochs"):format(self.monitor, at.waited)
    end
    if self.history.stopped or at.epoch >= opts.epochs then return nil end
    begin_epoch(self)
    return at.epoch + 1
  end
end

function Training:stop(reason)
  self.stopped, self.history.stopped = true, reason
end

-- Between two steps a checkpoint may be taken, and the training may be stopped.
local function begin_step(self)
  local step = self.next_step()
  if not step then
    self:stop(dnn.interrupted() and "interrupted" or "stopped from the window")
    return false
  end
  self.coming_step, self.within_step = step, true
  return true
end

-- The batches are over, and the step that has begun is the next epoch's: it begins again there.
local function take_back_step(self)
  self.within_step = false
  dnn._take_back_step(self.run)
  self.next_step = self.run:steps(self.coming_step, fit_run.LAST)
end

-- For `for`: the batches that are left of the epoch.
function Training:batches()
  local at, last = self.at, nil
  return function()
    if self.stopped then return nil end
    local is_over = self.count and at.batch >= self.count
    if not self.within_step and not is_over and not begin_step(self) then return nil end
    local X, Y, beside = self.source(nil, last)
    last = X
    if X then
      source.check_batch("dnn.fit", X, Y)
      at.batch, self.examples, self.gathered = at.batch + 1, X.cols, self.gathered + 1
    elseif at.batch == 0 then
      fit_options.fail "the data gave no batch: are there fewer examples than batch_size, with drop_last?"
    elseif self.within_step and self.gathered == 0 then
      take_back_step(self)
    end
    return X, Y, beside
  end
end

-- Steps --------------------------------------------------------------------------------------------------

-- Adds a batch to the epoch's mean cost and metrics.
function Training:measure(A, Y, cost)
  local at = self.at
  if type(cost) ~= "number" then fit_options.fail("the loss returned a %s; expected a number", type(cost)) end
  at.cost = at.cost + (self.is_sum and cost or cost * self.examples)
  at.examples = at.examples + self.examples
  for _, metric in ipairs(self.metrics) do metric.meter:add(A, Y) end
end

-- dA, so that gradients add up to the mean over all examples of a step: with n of them there already and k more, both
-- sides are weighted, n / (n + k) and k / (n + k). Of a sum nothing is to be weighted.
function Training:share(dA)
  if self.opts.accumulate == 1 or self.is_sum then return dA end
  local all = self.held + self.examples
  if self.held > 0 then self.net:parameters().grads:cmul_(self.held / all) end
  self.held = all
  return dA:cmul_(self.examples / all)
end

-- Is the batch the last of its step?
function Training:completes_step()
  return self.gathered >= self.opts.accumulate or self.at.batch == self.count
end

-- Calls a function of the script's; false from it stops the training.
local function call_back(self, f, results)
  local info = self.info
  info.epoch, info.batch, info.step, info.cost, info.results = self.history.epochs, self.at.batch, self.step,
    self.at.cost / self.at.examples, results
  if not results then info.epoch = info.epoch + 1 end
  if f(info) == false then self:stop "by a callback" end
end

local function step_schedule(self)
  local schedule = self.opts.schedule
  if source.is_plateau(schedule) then return schedule:step(self.monitored) end
  schedule:step()
end

-- After the optimiser's step.
function Training:finish_step(cost)
  local at, opts = self.at, self.opts
  self.step, self.within_step, self.gathered, self.held = self.coming_step, false, 0, 0
  if opts.schedule_every == "step" then step_schedule(self) end
  local values = self.step_values
  values.cost.train, values.epoch = cost, at.epoch + (self.count and at.batch / self.count or 0)
  self.run:log(self.step, values)
  if self.bar then self.bar:update(at.batch, self.bar_text) end
  if opts.on_batch then call_back(self, opts.on_batch) end
end

-- Ends of epochs -----------------------------------------------------------------------------------------

-- Values by the names of their curves.
local function collect(self, validation)
  local values = {["cost/train"] = self.is_sum and self.at.cost or self.at.cost / self.at.examples}
  for _, metric in ipairs(self.metrics) do values[metric.name .. "/train"] = metric.meter:value() end
  for name, value in pairs(validation or {}) do values[name .. "/validation"] = value end
  return values
end

-- What the run logs once in an epoch: its steps have the cost in training.
local function log_epoch(self, values)
  local logged = {}
  for name, value in pairs(values) do
    local measure, part = name:match "^(.*)/(.*)$"
    if type(value) == "table" then
      self.run:matrix(self.step, name, value.counts, value.names)
    elseif name ~= "cost/train" and value - value == 0 then
      logged[measure] = logged[measure] or {}
      logged[measure][part] = value
    end
  end
  local _ = self.run.stopped -- the loop ends by itself, so that this log need not end it
  if next(logged) then self.run:log(self.step, logged) end
end

local function note_best(self, value)
  local at = self.at
  self.monitored = value
  at.waited = at.waited + 1
  if not best.is_better(value, at.best, self.mode, self.opts.min_delta) then return end
  at.best, at.waited, self.history.best_epoch = value, 0, at.epoch
  if self.opts.keep_best then self.best_state = self.net:state_dict() end
end

-- "epoch 3/10: cost 0.1234, validation 0.1010; accuracy 0.9712, validation 0.9688  (4.1 s)"
local function describe(self, values, seconds)
  local parts = {}
  for _, name in ipairs(self.history.names) do
    local part = name .. " " .. numeral("%.4g", values[name .. "/train"])
    local held_out = values[name .. "/validation"]
    parts[#parts + 1] = held_out and part .. ", validation " .. numeral("%.4g", held_out) or part
  end
  return ("epoch %d/%d: %s  (%.1f s)"):format(self.at.epoch, self.opts.epochs, table.concat(parts, "; "), seconds)
end

function Training:finish_epoch(validation)
  local at, opts = self.at, self.opts
  local values, seconds = collect(self, validation), dnn.time() - self.began
  at.epoch, at.batch = at.epoch + 1, 0
  history.add(self.history, values, seconds, self.optimiser.lr)
  note_best(self, values[self.monitor])
  if opts.schedule_every == "epoch" then step_schedule(self) end
  if self.bar then self.bar:print(describe(self, values, seconds)) end
  log_epoch(self, values)
  if opts.on_epoch then call_back(self, opts.on_epoch, values) end
end

-- The whole ----------------------------------------------------------------------------------------------

-- Runs f(training). At the prompt, where Ctrl-C raises an error, what was learnt until then is returned nevertheless.
function Training:attempt(f)
  if not dnn._at_prompt() then return f(self) end
  local ok, message = pcall(f, self)
  if ok then return end
  if not tostring(message):find "interrupted!$" then error(message, 0) end
  self.torn = message
  self:stop "interrupted"
end

-- The history, once the best weights are back. The last ones are kept for a training that goes on from here.
function Training:finish()
  if self.bar then self.bar:finish() end
  if self.best_state and self.history.best_epoch < self.at.epoch + (self.at.batch > 0 and 1 or 0) then
    self.last_state = self.net:state_dict()
    self.net:load_state_dict(self.best_state)
    self.best_state = nil
  end
  if self.opts.progress and self.history.stopped then print("stopped: " .. self.history.stopped) end
  return self.history
end

-- A run that dnn.fit has opened ends with it, of another the last step is saved; in the middle of a step nothing is.
function Training:__close(failure)
  if self.bar then self.bar:finish() end
  local failed = failure or self.torn
  if self.owns_run then
    getmetatable(self.run).__close(self.run, failed)
  elseif self.keeps and not failed then
    dnn._keep_last_step(self.run)
  end
end

-- A training that was resumed with epochs left goes on from its last weights, not from the best; one without keep_best
-- has no others.
local function take_up(self)
  local keep_best = self.opts.keep_best
  if self.last_state and (not keep_best or self.at.epoch < self.opts.epochs) then
    self.best_state = self.net:state_dict()
    self.net:load_state_dict(self.last_state)
    self.last_state = nil
  end
  if not keep_best then self.best_state = nil end
end

-- Of all that is a curve; a confusion matrix is not, and goes to the run alone.
local function names_of(metrics)
  local names = {"cost"}
  for _, metric in ipairs(metrics) do names[#names + 1] = metric.is_curve and metric.name or nil end
  return names
end

local function new(given)
  local opts = fit_options.read(given)
  local batches, validation, classes = fit_options.data(opts)
  local metrics = list.new("dnn.fit", opts.metrics, opts.loss, classes)
  local self = setmetatable({
    opts = opts, net = opts.net, loss = opts.loss, optimiser = opts.optimiser, source = batches,
    count = source.count(batches), validation = validation, metrics = metrics, is_sum = opts.loss.reduction == "sum",
    history = history.new(names_of(metrics), validation ~= nil),
    at = {epoch = 0, batch = 0, examples = 0, cost = 0, waited = 0}, -- and best, from the first epoch on
    gathered = 0, held = 0, examples = 0, within_step = false, stopped = false, step = 0, coming_step = 0,
    step_values = {cost = {}},
  }, Training)
  self.monitor, self.mode = best.curve(opts, metrics, validation ~= nil)
  self.history.monitor = self.monitor
  self.measures = {loss = opts.loss, metrics = opts.metrics}
  self.bar_text = function() return "cost " .. numeral("%.4g", self.at.cost / self.at.examples) end
  self.info = {net = self.net, optimiser = self.optimiser, history = self.history}
  if source.has "zero_grad"(self.optimiser) then self.optimiser:zero_grad() end -- of a step that was refused
  fit_run.open(self)
  self.info.run = self.run
  take_up(self)
  return self
end

return new
