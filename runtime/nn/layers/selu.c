/* selu.c: the self-normalising exponential linear unit (Klambauer et al. 2017), A = scale X where
 * X > 0, else scale alpha (exp(X) - 1), with the paper's two constants, which keep mean 0 and
 * variance 1 from layer to layer; dX = dA scale, or dA (A + scale alpha). */
#include "nn/call.h"

#define SCALE 1.0507009873554804934193349852946
#define ALPHA 1.6732632423543772848170429916717

#define FORWARD(x)         ((x) > 0 ? (T)SCALE * (x) : (T)(SCALE * ALPHA) * EXPM1(x))
#define BACKWARD(x, a, da) ((a) > 0 ? (T)SCALE * (da) : (da) * ((a) + (T)(SCALE * ALPHA)))
#include "nn/layers/activation.inc"

static const dnn_case cases[] = {{.in = {{1, {7}}}}, {.in = {{3, {2, 3, 2}}}}, {.settings = NULL}};

const dnn_layer_class dnn_layer_selu = {
    .name = "SELU",
    .doc = "A = 1.0507 * X where X > 0, else 1.0507 * 1.6733 * (exp(X) - 1)",
    .cases = cases,
    .flags = DNN_READS_A | DNN_IN_PLACE | DNN_STEP_BY_STEP,
    .forward = activation_forward,
    .elementwise = &forward_loops,
    .backward = activation_backward,
};
