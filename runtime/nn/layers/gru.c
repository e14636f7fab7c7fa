/* gru.c: gated recurrent units over the steps of a sequence (Cho et al. 2014), as PyTorch has them:
 * the reset gate acts after the product. At each step:
 *
 *     r = sigmoid(weight_ir X + bias_ir + weight_hr H_before + bias_hr),   z likewise
 *     n = tanh(weight_in X + bias_in + r (weight_hn H_before + bias_hn))
 *     H = (1 - z) n + z H_before
 *
 * The weights of r, z and n are one below the other in weight_ih and weight_hh. */
#include "nn/layers/recurrent.h"

static void forward(const dnn_layer *layer, const dnn_gates *g) {
    (void)layer;
    dnn_gru_gates(g);
}

static void backward(const dnn_layer *layer, const dnn_gates *g) {
    (void)layer;
    dnn_gru_gates_backward(g);
}

static const dnn_cell cell = {.gates = 3, .has_ZH = true, .forward = forward, .backward = backward};

static const dnn_field fields[] = {DNN_RECURRENT_FIELDS, {.name = NULL}};

const dnn_layer_class dnn_layer_gru = {
    .name = "GRU",
    .doc = "A = (1 - z) n + z A_before of each step; gates r, z, n from X and A_before",
    .fields = fields,
    .cases = dnn_recurrent_cases,
    .family = &cell,
    DNN_RECURRENT_CLASS,
};
