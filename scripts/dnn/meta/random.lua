---@meta _

-- # Random numbers
--
-- Random numbers are the program's own streams (Philox4x32-10; Salmon et al. 2011): the same on every machine and in
-- any number of threads, splittable, and saved as two integers. Where no stream is given, the global one is used. It
-- starts from seed 0, or from that of `dnnlua --seed`, so a script that never calls `dnn.manual_seed` gives the same
-- numbers each time.

---@class dnn
local dnn = {}

-- ## The global stream

---Restarts the global stream from a seed.
---
---```lua
---dnn.manual_seed(7)
---local A = dnn.randn(2, 2)
---dnn.manual_seed(7)
---print(A == dnn.randn(2, 2))   --> true
---```
---@param seed integer any whole number
---@return nil
function dnn.manual_seed(seed) end

---The numbers 1..n in random order, as a row.
---
---Shapes: 1 x n, always float64, which holds them exactly. `A:gather` takes it.
---
---```lua
---local A = dnn.rand(3, 10)
---local shuffled = A:gather(dnn.randperm(10))
---```
---@param n integer
---@param random? dnn.Random the global stream by default
---@return dnn.Matrix row
function dnn.randperm(n, random) end

-- ## A stream of one's own

---A stream of random numbers that starts from a seed.
---
---```lua
---local random = dnn.Random(42)
---print(random:below(6) == dnn.Random(42):below(6))   --> true
---local W = dnn.randn(3, 4, {random = random})
---```
---@param seed integer any whole number
---@return dnn.Random
function dnn.Random(seed) end

---A stream of random numbers.
---@class dnn.Random
local random = {}

---A number that is uniform in [low, high), with 53 random bits.
---
---```lua
---local u = dnn.Random(1):uniform(-1, 1)
---print(u >= -1 and u < 1)   --> true
---```
---@param low? number 0 by default
---@param high? number 1 by default
---@return number
function random:uniform(low, high) end

---A normal number, by inversion of the distribution function (Wichura's AS 241, 1988).
---
---```lua
---local x = dnn.Random(1):normal()
---```
---@param mean? number 0 by default
---@param std? number standard deviation, 1 by default
---@return number
function random:normal(mean, std) end

---A whole number from 0 to n - 1, each as likely as the others.
---
---```lua
---local die = 1 + dnn.Random(1):below(6)
---```
---@param n integer 1 or more
---@return integer
function random:below(n) end

---True with probability p.
---
---```lua
---print(dnn.Random(1):bernoulli(1))   --> true
---```
---@param p number from 0 to 1
---@return boolean
function random:bernoulli(p) end

---The numbers 1..n in random order, in a table.
---
---```lua
---print(#dnn.Random(1):permutation(10))   --> 10
---```
---@param n integer
---@return integer[]
function random:permutation(n) end

---A further stream, independent of this one, which it advances.
---
---Give each part of a program one of its own: what one part draws then does not change what another gets.
---
---```lua
---local random = dnn.Random(1)
---local for_weights, for_batches = random:split(), random:split()
---```
---@return dnn.Random
function random:split() end

---The position of the stream, as two integers that `random:set_state` takes.
---
---```lua
---local random = dnn.Random(1)
---local key, position = random:state()
---local x = random:uniform()
---random:set_state(key, position)
---print(random:uniform() == x)   --> true
---```
---@return integer key which stream
---@return integer position words drawn so far
function random:state() end

---Puts the stream where `random:state` said it was.
---
---```lua
---local a, b = dnn.Random(1), dnn.Random(2)
---b:set_state(a:state())
---print(a:uniform() == b:uniform())   --> true
---```
---@param key integer
---@param position integer
---@return nil
function random:set_state(key, position) end

-- ## Random matrices
--
-- `dnn.rand` and `dnn.randn` make new ones; these fill a matrix that is there, in column-major order. float32
-- takes the float64 numbers of the same stream, rounded.

---@class dnn.Matrix
local A = {}

---Fills A with numbers uniform in [low, high).
---
---```lua
---local A = dnn.empty(2, 3):uniform_(-1, 1)
---```
---@param low? number 0 by default
---@param high? number 1 by default
---@param random? dnn.Random the global stream by default
---@return dnn.Matrix A itself
function A:uniform_(low, high, random) end

---Fills A with normal numbers.
---
---```lua
---local A = dnn.empty(2, 3):normal_(0, 0.01)
---```
---@param mean? number 0 by default
---@param std? number standard deviation, >= 0; 1 by default
---@param random? dnn.Random the global stream by default
---@return dnn.Matrix A itself
function A:normal_(mean, std, random) end

---Fills A with 1 with probability p, else 0.
---
---```lua
---local mask = dnn.empty(20, 5):bernoulli_(0.8, dnn.Random(1))
---```
---@param p number from 0 to 1
---@param random? dnn.Random the global stream by default
---@return dnn.Matrix A itself
function A:bernoulli_(p, random) end
