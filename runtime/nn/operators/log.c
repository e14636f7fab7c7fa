/* log.c: the natural logarithm; dX = dA / X. */
#include "nn/operators/operators.h"

#define BACKWARD(x, a, da) ((da) / (x))
#include "nn/layers/activation.inc"

static dnn_status forward(dnn_call *call, dnn_error *err) {
    return dnn_unary(DNN_LOG, &call->A, &call->X[0], err);
}

const dnn_layer_class dnn_operator_log = {
    .name = "log",
    .doc = "A = log(X)",
    .flags = DNN_READS_X,
    .forward = forward,
    .backward = activation_backward,
};
