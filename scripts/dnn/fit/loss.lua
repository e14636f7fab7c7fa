-- A loss that is a function(A, Y): as dnn.fit calls one of dnn's, and what dnn.evaluate measures with it.
local arguments = require "dnn.arguments"
local core = require "dnn.core"
local dnn = require "dnn"

local Function = {name = "function", reduction = "mean"}
Function.__index = Function

local function check(where, cost)
  if not core._is_matrix(cost) or #cost ~= 1 then
    arguments.fail("%s: the loss must return a Matrix of 1 x 1, computed from A, it returned %s; a mean or sum makes "
      .. "one", where,
      core._is_matrix(cost) and ("one of %d x %d"):format(cost.rows, cost.cols) or arguments.shown(cost))
  end
end

function Function:forward(A, Y)
  local leaf = A:detach():requires_grad_()
  local cost = self.f(leaf, Y)
  check(self.where, cost)
  if not cost.requires_grad then
    arguments.fail("%s: what the loss returned does not depend on A, or was computed in dnn.no_grad", self.where)
  end
  self.leaf, self.cost = leaf, cost
  return cost:item()
end

function Function:backward()
  self.cost:backward()
  return self.leaf.grad
end

local losses = {}

-- The loss itself, or a function in the clothes of one; `where` opens its messages.
function losses.of(where, loss)
  for name, maker in pairs(type(loss) == "function" and dnn or {}) do
    if rawequal(maker, loss) and name:find "Loss$" then
      arguments.fail("%s: loss is the function dnn.%s; expected what it makes: dnn.%s()", where, name, name)
    end
  end
  return type(loss) == "function" and setmetatable({f = loss, where = where}, Function) or loss
end

-- The cost of a batch from which nothing goes back: a function is not recorded, so that sums and means are numbers.
function losses.measure(loss, A, Y)
  if getmetatable(loss) ~= Function then return loss:forward(A, Y) end
  return core.no_grad(function()
    local cost = loss.f(A, Y)
    if type(cost) == "number" then return cost end
    check(loss.where, cost)
    return cost:item()
  end)
end

return losses
