-- A set cut in two.
local dnn = require "dnn"
local arguments = require "dnn.arguments"
local options_of = require "dnn.options"
local set = require "dnn.data.set"
local native = dnn._data

local split = {}

-- Count columns of a matrix along an order from place `first` on, copied.
local function take(matrix, order, first, count)
  local out = dnn.empty(matrix.rows, count, {dtype = matrix.dtype})
  order:gather(matrix, first, out, 1, 0)
  return out
end

local SPLIT <const> = {test = set.TEST, seed = set.SEED}

-- A set's examples, shuffled by a stream of their own, as two sets: to train on and to test with. Of a lazy set only
-- the paths are parted.
function split.split(examples, options)
  local lazy = type(examples) == "table" and rawget(examples, "target")
  local source = lazy and examples.Y or set.source(examples, "dnn.data.split")
  local opts = options_of.read("dnn.data.split", options, SPLIT)
  local m = source.cols
  local tested, why = set.test_count(opts.test, m)
  if not tested then arguments.fail("dnn.data.split: %s", why) end
  local lengths = not lazy and set.lengths(examples, m, "dnn.data.split") or nil
  local order = native.order(m)
  order:shuffle(dnn.Random(opts.seed))

  local function part(first, count)
    local files = examples.files and {}
    for k = 1, files and count or 0 do files[k] = examples.files[order:at(first + k - 1)] end
    return set.new {
      [examples.raw and "raw" or "X"] = not lazy and take(source, order, first, count) or nil,
      Y = take(examples.Y, order, first, count),
      lengths = lengths and take(lengths, order, first, count),
      files = files,
      shape = examples.shape,
      classes = examples.classes,
      target = examples.target,
      dtype = examples.dtype,
      scale = examples.scale,
    }
  end
  return part(tested + 1, m - tested), part(1, tested)
end

return split
