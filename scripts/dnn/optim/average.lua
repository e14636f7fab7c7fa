-- AveragedModel: a network of averaged weights beside the one that learns: an exponential moving average (Polyak &
-- Juditsky 1992), or the plain mean of stochastic weight averaging (Izmailov et al. 2018), as PyTorch's.
local arguments = require "dnn.arguments"
local core = require "dnn.core"
local flat = require "dnn.flat"
local options_of = require "dnn.options"
local strict = require "dnn.strict"

local average = {}

local AVERAGE <const> = {
  decay = {nil, function(value) return type(value) == "number" and value > 0 and value < 1 end,
    "a number between 0 and 1"},
}

local AveragedModel = {}

-- Takes the network's weights into the average; after a step of the optimiser, or an epoch of them.
function AveragedModel:update()
  local own, theirs = self.values, self.source:parameters().values
  self.count = self.count + 1
  if self.count == 1 then
    own:copy_(theirs)
  else
    local share = self.decay and 1 - self.decay or 1 / self.count
    own:add_(self.difference:copy_(theirs):sub_(own):cmul_(share))
  end
  self.synced = false
end

-- Kept values, such as running means, are the network's own as they are now.
local function sync(self)
  if self.synced then return end
  local averaged = self.difference:copy_(self.values)
  self.twin:load_state_dict(self.source:state_dict())
  self.values:copy_(averaged)
  self.synced = true
end

-- The outputs of the averaged network in evaluation.
function AveragedModel:predict(X, options)
  sync(self)
  return self.twin:predict(X, options)
end

-- The averaged network: another network, to evaluate and save. It changes with the next update.
function AveragedModel:module()
  sync(self)
  return self.twin
end

-- The part of a network that a name in its state leads to: "1.shortcut.0" to net[2].shortcut[1].
local function part_at(net, path)
  for name in path:gmatch "[^.]+" do net = net[math.tointeger(name) and math.tointeger(name) + 1 or name] end
  return net
end

-- The running means and variances of batch norm: {value = a Matrix of the network's own, momentum =, before =}. What
-- has no momentum does not move.
local function running_values(net)
  local list = {}
  for name in pairs(net:state_dict()) do
    local path, kind = name:match "^(.-)%.?(running_%a+)$"
    local layer = path and part_at(net, path)
    if layer and layer.momentum > 0 then
      list[#list + 1] = {value = layer[kind], before = layer[kind]:copy(), momentum = layer.momentum}
    end
  end
  return list
end

-- Running statistics of batch norm for the averaged weights: the means over one epoch of what its batches have. A
-- forward moves them by `momentum` of the way to those of its batch; the n-th batch counts 1 / n.
function AveragedModel:update_bn(batches)
  sync(self)
  local training, list, n = self.twin.training, running_values(self.twin), 0
  self.twin:train()
  for X, _, beside in batches do
    n = n + 1
    for _, running in ipairs(list) do
      if n == 1 then running.value:fill_(0) end
      running.before:copy_(running.value)
    end
    self.twin:forward(X, beside)
    for _, running in ipairs(list) do
      running.value:sub_(running.before):cmul_(1 / (running.momentum * n)):add_(running.before)
    end
  end
  self.twin:train(training)
end

-- The averaged network as "module.0.weight", as in PyTorch. Its kept values are its own where it is `synced`, such as
-- those that update_bn has measured.
function AveragedModel:state_dict()
  local state = {count = self.count, decay = self.decay, synced = self.synced}
  flat.put(state, "module", self.twin:state_dict())
  return state
end

local function refuse(format, ...)
  arguments.fail("AveragedModel: load_state_dict: " .. format, ...)
end

-- States of before had the averaged weights in one column.
local function take_values(self, values)
  if #values ~= #self.values then
    refuse("the state has %d values, this network %d", #values, #self.values)
  end
  self.values:copy_(values)
end

local function take_module(self, state)
  local fits, message = pcall(self.twin.load_state_dict, self.twin, flat.take(state, "module"))
  if not fits then refuse("%s", (message:gsub("^.-load_state_dict: ", ""))) end
end

function AveragedModel:load_state_dict(state)
  if type(state) ~= "table" or math.type(state.count) ~= "integer" then
    refuse("expected a table as from state_dict, got %s", options_of.shown(state))
  end
  if state.decay and not AVERAGE.decay[2](state.decay) then
    refuse("decay must be %s, got %s", AVERAGE.decay[3], options_of.shown(state.decay))
  end
  if core._is_matrix(state.values) then take_values(self, state.values) else take_module(self, state) end
  self.count, self.decay, self.synced = state.count, state.decay or false, state.synced == true
end

arguments.guard("dnn.AveragedModel", AveragedModel, ":")

local class = strict.make("AveragedModel", AveragedModel)
class.__index = class
class.__name = "dnn.AveragedModel"

function class.__call(self, ...) return self:predict(...) end

function class.__tostring(self)
  return ("AveragedModel(%s, %d update%s)"):format(self.decay and "decay = " .. self.decay or "mean", self.count,
    self.count == 1 and "" or "s")
end

function average.AveragedModel(net, options)
  if type(net) ~= "userdata" or options_of.shown(net) ~= "dnn.Layer" then
    arguments.wrong(1, "a network", net)
  end
  local opts = options_of.read("dnn.optim.AveragedModel", options, AVERAGE)
  local twin = net:copy()
  local values = twin:parameters().values
  return setmetatable({source = net, twin = twin, values = values, difference = values:copy(), count = 0,
    decay = opts.decay or false, synced = true}, class)
end

return average
