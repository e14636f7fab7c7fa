---@meta _
---@class dnn
local dnn = {}

-- ## Activations

---@class dnn.RReLU.Options
---@field lower? number the least slope, instead of the first argument; 1/8 by default
---@field upper? number the greatest slope, instead of the second argument; 1/3 by default

---A leaky ReLU with random slopes (Xu et al. 2015): A = X where X > 0, else X times a slope.
---
---In training each element draws its own, uniform in lower..upper, from the global stream of random numbers
---(`dnn.manual_seed`), the same on any number of threads; in evaluation the slope is (lower + upper) / 2.
---
---Shapes: A has X's. Backward: dX = dA, or dA times the slope.
---
---Errors: lower above upper.
---
---```lua
---local A = dnn.RReLU(0.2, 0.4):eval()(dnn.Matrix{-10, 5})
---print(math.abs(A:sum() - 2) < 1e-6)   --> true
---```
---@param lower? number 1/8 by default
---@param upper? number 1/3 by default
---@param options? dnn.RReLU.Options
---@return dnn.Layer
function dnn.RReLU(lower, upper, options) end
