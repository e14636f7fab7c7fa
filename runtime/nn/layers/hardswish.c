/* hardswish.c: Swish of straight lines and a parabola (Howard et al. 2019): A = X (X + 3) / 6
 * between -3 and 3, below it 0, above it X; dX = dA (2 X + 3) / 6, 0 or dA. */
#include "nn/call.h"

#define FORWARD(x)         ((x) < -3 ? 0 : (x) > 3 ? (x) : (x) * ((x) + 3) * (T)(1.0 / 6))
#define BACKWARD(x, a, da) ((x) < -3 ? 0 : (x) > 3 ? (da) : (da) * (2 * (x) + 3) * (T)(1.0 / 6))
#include "nn/layers/activation.inc"

static const dnn_case cases[] = {{.in = {{1, {7}}}}, {.in = {{3, {2, 3, 2}}}}, {.settings = NULL}};

const dnn_layer_class dnn_layer_hardswish = {
    .name = "Hardswish",
    .doc = "A = X * (X + 3) / 6 between -3 and 3, below it 0, above it X",
    .cases = cases,
    .flags = DNN_READS_X | DNN_STEP_BY_STEP,
    .forward = activation_forward,
    .elementwise = &forward_loops,
    .backward = activation_backward,
};
