---@meta _
---@class dnn
local dnn = {}

-- ## Sequences

---@class dnn.MultiheadAttention.Options
---@field embed_dim? integer instead of the first argument
---@field num_heads? integer instead of the second argument
---@field dropout? number probability of an attention weight to be dropped in training, 0 by default
---@field bias? boolean whether biases are added, true by default
---@field causal? boolean whether a step sees only itself and those before it, false by default

---Scaled dot-product attention of several heads (Vaswani et al. 2017): each step is a mean of all steps' values,
---weighted by how well its query fits their keys.
---
---Shapes: X and A are {steps, embed_dim}. in_proj_weight is 3 embed_dim x embed_dim: the rows that make queries, keys
---and values; in_proj_bias, `out_proj.weight` and `out_proj.bias` go with it, as in PyTorch:
---`layer["out_proj.weight"]`. The matrix of all weights is never stored, so long sequences need little memory.
---`net:forward(X, {lengths = L, mask = M})` leaves padding out and hides steps from each other.
---
---With two inputs, from `dnn.Merge`, the steps of the first look at those of the second, the memory: then lengths are
---the memory's, and there is no mask.
---
---Errors: heads that do not divide embed_dim; an input that is not a sequence of embed_dim features; a mask that is not
---steps x steps.
---
---```lua
---local attention = dnn.MultiheadAttention(8, 2, {causal = true})
---local net = dnn.Sequential{dnn.Input(5, 8), attention}
---print(net(dnn.randn(40, 3)):size())   --> 40	3
---```
---@param embed_dim integer
---@param num_heads integer
---@param options? dnn.MultiheadAttention.Options
---@return dnn.Layer
function dnn.MultiheadAttention(embed_dim, num_heads, options) end
