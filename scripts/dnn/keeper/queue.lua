-- The checkpoints of a run that wait for the disk: the newest of each kind. Their order is that in which they were
-- taken, and a best keeps the turn of the one whose place it takes: no step is on disk before a best value of that step
-- or of an earlier one, since a training that resumes from the step would never find that value again.
local queue = {}

local Queue = {}
Queue.__index = Queue

-- Adds a job, {kind = "best" or "step", ...}, in the place of an older one of its kind.
function Queue:add(job)
  local older = self.waiting[job.kind]
  self.turns = self.turns + 1
  job.turn = older and job.kind == "best" and older.turn or self.turns
  self.waiting[job.kind] = job
end

-- Adds a job that was taken from here and is to be written again, if no newer one has its place.
function Queue:add_again(job)
  local newer = self.waiting[job.kind]
  if not newer then
    self.waiting[job.kind] = job
  elseif job.kind == "best" then
    newer.turn = job.turn
  end
end

-- A job that was taken from here could not be written. One best after another that fails must not keep the steps from
-- the disk: where a step waits, it is next.
function Queue:note_failure(job) self.yields = job.kind == "best" and self.waiting.step ~= nil end

-- Takes the job whose turn it is; nil where none waits.
function Queue:take()
  local best, step = self.waiting.best, self.waiting.step
  local job = step or best
  if best and step and not self.yields and best.turn < step.turn then job = best end
  if job then self.waiting[job.kind] = nil end
  self.yields = false
  return job
end

function Queue:is_empty() return next(self.waiting) == nil end

function queue.new() return setmetatable({waiting = {}, turns = 0, yields = false}, Queue) end

return queue
