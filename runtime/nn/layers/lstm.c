/* lstm.c: long short-term memory over the steps of a sequence (Hochreiter & Schmidhuber 1997, with
 * the forget gate of Gers et al. 2000), as PyTorch has it. At each step:
 *
 *     Z = weight_ih X + bias_ih + weight_hh H_before + bias_hh        of the gates i, f, g, o
 *     C = sigmoid(f) C_before + sigmoid(i) tanh(g),   H = sigmoid(o) tanh(C) */
#include "nn/layers/recurrent.h"

static void forward(const dnn_layer *layer, const dnn_gates *g) {
    (void)layer;
    dnn_lstm_gates(g);
}

static void backward(const dnn_layer *layer, const dnn_gates *g) {
    (void)layer;
    dnn_lstm_gates_backward(g);
}

static const dnn_cell cell = {.gates = 4, .has_C = true, .forward = forward, .backward = backward};

static const dnn_field fields[] = {DNN_RECURRENT_FIELDS, {.name = NULL}};

static const dnn_case cases[] = {
    {.settings = "input_size=3 hidden_size=2", .in = {{2, {4, 3}}}},
    {.settings = "input_size=2 hidden_size=3 bias=false", .in = {{2, {3, 2}}}},
    {.settings = "input_size=2 hidden_size=2 output=last", .in = {{2, {1, 2}}}},
    {.settings = "input_size=2 hidden_size=3 num_layers=3 dropout=0.4", .in = {{2, {3, 2}}}},
    {.settings = "input_size=3 hidden_size=2 num_layers=2 bidirectional=true stateful=true",
     .in = {{2, {4, 3}}},
     .lengths = {4, 1, 3}},
    {.settings = "input_size=2 hidden_size=2 bidirectional=true output=last",
     .in = {{2, {3, 2}}},
     .lengths = {2, 3, 1}},
    {.settings = "input_size=2 hidden_size=3 stateful=true", .in = {{2, {3, 2}}}, .examples = 9},
    {.settings = NULL},
};

const dnn_layer_class dnn_layer_lstm = {
    .name = "LSTM",
    .doc = "C = f C_before + i g,  A = o tanh(C) of each step; gates i, f, g, o from X and A_before",
    .fields = fields,
    .cases = cases,
    .family = &cell,
    DNN_RECURRENT_CLASS,
};
