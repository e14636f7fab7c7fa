---@meta dnn

-- # The module
--
-- `local dnn = require "dnn"` loads it. At the prompt of `dnnlua` and in `dnnlua -e` the global `dnn` is already
-- defined.
--
-- Names that PyTorch users know are PyTorch's (`Linear`, `BCELoss`, `manual_seed`); those of the L-layer tutorial are
-- the tutorial's (`dnn.stepwise`). Constructors are PascalCase, functions and methods snake_case. A trailing underscore
-- changes the object in place. Options come last, in one table; an unknown key is an error that lists the known ones.
--
-- Indices start at 1 and ranges include both ends, as in Lua. Class labels are 1..C. A column is one example, so X is
-- features x m.
--
-- Misuse raises an error that names the script's line. Failures of files, folders and libraries return `nil` and a
-- message.
--
-- An unknown name raises an error that suggests the closest one; `rawget(dnn, name)` returns nil instead.

---@class dnn
local dnn = {}

---The type of an element: float32 and float64 to compute with; uint8 and int32 for stored data and ids.
---@alias dnn.Dtype "float32"|"float64"|"uint8"|"int32"

-- ## Version and help

---The module's version, as in "0.2.0".
---@type string
dnn.version = ""

---Prints help on a name or a value.
---
---A string is what you would type after `?` at the prompt: a name (`"dnn.Linear"`, `"Matrix:sum"`, `"string.format"`),
---the title of a chapter (`"runs"`), or words in quotation marks, which find a recipe or whatever mentions them
---(`'"learning rate"'`). For any other value, such as a network, a matrix or a function of the module, help describes
---its kind. Without an argument it prints an overview.
---
---```lua
---dnn.help "dnn.linalg.svd"
---dnn.help(dnn.zeros(2, 2))
---```
---@param topic? any a name as a string, or a value
---@return nil
function dnn.help(topic) end

---@class dnn.help.topic.Options
---@field width? integer columns of a line, 80 by default
---@field colour? boolean whether headings and code are bold, by a terminal's codes; false by default

---Help as a string, for what you would type after `?` at the prompt.
---
---Looking up a name runs no code of the script, not even metamethods.
---
---Errors: for an unknown topic, nil and a message that suggests the nearest one.
---
---```lua
---local page = dnn.help.topic("A:row", {A = dnn.zeros(2, 2)})
---print(page:match "[^\n]+")   --> A:row(i) -> Matrix
---```
---@param topic string a name, words in quotation marks, or "" for an overview
---@param env? table where names of values are looked up; the globals by default
---@param options? dnn.help.topic.Options
---@return string|nil text
---@return string|nil message
function dnn.help.topic(topic, env, options) end

---The names of the options that a function takes; nil if it takes none.
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

---Sets the type of new matrices and networks that are made without one; initially float32.
---
---Errors: uint8 and int32, which only store data.
---
---```lua
---dnn.set_default_dtype "float64"
---print(dnn.zeros(1, 1).dtype)   --> float64
---dnn.set_default_dtype "float32"
---```
---@param dtype "float32"|"float64"
---@return nil
function dnn.set_default_dtype(dtype) end

---The type of new matrices and networks that are made without one.
---
---```lua
---print(dnn.get_default_dtype())   --> float32
---```
---@return "float32"|"float64"
function dnn.get_default_dtype() end

---Sets the number of threads to compute on, including the script's own.
---
---Results do not depend on it: work is divided by the size of the problem alone, so a sum has the same bits on one
---thread and on many. The initial number comes from `dnnlua --threads` or the environment variable DNN_NUM_THREADS, and
---is otherwise the number of CPUs that the process may use.
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

---Sets how precisely float32 matrices are multiplied; the names are those of PyTorch's
---`set_float32_matmul_precision`.
---
---- "highest", the default, and "high": in float32. CPUs have no type between float32 and bfloat16, so the two are the
---  same.
---- "medium": the operands are rounded to bfloat16 (8 bits of precision, nearly float32's range) and the products added
---  up in float32, where the CPU multiplies bfloat16 (AVX512-BF16); elsewhere products stay float32, as in PyTorch.
---
---It returns the type that products now use, "bfloat16" or "float32". This holds for `A * B`, Linear, the projections
---of attention and Bilinear, forward and backward, where the result has at least 32 rows and 32 columns and each sum 16
---terms: smaller ones gain nothing. Convolutions (as in PyTorch, those of 1 x 1 too), recurrent layers (their product
---with X too), attention's own products and float64 keep their bits. Values, gradients and optimisers are float32 all
---the time, and results have the same bits on any number of threads. Numbers below 1.2e-38 count as 0. [What it gains
---and costs](speed.md#bfloat16).
---
---```lua
---dnn.set_matmul_precision "highest"
---print((dnn.get_matmul_precision()))   --> highest
---```
---@param precision "highest"|"high"|"medium"
---@return "bfloat16"|"float32"
function dnn.set_matmul_precision(precision) end

---How precisely float32 matrices are multiplied, and the type that products use: see `dnn.set_matmul_precision`.
---
---```lua
---print((dnn.get_matmul_precision()))   --> highest
---```
---@return "highest"|"high"|"medium" precision
---@return "bfloat16"|"float32" on
function dnn.get_matmul_precision() end

---The kernels that OpenBLAS uses, such as "SkylakeX".
---
---On a CPU unknown to OpenBLAS, the best kernels that it can run are used, unless OPENBLAS_CORETYPE is set.
---
---```lua
---print(type(dnn.blas_core()))   --> string
---```
---@return string
function dnn.blas_core() end

---The number of memory blocks that the C library has allocated so far.
---
---It shows that a training step allocates none: matrices are in Lua's memory, and a network's buffers are allocated
---once for each batch size.
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
-- What scripts need from the operating system that Lua does not provide.

---Seconds on a monotonic clock, for measuring how long something takes.
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

---The width in columns of the terminal that a standard stream is connected to; nil if it is not a terminal.
---
---A terminal of unknown width has $COLUMNS columns, else 80.
---
---```lua
---local width = dnn.system.terminal "stdout" or 80
---```
---@param stream? "stdin"|"stdout"|"stderr" "stderr" by default
---@return integer|nil columns
---@return boolean coloured whether text written there may be coloured, by NO_COLOR, CLICOLOR_FORCE and TERM
function dnn.system.terminal(stream) end

---Makes a folder and any missing parents.
---
---It is not an error if the folder exists already.
---
---```lua
---assert(dnn.system.make_folder "results/today")
---```
---@param path string
---@return true|nil made
---@return string|nil message why not
function dnn.system.make_folder(path) end

---Whether a file can be written at a path, as `net:save` and others would; creates nothing.
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
---@return boolean|nil missing true if nothing of that name exists
function dnn.system.list(path) end

return dnn
