-- The checkpoints that a run keeps by itself: run:checkpoint{...} makes a keeper, run:resume() goes on from what it
-- has kept. bindings/run/run_keep.c says when.
--
-- FOLDER/checkpoints holds step-0000120.safetensors, the last few, and best-0000100.safetensors, the best by a metric.
-- A checkpoint is a snapshot, written by a thread beside the training; an older one goes only when a newer one is on
-- disk.
local best_of = require "dnn.keeper.best"
local checkpoint = require "dnn.checkpoint"
local dnn = require "dnn"
local early = require "dnn.keeper.early"
local fail = require "dnn.failure"
local given_of = require "dnn.keeper.given"
local held = require "dnn.keeper.held"
local options_of = require "dnn.options"
local place = require "dnn.keeper.place"
local queue_of = require "dnn.keeper.queue"
local settings = require "dnn.keeper.settings"
local try = require "dnn.try"

local keeper = {}

local Keeper = {}
Keeper.__index = Keeper

local BATCHES <const> = {["dnn.data.batches"] = true, ["dnn.data.Loader"] = true}
local MINUTES <const> = 10 -- where neither every nor minutes is given

local function say(format, ...)
  io.stderr:write("dnn.Run: ", dnn._printable(format:format(...)), "\n")
end

-- Files --------------------------------------------------------------------------------------------

local function path_of(self, kind, step)
  return ("%s/%s-%07d.safetensors"):format(self.folder, kind, step)
end

-- Removes what is older than the last `keep` of a kind, later where the folder cannot be written now; only files that
-- this run wrote or found when it went on, and none that is read-only.
local function prune(self, kind, keep)
  local files = self.kept[kind]
  while #files > keep and place.can_write(self.folder) do
    local path = table.remove(files, 1)
    if dnn.system.can_write(path) then os.remove(path) end
  end
end

-- Writing ------------------------------------------------------------------------------------------

-- A checkpoint could not be saved: says why, unless the one before could not be for the same reason, whatever its
-- path, or it was `asked` for by what shows the message itself.
local function note_failure(self, message, path, asked)
  local first, last = message:find(path, 1, true)
  local reason = first and message:sub(1, first - 1) .. message:sub(last + 1) or message
  self.failures = self.failures + 1
  if reason ~= self.reason and not asked then
    say("checkpoint: %s%s", message, self.closing and "" or "; training continues")
  end
  self.reason = reason
end

local function note_success(self, job)
  if self.reason then say("checkpoint: %s is saved; earlier ones were not (%d)", job.path, self.failures) end
  self.reason, self.last_saved = false, job.path
end

-- A job is done: what was taken for a new best value is saved now, or lost.
local function settle(self, job, saved)
  if job.value then self.metric:settle(job.value, saved) end
  if not saved then self.queue:note_failure(job) end
end

-- Takes note of what the last saver has done. While it writes, false; or waits for it.
local function collect(self, wait)
  local job = self.job
  if not job then return true end
  if not wait and not job.saver:done() then return false end
  self.job = nil
  local saved, message, why = job.saver:finish()
  if why == "full" and place.drop_oldest(self.kept.step) then
    self.keep = math.min(self.keep, #self.kept.step)
    say("checkpoint: %s is full; only the last %s kept from now on", self.folder,
      self.keep == 1 and "one is" or self.keep .. " are")
    self.queue:add_again(job)
    return true
  end
  settle(self, job, saved)
  if not saved then
    note_failure(self, message, job.path, job.asked)
    return true, message
  end
  note_success(self, job)
  local kept = self.kept[job.kind]
  for i = #kept, 1, -1 do
    if kept[i] == job.path then table.remove(kept, i) end -- written again
  end
  kept[#kept + 1] = job.path
  prune(self, "step", self.keep)
  prune(self, "best", 1)
  return true
end

-- A checkpoint is found again by its number: says it once where the numbers go back.
local function note_step(self, step)
  if step < (self.saved_step or 0) and not self.goes_back then
    self.goes_back = true
    say("checkpoint: step %d comes after step %d, but run:resume goes on from the highest; count the steps through all "
      .. "epochs, from run:resume() + 1 on", step, self.saved_step)
  end
  self.saved_step = step
end

-- Takes a snapshot, which waits for its turn at the disk: its path. Nil and a message where a state cannot be kept.
-- `asked`: whoever asked for it shows the message.
local function take(self, kind, step, asked)
  local parts = {step = step}
  for name, object in pairs(self.objects) do parts[name] = object or nil end
  local job = {kind = kind, path = path_of(self, kind, step), asked = asked}
  local entry
  if kind == "best" then entry, job.value = self.metric:entry() end
  local called, file, message = try(checkpoint._snapshot, parts, entry)
  if not called then file, message = nil, tostring(file) end -- the script's own state_dict has raised
  if not file then
    settle(self, job, false)
    note_failure(self, message, job.path, asked)
    return nil, message
  end
  self.settings:write(file.metadata)
  job.file = file
  self.queue:add(job)
  if kind == "step" then note_step(self, step) end
  return job.path
end

-- Makes the folder again where it has been removed or renamed, and then no earlier best is in it; nil and a message
-- where another run keeps its checkpoints there now.
local function restore_folder(self)
  local there, _, missing = dnn.system.list(self.folder)
  if there or not missing then return true end
  local claim, message = place.claim(self.folder)
  if not claim then return nil, message end
  if self.claim then dnn._release(self.claim) end
  say("checkpoint: %s was gone; it is made again", self.folder)
  self.claim, self.kept = claim, {step = {}, best = {}}
  if self.metric then self.metric:forget() end
  return true
end

-- Begins to write what waits, if nothing is being written.
local function write_next(self)
  local job = not self.job and self.queue:take()
  if not job then return end
  local saver, message = restore_folder(self)
  if saver then saver, message = checkpoint._start(job.path, job.file) end
  if not saver then
    settle(self, job, false)
    note_failure(self, message, job.path, job.asked)
    return message
  end
  job.saver, self.job = saver, job
end

-- Waits until all is on disk; the message of the last that could not be written.
local function finish(self)
  local failed
  repeat
    local _, message = collect(self, true)
    failed = message or failed
    failed = write_next(self) or failed
  until not self.job and self.queue:is_empty()
  return failed
end

-- An interval ends with a step that is done: its checkpoint is due.
function Keeper:interval()
  self.due_step = true
end

-- Whether gradients wait for an optimiser's step.
function Keeper:waits()
  for _, optimiser in ipairs(self.optimisers) do
    local open, waits = try(dnn._waits, optimiser) -- its network may be closed
    if open and waits then return true end
  end
  return false
end

-- After each of the first logs of a loop of the script's own.
function Keeper:look_back()
  local late = self.early:look()
  if late then
    say("checkpoint: '%s' moves after run:log, and a checkpoint then lacks it; call run:log last, or take the steps "
      .. "from run:steps", late)
  end
end

-- After any log within a step, where a metric decides: whether a checkpoint is due.
function Keeper:look(step, values)
  if not self.metric then return false end
  collect(self) -- the best before may have failed
  if self.metric:look(step, values) then self.due_best = true end
  return self.due_best
end

-- Takes the best if it is due, before any checkpoint of its step.
local function take_best(self, step)
  if self.due_best and self.metric:is_of(step) then take(self, "best", step) end
  self.due_best = false
end

-- At the end of a step: takes what is due. True when something waits for the disk.
function Keeper:save(step)
  take_best(self, step)
  if self.due_step then take(self, "step", step) end
  self.due_step = false
  if collect(self) then write_next(self) end
  return not self.queue:is_empty()
end

-- Saves at once: the path, or nil and a message.
function Keeper:save_now(step)
  take_best(self, step)
  local path, message = take(self, "step", step, true)
  if not path then return nil, message end
  local failed = finish(self)
  if failed then return nil, failed end
  return path
end

-- The training stops after a step that is done: what came after the last checkpoint is saved.
function Keeper:stop(step)
  self.due_step = step ~= self.saved_step
  self:save(step)
  finish(self)
end

-- A loop over run:steps has ended. Its last step is saved after what follows it: how that finds the weights.
function Keeper:ended(step)
  local open, norms = try(held.norms, self.optimisers) -- a network may be closed
  self.norms = open and {step = step, text = norms}
end

-- Whether what a loop has trained was changed after its end, as by loading the best weights: the optimiser's state is
-- then not that of those weights.
local function is_changed(self, step)
  if not self.norms or self.norms.step ~= step or step == self.saved_step then return false end
  local open, norms = try(held.norms, self.optimisers)
  return open and norms ~= self.norms.text
end

-- The end; nothing is saved where the script has failed or is in the middle of a step.
function Keeper:close(step, failed)
  self.closing = true
  if not failed and is_changed(self, step) then
    failed = true
    say("checkpoint: the weights were changed after step %d, which is not saved; load others, such as the best, after "
      .. "run:close()", step)
  end
  if failed or step < 0 then finish(self) else self:stop(step) end
  local complaint = self.metric and self.metric:complaint()
  if complaint then say("checkpoint: %s", complaint) end
  if self.failures > 0 then
    say("checkpoint: %d could not be saved; %s", self.failures,
      self.last_saved and "the last that was: " .. self.last_saved or "none was")
  end
  dnn._release(self.claim)
end

-- Going on -----------------------------------------------------------------------------------------

-- The newest checkpoint that is whole, what it holds, and all files from it on; or nil and a message.
local function newest(files)
  local last
  for i, file in ipairs(files) do
    local content, message = checkpoint._read(file.path)
    local step
    if content then step, message = checkpoint._step(file.path, content.values) end
    if step then
      if last then say("resume: continuing from %s instead", file.path) end
      return file, content, table.move(files, i, #files, 1, {})
    end
    say("resume: %s", message)
    last = message
  end
  return nil, last
end

-- Takes over the best value of an earlier training, whose files those among `rest` are, the newest first, of which
-- `content` has been read; the set of those that the next best replaces. Those by another value stay.
local function resume_best(self, rest, content)
  local files, kept = {}, {}
  for i, file in ipairs(self.metric and rest or {}) do
    local read = file.kind == "best" and (i == 1 and content or checkpoint._read(file.path))
    if read then files[#files + 1] = {path = file.path, metadata = read.metadata, file = file} end
  end
  if #files == 0 then return kept end
  local same, others = self.metric:resume(files)
  for _, one in ipairs(same) do kept[one.file] = true end
  if others then say("resume: %s", others) end
  return kept
end

-- The files from one on, the newest first, are those of this training, and go as newer ones come. `content` is what has
-- been read of the first, or nil.
local function take_over(self, rest, content)
  self.kept = {step = {}, best = {}}
  local bests = resume_best(self, rest, content)
  for i = #rest, 1, -1 do
    local kept = rest[i].kind == "step" or bests[rest[i]]
    if kept then table.insert(self.kept[rest[i].kind], rest[i].path) end
  end
end

-- The number of files newer than the one from which the script itself has loaded all of its objects; nil if it has not.
local function newer_than_loaded(self, files)
  local path = checkpoint._source(self.objects)
  for i, file in ipairs(path and files or {}) do
    if dnn._same_file(path, file.path) then
      while i > 1 and files[i - 1].step == file.step do i = i - 1 end
      return i - 1
    end
  end
end

-- Before the first step. A training that starts over in a folder with the checkpoints of another leaves those alone,
-- and so does one that goes on from an earlier of them with those that are newer: true, or nil and a message where they
-- cannot be set aside, since the two would mix.
function Keeper:start()
  if self.resumed then return true end
  local files = assert(place.list(self.folder))
  local newer = newer_than_loaded(self, files)
  if newer then
    take_over(self, table.move(files, newer + 1, #files, 1, {}))
    files = table.move(files, 1, newer, 1, {})
  end
  if #files == 0 then return true end
  local aside, message = place.set_aside(self.folder, files)
  if not aside then return nil, message end
  say("%s held checkpoints up to step %d of an earlier training; they are in %s now",
    self.folder, files[1].step, aside)
  return true
end

-- The step of the newest checkpoint and its values; 0 where there is none, nil and a message where none can be used.
-- Again, it goes back to what was saved last.
function Keeper:resume()
  finish(self)
  local files, unreadable = place.list(self.folder)
  if not files then return nil, unreadable end
  if #files == 0 then return 0 end
  local file, content, rest = newest(files)
  if not file then
    return fail("%s; no checkpoint in %s can be used, so move them away to start over", content, self.folder)
  end
  local fits, message = checkpoint._apply(content, self.objects)
  if not fits then return fail("%s: %s", file.path, message) end
  self.resumed, self.due_step, self.due_best = true, false, false
  self.early = early.new(self.objects)
  local changes = self.settings:resume(content.metadata)
  if changes then say("resume: %s", changes) end
  take_over(self, rest, content)
  self.saved_step = content.values.step
  return content.values.step, content.values
end

-- Making one ---------------------------------------------------------------------------------------

-- The keeper of a run; nil and a message, also on stderr, where nothing can be kept there, and the keeper, which may
-- still resume from what is there.
function keeper.new(folder, given, net, optimiser)
  local opts, objects = given_of.read(given, net, optimiser)
  local metric = best_of.new(opts.best, opts.mode)
  if not folder then return nil, "this run has no folder" end
  folder = folder .. "/checkpoints"
  local minutes = opts.minutes or not opts.every and MINUTES or 0
  local self = setmetatable({
    folder = folder, objects = objects, every = opts.every or 0, seconds = 60 * minutes, keep = opts.keep,
    settings = settings.new(objects), metric = metric, kept = {step = {}, best = {}}, queue = queue_of.new(),
    optimisers = {}, batches = {}, early = early.new(objects), failures = 0, reason = false, last_saved = false,
    goes_back = false, closing = false, norms = false,
  }, Keeper)
  for _, object in pairs(objects) do
    if held.is_optimiser(object) then table.insert(self.optimisers, object) end
    if BATCHES[options_of.shown(object)] then table.insert(self.batches, object) end
  end
  local claim, message = place.claim(folder)
  if not claim then
    say("checkpoint: %s; training continues without checkpoints", message)
    return nil, message, self
  end
  self.claim = claim
  return self
end

return keeper
