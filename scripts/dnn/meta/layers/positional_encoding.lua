---@meta _
---@class dnn
local dnn = {}

-- ## Sequences

---@class dnn.PositionalEncoding.Options
---@field embedding_dim? integer instead of the first argument
---@field max_len? integer the most steps of a sequence, 5000 by default

---A step's position in the sequence, added to its features as sines and cosines (Vaswani et al. 2017).
---
---A = X + P with P[2 i, t] = sin(t r), P[2 i + 1, t] = cos(t r) and r = 10000^(-2 i / n), for feature 2 i of n and step
---t, both counted from 0.
---
---Nothing is learnt. `dnn.PositionalEmbedding` learns its vectors.
---
---Shapes: X is {steps, features}, A has X's. Backward: dX = dA.
---
---Errors: a sequence of more than max_len steps; another number of features.
---
---```lua
---local place = dnn.PositionalEncoding(2)
---print(place(dnn.zeros(2, 1)):sum())   --> 1.0
---```
---@param embedding_dim integer features of each step
---@param options? dnn.PositionalEncoding.Options
---@return dnn.Layer
function dnn.PositionalEncoding(embedding_dim, options) end
