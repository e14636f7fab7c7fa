---@meta _
---@class dnn
local dnn = {}

-- ## Sequences

---@class dnn.TransformerDecoderLayer.Options
---@field d_model? integer instead of the first argument
---@field nhead? integer instead of the second argument
---@field dim_feedforward? integer features between the two Linears, 2048 by default
---@field dropout? number probability of an element to be dropped in training, 0.1 by default
---@field activation? "relu"|"gelu" between the two Linears, "relu" by default
---@field layer_norm_eps? number eps of the LayerNorms, 1e-5 by default
---@field norm_first? boolean whether what enters a branch is normalised, rather than the sum; false by default
---@field bias? boolean whether Linears, attention and LayerNorms have biases, true by default
---@field causal? boolean whether a step sees only itself and those before it, false by default

---A decoder's layer of a transformer (Vaswani et al. 2017): self-attention, attention to a memory, which an encoder has
---made, then two Linears, each added to its input and normalised.
---
---It takes two inputs, the target {steps, d_model} and the memory {any steps, d_model}, from `dnn.Merge`; in a
---Sequential of several all get the memory. Its layers have PyTorch's names: `layer.self_attn`, `multihead_attn`,
---`linear1`, `linear2`, `norm1` to `norm3`. Lengths are those of the memory, and a mask is that of the target.
---
---Errors: one input; heads that do not divide d_model; an input that is not a sequence of d_model features.
---
---```lua
---local decoder = dnn.TransformerDecoderLayer(4, 2, {causal = true})
---local target, memory = dnn.Slice(1, 4), dnn.Slice(5, 8)
---local merge = dnn.Merge{target, memory, with = decoder}
---local net = dnn.Sequential{dnn.Input(5, 8), merge}
---print(net(dnn.randn(40, 3)):size())   --> 20	3
---```
---@param d_model integer
---@param nhead integer
---@param options? dnn.TransformerDecoderLayer.Options
---@return dnn.Layer
function dnn.TransformerDecoderLayer(d_model, nhead, options) end
