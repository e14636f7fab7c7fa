/* tanh.c: the hyperbolic tangent, A = tanh(X); dX = dA (1 - A^2). */
#include "math/elementwise.h"
#include "nn/call.h"

#define BACKWARD(x, a, da) ((da) * (1 - (a) * (a)))
#include "nn/layers/activation.inc"

static dnn_status forward(dnn_call *call, dnn_error *err) {
    return dnn_unary(DNN_TANH, &call->A, &call->X[0], err);
}

static const dnn_case cases[] = {{.in = {{1, {5}}}}, {.in = {{2, {3, 2}}}}, {.settings = NULL}};

const dnn_layer_class dnn_layer_tanh = {
    .name = "Tanh",
    .doc = "A = tanh(X)",
    .cases = cases,
    .flags = DNN_READS_A | DNN_IN_PLACE | DNN_STEP_BY_STEP,
    .forward = forward,
    .backward = activation_backward,
};
