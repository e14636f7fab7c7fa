---@meta _
---@class dnn
local dnn = {}

-- ## Sequences

---@class dnn.Embedding.Options
---@field num_embeddings? integer when it is not the first argument
---@field embedding_dim? integer when it is not the second argument
---@field padding_idx? integer an id, as of padding, whose vector starts as 0 and is not learnt
---@field max_norm? number the length that longer vectors are shortened to; no limit when not given
---@field norm_type? number p of that length, a p-norm; 2 when not given
---@field sparse? boolean whether a step moves only the vectors whose ids occurred, false when not given

---A vector for each id, which is learnt.
---
---With {sparse = true} a step costs what the ids that occurred cost, however many there are: an optimiser moves their
---vectors alone, and their part of its state, as PyTorch's SparseAdam does.
---
---With {max_norm = n} a vector longer than n is shortened to it as it is read, and forwards in training leave it so in
---weight, as PyTorch does.
---
---Shapes: X is {steps}, whole numbers from 1 to num_embeddings of any type (int32 keeps them small), A {steps,
---embedding_dim}; weight is embedding_dim x num_embeddings, a column for each id. Backward: each column's gradient is
---the sum of dA over the steps with its id; X has none. `dnn.Linear(dim, ids):tie(embedding)` gives each id a score with
---the same weight.
---
---Errors: an id outside 1..num_embeddings, with its place; a padding_idx that is no id.
---
---```lua
---local net = dnn.Sequential{dnn.Embedding(10, 4)}
---print(net(dnn.Matrix{3, 1, 3}):size())   --> 12	1
---```
---@param num_embeddings integer
---@param embedding_dim integer
---@param options? dnn.Embedding.Options
---@return dnn.Layer
function dnn.Embedding(num_embeddings, embedding_dim, options) end
