---@meta _
---@class dnn
local dnn = {}

---@class dnn.LSTM.Options
---@field input_size? integer when it is not the first argument
---@field hidden_size? integer when it is not the second argument
---@field bias? boolean whether biases are added, true when not given

---Long short-term memory: one layer over the steps of a sequence, from a state of 0 (Hochreiter & Schmidhuber 1997).
---
---Shapes: X is {steps, input_size}, A {steps, hidden_size}, the outputs of all steps. weight_ih_l0 is 4 hidden_size x
---input_size, weight_hh_l0 4 hidden_size x hidden_size, bias_ih_l0 and bias_hh_l0 4 hidden_size x 1, with the gates i,
---f, g, o one below the other, as in PyTorch; all start uniform in +-1 / sqrt(hidden_size). Backward goes through all
---steps.
---
---Errors: an input that is no sequence of input_size features.
---
---```lua
---local lstm = dnn.LSTM(3, 4)
---local net = dnn.Sequential{dnn.Input(5, 3), lstm}
---print(table.concat(net[1].output_shape, " x "))   --> 5 x 4
---```
---@param input_size integer
---@param hidden_size integer
---@param options? dnn.LSTM.Options
---@return dnn.Layer
function dnn.LSTM(input_size, hidden_size, options) end
