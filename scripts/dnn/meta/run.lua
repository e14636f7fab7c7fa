---@meta _

-- # Runs
--
-- A run is the log of one training: an event file of TensorBoard's format in a folder, which `dnnview FOLDER` plots and
-- TensorBoard opens too. Logging copies into memory, about 0.4 microseconds a number; a thread writes it to disk every
-- 100 ms, and the rest when the program ends. When the disk is full, training continues, and a message on stderr says
-- that the log is incomplete.

---@class dnn
local dnn = {}

-- ## Making a run

---@class dnn.Run.Options
---whether a window is opened on it; by default, if the program runs as `dnnlua --view`
---@field view? boolean
---@field net? dnn.Layer network to watch, as by `run:watch`
---@field optimiser? dnn.Optimiser the network's optimiser, to watch with it; needs net
---@field settings? table<string, any> what the training was started with, kept as text
---@field stop_not_finite? boolean whether `run:log` raises an error at a value that is not finite, true by default
---called when the window asks for a checkpoint; the window shows the file name that it returns
---@field checkpoint? fun(step: integer): string?
---@field every? number seconds between two looks at a watched network, 0.1 by default; 0: at each log
---seconds between its histograms, 5 by default and each time 5 % more; 0: at each log
---@field histogram_every? number

---Opens the log of a training in a folder.
---
---A folder that has a log gets a second file, which continues its curves, and is removed again if nothing is logged, as
---when a finished script is run once more. Without a folder (nil) nothing is kept, unless a window is asked for: then it
---is `runs/SCRIPT-DATE-TIME`. If the folder cannot be written, stderr and the second result say so, nothing is
---logged, and training continues.
---
---```lua
---local run = dnn.Run("runs/example", {settings = {lr = 0.1}})
---for step in run:steps(3) do
---  run:log(step, {cost = 1 / step})
---end
---run:close()
---```
---@param folder? string
---@param options? dnn.Run.Options
---@return dnn.Run
---@return string|nil message why nothing is kept
function dnn.Run(folder, options) end

---The log of a training. An unclosed one is written when the program ends; `local run <close>` closes it earlier.
---@class dnn.Run
---@field path string|nil the folder; nil where nothing is kept
---@field file string|nil the event file; nil where nothing is kept
---@field step integer the step that was logged last, -1 before the first
---@field stopped boolean whether the window has asked to stop
local run = {}

-- ## Logging

---Logs the values of a step.
---
---A number is a point of the curve of its name. Names in a nested table follow a slash: {accuracy = {test = 93}} is
---`accuracy/test`. An array has the names in its table `names`, as from `net:grad_norms()`, else 1, 2, ... A matrix of
---one element is a number, any other a histogram. Logging the same tables again and again makes no garbage.
---
---Errors: a value that is not finite is logged and then raises an error, unless the run has {stop_not_finite = false};
---if a network is watched, the first place between X and the output that is not finite is named.
---
---```lua
---local run = dnn.Run()
---run:log(1, {cost = 0.7, accuracy = {train = 0.5, test = 0.4}})
---print(run.step)   --> 1
---```
---@param step integer >= 0
---@param values table<string|integer, number|dnn.Matrix|table>
---@return nil
function run:log(step, values) end

---Counts steps as `for step = first, last` does, and ends early when the window or Ctrl-C asks to stop.
---
---```lua
---local run = dnn.Run()
---for step in run:steps(2) do print(step) end
-----> 1
-----> 2
---for step in run:steps(8, 10) do run:log(step, {cost = 0.1}) end
---```
---@param first integer the first step; with one argument, the last, and the first is 1
---@param last? integer
---@return fun(): integer?
function run:steps(first, last) end

---Logs the distribution of a matrix, and how many of its elements are not finite.
---
---```lua
---dnn.Run():histogram(1, "weights", dnn.randn(20, 20))
---```
---@param step integer >= 0
---@param tag string
---@param A dnn.Matrix
---@return nil
function run:histogram(step, tag, A) end

---Logs a matrix, such as a confusion matrix.
---
---dnnview shows the last one as colours, with its numbers. The names are those of the rows, and of the columns too
---where there are as many.
---
---```lua
---local counts = dnn.Matrix{{48, 2}, {7, 43}}
---dnn.Run():matrix(1, "confusion", counts, {"cat", "dog"})
---```
---@param step integer >= 0
---@param tag string
---@param A dnn.Matrix
---@param names? string[] one for each row
---@return nil
function run:matrix(step, tag, A, names) end

---Logs the precision over the recall of a decision at thresholds from 0 to 1, as TensorBoard's PR curves.
---
---Shapes: A has a probability in 0..1 for each example, Y a label, positive above 0.5; `A:row(k)` and `Y:eq(k)` give those
---of class k of several.
---
---Errors: sizes that differ, and numbers that are not probabilities.
---
---```lua
---local A, Y = dnn.Matrix{{0.9, 0.6, 0.4, 0.1}}, dnn.Matrix{{1, 1, 0, 0}}
---dnn.Run():pr_curve(1, "pr/cat", A, Y, {thresholds = 50})
---```
---@param step integer >= 0
---@param tag string
---@param A dnn.Matrix
---@param Y dnn.Matrix
---@param options? dnn.Run.pr_curve.Options
---@return nil
function run:pr_curve(step, tag, A, Y, options) end

---@class dnn.Run.pr_curve.Options
---@field thresholds? integer how many, evenly spaced, 2 to 1000; 127 by default

---Logs an image.
---
---Shapes: width * height pixels of 1 or 3 numbers, in the order of `dnn.data.read_image`; bytes, or floats in 0..1.
---
---```lua
---assert(dnn.Run():image(1, "noise", dnn.rand(3 * 8 * 8, 1), 8, 8))
---```
---@param step integer >= 0
---@param tag string
---@param pixels dnn.Matrix
---@param width integer
---@param height integer
---@return true|nil logged
---@return string|nil message why not
function run:image(step, tag, pixels, width, height) end

---Logs what the convolutions of a network make of an image: the image, and the output of each layer, its channels side
---by side in grey, each from its smallest number (black) to its largest.
---
---A copy of the network runs, in evaluation mode, so that training is not disturbed; a copy and a forward are too much
---for every step. dnnview shows the images of a tag together.
---
---Options: `layers` is a table of the layers to look at, such as `{net[1], net[2]}`, by default every Conv2d and
---ConvTranspose2d; `tag` is "feature_maps" by default.
---
---Shapes: X is one column, an image.
---
---```lua
---local net = dnn.Sequential{dnn.Input(8, 8, 1), dnn.Conv2d(1, 4, 3)}
---dnn.Run():feature_maps(1, net, dnn.rand(64, 1))
---```
---@param step integer >= 0
---@param net dnn.Layer
---@param X dnn.Matrix
---@param options? {layers?: dnn.Layer[], tag?: string}
---@return nil
function run:feature_maps(step, net, X, options) end

---Logs a string, at the step of the last log.
---
---```lua
---dnn.Run():text("note", "the first try")
---```
---@param tag string
---@param text string Markdown, as dnnview and TensorBoard show it
---@return nil
function run:text(tag, text) end

---Waits until all that was logged is on disk: written and synced, in a file that still has its name. Nil and a message
---where that cannot be, and once where some of it is lost, since the disk was full for too long.
---
---```lua
---local run = dnn.Run "runs/flushed"
---run:log(1, {cost = 1})
---assert(run:flush())
---```
---@return true|nil written
---@return string|nil message why not
function run:flush() end

---Writes what is left and closes the log. The window stays open.
---
---```lua
---dnn.Run():close()
---```
---@return nil
function run:close() end

-- ## Automatic checkpoints
--
-- `run:checkpoint{...}` says once what a training needs to continue; from then on the run saves it in
-- FOLDER/checkpoints, and `run:resume()` restores the newest. A checkpoint is a snapshot that is taken at the end of a
-- step and written by a thread, so that the step does not wait for the disk. It carries a checksum, is on disk before
-- an older one is removed (one that is read-only, `chmod a-w`, never is), and is never written with a value that is
-- not finite.
--
-- A loop over `run:steps` counts the steps, logged or not, whatever other counters are logged in it: a step ends when
-- the loop asks for the next one. What follows the loop belongs to its last step, as an epoch's validation and the step
-- of its schedule do: that checkpoint is taken when the next loop begins, or at the end. Load other weights, such as the
-- best, after `run:close()`. In any other loop `run:log(step, ...)` ends the step; call it last. Where that is not called
-- in each step, `every` is met by the next call.
--
-- A checkpoint does not hold gradients: where several backwards make one step of the optimiser, it waits for the step,
-- and of several optimisers for the step of any. Only in the optimiser's steps is a best one looked for then. After 4,096
-- steps without one of the optimiser's it does not wait any more, and stderr says so.
--
-- A checkpoint is found again by its number, the highest: count the steps through all epochs.
--
-- What was done since the last checkpoint is saved when the loop is stopped, by `run:close()`, at the end of the block
-- of a `local run <close>`, and where a script of `dnnlua` ends without an error, but never half a step: not where an
-- error ends the loop or the block, nor where `os.exit(code, true)` ends the script, nor where a loop over `run:steps` is
-- left by `break` or `return` before that step's `run:log(step, ...)`, nor where the optimiser has moved since, gradients
-- wait for it, or its loop has drawn another batch. A training that resumes computes again what was not saved, with the
-- same bits.
--
-- Where the file system is full, the oldest one goes, so that the newest can be saved. Where one cannot be saved,
-- training continues, and stderr says why: once for each reason, again when saving works
-- again, and at the end how many could not be saved.

---Keeps checkpoints from now on.
---
---The entries of the table are options and objects. Objects (the watched network and optimiser are given already as
---`net` and `optimiser`) are networks, optimisers, batches, streams (`dnn.Random`), matrices, and whatever has methods
---`state_dict` and `load_state_dict`: a schedule, an average, a module of your own. Which layers are frozen or in
---evaluation mode is not kept; the script sets that from the number of the step. `schedule = false` leaves out of a
---resume what the checkpoint holds of that name.
---
---Options: `every` N steps, or `minutes` (10 where neither is given); `keep` the last 3; `best` is the name of a logged
---number, such as "accuracy/test", whose best checkpoint is kept too; `mode`, "max" or "min", says which direction is
---better. Without it the name decides ("valLoss" and "val_losses" as "loss"): cost, loss, error, rmse, nll, bce,
---cross_entropy and perplexity are better when low, accuracy when high, the metrics of `dnn.metrics` as they are; mode
---must be given with any other name.
---
---A value is the best once its checkpoint is on disk. After a resume with another `best` or `mode` the search begins
---anew, and the earlier best checkpoint stays; where `best` was never logged, stderr says so at the end.
---
---Errors: nil and a message, which is also on stderr, where the folder cannot be written; training continues. An entry
---that is neither an option nor has a state raises; so do a `best` whose direction is not known, and an optimiser that
---moves parameters of a network or matrices that no entry holds, which would be lost.
---
---```lua
---local net = dnn.Sequential{dnn.Linear(3, 2)}
---local run <close> = dnn.Run "runs/kept"
---run:checkpoint{net = net, every = 100, best = "accuracy/test"}
---for i in run:steps(run:resume() + 1, 3) do
---  run:log(i, {accuracy = {test = i / 4}})
---end
---```
---@param what table<string, any> options and objects
---@return true|nil kept
---@return string|nil message why not
function run:checkpoint(what) end

---Continues from the newest checkpoint in this run's folder: sets the states of the objects given to `run:checkpoint`,
---and the global stream of random numbers.
---
---Settings of optimisers, schedules and averages are those of the checkpoint; where the script has others now than when
---the training began, stderr names both. Set them after `run:resume` to change them.
---
---Called again, it goes back to the newest. A damaged checkpoint is named on stderr, and the one before it is used. A
---training that begins without `run:resume` in a folder that holds checkpoints moves those to
---FOLDER/checkpoints/earlier-1, in `run:steps` or the first `run:log`, which raise where that fails. Where the script
---has brought all its objects back by `dnn.checkpoint.load` from one of them, only newer ones are moved.
---
---Errors: nil and a message when the folder cannot be read, no checkpoint in it can be used, or the newest does not fit
---the objects, in shapes or in dtype; nothing is changed then.
---
---```lua
---local net = dnn.Sequential{dnn.Linear(3, 2)}
---local run = dnn.Run "runs/resumed"
---run:checkpoint{net = net}
---print((run:resume()))   --> 0
---```
---@return integer|nil step the last step that was done, 0 where there is no checkpoint
---@return table<string, any>|string|nil values what else the checkpoint holds, or why not
function run:resume() end

-- ## Watching a network
--
-- A watched network is logged without further calls, by `run:log`, at most once every `every` seconds:
--
-- - `grad_norm/1 Linear`, the norm of the gradients of each layer with parameters
-- - `update_ratio/1 Linear`, the norm of what one step changed over the norm of the layer's parameters: of a single
--   step since the last look, whatever the optimiser; about 0.001 is usual
-- - `dead_units/2 ReLU`, the share of units that were 0 for every example of the last batch
-- - `output_mean/1 Linear` and `output_deviation/1 Linear` of each layer's outputs in the last batch, where they are
--   kept: a signal that vanishes or explodes shows here before it shows in the cost; `saturated/2 Sigmoid`, the share
--   of a Sigmoid's or Tanh's outputs within 1 % of their range from its ends
-- - `learning_rate` and `seconds_per_step`
--
-- Every `histogram_every` seconds at first, each interval 5 % longer than the last: histograms of every parameter
-- (`weight/1 Linear`) and of its gradient (`weight_grad/1 Linear`), and as images the kernels of every convolution
-- (`filters/4 Conv2d`) and the weights of the first layer (`filters/1 Linear`) where X is images of s x s pixels.
-- Kernels on other than 1 or 3 channels are a row for each filter with a column for each channel, 32 of both at most.
-- Grey is 0.
--
-- And once, `graph`, a table of the layers, which dnnview shows as a graph.
--
-- What the script itself logs under one of these names is not logged twice. A step that an optimiser refuses because of
-- its gradients is logged too. Update ratios need a copy of the parameters in memory. The trained numbers are the same
-- bits, watched or not.
--
-- A slow look is followed by a pause 1600 times as long, for each run that watches a network, which keeps the cost at
-- an eighth of a per cent, unless the script sets `every` or `histogram_every` itself. The first look is at the first
-- log. On two cores a network of 250,000 parameters is looked at about twice a second, one of 25 million every 40
-- seconds; histograms come every 9 seconds and every 3 minutes.

---Watches a network: logs from then on how its layers learn.
---
---The options `net` and `optimiser` of `dnn.Run` do the same. A run watches one network, a network has one run.
---
---```lua
---local net = dnn.Sequential{dnn.Linear(3, 2)}
---local opt = dnn.optim.SGD(net:parameters(), {lr = 0.1})
---local run = dnn.Run()
---run:watch(net, opt)
---```
---@param net dnn.Layer
---@param optimiser? dnn.Optimiser one of this network's
---@return nil
function run:watch(net, optimiser) end

-- ## The window
--
-- `view = true`, or `dnnlua --view script.lua` for every run that does not say `view = false`, starts `dnnview` beside
-- the training: the program that the environment's DNNVIEW names, else the one installed with the module, else from
-- PATH. Without a display or the program there is a message on stderr and no window. It outlives the training, and
-- closing it changes nothing. What it asks for happens in the next `run:log`, at most 10 ms late:
--
-- - pause, step, resume: `run:log` waits (Ctrl-C still works); lets one more step run; continues.
-- - learning rate: that of the watched optimiser is multiplied.
-- - checkpoint: calls `checkpoint(step)`. An error in it does not end the training.
-- - stop: a loop over `run:steps` ends after its step, and what follows the loop is done; so does a loop that asks
--   `run.stopped`, which says so once the step that is under way is logged, or when asked again. A script that does
--   neither calls its checkpoint, if it has one, and ends in its next `run:log` with an error that
--   `dnnlua` counts as success (status 0).
