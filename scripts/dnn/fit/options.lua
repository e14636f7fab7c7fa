-- The options of dnn.fit, checked, and the data that they name: what is learnt from and what is held out.
local dnn = require "dnn"
local arguments = require "dnn.arguments"
local losses = require "dnn.fit.loss"
local options_of = require "dnn.options"
local set = require "dnn.data.set"
local source = require "dnn.fit.source"

local fit_options = {}

local has <const> = source.has
local is_loss, is_optimiser = has("forward", "backward"), has("step", "zero_grad")
local function is_schedule(value) return value == false or has "step"(value) and not is_optimiser(value) end
local is_object, is_flag = options_of.is("table", "userdata"), options_of.is "boolean"
local is_function = options_of.is "function"

local function is_held_out(value)
  return value == false or type(value) == "table" or set.TEST[2](value) and value > 0
end

local FIT <const> = {
  net = {nil, has("forward", "backward", "predict"), "a network, as dnn.Sequential{...} makes one"},
  data = {nil, is_object, "a set {X = , Y = }, {train = , test = }, a dnn.data.Loader or dnn.data.batches"},
  loss = {nil, function(value) return type(value) == "function" or is_loss(value) end,
    "a loss, such as dnn.MSELoss(), or a function(A, Y)"},
  optimiser = {nil, has "step", "an optimiser, such as dnn.optim.Adam(net:parameters())"},
  epochs = {10, options_of.whole(1), "a whole number, 1 or more"},
  batch_size = {nil, options_of.whole(1), "a whole number of examples, 1 or more"},
  shuffle = {nil, is_flag, "true or false"},
  validation = {nil, is_held_out, "a share of the data below 1, a whole number of examples, a set, batches, or false"},
  metrics = {{}, options_of.is "table", "a table of names, as in {\"accuracy\"}"},
  monitor = {"cost", options_of.is "string", "the name of a curve, such as \"accuracy\" or \"cost/train\""},
  mode = {nil, options_of.one_of("max", "min"), "\"max\" or \"min\""},
  min_delta = {0, options_of.number(0), "a number, 0 or more"},
  patience = {nil, options_of.whole(1), "a whole number of epochs, 1 or more"},
  keep_best = {nil, is_flag, "true or false"},
  accumulate = {1, options_of.whole(1), "a whole number of batches, 1 or more"},
  clip = {nil, options_of.number(1e-300), "a number above 0, the largest norm of the gradients"},
  schedule = {nil, is_schedule, "a schedule, such as dnn.optim.StepLR(optimiser, {...}), or false"},
  schedule_every = {nil, options_of.one_of("epoch", "step"), "\"epoch\" or \"step\""},
  run = {nil, options_of.is("string", "userdata"), "the name of a folder, or a dnn.Run"},
  checkpoint = {nil, options_of.is("table", "boolean"), "true, false or a table, as in {every = 500}"},
  resume = {nil, is_flag, "true or false"},
  progress = {true, is_flag, "true or false"},
  on_epoch = {nil, is_function, "a function(info)"},
  on_batch = {nil, is_function, "a function(info)"},
}

function fit_options.fail(format, ...)
  arguments.fail("dnn.fit: " .. format, ...)
end
local fail <const> = fit_options.fail

local BATCH <const> = 32

-- The options, with those that have no default checked for being there.
function fit_options.read(given)
  local opts = options_of.read("dnn.fit", given, FIT)
  for _, name in ipairs{"net", "data", "loss"} do
    if opts[name] == nil then
      arguments.fail("dnn.fit: %s is missing; expected %s%s", name, FIT[name][3], arguments.usage())
    end
  end
  for name, what in pairs{schedule_every = "schedule", resume = "run"} do
    if given[name] ~= nil and not given[what] then fail("%s is given without a %s", name, what) end
  end
  opts.loss = losses.of("dnn.fit", opts.loss)
  if opts.loss.reduction == "none" then
    fail "the loss has reduction \"none\", a cost for each example; a training needs one number: \"mean\" or \"sum\""
  end
  opts.optimiser = opts.optimiser or dnn.optim.Adam(opts.net:parameters())
  if options_of.shown(opts.optimiser) == "dnn.LBFGS" then
    fail "LBFGS runs the network itself, several times in a step; write the loop out, with optimiser:step(closure)"
  end
  if dnn._steps_another(opts.optimiser, opts.net) then fail "the optimiser steps another network" end
  local paced = type(opts.schedule) == "table" and rawget(opts.schedule, "optimiser")
  if paced and paced ~= opts.optimiser then fail "the schedule is of another optimiser" end
  if opts.schedule_every == "step" and source.is_plateau(opts.schedule) then
    fail("ReduceLROnPlateau follows %s, which is known after an epoch; leave out schedule_every = \"step\"",
      opts.monitor)
  end
  if opts.keep_best == nil then opts.keep_best = opts.patience ~= nil end
  if opts.schedule then opts.schedule_every = opts.schedule_every or "epoch" end
  return opts
end

-- Data ---------------------------------------------------------------------------------------------------

-- A pair {X, Y} as a set; others as they are.
local function set_of(data)
  if type(data) == "table" and dnn._is_matrix(rawget(data, 1)) then return {X = data[1], Y = data[2]} end
  return data
end

-- What is learnt from and what comes along to validate with.
local function parts_of(data)
  if type(data) == "table" and rawget(data, "train") then
    return set_of(data.train), set_of(rawget(data, "validation") or rawget(data, "test"))
  end
  return set_of(data), nil
end

-- Batches to learn from, what to validate with (nil for nothing), and the names of the classes.
function fit_options.data(opts)
  local train, held_out = parts_of(opts.data)
  local validation = opts.validation
  if type(validation) == "number" then
    if source.is_batches(train) then
      fail("validation = %s is a part of a set, but data are batches already; give the part's own set or batches",
        validation)
    end
    train, held_out = source.of_data("dnn.fit: validation", "split", train, {test = validation})
  elseif validation ~= nil then
    held_out = validation and set_of(validation) or nil
  end
  if held_out and not source.is_batches(held_out) then
    local Y = rawget(held_out, "Y")
    if dnn._is_matrix(Y) and Y.cols == 0 then
      fail("validation%s: there are no examples to validate with",
        type(validation) == "number" and (" = %s"):format(validation) or "")
    end
    held_out = source.batches("dnn.fit: validation", held_out,
      {default_size = math.max(opts.batch_size or BATCH, BATCH), shuffle = false})
  end
  return source.batches("dnn.fit", train, {batch_size = opts.batch_size, shuffle = opts.shuffle, default_size = BATCH}),
    held_out, source.classes(train)
end

return fit_options
