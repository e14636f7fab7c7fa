---@meta _

-- # Autograd
--
-- Every expression that uses a matrix that requires a gradient is recorded, and `backward` of a result fills in `grad`,
-- as in PyTorch. Operators, functions, reductions with and without an axis, products, views (`row`, `col`, `block`,
-- `reshape`), `t`, `cat`, `gather`, `where`, `clamp` and conversions are recorded, and of `dnn.linalg` solve, inv, det,
-- logdet, cholesky, eigh and the singular values. Reductions without an axis, which otherwise return a number, then
-- return a 1 x 1 Matrix; `cost:item()` is its number. An element, `A(i, j)`, is a number without a gradient;
-- `A:block(i, i, j, j)` has one.
--
-- `backward` frees the graph; without it, the graph is collected once nothing computed from it is in use. A loop that
-- leaves out `backward` or `dnn.no_grad` leaks nothing.
--
-- ```lua
-- local W, b = dnn.randn(1, 3):requires_grad_(), dnn.zeros(1, 1):requires_grad_()
-- local opt = dnn.optim.SGD({W, b}, {lr = 0.1})
-- local X = dnn.randn(3, 50)
-- local Y = dnn.Matrix{{1, -2, 3}} * X + 4
-- local cost
-- for i = 1, 200 do
--   cost = ((W * X + b - Y) ^ 2):mean()
--   cost:backward()
--   opt:step()
-- end
-- print(cost:item() < 1e-3)   --> true
-- ```
--
-- Optimisers take such matrices, and losses return a cost that has a `backward`: `cost = loss(W * X + b, Y)`,
-- `cost:backward()`. As with a network, a step spends the gradients: the next backward starts from zero, with or
-- without `opt:zero_grad()`.
--
-- A network called on a matrix that requires a gradient is part of the expression, however often it is called: `cost =
-- ((net(X) - Y) ^ 2):mean()`; `cost:backward()` fills in the gradients of its parameters too, and an optimiser takes
-- both, `{net:parameters(), W}`. A layer written in Lua (`dnn.Layer`) is recorded with its own backward. Lengths, masks
-- and states work there too: `net(X, {lengths = L})`.

---@class dnn
local dnn = {}

---@class dnn.Matrix
local A = {}

---Records whatever is computed from the matrix from now on, so that `backward` finds its gradient.
---
---It can then be changed in place only inside `dnn.no_grad`. `A:requires_grad_(false)` undoes it; views taken earlier
---do not require a gradient.
---
---Errors: uint8 and int32; `false` for a matrix that was computed from others.
---
---```lua
---local x = dnn.full(1, 1, 3):requires_grad_()
---local y = x ^ 2
---y:backward()
---print(x.grad(1, 1))   --> 6.0
---```
---@param requires? boolean true by default
---@return dnn.Matrix A itself
function A:requires_grad_(requires) end

---Adds the gradients of the matrix with respect to all that it was computed from to their `grad`.
---
---Gradients accumulate until `zero_grad`. A matrix that is not 1 x 1 needs its own gradient, of its shape. Afterwards
---the graph is freed, unless it is retained.
---
---Errors: no matrix here requires a gradient; not 1 x 1 and no gradient given; a graph that was freed; a matrix that
---backward needs but that was changed in place, which is named.
---
---```lua
---local x = dnn.Matrix{1, 2, 3}:requires_grad_()
---x:exp():backward(dnn.ones(3, 1))
---print(x.grad == dnn.Matrix{1, 2, 3}:exp())   --> true
---```
---@param gradient? dnn.Matrix ones of 1 x 1 by default
---@param options? dnn.Matrix.backward.Options
---@return nil
function A:backward(gradient, options) end

---@class dnn.Matrix.backward.Options
---@field retain_graph? boolean whether a further backward may follow; false by default

---Sets the gradient to zero.
---
---Errors: a matrix that does not require one.
---
---```lua
---local x = dnn.ones(1, 1):requires_grad_()
---x:exp():backward()
---x:zero_grad()
---print(x.grad(1, 1))   --> 0.0
---```
---@return dnn.Matrix A itself
function A:zero_grad() end

---Makes `backward` keep the gradient of a matrix that was computed from others, which it otherwise drops.
---
---Errors: a matrix that does not require a gradient.
---
---```lua
---local x = dnn.ones(1, 1):requires_grad_()
---local y = (x * 3):retain_grad()
---;(y ^ 2):backward()
---print(y.grad(1, 1))   --> 6.0
---```
---@return dnn.Matrix A itself
function A:retain_grad() end

---The same numbers in the same memory, without a gradient: what is computed from it is not recorded.
---
---```lua
---local x = dnn.ones(1, 1):requires_grad_()
---print((x * 2):detach().requires_grad)   --> false
---```
---@return dnn.Matrix
function A:detach() end

---The number of a 1 x 1 matrix.
---
---Errors: any other matrix.
---
---```lua
---local cost = (dnn.ones(2, 2):requires_grad_() * 3):sum()
---print(cost:item())   --> 12.0
---```
---@return number
function A:item() end

---Calls a function in which nothing is recorded: for validation, and to change parameters in place.
---
---```lua
---local W = dnn.ones(2, 2):requires_grad_()
---dnn.no_grad(function() W:cmul_(0.5) end)
---print(W(1, 1), dnn.no_grad(function() return W:sum() end))   --> 0.5	2.0
---```
---@param f function
---@return any ... what the function returns
function dnn.no_grad(f) end

---Calls a function in which everything is recorded again, inside of `dnn.no_grad`.
---
---```lua
---local x = dnn.ones(1, 1):requires_grad_()
---local function double() return (x * 2).requires_grad end
---dnn.no_grad(function()
---  print(double(), dnn.enable_grad(double))   --> false	true
---end)
---```
---@param f function
---@return any ... what the function returns
function dnn.enable_grad(f) end

---Calls a function and keeps only its result, not the intermediate ones.
---
---Backward calls f again to recompute them, which takes time and saves memory (Chen et al. 2016, "gradient
---checkpointing").
---
---Random numbers from the global stream, dropout's too, are the same the second time, and running statistics are
---updated once. f may use its arguments, parameters, and matrices that were not computed from others. Inside
---`dnn.no_grad` it is just f(...).
---
---Errors: an f that does not return one Matrix; in backward, a result that differs from the first one, an argument
---changed in place, a layer with `stateful = true`, a computed Matrix that is not an argument.
---
---```lua
---local W = dnn.full(1, 1, 2):requires_grad_()
---local function f(x) return (W * x):exp():log() end
---local y = dnn.checkpoint_call(f, dnn.full(1, 1, 3))
---y:backward()
---print(("%.3f %.3f"):format(y:item(), W.grad(1, 1)))   --> 6.000 3.000
---```
---@param f function|dnn.Layer
---@param ... any its arguments
---@return dnn.Matrix
function dnn.checkpoint_call(f, ...) end

-- ## Gradients as results

---The gradients of a cost with respect to some matrices, as results; or the function of a function's gradients.
---
---`dnn.grad(cost, {A, B})` returns a gradient for each matrix, zeros where the cost does not depend on it, and leaves
---every `grad` alone. Intermediate results have gradients too. The graph is kept, so it can be used again. With
---`create_graph` the gradients are recorded and can be part of another cost: operators and elementwise layers can be
---differentiated any number of times, linear layers twice.
---
---`dnn.grad(f)` is a function that returns f's value and its gradient with respect to each argument; f returns a 1 x 1
---Matrix.
---
---Errors: a cost that is not 1 x 1 without `grad_outputs`; a matrix that does not require a gradient; with
---`create_graph`, a layer or loss that can be differentiated once only, which it names.
---
---```lua
---local slope = dnn.grad(function(x) return (x ^ 3):sum() end)
---local value, gradient = slope(dnn.full(1, 1, 2))
---print(value, gradient(1, 1))   --> 8.0	12.0
---local x = dnn.full(1, 1, 2):requires_grad_()
---local dx = dnn.grad(x ^ 3, x, {create_graph = true})
---print(dnn.grad(dx, x)(1, 1))   --> 12.0
---```
---@param cost dnn.Matrix|function a result, or f
---@param inputs? dnn.Matrix|dnn.Matrix[] after a result: what to differentiate by
---@param options? dnn.grad.Options
---@return dnn.Matrix|function ... the gradients in the order of `inputs`
function dnn.grad(cost, inputs, options) end

---@class dnn.grad.Options
---@field create_graph? boolean whether the gradients are recorded; false by default
---@field grad_outputs? dnn.Matrix the gradient of the result, of its shape; ones of 1 x 1 by default

---The derivative of each element of f(x), a row, with respect to each element of x, a column, both in column-major
---order.
---
---Errors: an x that is not a Matrix; an f that does not return one.
---
---```lua
---local A = dnn.Matrix{{1, 2}, {3, 4}}
---local J = dnn.jacobian(function(x) return A * x end, dnn.ones(2, 1))
---print(J == A)   --> true
---```
---@param f function
---@param x dnn.Matrix
---@return dnn.Matrix # #f(x) x #x
function dnn.jacobian(f, x) end

---The second derivatives of f(x), a 1 x 1 Matrix, with respect to each pair of elements of x, in column-major order.
---
---Errors: an x that is not a Matrix; an f that returns anything but a 1 x 1 Matrix; a layer or loss in it that can be
---differentiated once only, which it names.
---
---```lua
---local function f(x) return (x ^ 3):sum() end
---local H = dnn.hessian(f, dnn.Matrix{1, 2})
---print(H == dnn.Matrix{{6, 0}, {0, 12}})   --> true
---```
---@param f function
---@param x dnn.Matrix
---@return dnn.Matrix # #x x #x
function dnn.hessian(f, x) end

---The value of f(x), a 1 x 1 Matrix, and the product of its Hessian with a vector, without the Hessian itself.
---
---It takes about as long as two gradients, however many elements x has.
---
---Errors: as `dnn.hessian`; a v whose shape is not x's.
---
---```lua
---local function f(x) return (x ^ 3):sum() end
---local value, Hv = dnn.hvp(f, dnn.Matrix{1, 2}, dnn.Matrix{1, 1})
---print(value, Hv == dnn.Matrix{6, 12})   --> 9.0	true
---```
---@param f function
---@param x dnn.Matrix
---@param v dnn.Matrix of x's shape
---@return number value
---@return dnn.Matrix Hv of x's shape
function dnn.hvp(f, x, v) end

---How a matrix was computed: as text, a line for each result with its operator and shape, and its operands below it;
---with `svg`, as a drawing in which data flow down.
---
---Matrices that have a gradient show its norm; in a drawing of a 1 x 1 matrix all of them do. After `backward` the
---graph is gone, unless it was retained.
---
---Errors: nil and a message where the file cannot be written.
---
---```lua
---local x = dnn.ones(2, 3):requires_grad_()
---print(dnn.graph((x * 2):sum()):match "^%w+ 1 x 1")   --> sum 1 x 1
---```
---@param A dnn.Matrix
---@param options? dnn.graph.Options
---@return string|true|nil text or, where a file was asked for, whether it was written
---@return string|nil message why not
function dnn.graph(A, options) end

---@class dnn.graph.Options
---@field svg? string file to write as a drawing, instead of text
