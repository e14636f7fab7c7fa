/* relu.c: the rectifier, A = max(0, X); dX = dA where A > 0, else 0 (a NaN keeps dA). */
#include "nn/call.h"

#define FORWARD(x)         (x) <= 0 ? 0 : (x)
#define BACKWARD(x, a, da) ((a) <= 0 ? 0 : (da))
#include "nn/layers/activation.inc"

static const dnn_case cases[] = {{.in = {{1, {7}}}}, {.in = {{3, {2, 3, 2}}}}, {.settings = NULL}};

const dnn_layer_class dnn_layer_relu = {
    .name = "ReLU",
    .doc = "A = max(0, X)",
    .cases = cases,
    .flags = DNN_READS_A | DNN_IN_PLACE | DNN_STEP_BY_STEP | DNN_RECTIFIES,
    .forward = activation_forward,
    .elementwise = &forward_loops,
    .backward = activation_backward,
};
