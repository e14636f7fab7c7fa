---@meta _
---@class dnn
local dnn = {}

-- ## Kinds

---@class dnn.GaussianNLLLoss.Options
---@field reduction? "mean"|"sum"|"none" "mean" by default: divided by the number of elements
---@field full? boolean whether log(2 pi) / 2 is added, false by default
---@field eps? number the least variance, 1e-6 by default

---Numbers Y of normal distributions with means A and variances B: the mean of (log B + (A - Y)^2 / B) / 2, the
---negative log-likelihood, with B no less than eps.
---
---It takes two matrices and gives two gradients: `loss:forward(A, B, Y)`, in PyTorch (A, Y, B), and `dA, dB =
---loss:backward()`.
---
---Shapes: B and Y have A's. Where one network gives both, A and B are rows of its output, and the gradients are those
---rows of its dA.
---
---Errors: a variance below 0; a Softplus makes them positive.
---
---```lua
---local loss = dnn.GaussianNLLLoss()
---local A, B, Y = dnn.Matrix{{1, 2}}, dnn.Matrix{{1, 1}}, dnn.Matrix{{1, 4}}
---print(loss:forward(A, B, Y))   --> 1.0
---local dA, dB = loss:backward()
---```
---@param options? dnn.GaussianNLLLoss.Options
---@return dnn.Loss
function dnn.GaussianNLLLoss(options) end
