---@meta _
---@class dnn
local dnn = {}

-- ## Sequences

---@class dnn.RNN.Options
---@field input_size? integer instead of the first argument
---@field hidden_size? integer instead of the second argument
---@field num_layers? integer layers, each on the output of the one before, 1 by default
---@field bias? boolean whether biases are added, true by default
---@field dropout? number probability of dropping an element between layers in training, 0 by default
---@field bidirectional? boolean whether a second direction runs from the end; its outputs follow the first one's
---@field output? "all"|"last" the outputs of all steps, or each direction's last one; all by default
---@field stateful? boolean whether a forward begins from the state that the last one has left; false by default
---@field nonlinearity? "tanh"|"relu" tanh by default

---A plain recurrent layer over the steps of a sequence (Elman 1990).
---
---At each step: A = tanh(weight_ih X + bias_ih + weight_hh A_before + bias_hh), or max(., 0) of it for "relu".
---
---Shapes: X is {steps, input_size}, A {steps, directions * hidden_size}, or with `output = "last"` a vector of
---directions * hidden_size, where PyTorch writes `h_n[-1]`, or `torch.cat((h_n[-2], h_n[-1]), 1)` for two directions.
---There are at most 16 layers, or 8 in two directions.
---Values of layer k, from 0, with `_reverse` for the second direction: weight_ih_lk is hidden_size x input_size (or x
---directions * hidden_size), weight_hh_lk hidden_size x hidden_size, bias_ih_lk and bias_hh_lk hidden_size x 1. All
---start uniform in +-1 / sqrt(hidden_size).
---
---Padded batches: `net:forward(X, {lengths = L})` stops each example at its end, where the second direction begins,
---and A is 0 after it, as with PyTorch's pack_padded_sequence and pad_packed_sequence.
---
---State: `layer.state` is the A that the last forward has left, a row for each unit of each layer and direction. With
---`stateful = true` the next forward continues from it, separately in each mode, and backward stops at it (PyTorch's
---`h.detach()`); `layer.state = S` and `net:reset_state()` set it. Checkpoints hold it.
---
---Errors: an input that is not a sequence of input_size features; dropout with one layer; a state of another number of
---examples.
---
---```lua
---local rnn = dnn.RNN(3, 4, 2, {nonlinearity = "relu"})
---local net = dnn.Sequential{dnn.Input(5, 3), rnn}
---print(table.concat(net[1].output_shape, " x "))   --> 5 x 4
---```
---@param input_size integer
---@param hidden_size integer
---@param num_layers? integer
---@param options? dnn.RNN.Options
---@return dnn.Layer
function dnn.RNN(input_size, hidden_size, num_layers, options) end
