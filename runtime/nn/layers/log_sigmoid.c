/* log_sigmoid.c: the logarithm of the logistic function, A = -log(1 + exp(-X));
 * dX = dA / (1 + exp(X)), which is dA (1 - exp(A)). */
#include "nn/call.h"

#define FORWARD(x)         (-SOFTPLUS(-(x)))
#define BACKWARD(x, a, da) (-(da)*EXPM1(a))
#include "nn/layers/activation.inc"

static const dnn_case cases[] = {{.in = {{1, {7}}}}, {.in = {{3, {2, 3, 2}}}}, {.settings = NULL}};

const dnn_layer_class dnn_layer_log_sigmoid = {
    .name = "LogSigmoid",
    .doc = "A = -log(1 + exp(-X))",
    .cases = cases,
    .flags = DNN_READS_A | DNN_IN_PLACE | DNN_STEP_BY_STEP,
    .forward = activation_forward,
    .elementwise = &forward_loops,
    .backward = activation_backward,
};
