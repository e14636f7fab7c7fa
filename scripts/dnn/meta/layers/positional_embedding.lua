---@meta _
---@class dnn
local dnn = {}

-- ## Sequences

---@class dnn.PositionalEmbedding.Options
---@field num_embeddings? integer instead of the first argument
---@field embedding_dim? integer instead of the second argument

---A learnt vector for each step, which is added to it: attention alone sees no order.
---
---Shapes: X and A are {steps, embedding_dim}, with at most num_embeddings steps; weight is embedding_dim x
---num_embeddings, a column for each step, which starts normal with deviation 0.02. Backward: each column's gradient is
---the sum of dA at its step over the examples.
---
---Errors: more steps than num_embeddings.
---
---```lua
---local places = dnn.PositionalEmbedding(10, 4)
---local net = dnn.Sequential{dnn.Embedding(50, 4), places}
---print(net(dnn.Matrix{3, 1, 3}):size())   --> 12	1
---```
---@param num_embeddings integer
---@param embedding_dim integer
---@param options? dnn.PositionalEmbedding.Options
---@return dnn.Layer
function dnn.PositionalEmbedding(num_embeddings, embedding_dim, options) end
