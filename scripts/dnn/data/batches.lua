-- Minibatches of a set: `for X, Y in batches do` calls what dnn.data.batches returns.
local dnn = require "dnn"
local arguments = require "dnn.arguments"
local options_of = require "dnn.options"
local set = require "dnn.data.set"
local strict = require "dnn.strict"
local text = require "dnn.data.text"
local native = dnn._data

local batches = {}

local Batches = strict.make("batches", {})
Batches.__index = Batches
Batches.__name = "dnn.data.batches"
Batches.__tostring = text.batches

-- A matrix (or false) as another object with the same memory.
local function again(A)
  return A and A:cols_range(1, A.cols)
end

-- Shuffles, if that is wanted, keeping where its stream stood: from there the same order can be had again.
local function begin_epoch(self)
  self.place = 1
  if self.shuffle then
    self.key, self.position = self.random:state()
    self.order:shuffle(self.random)
  end
end

-- The next pair, and with a set that has lengths what goes with X in net:forward, as `for` asks for it: nil as the
-- last X begins an epoch, or goes on with one that load_state_dict has brought back; after one from between epochs
-- the next call begins one, in a loop too. Between epochs the place is 0.
function Batches:__call(_, last)
  if last == nil then
    if self.place > 0 then self.X, self.last_X = again(self.X), again(self.last_X) end
  elseif not self.resumes and not self.begins then
    set.refuse_nested(self, last)
  end
  if not self.resumes and (last == nil or self.begins) then begin_epoch(self) end
  self.resumes, self.begins = false, false
  local left = #self.order - self.place + 1
  if left <= 0 or left < self.size and self.drop_last then
    self.place = 0
    return nil
  end
  local X, Y, beside = self.X, self.Y, self.beside
  if left < self.size then X, Y, beside = self.last_X, self.last_Y, self.last_beside end
  self.order:gather(self.source, self.place, X, self.scale, self.shift)
  self.order:gather(self.labels, self.place, Y, 1, 0)
  if beside then self.order:gather(self.lengths, self.place, beside.lengths, 1, 0) end
  self.place, self.given = self.place + self.size, X
  return X, Y, beside or nil
end

-- The number of batches in an epoch.
function Batches:__len()
  local m = #self.order
  return self.drop_last and m // self.size or (m + self.size - 1) // self.size
end

-- What must be the same where a state is loaded.
local KEPT <const> = {"examples", "size", "shuffle", "drop_last"}

-- Where it is: of an epoch that has begun the order and the place in it, and its own stream if it has one.
function Batches:state_dict()
  local state = {place = self.place}
  for _, name in ipairs(KEPT) do state[name] = self[name] end
  if self.shuffle and self.place > 0 then state.key, state.position = self.key, self.position end
  if self.own then state.random_key, state.random_position = self.random:state() end
  return state
end

local function check_state(self, state)
  set.check_state("batches", self, state, KEPT)
  local function is_stream(key, position)
    return math.type(state[key]) == "integer" and math.type(state[position]) == "integer"
  end
  local theirs = is_stream("random_key", "random_position")
  if self.own ~= theirs then
    set.refuse_state("batches", "random", self.own and "a dnn.Random" or "the global stream",
      theirs and "a dnn.Random" or "the global stream")
  end
  local place = state.place
  local begun = math.type(place) == "integer" and place >= 1 and place <= #self.order + self.size
  if place ~= 0 and not begun or begun and self.shuffle and not is_stream("key", "position") then
    arguments.fail("batches: load_state_dict: the state is damaged")
  end
end

-- Takes up what state_dict gave: the next loop goes on where that one was.
function Batches:load_state_dict(state)
  check_state(self, state)
  self.place = state.place
  self.resumes = state.place > 0
  self.begins = not self.resumes
  if self.resumes and self.shuffle then
    self.key, self.position = state.key, state.position
    local stream = dnn.Random(0)
    stream:set_state(state.key, state.position)
    self.order:shuffle(stream)
  end
  if self.own then self.random:set_state(state.random_key, state.random_position) end
end

arguments.guard("dnn.data.batches", Batches, ":")

-- Of the matrices source and labels, and lengths where there are some, a column each for every example. What there is
-- to know: size, shuffle, random, drop_last, scale, shift and the dtype of X.
local function new(source, labels, lengths, order, what)
  local size = math.min(what.size, math.max(source.cols, 1))
  local X = dnn.empty(source.rows, size, {dtype = what.dtype})
  local Y = dnn.empty(labels.rows, size, {dtype = what.dtype})
  local L = lengths and dnn.empty(1, size, {dtype = lengths.dtype})
  local rest = source.cols % size
  return setmetatable({
    source = source,
    labels = labels,
    lengths = lengths or false,
    order = order,
    examples = source.cols,
    place = 0,
    resumes = false,
    begins = false,
    size = size,
    shuffle = what.shuffle,
    random = what.random or dnn._random,
    own = what.random ~= nil,
    key = 0,
    position = 0,
    drop_last = what.drop_last,
    scale = what.scale,
    shift = what.shift,
    X = X,
    Y = Y,
    given = false,
    beside = L and {lengths = L} or false,
    last_beside = L and rest > 0 and {lengths = L:cols_range(1, rest)} or false,
    last_X = rest > 0 and X:cols_range(1, rest) or false,
    last_Y = rest > 0 and Y:cols_range(1, rest) or false,
  }, Batches)
end

local function is_random(value)
  return type(value) == "userdata" and getmetatable(value) == getmetatable(dnn.Random(0))
end

local BATCHES <const> = {
  size = {32, options_of.whole(1), "a whole number of examples, 1 or more"},
  shuffle = {true, options_of.is "boolean", "true or false"},
  random = {nil, is_random, "a dnn.Random"},
  dtype = set.DTYPE,
  scale = {nil, options_of.number(), "a number"},
  shift = {0, options_of.number(), "a number"},
  drop_last = {false, options_of.is "boolean", "true or false"},
}

-- Minibatches: `for X, Y in batches do` goes once through the set, in a new order each time when it
-- shuffles. X (scale * x + shift; 1/255 at first for a folder's images) and Y are the same two matrices
-- in every round (and the third value, {lengths = }, the same table), and views of them for a smaller last batch, so
-- batches make no garbage. state_dict and load_state_dict are for checkpoints.
function batches.batches(examples, options)
  local source = set.source(examples, "dnn.data.batches")
  local opts = options_of.read("dnn.data.batches", options, BATCHES)
  local real = source.dtype:find "^float" and source.dtype
  opts.dtype = opts.dtype or examples.dtype or real or dnn.get_default_dtype()
  opts.scale = opts.scale or examples.raw and examples.scale or 1
  local lengths = set.lengths(examples, source.cols, "dnn.data.batches")
  return new(source, examples.Y, lengths, native.order(source.cols), opts)
end

return batches
