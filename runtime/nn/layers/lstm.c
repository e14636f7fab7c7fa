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

const dnn_layer_class dnn_layer_lstm = {
    .name = "LSTM",
    .doc =
        "C = f C_before + i g,  A = o tanh(C) of each step; gates i, f, g, o from X and A_before",
    .fields = fields,
    .cases = dnn_recurrent_cases,
    .family = &cell,
    DNN_RECURRENT_CLASS,
};
