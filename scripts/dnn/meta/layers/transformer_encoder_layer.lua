---@meta _
---@class dnn
local dnn = {}

-- ## Sequences

---@class dnn.TransformerEncoderLayer.Options
---@field d_model? integer instead of the first argument
---@field nhead? integer instead of the second argument
---@field dim_feedforward? integer features between the two Linears, 2048 by default
---@field dropout? number probability of an element to be dropped in training, 0.1 by default
---@field activation? "relu"|"gelu" between the two Linears, "relu" by default
---@field layer_norm_eps? number eps of the LayerNorms, 1e-5 by default
---@field norm_first? boolean whether what enters a branch is normalised, rather than the sum; false by default
---@field bias? boolean whether Linears, attention and LayerNorms have biases, true by default
---@field causal? boolean whether a step sees only itself and those before it, false by default

---A layer of a transformer (Vaswani et al. 2017): self-attention, then two Linears, each added to its input and
---normalised. With {causal = true} it is the block that language models such as GPT are made of.
---
---Shapes: X and A are {steps, d_model}. It is made of layers that have PyTorch's names, `layer.self_attn`, `linear1`,
---`linear2`, `norm1`, `norm2`, and files call their values as PyTorch does. `net:forward(X, {lengths = L, mask = M})`
---leaves padding out and hides steps from each other.
---
---Errors: heads that do not divide d_model; an input that is not a sequence of d_model features.
---
---```lua
---local block = dnn.TransformerEncoderLayer(8, 2, {dim_feedforward = 32})
---local net = dnn.Sequential{dnn.Input(5, 8), block}
---print(net[1].linear1.weight:size())   --> 32	8
---print(net(dnn.randn(40, 3)):size())   --> 40	3
---```
---@param d_model integer
---@param nhead integer
---@param options? dnn.TransformerEncoderLayer.Options
---@return dnn.Layer
function dnn.TransformerEncoderLayer(d_model, nhead, options) end
