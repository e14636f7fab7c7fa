/* abs.c: the absolute value; dX = dA sign(X), 0 at 0. */
#include "nn/operators/operators.h"

#define BACKWARD(x, a, da) ((da) * ((x) > 0 ? 1 : (x) < 0 ? -1 : (x)))
#include "nn/layers/activation.inc"

static dnn_status forward(dnn_call *call, dnn_error *err) {
    return dnn_unary(DNN_ABS, &call->A, &call->X[0], err);
}

const dnn_layer_class dnn_operator_abs = {
    .name = "abs",
    .doc = "A = |X|",
    .flags = DNN_READS_X,
    .forward = forward,
    .backward = activation_backward,
};
