-- For the specs of dnn.Run: trainings to log, and what is in the log then.
package.path = "tests/lua/?.lua;" .. package.path
local assert = require "luassert"
local dnn = require "dnn"
local event_file = require "event_file"

local runs = {}

function runs.assert_near(expected, got, tolerance)
  local near = math.abs(got - expected) <= (tolerance or 1e-6) * math.max(1, math.abs(expected))
  assert.is_true(near, ("expected %.9g, got %.9g"):format(expected, got))
end

-- The events of a run, which is flushed and stays open.
function runs.events_of(run)
  assert(run:flush())
  return event_file.read(run.file)
end

function runs.tags_of(events)
  local tags, seen = {}, {}
  for _, event in ipairs(events) do
    if not seen[event.tag] then tags[#tags + 1] = event.tag end
    seen[event.tag] = true
  end
  table.sort(tags)
  return tags
end

-- A network with its loss and data, and one step of training it.
function runs.training(options)
  dnn.manual_seed(3)
  local net = dnn.Sequential({dnn.Linear(48, 5), dnn.ReLU(), dnn.Linear(5, 1), dnn.Sigmoid()},
    options)
  local loss, optimiser = dnn.BCELoss(), dnn.optim.Adam(net:parameters(), {lr = 0.01})
  local X = dnn.randn(48, 30, options)
  local Y = dnn.gt(dnn.randn(1, 30, options), 0)
  local function step()
    local cost = loss(net(X), Y)
    net:backward(loss:backward())
    optimiser:step()
    return cost
  end
  return net, optimiser, step, X, loss, Y
end

return runs
