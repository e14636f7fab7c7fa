---@meta _
---@class dnn
local dnn = {}

-- ## Kinds

---@class dnn.CrossEntropyLoss.Options
---@field reduction? "mean"|"sum"|"none" "mean" by default: divided by the number of labels, or by their weights
---@field weight? dnn.Matrix a weight for each class, 1 each by default
---how much of each target is spread over all classes (Szegedy et al. 2016), 0 by default; 0.1 is usual
---@field label_smoothing? number
---@field ignore_index? integer the label of positions that do not count, such as padding; -100 by default

---Cross entropy of logits against class labels: the mean over examples of -log softmax(A)[label].
---
---With class weights w and label smoothing s the cost of C logits is the sum of -w q log softmax(A), where
---q = (1 - s) [class == label] + s / C; the mean divides by the sum of w[label], as PyTorch's.
---
---Shapes: A is classes x m logits, without a softmax; Y is 1 x m labels, whole numbers 1..classes. Of a sequence
---`{steps, classes}` A is (steps * classes) x m and Y steps x m; the same for pixels. Or Y has A's shape and holds
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
