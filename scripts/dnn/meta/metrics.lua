---@meta _

-- # Metrics
--
-- How well outputs A match targets Y, in numbers for people. `dnn.fit` and `dnn.evaluate` take them by name and add
-- them up over batches, so that no metric is a mean of means: `metrics = {"accuracy", f1 = {"f1", average = "macro"}}`.
-- Each is a function of two matrices, too: `dnn.metrics.accuracy(A, Y)`.
--
-- Metrics of classification read A and Y like this:
--
-- - A of one row is one decision. What is above 0.5 is positive, or above 0 with {logits = true}, or above the option
--   `threshold`. Y is 1 or 0.
-- - A of C rows has a score for each class, the largest being the prediction. Y is a row of labels 1..C, or C rows of
--   which the largest is the class (one-hot).
-- - Where Y has a row for each position of a sequence, A has the scores of the positions one after the other, as
--   `dnn.CrossEntropyLoss` takes them.
-- - A label that is the option `ignore_index` does not count, such as that of padding.
--
-- Among `metrics` of `dnn.fit` and `dnn.evaluate`, the options `logits` and `ignore_index` follow from the loss: logits
-- are what `dnn.BCEWithLogitsLoss`, `dnn.CrossEntropyLoss`, `dnn.HingeLoss` and the soft margin losses take.
--
-- Errors of all: A and Y that do not fit together, labels outside 1..C, no examples.

---@class dnn
local dnn = {}

---How well outputs match targets: accuracy, F1, area under the ROC curve, R2 and others.
---@class dnn.metrics
dnn.metrics = {}

---@class dnn.metrics.Decision.Options
---@field logits? boolean whether outputs are logits rather than probabilities, false by default
---@field threshold? number output above which one decision is positive; 0.5 by default, of logits 0
---@field ignore_index? integer a label that does not count; all do by default

---@class dnn.metrics.Averaged.Options: dnn.metrics.Decision.Options
---"binary": of the positive class alone (by default, for one decision); "macro": the mean of all classes that occur (by
---default, for several); "weighted": that mean by how often classes are true; "micro": all examples together, which is
---the accuracy
---@field average? "binary"|"macro"|"micro"|"weighted"

-- ## Classification

---The share of examples whose class is predicted correctly.
---
---```lua
---local scores = dnn.Matrix{{2, 0, 1}, {1, 5, 3}}
---print(dnn.metrics.accuracy(scores, dnn.Matrix{{1, 2, 2}}))   --> 1.0
---print(dnn.metrics.accuracy(dnn.Matrix{{0.9, 0.2}}, dnn.ones(1, 2)))
-----> 0.5
---```
---@param A dnn.Matrix
---@param Y dnn.Matrix
---@param options? dnn.metrics.Decision.Options
---@return number share from 0 to 1
function dnn.metrics.accuracy(A, Y, options) end

---@class dnn.metrics.top_k.Options
---@field k? integer how many classes are looked at, 5 by default
---@field ignore_index? integer a label that does not count; all do by default

---The share of examples whose class is among the k with the highest scores.
---
---With equal scores the first class comes first, so that k = 1 is the accuracy.
---
---```lua
---local scores = dnn.Matrix{{5, 0}, {3, 1}, {4, 2}}
---local Y = dnn.Matrix{{3, 1}}
---print(dnn.metrics.top_k(scores, Y, {k = 2}))   --> 0.5
---```
---@param A dnn.Matrix scores of several classes
---@param Y dnn.Matrix
---@param options? dnn.metrics.top_k.Options
---@return number share from 0 to 1
function dnn.metrics.top_k(A, Y, options) end

---@class dnn.metrics.confusion.Options: dnn.metrics.Decision.Options
---@field classes? string[] names of the classes; of one decision the positive class comes first

---Counts by class: `counts(t, p)` says how many examples of class t were predicted as class p.
---@class dnn.metrics.Confusion
---@field counts dnn.Matrix C x C, float64
---@field names string[] of the classes; numbers where none were given, of one decision "1" and "0"

---The confusion matrix, which prints as a table with the share of each class that was found.
---
---`dnn.evaluate` names the classes after those of the set. In a run of `dnn.fit`'s it is logged after each epoch, for
---`dnnview` to show.
---
---```lua
---local A, Y = dnn.Matrix{{0.9, 0.2, 0.7}}, dnn.Matrix{{1, 1, 0}}
---print(dnn.metrics.confusion(A, Y, {classes = {"cat", "dog"}}))
-----> a row for each true class, a column for each prediction
-----> true  cat  dog   found
----->  cat    1    1  50.0 %
----->  dog    1    0   0.0 %
---```
---@param A dnn.Matrix
---@param Y dnn.Matrix
---@param options? dnn.metrics.confusion.Options
---@return dnn.metrics.Confusion
function dnn.metrics.confusion(A, Y, options) end

---Of the examples predicted as a class, the share that belongs to it; 0 if there are none.
---
---```lua
---local A, Y = dnn.Matrix{{0.9, 0.8, 0.7}}, dnn.Matrix{{1, 1, 0}}
---print(("%.3f"):format(dnn.metrics.precision(A, Y)))   --> 0.667
---```
---@param A dnn.Matrix
---@param Y dnn.Matrix
---@param options? dnn.metrics.Averaged.Options
---@return number precision from 0 to 1
function dnn.metrics.precision(A, Y, options) end

---Of the examples of a class, the share that is found; 0 if there are none.
---
---```lua
---local A, Y = dnn.Matrix{{0.9, 0.2, 0.1}}, dnn.Matrix{{1, 1, 0}}
---print(dnn.metrics.recall(A, Y))   --> 0.5
---```
---@param A dnn.Matrix
---@param Y dnn.Matrix
---@param options? dnn.metrics.Averaged.Options
---@return number recall from 0 to 1
function dnn.metrics.recall(A, Y, options) end

---The harmonic mean of precision and recall; 0 where both are.
---
---```lua
---local A, Y = dnn.Matrix{{3, 0, 1}, {0, 2, 2}}, dnn.Matrix{{1, 2, 1}}
---print(("%.4f"):format(dnn.metrics.f1(A, Y, {average = "macro"})))
-----> 0.6667
---```
---@param A dnn.Matrix
---@param Y dnn.Matrix
---@param options? dnn.metrics.Averaged.Options
---@return number f1 from 0 to 1
function dnn.metrics.f1(A, Y, options) end

---@class dnn.metrics.Ranked.Options
---@field logits? boolean whether several rows are logits, which softmax makes probabilities; false by default
---@field ignore_index? integer a label that does not count; all do by default

---The area under the ROC curve: the share of pairs of a positive and a negative example in which the positive one
---scores higher; ties count a half.
---
---Of several classes the mean over classes, each against the others; NaN unless there are examples of both kinds.
---
---Errors: a score that is NaN.
---
---```lua
---local A, Y = dnn.Matrix{{0.1, 0.4, 0.35, 0.8}}, dnn.Matrix{{0, 0, 1, 1}}
---print(dnn.metrics.auc(A, Y))   --> 0.75
---```
---@param A dnn.Matrix
---@param Y dnn.Matrix
---@param options? dnn.metrics.Ranked.Options
---@return number area from 0 to 1, 0.5 where scores say nothing
function dnn.metrics.auc(A, Y, options) end

---The area under the curve of precision over recall, as the sum of the precisions at which recall grows.
---
---Of several classes the mean over classes; NaN if there is no positive example.
---
---Errors: a score that is NaN.
---
---```lua
---local A, Y = dnn.Matrix{{0.1, 0.4, 0.35, 0.8}}, dnn.Matrix{{0, 0, 1, 1}}
---print(("%.4f"):format(dnn.metrics.average_precision(A, Y)))
-----> 0.8333
---```
---@param A dnn.Matrix
---@param Y dnn.Matrix
---@param options? dnn.metrics.Ranked.Options
---@return number precision from 0 to 1
function dnn.metrics.average_precision(A, Y, options) end

-- ## Regression

---The share of the targets' variance that the outputs explain: 1 - sum (A - Y)^2 / sum (Y - mean)^2.
---
---Of several outputs the mean of theirs. Where targets do not vary, 1 if they are met, else 0.
---
---Shapes: Y has A's.
---
---```lua
---local A, Y = dnn.Matrix{{2.5, 0, 2, 8}}, dnn.Matrix{{3, -0.5, 2, 7}}
---print(("%.4f"):format(dnn.metrics.r2(A, Y)))   --> 0.9486
---```
---@param A dnn.Matrix
---@param Y dnn.Matrix
---@return number r2 1 at best; 0 for outputs that are the mean of the targets
function dnn.metrics.r2(A, Y) end

---The mean absolute error.
---
---Shapes: Y has A's.
---
---```lua
---print(dnn.metrics.mae(dnn.Matrix{{2, 4}}, dnn.Matrix{{1, 4}}))   --> 0.5
---```
---@param A dnn.Matrix
---@param Y dnn.Matrix
---@return number
function dnn.metrics.mae(A, Y) end

---The mean squared error.
---
---Shapes: Y has A's.
---
---```lua
---print(dnn.metrics.mse(dnn.Matrix{{2, 4}}, dnn.Matrix{{0, 4}}))   --> 2.0
---```
---@param A dnn.Matrix
---@param Y dnn.Matrix
---@return number
function dnn.metrics.mse(A, Y) end
