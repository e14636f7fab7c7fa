---@meta _

-- # Training
--
-- `dnn.fit` is the usual training loop: batches, validation, metrics, early stopping, checkpoints, a progress bar. It
-- is one page of Lua, `scripts/dnn/fit.lua`, meant to be copied and changed. Its parts serve loops of your own, too:
-- measuring a network on examples, its outputs for many, a progress bar.
--
-- ```lua
-- local X = dnn.randn(2, 500)
-- local net = dnn.Sequential{dnn.Linear(2, 16), dnn.Tanh(), dnn.Linear(16, 1)}
-- local history = dnn.fit{
--   net = net, data = {X = X, Y = X:row(1):gt(X:row(2))}, loss = dnn.BCEWithLogitsLoss(),
--   optimiser = dnn.optim.Adam(net:parameters(), {lr = 0.01}), epochs = 20,
--   validation = 0.2, metrics = {"accuracy"}, patience = 5,
-- }
-- print(history)            -- a table of epochs
-- dnn.plot(history.cost)    -- training and validation as curves
-- ```

---@class dnn
local dnn = {}

-- ## Fitting

---@class dnn.fit.Options
---@field net dnn.Layer the network
---@field data dnn.data.set|dnn.data.Loader|dnn.data.batches|table what to learn from: a set {X = , Y = }, {train = , test = } as the readers of `dnn.data` return, batches, or a pair {X, Y}; sequences may have lengths, {X = , Y = , lengths = }
---a loss, or a function(A, Y) of the output and the targets, which returns the cost as a 1 x 1 Matrix computed from A:
---`function(A, Y) return ((A - Y) ^ 2):mean() end`
---@field loss dnn.Loss|fun(A: dnn.Matrix, Y: dnn.Matrix): dnn.Matrix
---@field optimiser? dnn.Optimiser `dnn.optim.Adam(net:parameters())` by default
---@field epochs? integer passes through the data, 10 by default; those before a resume count
---@field batch_size? integer examples in a batch, 32 by default; batches that are given have their own
---@field shuffle? boolean whether each epoch has a new order, true by default
---what is measured after each epoch but not trained on: a share of the data below 1 or a number of examples, another
---set or batches, or false; by default `validation` or `test` of the data, if there is one
---@field validation? number|dnn.data.set|dnn.data.Loader|dnn.data.batches|false
---@field metrics? table names from `dnn.metrics`, as in {"accuracy", f1 = {"f1", average = "macro"}, mine = function(A, Y) ... end}
---the curve that decides what is best: "cost" (by default), "accuracy", "accuracy/train"; in validation, if there is
---one
---@field monitor? string
---@field mode? "max"|"min" which direction is better; by default the metric's own
---@field min_delta? number by how much a value has to be better to count, 0 by default
---@field patience? integer epochs without a better value after which the training ends; no limit by default
---@field keep_best? boolean whether the best epoch's weights are restored at the end; by default, if there is a patience
---@field accumulate? integer batches whose gradients make one step, 1 by default
---@field clip? number the largest norm of the gradients of a step, above 0
---of the learning rate, as `dnn.optim.StepLR`; `dnn.optim.ReduceLROnPlateau` gets the curve that `monitor` names; false:
---none, and the one of a checkpoint is left out
---@field schedule? dnn.Schedule|false
---@field schedule_every? "epoch"|"step" when the schedule is stepped, "epoch" by default
---@field run? string|dnn.Run folder of a run, or an existing run: costs, metrics and checkpoints go there
---what else checkpoints hold and how often they are saved, as for `run:checkpoint`, whose `best` is one of the curves or
---what a callback logs; false: none; by default, if `run` is a folder
---@field checkpoint? table|boolean
---@field resume? boolean whether a training continues from the newest checkpoint of the folder, true by default
---@field progress? boolean whether there is a progress bar, and a line for each epoch; true by default
---@field on_epoch? fun(info: dnn.fit.Info): boolean? called after each epoch; returning false ends the training
---@field on_batch? fun(info: dnn.fit.Info): boolean? called after each step; returning false ends the training

---What callbacks get: the same table each time.
---@class dnn.fit.Info
---@field epoch integer counted from 1
---@field batch integer of the epoch, 0 after its end
---@field step integer of the optimiser, in all
---@field cost number mean of the epoch so far
---@field results table<string, number>|nil after an epoch the values of its curves, as results["accuracy/validation"]
---@field history dnn.fit.History
---@field net dnn.Layer
---@field optimiser dnn.Optimiser
---@field run dnn.Run

---The record of a training. `history.cost` and `history.accuracy` (and so on by metric) are what `dnn.plot` draws, and
---hold numbers by epoch in `train` and `validation`: `history.cost.validation[3]`. It prints as a table.
---@class dnn.fit.History
---@field epochs integer how many were done
---@field cost table
---@field lr number[] learning rate at the end of each epoch
---@field seconds number[] that each epoch took
---@field monitor string the curve that decided what was best
---@field best_epoch integer the epoch with its best value, 0 if there is none
---@field stopped string|false why it ended before the last epoch
---@field names string[] the cost and the metrics

---Trains a network: goes through the data in batches, `epochs` times, and returns the history.
---
---An epoch's training metrics are computed from the outputs in training mode, batch by batch, while the network learns;
---its validation metrics by `dnn.evaluate` at its end. With `accumulate` gradients are weighted by their batches'
---sizes, so that a step equals that of one large batch.
---
---If `run` is a folder, checkpoints are kept there (every 10 minutes, at the end, and the best), and the same script,
---run again, continues where it stopped, even in the middle of an epoch after a kill, with the same bits; validation
---that shuffles or augments continues, too. A finished training returns its history at once, and continues if `epochs`
---is now higher.
---
---Ctrl-C, or stop in the run's window, ends it after the step; at the prompt Ctrl-C does so at once. The network keeps
---what it has learnt, and the history is returned. On standard output a line is printed for each epoch, above a
---progress bar in a terminal.
---
---Errors: an option that is unknown, missing or does not fit the others; data that do not fit the network; a gradient
---or cost that is not finite; a checkpoint of another network, monitor or mode, or one without best weights where
---keep_best wants them.
---
---```lua
---local net, X = dnn.Sequential{dnn.Linear(2, 1)}, dnn.randn(2, 64)
---local history = dnn.fit{net = net, data = {X = X, Y = X:sum(1)},
---  loss = dnn.MSELoss(), epochs = 3, progress = false}
---print(history.epochs, #history.cost.train)   --> 3	3
---```
---@param options dnn.fit.Options
---@return dnn.fit.History history
function dnn.fit(options) end

-- ## Measuring

---@class dnn.evaluate.Options
---@field loss? dnn.Loss|fun(A: dnn.Matrix, Y: dnn.Matrix): dnn.Matrix what `cost` is computed with; no cost by default
---@field metrics? table names, as in {"accuracy"}; {NAME = {"f1", average = "macro"}}, {NAME = function(A, Y) ... end}
---@field batch_size? integer examples that go through the network at once, 256 by default; of a set only

---Cost and metrics of a network on examples, in evaluation mode; the network's own mode stays.
---
---`data` is a set {X = , Y = }, a `dnn.data.Loader` or `dnn.data.batches`. The cost is the mean over all examples, the
---sum for a loss with that reduction. Metrics are those of `dnn.metrics`; a function of your own is called with A and Y
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
---@field batch_size? integer examples that go through the network at once, 256 by default; not of batches

---The outputs of a network for many examples, computed in batches and in evaluation mode; the network's own mode stays.
---
---Shapes: X is features x m, the outputs are outputs x m. For a set or batches, their Y is the second result.
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
---@field unit? string what is counted; "steps", "items" or "batches" by default
---@field total? integer how many there are, if that is not known from the first argument
---@field line? boolean whether a summary line is printed at the end, true by default

---A loop with a progress bar: `for i, X, Y in bar do` counts, and goes through batches, a list, an iterator function,
---or the whole numbers up to n.
---
---In a terminal the bar is drawn on stderr, at most ten times a second, with rate and time left, and removed at the
---end. Then a summary line on standard output has the values last set; without a terminal that is all.
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

---A progress bar to loop over.
---@class dnn.Progress
---@overload fun(): integer, any, any
local bar = {}

---Shows values beside the bar until they are set again.
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
-----> step 1
-----> step 2
-----> step 3
---```
---@param line string
---@return nil
function bar:print(line) end

---Removes the bar after a `break`, and prints the summary line.
---
---```lua
---local bar = dnn.progress(1000, {line = false})
---for i in bar do if i == 10 then break end end
---bar:finish()
---```
---@return nil
function bar:finish() end
