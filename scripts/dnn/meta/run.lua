---@meta _

-- # Runs
--
-- A run is the log of one training: an event file of TensorBoard's format in a folder, which `dnnview FOLDER` plots and
-- TensorBoard opens too. Logging copies into memory, about 0.4 microseconds a number; a thread writes it to disk every
-- 100 ms, and the rest when the program ends. When the disk is full, training continues, and a message on stderr says that
-- the log is incomplete.

---@class dnn
local dnn = {}

-- ## Making a run

---@class dnn.Run.Options
---whether a window is opened on it; when not given, whether the program runs as `dnnlua --view`
---@field view? boolean
---@field net? dnn.Layer network to watch, as by `run:watch`
---@field optimiser? dnn.Optimiser the network's optimiser, to watch with it; needs net
---@field settings? table<string, any> what the training was started with, kept as text
---@field stop_not_finite? boolean whether `run:log` raises an error at a value that is not finite, true when not given
---called when the window asks for a checkpoint; the window shows the file name that it returns
---@field checkpoint? fun(step: integer): string?
---@field every? number seconds between two looks at a watched network, 0.1 when not given; 0: at each log
---seconds between its histograms, 5 when not given and each time 5 % more; 0: at each log
---@field histogram_every? number

---Opens the log of a training in a folder.
---
---A folder that has a log gets a second file, which continues its curves. Without a folder (nil) nothing is kept, unless
---a window is asked for: then in `runs/SCRIPT-DATE-TIME`. A folder that cannot be written is said once on stderr and as
---second result; the run then keeps nothing, and training continues.
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
---@field stopped boolean whether the window has said stop
local run = {}

-- ## Logging

---Logs the values of a step.
---
---A number is a point of the curve of its name. A table's names follow after a slash: {accuracy = {test = 93}} is
---`accuracy/test`. An array takes its names from its table `names`, as that of `net:grad_norms()` has, else they are 1,
---2, ... A matrix is its number when it has one element, else a histogram. Logging the same tables again and again makes
---no garbage.
---
---Errors: a value that is not finite is logged as it is and then raised, unless the run has {stop_not_finite = false};
---where a network is watched, the first place on the way from X to the output that is not finite is named.
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

---Counts steps as `for step = first, last` does, and ends early when the window says stop.
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

---Logs the distribution of a matrix.
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
---A copy of the network runs, in evaluation, so a training is not disturbed; it takes the time and memory of a copy and a
---forward, so not each step wants it. dnnview shows the images of a tag together.
---
---Options: `layers` is a table of the layers to look at, such as `{net[1], net[2]}`, else every Conv2d and
---ConvTranspose2d; `tag` is "feature_maps" where it is not given.
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

---Waits until all that was logged is on disk: written and synced, in a file that still has its name.
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

-- ## Checkpoints that keep themselves
--
-- `run:checkpoint{...}` says once what a training needs to go on; from then on the run saves it, into
-- FOLDER/checkpoints, and `run:resume()` brings the newest back. A checkpoint is a snapshot that is taken at the end of a
-- step (in loops over `run:steps`; else in `run:log`) and written by a thread, so that the step does not wait for the
-- disk. It carries a checksum, is on disk before an older one is removed, and is never written with a value that is not
-- finite. What was done since the last one is saved when the loop is stopped, by `run:close()`, and at the end of the
-- block of a `local run <close>`, unless an error ended it.

---Keeps checkpoints from now on.
---
---The entries of the table are options and objects. Objects (the watched network and optimiser are given already as
---`net` and `optimiser`) are networks, optimisers, batches, streams (`dnn.Random`), and whatever has methods `state_dict`
---and `load_state_dict`: a schedule, an average, a module of your own.
---
---Options: `every` N steps, or `minutes` (10 where neither is given); `keep` the last 3; `best` is the name of a logged
---value, such as "accuracy/test", whose best checkpoint is kept too, `mode` "max" or "min" says which is better.
---
---Errors: nil and a message, which is also on stderr, where the folder cannot be written; training continues. An entry that
---is neither an option nor has a state raises.
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

---Goes on from the newest checkpoint of this run's folder: sets the states of the objects given to `run:checkpoint`, and
---the global stream of random numbers.
---
---A damaged checkpoint is named on stderr, and the one before it is taken. A training that begins without `run:resume`
---in a folder that holds checkpoints moves those to FOLDER/checkpoints/earlier-1.
---
---Errors: nil and a message where none of the checkpoints that are there can be used; nothing was changed then.
---
---```lua
---local net = dnn.Sequential{dnn.Linear(3, 2)}
---local run = dnn.Run "runs/anew"
---run:checkpoint{net = net}
---print((run:resume()))   --> 0
---```
---@return integer|nil step the last step that was done, 0 where there is no checkpoint
---@return table<string, any>|string|nil values what else the checkpoint holds, or why not
function run:resume() end

-- ## Watching a network
--
-- A watched network tells by itself, in a `run:log` and at most once in the seconds of the option `every`:
--
-- - `grad_norm/1 Linear`, the norm of the gradients of each layer with parameters
-- - `update_ratio/1 Linear`, the norm of what one step changed over the norm of the layer's parameters: of a single
--   step since the last look, whatever the optimiser; about 0.001 is usual
-- - `dead_units/2 ReLU`, the share of units that were 0 for every example of the last batch
-- - `output_mean/1 Linear` and `output_deviation/1 Linear` of each layer's outputs in the last batch, where they are
--   kept: a signal that vanishes or explodes shows here before the cost tells; `saturated/2 Sigmoid`, the share of a
--   Sigmoid's or Tanh's outputs within 1 % of their range from its ends
-- - `learning_rate` and `seconds_per_step`
--
-- At first once in `histogram_every` seconds, each time 5 % later: histograms of every parameter (`weight/1 Linear`) and
-- of its gradient (`weight_grad/1 Linear`), and as images the kernels of every convolution (`picture/4 Conv2d`) and the
-- weights of the first layer (`picture/1 Linear`) where X is images of s x s pixels. Kernels on other than 1 or 3 channels
-- are a row for each filter with a column for each channel, 32 of both at most. Grey is 0.
--
-- And once, `graph`, a table of the layers, which dnnview shows as a graph.
--
-- What the script logs under one of these names is left to it. A step that an optimiser refuses because of its
-- gradients is logged too. A look that takes long is followed by a pause of 400 times as long, which holds the cost at
-- half a per cent, unless the script sets `every` or `histogram_every` itself. To know what a step changes takes a copy
-- of the parameters' memory. The trained numbers are the same bits, watched or not.

---Watches a network: logs by itself how its layers learn.
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
-- - pause, step, resume: `run:log` waits (Ctrl-C still works); one more step is made; it goes on.
-- - learning rate: that of the watched optimiser is multiplied.
-- - checkpoint: calls `checkpoint(step)`. An error in it does not end the training.
-- - stop: a loop over `run:steps` ends, and what follows the loop is done; so does a loop that asks `run.stopped`. A
--   script that does neither calls its checkpoint, if it has one, and ends in its next `run:log` by an error, which
--   `dnnlua` takes for a good end (status 0).
