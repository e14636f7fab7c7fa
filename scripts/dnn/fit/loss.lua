-- A loss that is a function(A, Y): as dnn.fit and dnn.evaluate call one of dnn's.
local arguments = require "dnn.arguments"
local core = require "dnn.core"

local Function = {name = "function", reduction = "mean"}
Function.__index = Function

-- What the function has to return: a number that backward can go back from.
local function check(where, cost)
  if not core._is_matrix(cost) or #cost ~= 1 then
    error(("%s: the loss must return a Matrix of 1 x 1, computed from A, it returned %s; a mean or sum makes one")
      :format(where, core._is_matrix(cost) and ("one of %d x %d"):format(cost.rows, cost.cols)
        or arguments.shown(cost)), 0)
  end
  if not cost.requires_grad then
    error(where .. ": what the loss returned does not depend on A, or was computed in dnn.no_grad", 0)
  end
end

function Function:forward(A, Y)
  local leaf = A:detach():requires_grad_()
  local cost = self.f(leaf, Y)
  check(self.where, cost)
  self.leaf, self.cost = leaf, cost
  return cost:item()
end

function Function:backward()
  self.cost:backward()
  return self.leaf.grad
end

-- The loss itself, or a function in the clothes of one; `where` opens its messages.
return function(where, loss)
  return type(loss) == "function" and setmetatable({f = loss, where = where}, Function) or loss
end
