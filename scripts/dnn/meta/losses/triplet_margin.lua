---@meta _
---@class dnn
local dnn = {}

-- ## Kinds

---@class dnn.TripletMarginLoss.Options
---@field reduction? "mean"|"sum"|"none" "mean" by default: divided by the number of examples
---@field margin? number by how much the negative has to be farther away, 1 by default
---@field p? number of the norm, 2 by default
---@field eps? number added to differences, 1e-6 by default
---@field swap? boolean whether the negative's distance to the positive counts where it is smaller; false by default

---Anchors A, positives B and negatives C (Schroff et al. 2015): the mean of max(0, margin + d(A, B) - d(A, C)).
---
---It takes three matrices and no targets, and gives three gradients.
---
---Shapes: all three are alike, a column an example.
---
---Errors: matrices of different shapes.
---
---```lua
---local A, B, C = dnn.Matrix{0}, dnn.Matrix{1}, dnn.Matrix{3}
---local loss = dnn.TripletMarginLoss{margin = 3}
---print(math.abs(loss:forward(A, B, C) - 1) < 1e-5)   --> true
---local dA, dB, dC = loss:backward()
---```
---@param options? dnn.TripletMarginLoss.Options
---@return dnn.Loss
function dnn.TripletMarginLoss(options) end
