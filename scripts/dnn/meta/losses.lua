---@meta _

-- # Losses
--
-- A loss compares the output A (outputs x m) with the targets Y, and gives a number; its backward gives dA, from which
-- `net:backward` starts. With reduction "mean" both are divided by the number of elements (`dnn.CrossEntropyLoss`: of
-- labels), with "sum" they are not, as in PyTorch; with "none" the cost of each example comes back, a 1 x m Matrix,
-- and backward takes the gradient with respect to these. Y may be of A's type or whole numbers (uint8, int32).
--
-- Weights, a number for each example, multiply costs and gradients before they are reduced: examples that count more,
-- or 0 for those to leave out.

---@class dnn
local dnn = {}

---@class dnn.BCELoss.Options
---@field reduction? "mean"|"sum"|"none" "mean" when not given: divided by the number of elements

---@class dnn.CrossEntropyLoss.Options
---@field reduction? "mean"|"sum"|"none" "mean" when not given: divided by the number of labels, or by their weights
---@field weight? dnn.Matrix a weight for each class, 1 each when not given
---how much of each target is spread over all classes (Szegedy et al. 2016), 0 when not given; 0.1 is usual
---@field label_smoothing? number
---@field ignore_index? integer the label of positions that do not count, such as padding; -100 when not given

---@class dnn.Loss.Options
---@field weights? dnn.Matrix 1 x m of A's type, a weight for each example; 1 each when not given

-- ## Kinds

---Binary cross entropy of probabilities: the mean of -(Y log A + (1 - Y) log(1 - A)).
---
---Shapes: Y has A's, its values lie in 0..1. A logarithm counts as -100 at least, and in backward A (1 - A) as 1e-12 at
---least, as in PyTorch, so both stay finite where A has saturated.
---
---Errors: A or Y outside 0..1.
---
---```lua
---local cost = dnn.BCELoss()(dnn.full(1, 2, 0.5), dnn.Matrix{{0, 1}})
---print(math.abs(cost - math.log(2)) < 1e-6)   --> true
---```
---@param options? dnn.BCELoss.Options
---@return dnn.Loss
function dnn.BCELoss(options) end

---Binary cross entropy of logits: the mean of max(A, 0) - A Y + log(1 + exp(-|A|)), a `dnn.BCELoss` after a Sigmoid.
---
---Cost and gradient are finite for logits of any size.
---
---Shapes: Y has A's, its values lie in 0..1.
---
---Errors: a reduction other than mean, sum and none.
---
---```lua
---local loss = dnn.BCEWithLogitsLoss()
---print(loss(dnn.Matrix{{1000}}, dnn.Matrix{{1}}))   --> 0.0
---```
---@param options? dnn.BCELoss.Options
---@return dnn.Loss
function dnn.BCEWithLogitsLoss(options) end

---Cross entropy of logits against class labels: the mean over examples of -log softmax(A)[label].
---
---With class weights w and label smoothing s the cost of C logits is the sum of -w q log softmax(A), where
---q = (1 - s) [class == label] + s / C; the mean divides by the sum of w[label], as PyTorch's.
---
---Shapes: A is classes x m logits, without a softmax; Y is 1 x m labels, whole numbers 1..classes. Of a sequence
---`{steps, classes}` A is (steps * classes) x m and Y steps x m; pixels likewise. Or Y has A's shape and holds
---probabilities: mixed examples, one-hot columns; of a sequence, see it as `A:reshape(classes, steps * m)`.
---
---Errors: a label outside 1..classes that is not `ignore_index`; for 0 the message says that labels count from 1. No
---label that counts; weights that are not one for each class.
---
---```lua
---local scores = dnn.Matrix{{9, 0}, {0, 9}, {0, 0}}
---print(dnn.CrossEntropyLoss()(scores, dnn.Matrix{{1, 2}}) < 0.001)   --> true
---local loss = dnn.CrossEntropyLoss{ignore_index = 0, label_smoothing = 0.1}
---print(loss(scores, dnn.Matrix{{1, 0}}) < 1)   --> true
---```
---@param options? dnn.CrossEntropyLoss.Options
---@return dnn.Loss
function dnn.CrossEntropyLoss(options) end

---The mean squared error, the mean of (A - Y)^2.
---
---Shapes: Y has A's.
---
---Errors: a reduction other than mean, sum and none.
---
---```lua
---print(dnn.MSELoss()(dnn.Matrix{1, 2}, dnn.Matrix{1, 4}))   --> 2.0
---```
---@param options? dnn.BCELoss.Options
---@return dnn.Loss
function dnn.MSELoss(options) end

-- ## What a loss has

---A cost and its gradient. Options are given when it is made and cannot be set later.
---@class dnn.Loss
---@field name string the kind, as "BCELoss"
---@field reduction "mean"|"sum"|"none"
---@overload fun(A: dnn.Matrix, Y: dnn.Matrix, options?: dnn.Loss.Options): number|dnn.Matrix
local loss = {}

---The cost of the output A for the targets Y; `loss(A, Y)` is the same.
---
---The loss keeps A, Y and the weights for backward.
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
---@param Y dnn.Matrix
---@param options? dnn.Loss.Options
---@return number|dnn.Matrix cost
function loss:forward(A, Y, options) end

---The gradient of the last cost with respect to A.
---
---Shapes: A's. It is a matrix of the loss's own, which the next backward overwrites.
---
---Errors: a backward before a forward; an A that the network has overwritten since, by another forward.
---`net:predict(X)` leaves it as it is.
---
---```lua
---local loss = dnn.MSELoss()
---loss:forward(dnn.Matrix{3}, dnn.Matrix{1})
---print(loss:backward()(1, 1))   --> 4.0
---```
---@param dcosts? dnn.Matrix with reduction "none": the gradient with respect to the costs, 1 x m; 1 each when not given
---@return dnn.Matrix dA
function loss:backward(dcosts) end
