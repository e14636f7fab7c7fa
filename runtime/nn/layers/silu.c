/* silu.c: the sigmoid linear unit, or Swish (Elfwing, Uchibe & Doya 2017; Ramachandran, Zoph & Le
 * 2017), A = X S(X) with the logistic function S; dX = dA S(X) (1 + X (1 - S(X))). */
#include "nn/call.h"

#define FORWARD(x)         ((x)*SIGMOID(x))
#define BACKWARD(x, a, da) ((da)*SIGMOID(x) * (1 + (x) * (1 - SIGMOID(x))))
#include "nn/layers/activation.inc"

static const dnn_case cases[] = {{.in = {{1, {7}}}}, {.in = {{3, {2, 3, 2}}}}, {.settings = NULL}};

const dnn_layer_class dnn_layer_silu = {
    .name = "SiLU",
    .doc = "A = X / (1 + exp(-X))",
    .cases = cases,
    .flags = DNN_READS_X | DNN_STEP_BY_STEP,
    .forward = activation_forward,
    .elementwise = &forward_loops,
    .backward = activation_backward,
};
