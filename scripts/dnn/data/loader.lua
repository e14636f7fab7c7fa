-- dnn.data.Loader: minibatches that threads prepare while the network trains. The threads are C; here are the position
-- and what becomes of files that cannot be read; loader_options.lua has the options.
local dnn = require "dnn"
local arguments = require "dnn.arguments"
local loader_options = require "dnn.data.loader_options"
local set = require "dnn.data.set"
local strict = require "dnn.strict"
local text = require "dnn.data.text"
local native = dnn._data

local loader = {}

local Loader = strict.make("the loader", {})
Loader.__index = Loader
Loader.__name = "dnn.data.Loader"
Loader.__tostring = text.loader

-- Epochs -----------------------------------------------------------------------------------------------

-- `epoch` is the one that is under way, or the last that was; `place` is how many of its batches have been given out,
-- 0 between epochs. `pending` is "begin" or "go on" after load_state_dict, whatever the loop was doing. `given` is
-- the X that the loop under way has got.

local function check_open(self)
  if self.closed then arguments.fail("the loader is closed") end
end

-- Warns of files that could not be read since the last time; raises when they are too many.
local function report(self)
  local failures = self.failures
  local message = self.threads:failure(#failures + 1)
  while message do
    failures[#failures + 1] = message
    self.warn(message)
    message = self.threads:failure(#failures + 1)
  end
  if #failures > self.max_failures * self.examples then
    arguments.fail("the loader: %d of %d images could not be read, more than max_failures = %s allows; the first: %s",
      #failures, self.examples, self.max_failures, failures[1])
  end
end

-- The first `count` columns.
local function columns(self, A, count)
  return count == self.batch_size and A or A:cols_range(1, count)
end

-- The next pair, as `for` asks for it: nil as the last X begins an epoch, or goes on with one that load_state_dict has
-- brought back.
function Loader:__call(_, last)
  check_open(self)
  local pending = self.pending
  if last == nil then
    if self.place > 0 then self.X = self.X:cols_range(1, self.batch_size) end
  elseif not pending then
    set.refuse_nested(self, last)
  end
  self.pending = false
  if pending == "begin" or last == nil and pending ~= "go on" then
    self.epoch, self.place = self.epoch + 1, 0
  end
  while self.place < self.batches do
    local count = self.threads:get(self.epoch, self.place + 1, self.X, self.Y)
    self.place = self.place + 1
    report(self)
    if count > 0 then
      self.given = columns(self, self.X, count)
      return self.given, columns(self, self.Y, count)
    end
  end
  self.place = 0
  return nil
end

-- The number of batches in an epoch.
function Loader:__len()
  return self.batches
end

-- The batch that comes next, in matrices of its own, while the position stays where it is.
function Loader:preview()
  check_open(self)
  local epoch, place = self.epoch, self.place + 1
  if self.place == 0 or place > self.batches then epoch, place = epoch + 1, 1 end
  local X = dnn.empty(self.X.rows, self.X.cols, {dtype = self.X.dtype})
  local Y = dnn.empty(self.Y.rows, self.Y.cols, {dtype = self.Y.dtype})
  local count = self.threads:preview(epoch, place, X, Y)
  report(self)
  if count == 0 then arguments.fail("the loader: no image of the next batch could be read") end
  return columns(self, X, count), columns(self, Y, count)
end

-- X of a batch in 0 .. 1 again, as bytes are shown: without the normalisation by channel.
function Loader:denormalise(X)
  if not self.mean then return X end
  local channels = #self.mean
  local values = X:copy():reshape(channels, #X // channels)
  for c = 1, channels do
    values:row(c):copy_(values:row(c) * self.deviation[c] + self.mean[c])
  end
  return values:reshape(X.rows, X.cols)
end

-- Seconds that the loop waited for batches, files decoded, and bytes in the cache, since the loader was made.
function Loader:statistics()
  check_open(self)
  local waited, decoded, cached = self.threads:statistics()
  return {waited = waited, decoded = decoded, cached = cached}
end

-- Ends the threads; it may be called twice.
function Loader:close()
  self.closed = true
  self.threads:close()
end
Loader.__close = Loader.close

-- State ------------------------------------------------------------------------------------------------

local KEPT <const> = {"examples", "batch_size", "shuffle", "drop_last", "balanced"}

-- Where it is: with this, another loader of the same set and options goes on with the same batches.
function Loader:state_dict()
  local state = {seed = self.seed, epoch = self.epoch, place = self.place}
  for _, name in ipairs(KEPT) do state[name] = self[name] end
  return state
end

-- Takes up what state_dict gave: the next batch is the one that would have come there, in the middle of a loop too.
function Loader:load_state_dict(state)
  check_open(self)
  set.check_state("the loader", self, state, KEPT)
  local epoch, place = state.epoch, state.place
  if math.type(state.seed) ~= "integer" or math.type(epoch) ~= "integer" or epoch < 0
    or math.type(place) ~= "integer" or place < 0 or place > self.batches then
    arguments.fail("the loader: load_state_dict: the state is damaged")
  end
  if state.seed ~= self.seed then
    self.seed = state.seed
    self.config.seed = state.seed
    self.threads:close()
    self.threads = self.open()
  end
  self.epoch, self.place = epoch, place
  self.pending = place > 0 and "go on" or "begin"
end

-- Making one -------------------------------------------------------------------------------------------

-- Mean and deviation of each channel, measured; a channel that never changes keeps its scale.
local function measure(threads, channels)
  local mean, deviation = threads:moments(channels)
  if not mean then arguments.fail("dnn.data.Loader: %s", deviation) end
  for c = 1, channels do
    if deviation[c] == 0 then deviation[c] = 1 end
  end
  return mean, deviation
end

-- Minibatches of a set, in memory or of files that are read when they are needed: `for X, Y in loader do` goes once
-- through it. X and Y are the same two matrices in every round, and views of them for a smaller batch.
function loader.Loader(examples, options)
  local opts, config, shape = loader_options.read(examples, options)

  local self
  local function open()
    local opened, threads = pcall(native.loader, config)
    if not opened then arguments.fail(threads) end
    if self and self.mean then threads:normalise(self.mean, self.deviation) end
    return threads
  end
  local threads = open()
  local batches, rows, label_rows = threads:shape()
  local size = math.min(opts.batch_size, config.Y.cols)
  if config.crop_height then shape = {config.crop_height, config.crop_width, shape[3]} end
  self = setmetatable({
    threads = threads, config = config, open = open, X = false, Y = false, given = false,
    mean = false, deviation = false, epoch = 0, place = 0, batches = batches, examples = config.Y.cols,
    batch_size = size, seed = config.seed, shuffle = opts.shuffle, drop_last = opts.drop_last,
    balanced = opts.balanced, shape = shape or false,
    classes = rawget(examples, "classes") or false, augment = opts.augment, workers = opts.workers,
    failures = {}, max_failures = opts.max_failures, warn = opts.warn, pending = false, closed = false,
  }, Loader)
  self.X = dnn.empty(rows, size, {dtype = config.dtype})
  self.Y = dnn.empty(label_rows, size, {dtype = config.dtype})
  if opts.normalise == true then
    self.mean, self.deviation = measure(threads, config.channels)
  elseif opts.normalise then
    self.mean, self.deviation = opts.normalise.mean, opts.normalise.deviation
  end
  if self.mean then
    local ok, message = pcall(threads.normalise, threads, self.mean, self.deviation)
    if not ok then arguments.fail(message) end
  end
  return self
end

arguments.guard("dnn.data.Loader", Loader, ":")

return loader
