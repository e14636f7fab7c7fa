/* sign.c: the sign, a step function; dX = 0. */
#include "nn/operators/operators.h"

#define BACKWARD(x, a, da) (0 * (da))
#include "nn/layers/activation.inc"

static dnn_status forward(dnn_call *call, dnn_error *err) {
    return dnn_unary(DNN_SIGN, &call->A, &call->X[0], err);
}

const dnn_layer_class dnn_operator_sign = {
    .name = "sign",
    .doc = "A = sign(X)",
    .flags = 0,
    .forward = forward,
    .backward = activation_backward,
};
