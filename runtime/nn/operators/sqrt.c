/* sqrt.c: the square root; dX = dA / (2 A), infinite at 0. */
#include "nn/operators/operators.h"

#define BACKWARD(x, a, da) ((da) / (2 * (a)))
#include "nn/layers/activation.inc"

static dnn_status forward(dnn_call *call, dnn_error *err) {
    return dnn_unary(DNN_SQRT, &call->A, &call->X[0], err);
}

const dnn_layer_class dnn_operator_sqrt = {
    .name = "sqrt",
    .doc = "A = sqrt(X)",
    .flags = DNN_READS_A,
    .forward = forward,
    .backward = activation_backward,
};
