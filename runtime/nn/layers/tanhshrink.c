/* tanhshrink.c: what a Tanh takes off, A = X - tanh(X); dX = dA tanh(X)^2. */
#include "nn/call.h"

#define FORWARD(x)         ((x)-TANH_OF(x))
#define BACKWARD(x, a, da) ((da)*TANH_OF(x) * TANH_OF(x))
#include "nn/layers/activation.inc"

static const dnn_case cases[] = {{.in = {{1, {7}}}}, {.in = {{3, {2, 3, 2}}}}, {.settings = NULL}};

const dnn_layer_class dnn_layer_tanhshrink = {
    .name = "Tanhshrink",
    .doc = "A = X - tanh(X)",
    .cases = cases,
    .flags = DNN_READS_X | DNN_STEP_BY_STEP,
    .forward = activation_forward,
    .elementwise = &forward_loops,
    .backward = activation_backward,
};
