---@meta _
---@class dnn
local dnn = {}

-- ## Shapes

---What an example looks like; comes first in a `dnn.Sequential`.
---
---It is not a layer: `net[1]` is the first layer after it. A data set or a loader may be given instead of sizes:
---`dnn.Input(data)`.
---
---```lua
---local net = dnn.Sequential{dnn.Input(28, 28, 1), dnn.Flatten()}
---print(net[1].name, net.output_shape[1])   --> Flatten	784
---```
---@param height integer|table of an image; steps of a sequence, features of a vector; or a table of sizes, or a data set
---@param width? integer of an image; features of a sequence
---@param channels? integer of an image
---@return dnn.Input
function dnn.Input(height, width, channels) end

---What an example looks like.
---@class dnn.Input
---@field shape integer[] its sizes
