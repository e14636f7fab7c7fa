---@meta _

-- # Weights and checkpoints
--
-- Weights are kept in safetensors files, which PyTorch and many others read: numbers with names, types and shapes, and
-- nothing executable. A parameter is named by its layer, counted from 0: "0.weight", "3.bias".
--
-- A file is written beside the old one, synced, and renamed: a full disk, a killed program or a power cut leaves the
-- old file intact (and a killed program its half-written one, which ends in `.tmp` and may be removed). Only a regular
-- file is replaced, never a device or a symbolic link.
--
-- A checkpoint carries a checksum of all that it holds, in its metadata as `dnn.checksum`. Whatever reads a file with
-- one compares it, and refuses a file that is damaged. A file that is saved with metadata of that name gets its own
-- checksum there.
--
-- PyTorch loads them into a Sequential with the same layers:
--
-- ```python
-- from safetensors.torch import load_file
-- model.load_state_dict(load_file("net.safetensors"))
-- ```

---@class dnn
local dnn = {}

-- ## Weights of a network

---@class dnn.Layer.save.Options
---@field metadata? table<string, string|number|boolean> strings by name, kept in the file beside the weights

---@class dnn.Layer
local net = {}

---Writes the network's parameters to a safetensors file.
---
---Shapes: a Linear's weight is the tensor [out_features, in_features], row by row as PyTorch has it, its bias
---[out_features].
---
---Errors: nil and a message when the file cannot be written; the old one stays intact.
---
---```lua
---local net = dnn.Sequential{dnn.Linear(3, 2), dnn.ReLU(), dnn.Linear(2, 1)}
---assert(net:save("net.safetensors", {metadata = {note = "the first one"}}))
---```
---@param path string
---@param options? dnn.Layer.save.Options
---@return true|nil saved
---@return string|nil message why not
function net:save(path, options) end

---@class dnn.Network.load.Options
---@field names? table<string, string> which module here a module of the file is, as in {fc1 = "0"}

---Reads the network's parameters from a safetensors file.
---
---The file must hold exactly the parameters of this network. Numbers of another type are converted: float64 in the file
---is rounded for a float32 network. Of a checkpoint, the part `net` is read.
---
---Errors: nil and a message when the file cannot be read, is a damaged checkpoint, or is another network's: every
---parameter that is missing, unexpected or of another shape is named. Nothing is changed then.
---
---```lua
---local net = dnn.Sequential{dnn.Linear(3, 2)}
---assert(net:save "net.safetensors")
---local other = dnn.Sequential{dnn.Linear(3, 2)}
---assert(other:load "net.safetensors")
---print(other[1].weight == net[1].weight)   --> true
---```
---@param path string
---@param options? dnn.Network.load.Options
---@return true|nil loaded
---@return string|nil message why not
function net:load(path, options) end

---Copies of all parameters, by name.
---
---```lua
---local state = dnn.Sequential{dnn.Linear(3, 2)}:state_dict()
---print(state["0.weight"]:size())   --> 2	3
---```
---@return table<string, dnn.Matrix> state
function net:state_dict() end

---Takes the values of all parameters from a table, as from `state_dict`.
---
---Errors: a parameter that is missing, unexpected or of another shape; nothing is changed then.
---
---```lua
---local net = dnn.Sequential{dnn.Linear(3, 2)}
---local best = net:state_dict()
---net[1].weight:fill_(0)
---net:load_state_dict(best)
---print(net[1].weight == best["0.weight"])   --> true
---```
---@param state table<string, dnn.Matrix>
---@return nil
function net:load_state_dict(state) end

-- ## Any matrices

---@class dnn.save.Options
---@field metadata? table<string, string|number|boolean> strings by name, kept in the file beside the matrices

---Writes matrices to a safetensors file.
---
---Shapes: a column of n is the tensor [n], any other matrix [rows, cols].
---
---Errors: nil and a message when the file cannot be written; the old one stays intact. Names and strings that are not
---UTF-8, more than 100,000 matrices and more than 65,536 strings are raised.
---
---```lua
---local set = {X = dnn.randn(3, 4), Y = dnn.zeros(1, 4)}
---assert(dnn.save("data.safetensors", set, {metadata = {made = "today"}}))
---```
---@param path string
---@param matrices table<string, dnn.Matrix>
---@param options? dnn.save.Options
---@return true|nil saved
---@return string|nil message why not
function dnn.save(path, matrices, options) end

---Reads all matrices of a safetensors file, and the strings of its metadata.
---
---Shapes: the tensor [n] becomes a column, [] one number; of more than two axes the first becomes rows, the others are
---flattened into columns in the file's order.
---
---F32, F64, U8 and I32 stay; F16, BF16 and F8 become float32, booleans and whole numbers int32 or, where they may be
---larger, float64. A tensor that a Matrix does not hold (complex numbers, a whole number that float64 does not hold
---exactly) is left out: using its name is an error that says why.
---
---Errors: nil and a message when the file cannot be read, is not a safetensors file, or is a damaged checkpoint.
---
---```lua
---local options = {metadata = {made = "today"}}
---assert(dnn.save("one.safetensors", {A = dnn.eye(2)}, options))
---local matrices, metadata = assert(dnn.load "one.safetensors")
---print(matrices.A:size(), metadata.made)   --> 2	today
---```
---@param path string
---@return table<string, dnn.Matrix>|nil matrices
---@return table<string, string>|string metadata or why not
---@return table<string, string> left_out why tensors were left out, by name
function dnn.load(path) end

-- ## Checkpoints
--
-- A checkpoint holds all that a training needs to continue as if it had never stopped, bit for bit: the weights, the
-- optimiser's settings, steps and state, the place in the shuffled batches, the streams of random numbers, and the
-- script's own numbers and strings.

---Files from which a training resumes.
---@class dnn.checkpoint
dnn.checkpoint = {}

---Writes the parts of a training to one safetensors file.
---
---A part has a name of letters, digits and _ (not `dnn`). Networks, optimisers, batches and streams (`dnn.Random`) are
---kept with their states; numbers, strings, booleans and matrices as they are. So is any table or userdata that has
---methods `state_dict` and `load_state_dict` of its own: its state is a flat table of such values, its keys strings or
---numbers (entry 3 of `part` is `part.[3]` in the file). The file carries a checksum. The global stream of random numbers
---is always kept. Save after a step, not between a backward and its step: gradients are not kept. Nor is what a layer
---written in Lua holds besides its parameters; such things are parts of their own.
---
---As in PyTorch, a network's state does not say which layers are frozen (`requires_grad`) or in evaluation mode. A script
---that changes this while it trains sets it from the number of the step, before each step.
---
---Errors: nil and a message when the file cannot be written, or a value is not finite; the old one stays intact.
---
---```lua
---local net = dnn.Sequential{dnn.Linear(3, 2)}
---local optimiser = dnn.optim.Adam(net:parameters())
---local parts = {net = net, optimiser = optimiser, step = 120}
---assert(dnn.checkpoint.save("all.safetensors", parts))
---parts.step = nil
---print(assert(dnn.checkpoint.load("all.safetensors", parts)).step)   --> 120
---```
---@param path string
---@param parts table<string, any>
---@return true|nil saved
---@return string|nil message why not
function dnn.checkpoint.save(path, parts) end

---Restores a training: sets the states of these objects, and the global stream of random numbers.
---
---The objects are made as they were before, by the same lines of the script, and given under the names they were saved
---by; false leaves a part out. A Matrix may be given for one that `run:checkpoint` has kept. A loop over batches that stopped in the middle of an epoch continues with the rest of
---it.
---
---Errors: nil and a message when the file is not a checkpoint or is damaged, when an object does not fit its part, is
---missing, or has none, and when it is float32 and its part float64 or the other way round: a training goes on with the
---same bits or not at all (`net:load` converts). Nothing is changed then.
---
---```lua
---local layer, stream = dnn.Linear(2, 1), dnn.Random(1)
---local parts = {layer = layer, stream = stream, epoch = 3}
---assert(dnn.checkpoint.save("both.safetensors", parts))
---local objects = {layer = layer, stream = false}
---print(dnn.checkpoint.load("both.safetensors", objects).epoch)   --> 3
---```
---@param path string
---@param objects table<string, any>
---@return table<string, number|string|boolean|dnn.Matrix>|nil values the other parts, by name
---@return string|nil message why not
function dnn.checkpoint.load(path, objects) end

-- ## States of optimisers and batches

---@class dnn.Optimiser
local opt = {}

---The optimiser's name, settings and steps, "group.2.lr" where a group has a setting of its own, and copies of the
---state vectors "state.1", "state.2", ... Of several groups it has the numbers of parameters, "group.2.size".
---
---```lua
---local net = dnn.Sequential{dnn.Linear(3, 2)}
---local optimiser = dnn.optim.Adam(net:parameters(), {lr = 0.5})
---print(optimiser:state_dict().lr)   --> 0.5
---```
---@return table<string, string|number|boolean|dnn.Matrix> state
function opt:state_dict() end

---Restores what `state_dict` returned, also from another network's optimiser with the same rule and as many parameters.
---
---Settings that are others here, such as lr, are replaced by those of the state, as in PyTorch.
---
---Errors: the state of another rule, or of another number of groups or of parameters in one; nothing is changed then.
---
---```lua
---local net = dnn.Sequential{dnn.Linear(3, 2)}
---local a = dnn.optim.Adam(net:parameters(), {lr = 0.5})
---local b = dnn.optim.Adam(net:parameters())
---b:load_state_dict(a:state_dict())
---print(b.lr)   --> 0.5
---```
---@param state table<string, string|number|boolean|dnn.Matrix>
---@return nil
function opt:load_state_dict(state) end

---@class dnn.data.batches
local batches = {}

---The position of the batches: the place in the epoch and the stream that shuffled it. Of the options it has size,
---shuffle and drop_last.
---
---```lua
---local set = {X = dnn.randn(3, 8), Y = dnn.zeros(1, 8)}
---print(dnn.data.batches(set, {size = 4}):state_dict().place)   --> 0
---```
---@return table<string, number|boolean> state
function batches:state_dict() end

---Restores what `state_dict` returned: the next loop continues from there.
---
---Errors: a state of another number of examples, size, shuffle or drop_last; a stream of their own here or there alone.
---
---```lua
---local set = {X = dnn.randn(3, 8), Y = dnn.zeros(1, 8)}
---local batches = dnn.data.batches(set, {size = 4})
---for X in batches do break end
---batches:load_state_dict(batches:state_dict())
---for X in batches do print(X.cols) end   --> 4
---```
---@param state table<string, number|boolean>
---@return nil
function batches:load_state_dict(state) end
