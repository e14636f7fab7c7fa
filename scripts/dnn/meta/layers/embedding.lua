---@meta _
---@class dnn
local dnn = {}

-- ## Sequences

---@class dnn.Embedding.Options
---@field num_embeddings? integer instead of the first argument
---@field embedding_dim? integer instead of the second argument
---@field padding_idx? integer an id, such as that of padding, whose vector starts as 0 and is not learnt
---@field max_norm? number the length that longer vectors are shortened to; no limit by default
---@field norm_type? number p of that length, a p-norm; 2 by default
---@field sparse? boolean whether a step moves only the vectors whose ids occurred, false by default

---A vector for each id, which is learnt.
---
---With {sparse = true} the cost of a step depends on the ids that occurred, not on how many there are: an optimiser
---moves only their vectors, and their part of its state, as PyTorch's SparseAdam does.
---
---With {max_norm = n} a vector longer than n is shortened to n when it is read; in training weight itself is changed,
---as in PyTorch.
---
---Shapes: X is {steps}, whole numbers from 1 to num_embeddings of any type (int32 keeps them small), A {steps,
---embedding_dim}; weight is embedding_dim x num_embeddings, a column for each id. Backward: each column's gradient is
---the sum of dA over the steps with its id; X has none. `dnn.Linear(dim, ids):tie(embedding)` gives each id a score
---with the same weight.
---
---Errors: an id outside 1..num_embeddings, with its place; a padding_idx that is not an id.
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
