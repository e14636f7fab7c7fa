---@meta dnn

-- # The module
--
-- `local dnn = require "dnn"` loads it; at the prompt of `dnnlua` and for `dnnlua -e` the global `dnn` is
-- there already.
--
-- Names follow one rule. What PyTorch users know keeps PyTorch's name (`Linear`, `BCELoss`, `manual_seed`),
-- what the L-layer tutorial names keeps the tutorial's (`dnn.stepwise`). Constructors are PascalCase,
-- functions and methods snake_case. A trailing underscore changes the object in place. Options come last,
-- in one table, and an unknown key is an error that lists the known ones.
--
-- Indices are Lua's: from 1, and ranges include both ends. Class labels are 1..C. A column is one example,
-- so X is features x m.
--
-- Wrong use raises an error with the script's line. A file, a folder or a library that fails
-- returns `nil` and a message.
--
-- An unknown name raises an error suggesting the closest; `rawget(dnn, name)` asks without.

---@class dnn
local dnn = {}

---What an element is: numbers to compute with are float32 or float64; uint8 and int32 are for stored data and ids.
---@alias dnn.Dtype "float32"|"float64"|"uint8"|"int32"

-- ## Version and help

---The module's version, as in "0.2.0".
---@type string
dnn.version = ""

---Prints help on a name or a value.
---
---A text is what one would type after `?` at the prompt: a name (`"dnn.Linear"`, `"Matrix:sum"`,
---`"string.format"`), the title of a chapter (`"runs"`), or words in quotation marks, for which all help is
---searched (`'"learning rate"'`). Any other value gives help of its kind: a network, a matrix, a function of the
---module. Without anything there is an overview.
---
---```lua
---dnn.help "dnn.linalg.svd"
---dnn.help(dnn.zeros(2, 2))
---```
---@param topic? any a text or a value
---@return nil
function dnn.help(topic) end

---@class dnn.help.topic.Options
---@field width? integer columns of a line, 80 when not given
---@field colour? boolean whether headings and code are bold, by a terminal's codes; false when not given

---Help as a text, for what one would type after `?` at the prompt.
---
---A name is looked up without calling any code of the script's: no metamethod runs.
---
---Errors: nil and a message that names the nearest topic where there is none.
---
---```lua
---local page = dnn.help.topic("A:row", {A = dnn.zeros(2, 2)})
---print(page:match "[^\n]+")   --> A:row(i) -> Matrix
---```
---@param topic string a name, words in quotation marks, or "" for an overview
---@param env? table where names of values are looked up; the globals when not given
---@param options? dnn.help.topic.Options
---@return string|nil text
---@return string|nil message
function dnn.help.topic(topic, env, options) end

---The keys of the table of options that a function takes; nil where it takes none.
---
---```lua
---print(table.concat(dnn.help.options "dnn.BCELoss", ", "))   --> reduction
---```
---@param name string as "dnn.BCELoss" or "dnn.Matrix:gather"
---@return string[]|nil keys
function dnn.help.options(name) end

---All documented names, sorted, such as "dnn.zeros", "dnn.Matrix:row" and "dnn.Matrix.rows".
---
---```lua
---print(#dnn.help.entries() > 200)   --> true
---```
---@return string[] names
function dnn.help.entries() end

-- ## Types and threads

---Sets the type that new matrices and networks have when none is given: float32 until it is set.
---
---Errors: uint8 cannot be computed with and is refused.
---
---```lua
---dnn.set_default_dtype "float64"
---print(dnn.zeros(1, 1).dtype)   --> float64
---dnn.set_default_dtype "float32"
---```
---@param dtype "float32"|"float64"
---@return nil
function dnn.set_default_dtype(dtype) end

---The type that new matrices and networks have when none is given.
---
---```lua
---print(dnn.get_default_dtype())   --> float32
---```
---@return "float32"|"float64"
function dnn.get_default_dtype() end

---Sets how many threads compute, the script's own included.
---
---Results do not depend on it: work is cut by the size of the problem alone, and a sum has the same bits on one
---thread and on many. At first it is what `dnnlua --threads` or the environment variable DNN_NUM_THREADS says,
---else as many as there are CPUs for this process.
---
---```lua
---dnn.set_num_threads(1)
---print(dnn.get_num_threads())   --> 1
---```
---@param n integer from 1 to 256
---@return nil
function dnn.set_num_threads(n) end

---The number of threads that compute.
---
---```lua
---print(dnn.get_num_threads() >= 1)   --> true
---```
---@return integer
function dnn.get_num_threads() end

---The kernels that OpenBLAS multiplies matrices with, as in "SkylakeX".
---
---A CPU that OpenBLAS does not know gets the best kernels that it can run, unless OPENBLAS_CORETYPE says otherwise.
---
---```lua
---print(type(dnn.blas_core()))   --> string
---```
---@return string
function dnn.blas_core() end

---How many blocks of memory the C library has taken from the heap so far.
---
---It shows that a training step takes none: the memory of matrices is Lua's, and the buffers of a network are made
---once for a size of batch.
---
---```lua
---local net = dnn.Sequential{dnn.Linear(3, 2)}
---local X = dnn.ones(3, 5)
---net:forward(X)
---local before = dnn.allocation_count()
---net:forward(X)
---print(dnn.allocation_count() - before)   --> 0
---```
---@return integer
function dnn.allocation_count() end

-- ## The system
--
-- What scripts need of the operating system and Lua lacks.

---Seconds since some moment, by a clock that nobody sets: for measuring how long something takes.
---
---```lua
---local start = dnn.time()
---local A = dnn.randn(100, 100) * dnn.randn(100, 100)
---print(dnn.time() - start < 60)   --> true
---```
---@return number seconds
function dnn.time() end

---Terminals and folders.
---@class dnn.system
dnn.system = {}

---The width in columns of the terminal that a standard stream is, or nil where it is none.
---
---A terminal of unknown width counts as 80 columns.
---
---```lua
---local width = dnn.system.terminal "stdout" or 80
---```
---@param stream? "stdin"|"stdout"|"stderr" "stderr" when not given
---@return integer|nil columns
function dnn.system.terminal(stream) end

---Makes a folder, and those above it where they are missing.
---
---A folder that exists already is not an error.
---
---```lua
---assert(dnn.system.make_folder "results/today")
---```
---@param path string
---@return true|nil made
---@return string|nil message why not
function dnn.system.make_folder(path) end

---Whether a file of that name can be written, as `net:save` and others would; leaves nothing there.
---
---```lua
---assert(dnn.system.can_write "net.safetensors")
---```
---@param path string
---@return true|nil possible
---@return string|nil message why not
function dnn.system.can_write(path) end

---The names in a folder, in no particular order, without "." and "..".
---
---```lua
---dnn.system.make_folder "results"
---for _, name in ipairs(assert(dnn.system.list "results")) do print(name) end
---```
---@param path string
---@return string[]|nil names
---@return string|nil message why not
function dnn.system.list(path) end

return dnn
