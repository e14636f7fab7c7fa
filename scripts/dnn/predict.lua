-- dnn.predict: the outputs of a network for many examples, in batches.
local dnn = require "dnn"
local arguments = require "dnn.arguments"
local options_of = require "dnn.options"
local source = require "dnn.fit.source"

local BATCH <const> = 256 -- examples that go through the network at once

local PREDICT <const> = {batch_size = {nil, options_of.whole(1), "a whole number of examples, 1 or more"}}

-- Columns of a matrix, some at a time, as batches are called.
local function columns(X, size)
  local place = 1
  return function()
    if place > X.cols then return nil end
    local first, last = place, math.min(place + size - 1, X.cols)
    place = last + 1
    return X:cols_range(first, last)
  end
end

-- Batches in the order of the examples.
local function in_order(data, batch_size)
  local given = {batch_size = batch_size, default_size = BATCH}
  if not source.is_batches(data) then
    given.shuffle = false
  elseif source.is_shuffled(data) then
    arguments.fail("dnn.predict: these batches shuffle, so it is unknown which output belongs to which example; make "
      .. "them with shuffle = false")
  end
  return source.batches("dnn.predict", data, given)
end

-- The outputs for a Matrix, a set or batches: outputs x m; and of a set or batches their Y.
local function predict(net, data, options)
  if not source.predicts(net) then arguments.wrong(1, "a network", net) end
  local opts = options_of.read("dnn.predict", options, PREDICT)
  local is_matrix = dnn._is_matrix(data)
  local outputs, targets = {}, {}
  for X, Y, beside in is_matrix and columns(data, opts.batch_size or BATCH) or in_order(data, opts.batch_size) do
    source.check_batch("dnn.predict", X, Y or X)
    outputs[#outputs + 1] = net:predict(X, beside)
    targets[#targets + 1] = Y and Y:copy()
  end
  if #outputs == 0 then return net:predict(is_matrix and data or data.X) end -- of no examples: outputs x 0
  return dnn.cat(outputs, 2), #targets > 0 and dnn.cat(targets, 2) or nil
end

return arguments.guarded("dnn.predict", predict)
