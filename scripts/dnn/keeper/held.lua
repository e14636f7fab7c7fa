-- Whether a run's checkpoints hold what their optimisers move. A part holds its own network, or the matrices that its
-- state_dict returns. One that returns matrices of its own may have copied others into them: what could be in those is
-- not missed.
local arguments = require "dnn.arguments"
local dnn = require "dnn"
local options_of = require "dnn.options"
local try = require "dnn.try"

local held = {}

local MOST_NAMES <const> = 6 -- that a message lists

-- Calls add(parameters or matrix) for all that an optimiser moves.
local function each_moved(optimiser, add)
  local function walk(given)
    if type(given) == "userdata" then return add(given) end
    for _, one in ipairs(given) do walk(one) end
  end
  if options_of.shown(optimiser) == "dnn.LBFGS" then return walk(optimiser.parameters) end
  for _, group in ipairs(optimiser.groups) do walk(group.params) end
end

-- Is it an optimiser, in C or in Lua?
function held.is_optimiser(object)
  local kind = options_of.shown(object)
  return kind == "dnn.Optimiser" or kind == "dnn.LBFGS"
end

-- The norms of all that the optimisers move, as a text: another one where it was changed.
function held.norms(optimisers)
  local norms = {}
  local function add(moved)
    if dnn._is_matrix(moved) then
      norms[#norms + 1] = ("%a"):format(moved:norm())
    else
      for _, W in moved:pairs() do add(W) end
    end
  end
  for _, optimiser in ipairs(optimisers) do each_moved(optimiser, add) end
  return table.concat(norms, " ")
end

-- What is moved and not a network's that is among the objects: a list of {text =, size =, matrix =}.
local function not_of_networks(objects, optimiser)
  local networks, missing = {}, {}
  for _, object in pairs(objects) do
    if options_of.shown(object) == "dnn.Layer" then networks[#networks + 1] = object end
  end
  each_moved(optimiser, function(moved)
    for _, net in ipairs(networks) do
      if dnn._holds(net, moved) then return end
    end
    if dnn._is_matrix(moved) then
      missing[#missing + 1] = {text = ("a Matrix of %d x %d"):format(moved.rows, moved.cols), size = #moved,
        matrix = moved}
      return
    end
    for name, W in moved:pairs() do missing[#missing + 1] = {text = name, size = #W} end
  end)
  return missing
end

-- The matrices that the states of the script's own objects return, as a set, and the size of the largest that may be a
-- copy of others: math.huge where a state cannot be seen now.
local function own_states(objects, missing)
  local moved, returned, largest = {}, {}, 0
  for _, one in ipairs(missing) do
    if one.matrix then moved[one.matrix] = true end
  end
  for _, object in pairs(objects) do
    if not options_of.shown(object):find "^dnn%." and type(object) ~= "boolean" then
      local read, state = try(function() return object:state_dict() end)
      if not read or type(state) ~= "table" then return returned, math.huge end
      for _, value in pairs(state) do
        if moved[value] then
          returned[value] = true
        elseif dnn._is_matrix(value) and value.dtype:find "^float" or type(value) == "string" then
          largest = math.max(largest, #value)
        end
      end
    end
  end
  return returned, largest
end

local function fail(name, missing)
  local names, matrices, networks = {}, false, false
  for i, one in ipairs(missing) do
    if i <= MOST_NAMES then names[i] = one.text end
    if one.matrix then matrices = true else networks = true end
  end
  if #missing > MOST_NAMES then names[#names + 1] = ("%d more"):format(#missing - MOST_NAMES) end
  arguments.fail("Run: checkpoint: %s moves what no part of the checkpoint holds: %s%s%s", name,
    table.concat(names, ", "), networks and "; add their network, as in net = net" or "",
    matrices and "; add the Matrix, as in W = W" or "")
end

-- Raises where an optimiser among the objects, by name, moves what no object holds: it would be lost.
function held.check(objects)
  for name, optimiser in pairs(objects) do
    local seen, missing = try(not_of_networks, objects, held.is_optimiser(optimiser) and optimiser or {groups = {}})
    if seen and #missing > 0 then
      local returned, largest = own_states(objects, missing)
      local lost = {}
      for _, one in ipairs(missing) do
        if not (one.matrix and returned[one.matrix]) and one.size > largest then lost[#lost + 1] = one end
      end
      if #lost > 0 then fail(name, lost) end
    end
  end
end

return held
