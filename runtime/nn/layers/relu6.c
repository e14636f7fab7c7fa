/* relu6.c: a rectifier with an upper bound (Krizhevsky 2010), A = min(max(X, 0), 6); dX = dA
 * between 0 and 6, else 0. */
#include "nn/call.h"

#define FORWARD(x)         ((x) < 0 ? 0 : (x) > 6 ? 6 : (x))
#define BACKWARD(x, a, da) ((a) <= 0 ? 0 : (a) >= 6 ? 0 : (da))
#include "nn/layers/activation.inc"

static const dnn_case cases[] = {{.in = {{1, {7}}}}, {.in = {{3, {2, 3, 2}}}}, {.settings = NULL}};

const dnn_layer_class dnn_layer_relu6 = {
    .name = "ReLU6",
    .doc = "A = max(0, X), and at most 6",
    .cases = cases,
    .flags = DNN_READS_A | DNN_IN_PLACE | DNN_STEP_BY_STEP,
    .forward = activation_forward,
    .elementwise = &forward_loops,
    .backward = activation_backward,
};
