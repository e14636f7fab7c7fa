/* softsign.c: A = X / (1 + |X|) (Bergstra et al. 2009); dX = dA / (1 + |X|)^2, which is
 * dA (1 - |A|)^2. */
#include "nn/call.h"

#define ABS(x)             ((x) < 0 ? -(x) : (x))
#define FORWARD(x)         ((x) / (1 + ABS(x)))
#define BACKWARD(x, a, da) ((da) * (1 - ABS(a)) * (1 - ABS(a)))
#include "nn/layers/activation.inc"

static const dnn_case cases[] = {{.in = {{1, {7}}}}, {.in = {{3, {2, 3, 2}}}}, {.settings = NULL}};

const dnn_layer_class dnn_layer_softsign = {
    .name = "Softsign",
    .doc = "A = X / (1 + |X|)",
    .cases = cases,
    .flags = DNN_READS_A | DNN_IN_PLACE | DNN_STEP_BY_STEP,
    .forward = activation_forward,
    .elementwise = &forward_loops,
    .backward = activation_backward,
};
