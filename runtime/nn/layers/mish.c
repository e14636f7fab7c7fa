/* mish.c: Mish (Misra 2019), A = X tanh(log(1 + exp(X))).
 *
 * With e = exp(X) and n = e (e + 2) the hyperbolic tangent is n / (n + 2), and
 * dX = dA (n / (n + 2) + 4 X e (e + 1) / (n + 2)^2). From X = 20 on, A is X in either type. */
#include "nn/call.h"

#define BELOW_20(x) ((x) > 20 ? 20 : (x))
#define E(x)        EXP(BELOW_20(x))
#define N(x)        (E(x) * (E(x) + 2))
#define FORWARD(x)  ((x) * (N(x) / (N(x) + 2)))
#define BACKWARD(x, a, da)                                                                         \
    ((da) * (N(x) + 4 * BELOW_20(x) * E(x) * (E(x) + 1) / (N(x) + 2)) / (N(x) + 2))
#include "nn/layers/activation.inc"

static const dnn_case cases[] = {{.in = {{1, {7}}}}, {.in = {{3, {2, 3, 2}}}}, {.settings = NULL}};

const dnn_layer_class dnn_layer_mish = {
    .name = "Mish",
    .doc = "A = X * tanh(log(1 + exp(X)))",
    .cases = cases,
    .flags = DNN_READS_X | DNN_STEP_BY_STEP,
    .forward = activation_forward,
    .elementwise = &forward_loops,
    .backward = activation_backward,
};
