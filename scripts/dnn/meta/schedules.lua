---@meta _

-- # Schedules
--
-- A schedule sets the learning rate of an optimiser as the training continues: `schedule:step()` after an epoch, or
-- after each step of the optimiser, whichever it counts. Formulas and names are PyTorch's. Groups that have a learning
-- rate of their own are scheduled from that; the others follow the optimiser.
--
-- A schedule is part of a checkpoint: `run:checkpoint{net = net, optimiser = opt, schedule = schedule}`.
--
-- ```lua
-- local net = dnn.Sequential{dnn.Linear(3, 2)}
-- local opt = dnn.optim.AdamW(net:parameters(), {lr = 1e-3})
-- local schedule = dnn.optim.SequentialLR(opt, {
--   dnn.optim.LinearLR(opt, {start_factor = 0.01, total_iters = 100}),   -- warm-up
--   dnn.optim.CosineAnnealingLR(opt, {T_max = 1900, eta_min = 1e-4}),
-- }, {milestones = {100}})
-- ```

---@class dnn
local dnn = {}

---@class dnn.optim
dnn.optim = {}

-- ## Kinds

---@class dnn.optim.StepLR.Options
---@field step_size integer steps between two changes
---@field gamma? number 0.1 by default

---The learning rate times gamma every step_size steps.
---
---Errors: options missing or out of range.
---
---```lua
---local net = dnn.Sequential{dnn.Linear(3, 2)}
---local opt = dnn.optim.SGD(net:parameters(), {lr = 0.1})
---local schedule = dnn.optim.StepLR(opt, {step_size = 1})
---schedule:step()
---print(opt.lr)   --> 0.01
---```
---@param optimiser dnn.Optimiser
---@param options dnn.optim.StepLR.Options
---@return dnn.Schedule
function dnn.optim.StepLR(optimiser, options) end

---@class dnn.optim.MultiStepLR.Options
---@field milestones integer[] numbers of steps in rising order
---@field gamma? number 0.1 by default

---The learning rate times gamma at each of the milestones.
---
---Errors: options missing or out of range.
---
---```lua
---local net = dnn.Sequential{dnn.Linear(3, 2)}
---local opt = dnn.optim.SGD(net:parameters(), {lr = 0.1})
---local schedule = dnn.optim.MultiStepLR(opt, {milestones = {1, 50}})
---schedule:step()
---print(opt.lr)   --> 0.01
---```
---@param optimiser dnn.Optimiser
---@param options dnn.optim.MultiStepLR.Options
---@return dnn.Schedule
function dnn.optim.MultiStepLR(optimiser, options) end

---@class dnn.optim.ExponentialLR.Options
---@field gamma number such as 0.95

---The learning rate times gamma at every step.
---
---Errors: options missing or out of range.
---
---```lua
---local net = dnn.Sequential{dnn.Linear(3, 2)}
---local opt = dnn.optim.SGD(net:parameters(), {lr = 1})
---local schedule = dnn.optim.ExponentialLR(opt, {gamma = 0.5})
---for _ = 1, 3 do schedule:step() end
---print(opt.lr)   --> 0.125
---```
---@param optimiser dnn.Optimiser
---@param options dnn.optim.ExponentialLR.Options
---@return dnn.Schedule
function dnn.optim.ExponentialLR(optimiser, options) end

---@class dnn.optim.ConstantLR.Options
---@field factor? number 1/3 by default
---@field total_iters? integer 5 by default

---The learning rate times factor, for the first total_iters steps.
---
---Errors: options missing or out of range.
---
---```lua
---local net = dnn.Sequential{dnn.Linear(3, 2)}
---local opt = dnn.optim.SGD(net:parameters(), {lr = 1})
---dnn.optim.ConstantLR(opt, {factor = 0.25})
---print(opt.lr)   --> 0.25
---```
---@param optimiser dnn.Optimiser
---@param options? dnn.optim.ConstantLR.Options
---@return dnn.Schedule
function dnn.optim.ConstantLR(optimiser, options) end

---@class dnn.optim.LinearLR.Options
---@field start_factor? number above 0; 1/3 by default
---@field end_factor? number 1 by default
---@field total_iters? integer 5 by default

---A warm-up: the learning rate times a factor that moves from start_factor to end_factor in total_iters steps.
---
---Before another schedule it is the first part of a `dnn.optim.SequentialLR`.
---
---Errors: options missing or out of range.
---
---```lua
---local net = dnn.Sequential{dnn.Linear(3, 2)}
---local opt = dnn.optim.SGD(net:parameters(), {lr = 1})
---local warm_up = {start_factor = 0.5, total_iters = 2}
---dnn.optim.LinearLR(opt, warm_up):step()
---print(opt.lr)   --> 0.75
---```
---@param optimiser dnn.Optimiser
---@param options? dnn.optim.LinearLR.Options
---@return dnn.Schedule
function dnn.optim.LinearLR(optimiser, options) end

---@class dnn.optim.LambdaLR.Options
---@field lr_lambda fun(epoch: integer): number the factor after `epoch` steps, from 0

---The first learning rate times a function of the number of steps.
---
---A checkpoint holds the number of steps, not the function.
---
---Errors: a function that does not return a number.
---
---```lua
---local net = dnn.Sequential{dnn.Linear(3, 2)}
---local opt = dnn.optim.SGD(net:parameters(), {lr = 1})
---local function factor(epoch) return 1 / (1 + epoch) end
---dnn.optim.LambdaLR(opt, {lr_lambda = factor}):step()
---print(opt.lr)   --> 0.5
---```
---@param optimiser dnn.Optimiser
---@param options dnn.optim.LambdaLR.Options
---@return dnn.Schedule
function dnn.optim.LambdaLR(optimiser, options) end

---@class dnn.optim.CosineAnnealingLR.Options
---@field T_max integer steps to the lowest rate
---@field eta_min? number the lowest rate, 0 by default

---The learning rate along half a cosine, down to eta_min after T_max steps (Loshchilov & Hutter 2017).
---
---It rises again after T_max steps, as PyTorch's.
---
---Errors: options missing or out of range.
---
---```lua
---local net = dnn.Sequential{dnn.Linear(3, 2)}
---local opt = dnn.optim.SGD(net:parameters(), {lr = 1})
---local schedule = dnn.optim.CosineAnnealingLR(opt, {T_max = 2})
---schedule:step()
---print(math.abs(opt.lr - 0.5) < 1e-12)   --> true
---```
---@param optimiser dnn.Optimiser
---@param options dnn.optim.CosineAnnealingLR.Options
---@return dnn.Schedule
function dnn.optim.CosineAnnealingLR(optimiser, options) end

---@class dnn.optim.CosineAnnealingWarmRestarts.Options
---@field T_0 integer steps of the first
---@field T_mult? integer 1 by default
---@field eta_min? number the lowest rate, 0 by default

---Half cosines one after the other, each T_mult times as long as the one before.
---
---step() advances by one; step(epoch) moves to a number of epochs, which may have a fraction.
---
---Errors: options missing or out of range.
---
---```lua
---local net = dnn.Sequential{dnn.Linear(3, 2)}
---local opt = dnn.optim.SGD(net:parameters(), {lr = 1})
---local schedule = dnn.optim.CosineAnnealingWarmRestarts(opt, {T_0 = 2})
---schedule:step(2)
---print(opt.lr)   --> 1.0
---```
---@param optimiser dnn.Optimiser
---@param options dnn.optim.CosineAnnealingWarmRestarts.Options
---@return dnn.Schedule
function dnn.optim.CosineAnnealingWarmRestarts(optimiser, options) end

---@class dnn.optim.OneCycleLR.Options
---@field max_lr number|number[] the highest rate, or one for each group
---@field total_steps? integer steps of the cycle; or give epochs and steps_per_epoch
---@field epochs? integer
---@field steps_per_epoch? integer
---@field pct_start? number the part of the cycle in which the rate rises, 0.3 by default
---@field anneal_strategy? "cos"|"linear" "cos" by default
---@field cycle_momentum? boolean true by default
---@field base_momentum? number 0.85 by default
---@field max_momentum? number 0.95 by default
---@field div_factor? number max_lr divided by the first rate, 25 by default
---@field final_div_factor? number the first rate divided by the last, 1e4 by default
---whether the way down ends at the first rate, and a third phase follows; false by default
---@field three_phase? boolean

---The 1cycle policy (Smith & Topin 2017): up to max_lr and down far below, a step after every batch.
---
---The momentum (of Adam beta1) goes the other way. After the last step the rate stays.
---
---Errors: neither total_steps nor both of epochs and steps_per_epoch; a cycle of the momentum where the optimiser has
---none; a step after the last.
---
---```lua
---local net = dnn.Sequential{dnn.Linear(3, 2)}
---local opt = dnn.optim.SGD(net:parameters(), {momentum = 0.9})
---local schedule = dnn.optim.OneCycleLR(opt, {max_lr = 1, total_steps = 10})
---for _ = 1, 2 do schedule:step() end
---print(opt.lr)   --> 1.0
---```
---@param optimiser dnn.Optimiser
---@param options dnn.optim.OneCycleLR.Options
---@return dnn.Schedule
function dnn.optim.OneCycleLR(optimiser, options) end

---@class dnn.optim.SWALR.Options
---@field swa_lr number the constant rate
---@field anneal_epochs? integer steps on the way, 10 by default
---@field anneal_strategy? "cos"|"linear" "cos" by default

---Moves the learning rate to a constant one, at which weights are averaged.
---
---Errors: options missing or out of range.
---
---```lua
---local net = dnn.Sequential{dnn.Linear(3, 2)}
---local opt = dnn.optim.SGD(net:parameters(), {lr = 1})
---local schedule = dnn.optim.SWALR(opt, {swa_lr = 0.5, anneal_epochs = 2})
---for _ = 1, 2 do schedule:step() end
---print(opt.lr)   --> 0.5
---```
---@param optimiser dnn.Optimiser
---@param options dnn.optim.SWALR.Options
---@return dnn.Schedule
function dnn.optim.SWALR(optimiser, options) end

---@class dnn.optim.ReduceLROnPlateau.Options
---@field mode? "min"|"max" whether smaller or larger is better, "min" by default
---@field factor? number 0.1 by default
---@field patience? integer steps without improvement to wait for, 10 by default
---@field threshold? number how much better counts, 1e-4 by default
---@field threshold_mode? "rel"|"abs" whether that is relative to the best, "rel" by default
---@field cooldown? integer steps after a change in which nothing counts as bad, 0 by default
---@field min_lr? number 0 by default
---@field eps? number smaller changes are skipped, 1e-8 by default

---Multiplies the learning rate by factor when a metric has not improved for more than patience steps.
---
---step takes that number, such as the cost of the validation set.
---
---Errors: options out of range; a step without a number.
---
---```lua
---local net = dnn.Sequential{dnn.Linear(3, 2)}
---local opt = dnn.optim.SGD(net:parameters(), {lr = 0.1})
---local schedule = dnn.optim.ReduceLROnPlateau(opt, {patience = 1})
---for _, cost in ipairs{1, 1, 1} do schedule:step(cost) end
---print(opt.lr)   --> 0.01
---```
---@param optimiser dnn.Optimiser
---@param options? dnn.optim.ReduceLROnPlateau.Options
---@return dnn.Schedule
function dnn.optim.ReduceLROnPlateau(optimiser, options) end

---@class dnn.optim.SequentialLR.Options
---@field milestones integer[] the numbers of steps at which the next schedule takes over, one fewer than schedules

---One schedule after the other: the next takes over at each of the milestones.
---
---Errors: schedules of another optimiser; milestones that are not one fewer than the schedules.
---
---```lua
---local net = dnn.Sequential{dnn.Linear(3, 2)}
---local opt = dnn.optim.SGD(net:parameters(), {lr = 1})
---local up = dnn.optim.LinearLR(opt, {start_factor = 0.1})
---local down = dnn.optim.ExponentialLR(opt, {gamma = 0.9})
---dnn.optim.SequentialLR(opt, {up, down}, {milestones = {5}})
---print(opt.lr)   --> 0.1
---```
---@param optimiser dnn.Optimiser
---@param schedules dnn.Schedule[]
---@param options dnn.optim.SequentialLR.Options
---@return dnn.Schedule
function dnn.optim.SequentialLR(optimiser, schedules, options) end

---All schedules at once: each multiplies the result of the one before.
---
---Errors: schedules of different optimisers.
---
---```lua
---local net = dnn.Sequential{dnn.Linear(3, 2)}
---local opt = dnn.optim.SGD(net:parameters(), {lr = 1})
---local warm = dnn.optim.ConstantLR(opt, {factor = 0.5, total_iters = 2})
---local decay = dnn.optim.ExponentialLR(opt, {gamma = 0.5})
---dnn.optim.ChainedScheduler{warm, decay}:step()
---print(opt.lr)   --> 0.25
---```
---@param schedules dnn.Schedule[]
---@return dnn.Schedule
function dnn.optim.ChainedScheduler(schedules) end

-- ## What a schedule has

---A schedule of an optimiser's learning rates, made by one of the functions above.
---@class dnn.Schedule
---@field name string the kind, such as "StepLR"
---@field optimiser dnn.Optimiser
---@field last_epoch integer steps so far
---@field base_lrs number[] the rates that it began from: the optimiser's, then those of groups that have their own
local schedule = {}

---Sets the next learning rates.
---
---Errors: an argument where the kind takes none, or none where it takes one.
---
---```lua
---local net = dnn.Sequential{dnn.Linear(3, 2)}
---local opt = dnn.optim.SGD(net:parameters(), {lr = 1})
---dnn.optim.ExponentialLR(opt, {gamma = 0.5}):step()
---print(opt.lr)   --> 0.5
---```
---@param value? number `ReduceLROnPlateau`: what was measured; `CosineAnnealingWarmRestarts`: epochs so far
---@return nil
function schedule:step(value) end

---The learning rates of the optimiser's groups.
---
---```lua
---local net = dnn.Sequential{dnn.Linear(3, 2)}
---local opt = dnn.optim.SGD(net:parameters(), {lr = 1})
---print(dnn.optim.ConstantLR(opt, {factor = 0.5}):get_last_lr()[1])   --> 0.5
---```
---@return number[]
function schedule:get_last_lr() end

---The state of the schedule, its settings among it, for a checkpoint.
---
---The learning rates are set from the optimiser's state, and functions, as LambdaLR's, from the script.
---
---```lua
---local net = dnn.Sequential{dnn.Linear(3, 2)}
---local opt = dnn.optim.SGD(net:parameters())
---print(dnn.optim.ConstantLR(opt):state_dict().last_epoch)   --> 0
---```
---@return table<string, number|string|boolean>
function schedule:state_dict() end

---Restores what `state_dict` returned.
---
---Settings that are others here, such as milestones, are replaced by those of the state, as in PyTorch.
---
---Errors: the state of another kind of schedule, of another number of learning rates (the optimiser's and those of
---groups that have their own) or of schedules in it; then nothing is changed.
---
---```lua
---local net = dnn.Sequential{dnn.Linear(3, 2)}
---local opt = dnn.optim.SGD(net:parameters())
---local schedule = dnn.optim.ConstantLR(opt)
---schedule:load_state_dict(schedule:state_dict())
---```
---@param state table
---@return nil
function schedule:load_state_dict(state) end
