-- lr_finder: a short training whose learning rate rises from step to step (Smith 2017): the costs show which rates
-- train quickly, and from which on it diverges.
local arguments = require "dnn.arguments"
local core = require "dnn.core"
local losses = require "dnn.fit.loss"
local options_of = require "dnn.options"
local strict = require "dnn.strict"

local finder = {}

local positive = {options_of.number(1e-300), "a number above 0"}
local FINDER <const> = {
  net = {nil, options_of.is "userdata", "a network"},
  loss = {nil, options_of.is("userdata", "table", "function"), "a loss or a function(A, Y)"},
  optimiser = {nil, options_of.is "userdata", "an optimiser of the network"},
  data = {nil, options_of.is("table", "userdata"), "batches: dnn.data.batches or a dnn.data.Loader"},
  from = {1e-7, table.unpack(positive)},
  to = {10, table.unpack(positive)},
  steps = {100, options_of.whole(2), "a whole number, 2 or more"},
  smooth = {0.9, function(value) return type(value) == "number" and value >= 0 and value < 1 end,
    "a number from 0 to below 1"},
  stop = {4, options_of.number(1), "a number, 1 or more"},
}

-- What is found: columns of learning rates and smoothed costs.
local Found = {}

local class = strict.make("lr_finder's result", Found)
class.__index = class
class.__name = "dnn.optim.lr_finder.Result"

function class.__tostring(self)
  local rates <const> = ("%d rates from %.3g to %.3g"):format(#self.lr, self.lr(1, 1), self.lr(#self.lr, 1))
  return self.suggestion and ("%s; the cost falls fastest at %.3g"):format(rates, self.suggestion)
    or rates .. "; the cost does not fall at any of them"
end

-- Draws the costs over the rates, as dnn.plot with its options.
function Found:plot(options)
  local plot <const> = {{self.lr, self.cost}, x_scale = "log", x_label = "learning rate", y_label = "cost"}
  for name, value in pairs(options or {}) do plot[name] = value end
  return require "dnn.plot"(plot)
end

arguments.guard("dnn.optim.lr_finder.Result", Found, ":")

-- The rate at which the cost falls fastest over the logarithm of the rate; nil where it never falls. Slopes are taken
-- over a tenth of the rates, and the first costs, which average few batches, are left out.
local function steepest(rates, costs)
  local reach <const> = math.max(1, #costs // 20)
  local best, suggestion = 0, nil
  for k = 1 + 2 * reach, #costs - reach do
    local slope = costs[k + reach] - costs[k - reach]
    if slope < best then best, suggestion = slope, rates[k] end
  end
  return suggestion
end

-- Batches without end.
local function endless(batches)
  local step, state, last = batches, nil, nil
  return function()
    local X, Y, beside = step(state, last)
    if not X then X, Y, beside = step(state, nil) end
    last = X
    return X, Y, beside
  end
end

local function lr_finder(options)
  local opts = options_of.read("lr_finder", options, FINDER)
  for _, name in ipairs{"net", "loss", "optimiser", "data"} do
    if opts[name] == nil then
      arguments.fail("lr_finder: %s is missing: %s%s", name, FINDER[name][3], arguments.usage())
    end
  end
  if opts.to <= opts.from then
    arguments.fail("lr_finder: to must be above from, got %g and %g", opts.to, opts.from)
  end
  local net, optimiser = opts.net:copy(opts.optimiser)
  local loss = losses.of("lr_finder", opts.loss)
  net:train()
  optimiser.check_finite = false
  local next_batch <const> = endless(opts.data)
  local rates, costs, mean, best = {}, {}, 0, math.huge
  for k = 1, opts.steps do
    optimiser.lr = opts.from * (opts.to / opts.from) ^ ((k - 1) / (opts.steps - 1))
    local X, Y, beside = next_batch()
    local cost = loss:forward(net:forward(X, beside), Y)
    mean = opts.smooth * mean + (1 - opts.smooth) * cost
    local smoothed = mean / (1 - opts.smooth ^ k)
    if smoothed ~= smoothed or smoothed > opts.stop * best then break end
    best = math.min(best, smoothed)
    rates[k], costs[k] = optimiser.lr, smoothed
    net:backward(loss:backward())
    optimiser:step()
  end
  if #rates == 0 then arguments.fail("lr_finder: the first cost is not a number") end
  return setmetatable({lr = core.Matrix(rates), cost = core.Matrix(costs),
    suggestion = steepest(rates, costs) or false}, class)
end

finder.lr_finder = lr_finder

return finder
