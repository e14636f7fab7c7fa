-- The run of a training: opened or taken over, with its checkpoints, and what it resumes from.
local best_of = require "dnn.keeper.best"
local checkpoint = require "dnn.checkpoint"
local dnn = require "dnn"
local fit_options = require "dnn.fit.options"

local fit_run = {}

fit_run.LAST = 1 << 52 -- more steps than anybody takes

-- Of the objects of C's, which a run can watch.
local function is_watchable(net, optimiser)
  return type(net) == "userdata" and type(optimiser) == "userdata"
end

local function open(self, opts)
  if type(opts.run) == "userdata" then return opts.run, false end
  local run = dnn.Run(opts.run, {settings = {epochs = opts.epochs, batch_size = opts.batch_size,
    accumulate = opts.accumulate, clip = opts.clip, loss = self.loss.name, optimiser = self.optimiser.name,
    lr = self.optimiser.lr, weight_decay = self.optimiser.weight_decay}})
  if run.path and is_watchable(self.net, self.optimiser) then run:watch(self.net, self.optimiser) end
  return run, true
end

-- The name that the script gave of what decides which checkpoint is the best: a curve, or what the script itself
-- may log, in a callback or a run of its own.
local function check_best(self, name)
  local opts, names, is_own = self.opts, {}, true
  for _, measure in ipairs(self.history.names) do
    names[#names + 1] = measure .. "/train"
    names[#names + 1] = self.validation and measure .. "/validation" or nil
    is_own = is_own and name:match "^[^/]*" ~= measure
  end
  local good = is_own and (opts.on_batch or opts.on_epoch or not self.owns_run)
  for _, known in ipairs(names) do good = good or name == known end
  if not good then
    table.sort(names)
    fit_options.fail("checkpoint: best: there is no curve '%s'; there are: %s", name, table.concat(names, ", "))
  end
end

-- What run:checkpoint keeps.
local function parts_of(self, opts)
  local parts = {}
  for name, value in pairs(type(opts.checkpoint) == "table" and opts.checkpoint or {}) do parts[name] = value end
  for _, name in ipairs{"net", "optimiser", "batches", "schedule", "training"} do
    if parts[name] ~= nil then
      fit_options.fail("checkpoint: %s is always kept; leave it out", name)
    end
  end
  parts.net, parts.optimiser, parts.batches, parts.schedule = self.net, self.optimiser, self.source, opts.schedule
  for option, name in pairs{net = "net", data = "batches", optimiser = "optimiser", schedule = "schedule"} do
    if parts[name] and not checkpoint._has_state(parts[name]) then
      fit_options.fail("%s: yours has no methods state_dict and load_state_dict, which checkpoints need; add them, or "
        .. "give checkpoint = false", option)
    end
  end
  parts.training = self
  if type(parts.best) == "string" then
    check_best(self, parts.best)
  elseif not parts.best and self.monitor ~= "cost/train" then -- which is logged for each step, not for the epoch
    parts.best, parts.mode = best_of.unasked(self.monitor, parts.mode or self.mode), nil
  end
  return parts
end

-- Sets self.run and self.next_step. Checkpoints are kept in a folder that the script has named, unless it says
-- otherwise; of a run of the script's own only where it asks for them.
function fit_run.open(self)
  local opts = self.opts
  self.run, self.owns_run = open(self, opts)
  local keeps = opts.checkpoint
  if keeps == nil then keeps = type(opts.run) == "string" end
  if keeps and not opts.run then fit_options.fail "checkpoint needs a folder: give run = \"runs/NAME\"" end
  local first = math.max(self.run.step, 0) + 1
  local kept = keeps and self.run:checkpoint(parts_of(self, opts))
  self.keeps = kept
  if keeps and opts.resume ~= false then
    local step, message = self.run:resume()
    if not step then
      fit_options.fail("%s; resume = false starts over%s", message,
        kept and " and moves these checkpoints to a folder of their own" or "")
    end
    first = math.max(first, step + 1)
    self.step = first - 1
    if step > 0 and opts.progress then
      local done, wanted = self.at.epoch, opts.epochs
      local of = done > wanted and "%d epochs done, more than the %d of this call" or "%d of %d epochs done"
      print(("resumed after step %d, with %s"):format(step, of:format(done, wanted)))
    end
  end
  self.next_step = self.run:steps(first, fit_run.LAST)
end

return fit_run
