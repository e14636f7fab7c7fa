---@meta _
---@class dnn
local dnn = {}

---@class dnn.Layer
local net = {}

-- ## Parameters

---All parameters of the network, or of a layer in it, as one object: what optimisers take.
---
---With a Lua pattern, those whose names match: `net:parameters "bias$"`.
---
---```lua
---local p = dnn.Sequential{dnn.Linear(3, 2)}:parameters()
---print(#p, p.count)   --> 2	8
---print(p[1] == p.values:rows_range(1, 6):reshape(2, 3))   --> true
---```
---@param pattern? string
---@return dnn.Parameters
function net:parameters(pattern) end

---The parameters of a network: `#p` matrices `p[i]` (nil outside), and all their numbers in two flat vectors.
---@class dnn.Parameters
---@field count integer how many numbers there are
---@field dtype "float32"|"float64" their type
---@field values dnn.Matrix all of them, count x 1, a view; `p.values = V` copies
---@field grads dnn.Matrix their gradients, count x 1, a view; `p.grads = G` copies and makes them ready for a step
---@field [integer] dnn.Matrix
---@operator len: integer
local p = {}

---Iterates over the parameters: name (such as "0.weight"), matrix and gradient of each. `pairs(p)` does the same.
---
---```lua
---local net = dnn.Sequential{dnn.Linear(3, 2)}
---for name, W, dW in net:parameters():pairs() do print(name) end
-----> 0.weight
-----> 0.bias
---```
---@return fun(): string?, dnn.Matrix, dnn.Matrix
function p:pairs() end

---Sets all gradients to 0.
---
---```lua
---dnn.Sequential{dnn.Linear(3, 2)}:parameters():zero_grad()
---```
---@return nil
function p:zero_grad() end

-- ## Checking gradients

---@class dnn.gradcheck.Options
---@field eps? number how far a number is moved, 1e-6 by default
---@field tolerance? number the largest difference that passes, 1e-6 by default

---Compares the gradients that backward computes with central differences, (f(x + eps) - f(x - eps)) / 2 eps.
---
---Every parameter and every element of X is tried. The difference is |g - n| / (|g| + |n|) by Euclidean norms; a
---correct backward gives about 1e-8. Afterwards the parameters are unchanged, and the gradients are those of backward.
---
---For a function, `dnn.gradcheck(f, {A, B}, options)`, it checks the gradients with respect to all of its arguments, by
---computing f of float64 copies that require a gradient.
---
---Errors: a network that is not float64; a function that returns no Matrix, or one without a gradient.
---
---```lua
---dnn.set_default_dtype "float64"
---local net = dnn.Sequential{dnn.Linear(3, 2), dnn.Tanh()}
---local X, Y = dnn.randn(3, 4), dnn.zeros(2, 4)
---print((dnn.gradcheck(net, dnn.MSELoss(), X, Y)))   --> true
---print((dnn.gradcheck(dnn.tanh, {dnn.randn(2, 3)})))   --> true
---```
---@param net dnn.Layer|function
---@param loss dnn.Loss a function has the table of its arguments here
---@param X dnn.Matrix
---@param Y dnn.Matrix
---@param options? dnn.gradcheck.Options
---@return boolean right whether the difference is within the tolerance
---@return number difference
---@return string|nil where the place of the largest difference, when it is above the tolerance
function dnn.gradcheck(net, loss, X, Y, options) end
