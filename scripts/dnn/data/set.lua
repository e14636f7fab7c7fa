-- A set of examples: a table with X, features x m, or raw, the same as bytes, of which X is made when it is
-- first asked for; Y, 1 x m. Of images also files, their paths; shape, {height, width, channels} of a column;
-- classes, the names of the labels; of sequences lengths, 1 x m, how many steps each has. A lazy set of images has
-- files and no bytes: they are read when a Loader needs them. Here is what a set is and how one is checked;
-- data/images.lua and data/split.lua make them, data/batches.lua and data/loader.lua go through them.
local dnn = require "dnn"
local arguments = require "dnn.arguments"
local options_of = require "dnn.options"
local text = require "dnn.data.text"
local strict = require "dnn.strict"
local native = dnn._data

local set = {}

local shown = options_of.shown

local is_matrix = dnn._is_matrix

local Set = {}

-- What a set may be without.
local OPTIONAL <const> = {raw = true, X = true, files = true, shape = true, classes = true, target = true,
  dtype = true, scale = true, lengths = true}
local SET <const> = {X = true, Y = true, raw = true, files = true, shape = true, classes = true}

local LAZY <const> = "the set is lazy: its %d images are read when they are needed, by dnn.data.Loader(set); "
  .. "without lazy = true, dnn.data.images reads them all"

-- X from the bytes, when it is first read.
function Set.__index(self, key)
  if key == "X" and rawget(self, "target") then arguments.fail(LAZY, #self.files) end
  if key ~= "X" or not rawget(self, "raw") then
    if OPTIONAL[key] then return nil end
    return strict.unknown("the set", key, SET)
  end
  local X = dnn.empty(self.raw.rows, self.raw.cols, {dtype = self.dtype})
  native.order(self.raw.cols):gather(self.raw, 1, X, self.scale, 0)
  rawset(self, "X", X)
  return X
end

Set.__name = "dnn.data.set"
Set.__tostring = text.set
Set.__fields = {X = "dnn.Matrix"} -- for the prompt: what __index answers to, with its class

-- Raises for the script that called the function `where`.
local function refuse(where, format, ...)
  arguments.fail("%s: " .. format, where, ...)
end

local is_shape, is_list = options_of.list(options_of.whole(1), 1, 3), options_of.any_list(0)

-- What a set may say of its examples beside them.
local function check_words(examples, where)
  local shape, classes = rawget(examples, "shape"), rawget(examples, "classes")
  if shape ~= nil and not is_shape(shape) then
    refuse(where, "the set's shape must be a list of one to three whole numbers, as in {28, 28, 1}, got %s",
      options_of.came(shape))
  end
  if classes and not is_list(classes) then
    refuse(where, "the set's classes must be a list of names, got %s", options_of.came(classes))
  end
end

-- The bytes where there are any, else X; checks that Y has as many columns.
function set.source(examples, where)
  if type(examples) ~= "table" then
    refuse(where, "expected a set {X = , Y = } or {raw = , Y = }, got %s%s%s", shown(examples),
      examples == nil and "; check the name, or whether a load failed: it returns nil and a message" or "",
      arguments.usage())
  end
  if rawget(examples, "train") then
    refuse(where, "expected a set {X = , Y = } or {raw = , Y = }, got a pair of sets; pass its field train or test")
  end
  if rawget(examples, "target") then refuse(where, LAZY, #examples.files) end
  check_words(examples, where)
  local source = examples.raw or examples.X
  if not source or not examples.Y then
    refuse(where, "the set has no %s; expected {X = , Y = } or {raw = , Y = }", source and "Y" or "X")
  end
  local wrong = not is_matrix(source) and "X" or not is_matrix(examples.Y) and "Y"
  if wrong then
    local value = wrong == "X" and source or examples.Y
    refuse(where, "%s must be a Matrix, got %s%s", wrong, shown(value),
      type(value) == "table" and "; dnn.Matrix{{...}} makes a row of a table" or "")
  end
  if examples.Y.cols ~= source.cols then
    local turned = examples.Y.rows == source.cols and "Y" or examples.Y.cols == source.rows and "X"
    refuse(where, "X is %d x %d but Y is %d x %d; expected as many columns, one per example%s", source.rows,
      source.cols, examples.Y.rows, examples.Y.cols, turned and (": is %s transposed?"):format(turned) or "")
  end
  return source
end

-- The lengths of a set with `m` examples, or nil.
function set.lengths(examples, m, where)
  local lengths = examples.lengths
  if lengths == nil or is_matrix(lengths) and lengths.rows == 1 and lengths.cols == m then return lengths end
  refuse(where, "lengths must be a Matrix of 1 x %d, a number of steps for each example, got %s", m,
    is_matrix(lengths) and ("%d x %d"):format(lengths.rows, lengths.cols) or shown(lengths))
end

-- How many of m examples `test` asks for, a share below 1 or a number; nil and a message when that
-- leaves none to train on.
function set.test_count(test, m)
  local count = test < 1 and math.floor(test * m + 0.5) or test
  if count < m then return count end
  return nil, ("test = %s leaves none of %d examples to train on"):format(test, m)
end

-- Raises for a loop that goes on, with `last` as its X, after another loop over the same batches has begun inside of
-- it: there is one position in them. Batches know the loops apart by X, of which `given` is the last that was given
-- out: a loop that begins while another may be under way is given an X of its own, a view of the same memory.
function set.refuse_nested(batches, last)
  if batches.place > 0 and rawequal(last, batches.given) then return end
  arguments.fail("a loop inside this one has gone through the same batches, which have one position; make others for "
    .. "one of the two loops")
end

-- A table of these fields as a set.
function set.new(fields)
  return setmetatable(fields, Set)
end

-- Options of more than one function.
local function is_test(value)
  return type(value) == "number" and value >= 0 and (value < 1 or math.type(value) == "integer")
end
set.TEST = {0.2, is_test, "a share from 0 to below 1, or a whole number of examples"}
set.SEED = {1, options_of.whole(math.mininteger), "a whole number"}
set.DTYPE = {nil, options_of.one_of("float32", "float64"), "'float32' or 'float64'"}

-- States of batches -------------------------------------------------------------------------------------

-- Raises since an option is another in the state.
function set.refuse_state(where, name, here, there)
  arguments.fail("%s: load_state_dict: %s is %s here and %s in the state; they must be of the same set and options",
    where, name, tostring(here), tostring(there))
end

local ADDED <const> = {drop_last = true, balanced = true} -- later: states of before may have none

-- Raises unless a state is a table in which these fields are as they are here.
function set.check_state(where, self, state, names)
  if type(state) ~= "table" then
    arguments.fail("%s: load_state_dict: expected a table as from state_dict, got %s", where,
      options_of.shown(state))
  end
  for _, name in ipairs(names) do
    local missing = ADDED[name] and state[name] == nil
    if state[name] ~= self[name] and not missing then set.refuse_state(where, name, self[name], state[name]) end
  end
end

return set
