---@meta _
---@class dnn
local dnn = {}

-- ## Resizing and padding

---@class dnn.ChannelShuffle.Options
---@field groups? integer instead of the first argument

---Interleaves the channels of several groups, so that grouped convolutions see all of them (Zhang et al. 2018): channel
---k of group g, from 0, becomes channel k groups + g.
---
---Shapes: A has X's. Backward: dA in the old order.
---
---Errors: groups that do not divide the channels.
---
---```lua
---local A = dnn.ChannelShuffle(2)(dnn.Matrix{1, 2, 3, 4})
---print(A(1, 1), A(2, 1), A(3, 1))   --> 1.0	3.0	2.0
---```
---@param groups integer
---@param options? dnn.ChannelShuffle.Options
---@return dnn.Layer
function dnn.ChannelShuffle(groups, options) end
