/* exp.c: the exponential; dX = dA A. */
#include "nn/operators/operators.h"

#define BACKWARD(x, a, da) ((da) * (a))
#include "nn/layers/activation.inc"

static dnn_status forward(dnn_call *call, dnn_error *err) {
    return dnn_unary(DNN_EXP, &call->A, &call->X[0], err);
}

const dnn_layer_class dnn_operator_exp = {
    .name = "exp",
    .doc = "A = exp(X)",
    .flags = DNN_READS_A,
    .forward = forward,
    .backward = activation_backward,
};
