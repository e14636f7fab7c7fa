---@meta _
---@class dnn
local dnn = {}

-- ## Sequences

---@class dnn.GRU.Options
---@field input_size? integer instead of the first argument
---@field hidden_size? integer instead of the second argument
---@field num_layers? integer layers, each on the output of the one before, 1 by default
---@field bias? boolean whether biases are added, true by default
---@field dropout? number probability of dropping an element between layers in training, 0 by default
---@field bidirectional? boolean whether a second direction runs from the end; its outputs follow the first one's
---@field output? "all"|"last" the outputs of all steps, or each direction's last one; all by default
---@field stateful? boolean whether a forward begins from the state that the last one has left; false by default

---Gated recurrent units over the steps of a sequence (Cho et al. 2014).
---
---At each step, with r and z the sigmoids of their sums: A = (1 - z) n + z A_before, where n = tanh(weight_in X +
---bias_in + r (weight_hn A_before + bias_hn)).
---
---Shapes: X is {steps, input_size}, A {steps, directions * hidden_size}, or with `output = "last"` a vector of
---directions * hidden_size, where PyTorch writes `h_n[-1]`, or `torch.cat((h_n[-2], h_n[-1]), 1)` for two directions.
---There are at most 16 layers, or 8 in two directions.
---Values of layer k, from 0, with `_reverse` for the second direction: weight_ih_lk is 3 hidden_size x input_size (or
---x directions * hidden_size), weight_hh_lk 3 hidden_size x hidden_size, bias_ih_lk and bias_hh_lk 3 hidden_size x 1,
---the rows of r, z and n one below the other. All start uniform in +-1 / sqrt(hidden_size).
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
---local gru = dnn.GRU(3, 4, {bidirectional = true, output = "last"})
---local net = dnn.Sequential{dnn.Input(5, 3), gru}
---local lengths = dnn.Matrix{{5, 2}}
---print(net(dnn.ones(15, 2), {lengths = lengths}):size())   --> 8	2
---```
---@param input_size integer
---@param hidden_size integer
---@param num_layers? integer
---@param options? dnn.GRU.Options
---@return dnn.Layer
function dnn.GRU(input_size, hidden_size, num_layers, options) end
