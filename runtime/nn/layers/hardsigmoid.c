/* hardsigmoid.c: a logistic function of straight lines (Howard et al. 2019), A = (X + 3) / 6, but
 * at least 0 and at most 1; dX = dA / 6 between -3 and 3, else 0. */
#include "nn/call.h"

#define FORWARD(x)         ((x) < -3 ? 0 : (x) > 3 ? 1 : ((x) + 3) * (T)(1.0 / 6))
#define BACKWARD(x, a, da) ((a) <= 0 ? 0 : (a) >= 1 ? 0 : (da) * (T)(1.0 / 6))
#include "nn/layers/activation.inc"

static const dnn_case cases[] = {{.in = {{1, {7}}}}, {.in = {{3, {2, 3, 2}}}}, {.settings = NULL}};

const dnn_layer_class dnn_layer_hardsigmoid = {
    .name = "Hardsigmoid",
    .doc = "A = (X + 3) / 6, but at least 0 and at most 1",
    .cases = cases,
    .flags = DNN_READS_A | DNN_IN_PLACE | DNN_STEP_BY_STEP,
    .forward = activation_forward,
    .elementwise = &forward_loops,
    .backward = activation_backward,
};
