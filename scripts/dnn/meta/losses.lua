---@meta _

-- # Losses
--
-- A loss compares the output A (outputs x m) with the targets Y and returns a number; its backward returns dA, from
-- which `net:backward` starts. With reduction "mean" both are divided by the number of elements
-- (`dnn.CrossEntropyLoss`: of labels), with "sum" they are not, as in PyTorch; with "none" the cost of each example
-- comes back, a 1 x m Matrix, and backward takes the gradient with respect to these. Y may be of A's type or whole
-- numbers (uint8, int32).
--
-- Weights, a number for each example, multiply costs and gradients before they are reduced: examples that count more,
-- or 0 for those to leave out.

---@class dnn
local dnn = {}

---@class dnn.Loss.Options
---@field weights? dnn.Matrix 1 x m of A's type, a weight for each example; 1 each by default

-- ## What a loss has

---A cost and its gradient. Options are given when it is made and cannot be set later.
---@class dnn.Loss
---@field name string the kind, such as "BCELoss"
---@field reduction "mean"|"sum"|"none"
---@overload fun(A: dnn.Matrix, Y: dnn.Matrix, options?: dnn.Loss.Options): number|dnn.Matrix
local loss = {}

---The cost of the output A for the targets Y; `loss(A, Y)` is the same.
---
---The loss keeps A, Y and the weights for backward. Some take several matrices: `loss:forward(A, B, Y)` of
---`dnn.CosineEmbeddingLoss`, `loss:forward(A, B, C)` of `dnn.TripletMarginLoss`. `dnn.CTCLoss` takes input_lengths and
---target_lengths beside the weights.
---
---Shapes: with reduction "none" 1 x m, the cost of each example.
---
---Errors: weights that are not 1 x m of A's type.
---
---```lua
---local A, Y = dnn.Matrix{{3, 2}}, dnn.Matrix{{1, 2}}
---print(dnn.MSELoss():forward(A, Y))   --> 2.0
---print(dnn.MSELoss()(A, Y, {weights = dnn.Matrix{{0.5, 1}}}))   --> 1.0
---local costs = dnn.MSELoss{reduction = "none"}(A, Y)
---print(costs(1, 1), costs(1, 2))   --> 4.0	0.0
---```
---@param A dnn.Matrix
---@param Y dnn.Matrix the targets, or the second of several matrices
---@param options? dnn.Loss.Options or the last of three matrices
---@param last? table the options, after three matrices
---@return number|dnn.Matrix cost
function loss:forward(A, Y, options, last) end

---The gradient of the last cost with respect to A; of several inputs `dA, dB = loss:backward()`.
---
---Shapes: A's. It is a matrix of the loss's own, which the next backward overwrites.
---
---Errors: a backward before a forward; an A that another forward of the network has overwritten. `net:predict(X)`
---leaves it as it is.
---
---```lua
---local loss = dnn.MSELoss()
---loss:forward(dnn.Matrix{3}, dnn.Matrix{1})
---print(loss:backward()(1, 1))   --> 4.0
---```
---@param dcosts? dnn.Matrix with reduction "none": the gradient with respect to the costs, 1 x m; 1 each by default
---@return dnn.Matrix dA
function loss:backward(dcosts) end
