/* softplus.c: a smooth rectifier (Dugas et al. 2000), A = log(1 + exp(beta X)) / beta, and X where
 * beta X > threshold; dX = dA / (1 + exp(-beta X)), or dA. */
#include "nn/call.h"

enum { BETA, THRESHOLD };

static const dnn_field fields[] = {
    [BETA] = {.name = "beta",
              .kind = DNN_FIELD_REAL,
              .positional = true,
              .initial = 1,
              .low = 1e-6,
              .high = 1e6,
              .doc = "how sharp its bend at 0 is"},
    [THRESHOLD] = {.name = "threshold",
              .kind = DNN_FIELD_REAL,
              .positional = true,
              .initial = 20,
              .low = -1e6,
              .high = 1e6,
              .doc = "A is X where beta * X is above it"},
    {.name = NULL       },
};

#define SETTING                                                                                    \
    const T beta = (T)s[BETA].number, threshold = (T)s[THRESHOLD].number, inverse = 1 / beta;
#define FORWARD(x)         (beta * (x) > threshold ? (x) : SOFTPLUS(beta * (x)) * inverse)
#define BACKWARD(x, a, da) ((void)inverse, beta * (x) > threshold ? (da) : (da)*SIGMOID(beta * (x)))
#include "nn/layers/activation.inc"

static const dnn_case cases[] = {
    {.in = {{1, {7}}}                },
    {.settings = "beta=2 threshold=1", .in = {{3, {2, 3, 2}}}},
    {.settings = NULL                               },
};

const dnn_layer_class dnn_layer_softplus = {
    .name = "Softplus",
    .doc = "A = log(1 + exp(beta * X)) / beta",
    .fields = fields,
    .cases = cases,
    .flags = DNN_READS_X | DNN_STEP_BY_STEP,
    .forward = activation_forward,
    .elementwise = &forward_loops,
    .backward = activation_backward,
};
