/* tanh.c: the hyperbolic tangent, A = tanh(X); dX = dA (1 - A^2). */
#include "nn/call.h"

#define FORWARD(x)         TANH_OF(x)
#define BACKWARD(x, a, da) ((da) * (1 - (a) * (a)))
#include "nn/layers/activation.inc"

static const dnn_case cases[] = {{.in = {{1, {5}}}}, {.in = {{2, {3, 2}}}}, {.settings = NULL}};

const dnn_layer_class dnn_layer_tanh = {
    .name = "Tanh",
    .doc = "A = tanh(X)",
    .cases = cases,
    .flags = DNN_READS_A | DNN_IN_PLACE | DNN_STEP_BY_STEP,
    .forward = activation_forward,
    .elementwise = &forward_loops,
    .backward = activation_backward,
};
