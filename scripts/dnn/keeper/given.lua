-- What a script gives run:checkpoint{...}: options, and the objects that it keeps.
local arguments = require "dnn.arguments"
local best_of = require "dnn.keeper.best"
local checkpoint = require "dnn.checkpoint"
local held = require "dnn.keeper.held"
local options_of = require "dnn.options"
local states = require "dnn.checkpoint.states"

local given = {}

local OPTIONS <const> = {
  every = {nil, options_of.whole(1), "a whole number of steps, 1 or more"},
  minutes = {nil, options_of.number(1e-9), "a number of minutes above 0"},
  keep = {3, options_of.whole(1), "a whole number of checkpoints, 1 or more"},
  best = {nil, best_of.takes, "the name of a logged value, such as \"accuracy/test\""},
  mode = {nil, options_of.one_of("max", "min"), "\"max\" or \"min\""},
}

-- The options of `given`, and the objects among its entries, false for what a resume leaves out; raises for the script
-- that called run:checkpoint.
function given.read(what, net, optimiser)
  if type(what) ~= "table" then
    arguments.fail("Run: checkpoint: expected a table, as in run:checkpoint{net = net, optimiser = optimiser, every "
      .. "= 100}, got %s%s", options_of.shown(what), arguments.usage())
  end
  local opts, objects = {}, {net = net, optimiser = optimiser}
  for name, value in pairs(what) do
    if OPTIONS[name] then opts[name] = value else objects[name] = states.of_matrix(value) end
  end
  for name, value in pairs(objects) do
    if type(name) ~= "string" or not name:find "^[%a_][%w_]*$" or name == "dnn" or name == "step" then
      arguments.fail("Run: checkpoint: a part has a name of letters, digits and _ that is not dnn or step, got %s",
        options_of.shown(name))
    end
    if value and not checkpoint._has_state(value) then
      arguments.fail("Run: checkpoint: '%s' must be an object with a state (a network, an optimiser, batches, a "
        .. "dnn.Random, a Matrix, or anything with the methods state_dict and load_state_dict), or an option (%s), "
        .. "got %s", name, options_of.names_of(OPTIONS), options_of.shown(value))
    end
  end
  local any = false
  for _, value in pairs(objects) do any = any or value end
  if not any then
    arguments.fail("Run: checkpoint: nothing to keep; give net = and optimiser =")
  end
  held.check(objects)
  return options_of.read("Run: checkpoint", opts, OPTIONS), objects
end

return given
