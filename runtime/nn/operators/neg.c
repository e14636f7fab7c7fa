/* neg.c: the negative; dX = -dA. */
#include "nn/operators/operators.h"

#define BACKWARD(x, a, da) (-(da))
#include "nn/layers/activation.inc"

static dnn_status forward(dnn_call *call, dnn_error *err) {
    return dnn_unary(DNN_NEG, &call->A, &call->X[0], err);
}

const dnn_layer_class dnn_operator_neg = {
    .name = "neg",
    .doc = "A = -X",
    .flags = 0,
    .forward = forward,
    .backward = activation_backward,
};
