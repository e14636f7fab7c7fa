---@meta _
---@class dnn
local dnn = {}

-- ## Kinds

---@class dnn.CTCLoss.Options
---@field classes integer classes of a step, the blank included
---@field blank? integer the class that spells nothing, 1 by default
---whether a target that is too long for its steps costs 0 and has no gradient, rather than an infinite cost; false by
---default
---@field zero_infinity? boolean
---"mean" by default: each cost is divided by its target's length, and their sum by the number of examples
---@field reduction? "mean"|"sum"|"none"

---Connectionist temporal classification (Graves et al. 2006): -log of the probability that A spells the labels of Y,
---wherever in A they are: for speech or handwriting and its text.
---
---A path takes one class at each step. It spells what is left when repeated classes are merged and blanks removed, so
---equal labels need a blank between them. PyTorch's blank of 0 is class 1 here, and letters are 2..classes.
---
---Shapes: A is (steps * classes) x m log-probabilities, what a LogSoftmax makes of `{steps, classes}`; Y has a column
---of labels for each example. `loss:forward(A, Y, {input_lengths = L, target_lengths = N})`: how many steps and labels
---each example has, 1 x m; what follows is padding and is not read. By default, all of them; an N may be 0.
---
---Errors: labels outside 1..classes, or equal to the blank; lengths beyond the steps or the rows of Y; rows of A that
---are not a multiple of classes.
---
---The gradient is that of A. PyTorch's for log-probabilities has their softmax added, which the LogSoftmax before them
---takes out again: for what goes into that, both are the same.
---
---```lua
---local net = dnn.Sequential{dnn.Input(5, 4), dnn.RNN(4, 3), dnn.LogSoftmax()}
---local loss = dnn.CTCLoss{classes = 3}
---local A = net:forward(dnn.rand(20, 2))   -- 5 steps, 2 examples
---local lengths = {target_lengths = dnn.Matrix{{2, 1}}}
---print(loss(A, dnn.Matrix{{2, 3}, {3, 3}}, lengths) > 0)   --> true
---net:backward(loss:backward())
---```
---@param options dnn.CTCLoss.Options
---@return dnn.Loss
function dnn.CTCLoss(options) end
