---@meta _

-- # Training
--
-- What stands around a loop over batches: measuring a network on examples, its outputs for many, and a progress bar.

---@class dnn
local dnn = {}

-- ## Measuring

---@class dnn.evaluate.Options
---@field loss? dnn.Loss what `cost` is computed with; no cost when not given
---@field metrics? table names, as in {"accuracy"}; {NAME = {"f1", average = "macro"}}, {NAME = function(A, Y) ... end}
---@field batch_size? integer examples that go through the network at once, 256 when not given; of a set only

---Cost and metrics of a network on examples, in evaluation mode, which changes no mode.
---
---`data` is a set {X = , Y = }, a `dnn.data.Loader` or `dnn.data.batches`. The cost is the mean over all examples, the
---sum for a loss with that reduction. Metrics are those of `dnn.metrics`; a function of one's own is called with A and Y
---of each batch, and its mean over the examples is taken.
---
---The result prints in a line: `accuracy 0.972, cost 0.0913`.
---
---Errors: neither a loss nor metrics; an unknown metric.
---
---```lua
---local net = dnn.Sequential{dnn.Linear(2, 3)}
---local set = {X = dnn.randn(2, 50), Y = dnn.ones(1, 50)}
---local options = {loss = dnn.CrossEntropyLoss(), metrics = {"accuracy"}}
---local results = dnn.evaluate(net, set, options)
---print(results.cost > 0, results.accuracy <= 1)   --> true	true
---```
---@param net dnn.Layer
---@param data dnn.data.set|dnn.data.Loader|dnn.data.batches
---@param options dnn.evaluate.Options
---@return table<string, number|dnn.metrics.Confusion> results `cost` and the metrics by name
function dnn.evaluate(net, data, options) end

---@class dnn.predict.Options
---@field batch_size? integer examples that go through the network at once, 256 when not given; not of batches

---The outputs of a network for many examples, computed in batches and in evaluation mode, which changes no mode.
---
---Shapes: X is features x m, the outputs are outputs x m. Of a set or of batches their Y come second.
---
---Errors: batches that shuffle.
---
---```lua
---local net = dnn.Sequential{dnn.Linear(2, 3), dnn.Dropout(0.5)}
---local A = dnn.predict(net, dnn.randn(2, 1000), {batch_size = 64})
---print(A:size())   --> 3	1000
---```
---@param net dnn.Layer
---@param data dnn.Matrix|dnn.data.set|dnn.data.Loader|dnn.data.batches
---@param options? dnn.predict.Options
---@return dnn.Matrix A
---@return dnn.Matrix|nil Y of a set or of batches
function dnn.predict(net, data, options) end

-- ## A progress bar for a loop

---@class dnn.progress.Options
---@field label? string text before the bar
---@field unit? string what is counted; "steps", "items" or "batches" when not given
---@field total? integer how many there are, where what is gone through does not say
---@field line? boolean whether a line that sums up is printed at the end, true when not given

---A loop with a progress bar: `for i, X, Y in bar do` counts and goes through batches, a list, a function as `for` takes
---it, or the whole numbers up to n.
---
---In a terminal the bar is drawn on stderr, at most ten times a second, with rate and time left, and removed at the end.
---Then a line on standard output sums up, with the values last set; without a terminal it is all there is.
---
---```lua
---local set = {X = dnn.randn(2, 64), Y = dnn.rand(1, 64)}
---local batches = dnn.data.batches(set, {size = 16})
---local bar = dnn.progress(batches, {label = "epoch 1"})
---for i, X, Y in bar do
---  bar:set{mean = X:mean()}
---end
---```
---@param what dnn.data.batches|dnn.data.Loader|table|function|integer
---@param options? dnn.progress.Options
---@return dnn.Progress bar
function dnn.progress(what, options) end

---A progress bar that a loop is written over.
---@class dnn.Progress
---@overload fun(): integer, any, any
local bar = {}

---Shows values beside the bar, until others of their names come.
---
---```lua
---local bar = dnn.progress(3, {line = false})
---for i in bar do bar:set{cost = 1 / i} end
---```
---@param values table<string, number|string>
---@return nil
function bar:set(values) end

---Prints a line on standard output, above the bar.
---
---```lua
---local bar = dnn.progress(3, {line = false})
---for i in bar do bar:print("step " .. i) end
------> step 1
------> step 2
------> step 3
---```
---@param line string
---@return nil
function bar:print(line) end

---Removes the bar after a `break`, and prints the line that sums up.
---
---```lua
---local bar = dnn.progress(1000, {line = false})
---for i in bar do if i == 10 then break end end
---bar:finish()
---```
---@return nil
function bar:finish() end
