/* sigmoid.c: the logistic function, A = 1 / (1 + exp(-X)); dX = dA A (1 - A). */
#include "nn/call.h"

#define FORWARD(x)         SIGMOID(x)
#define BACKWARD(x, a, da) ((da) * (a) * (1 - (a)))
#include "nn/layers/activation.inc"

static const dnn_case cases[] = {{.in = {{1, {5}}}}, {.in = {{2, {3, 2}}}}, {.settings = NULL}};

const dnn_layer_class dnn_layer_sigmoid = {
    .name = "Sigmoid",
    .doc = "A = 1 / (1 + exp(-X))",
    .cases = cases,
    .flags = DNN_READS_A | DNN_IN_PLACE | DNN_STEP_BY_STEP,
    .forward = activation_forward,
    .elementwise = &forward_loops,
    .backward = activation_backward,
};
