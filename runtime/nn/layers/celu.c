/* celu.c: the continuously differentiable exponential linear unit (Barron 2017),
 * A = X where X > 0, else alpha (exp(X / alpha) - 1); dX = dA, or dA exp(X / alpha), which is
 * dA (A / alpha + 1). */
#include "nn/call.h"

enum { ALPHA };

static const dnn_field fields[] = {
    [ALPHA] = {.name = "alpha",
               .kind = DNN_FIELD_REAL,
               .positional = true,
               .initial = 1,
               .low = 1e-6,
               .high = 1e6,
               .doc = "how far below 0 it goes"},
    {.name = NULL},
};

#define SETTING            const T alpha = (T)s[ALPHA].number;
#define FORWARD(x)         ((x) > 0 ? (x) : alpha * EXPM1((x) / alpha))
#define BACKWARD(x, a, da) ((a) > 0 ? (da) : (da) * ((a) / alpha + 1))
#include "nn/layers/activation.inc"

static const dnn_case cases[] = {
    {.in = {{1, {7}}}       },
    {.settings = "alpha=0.5", .in = {{3, {2, 3, 2}}}},
    {.settings = NULL                      },
};

const dnn_layer_class dnn_layer_celu = {
    .name = "CELU",
    .doc = "A = X where X > 0, else alpha * (exp(X / alpha) - 1)",
    .fields = fields,
    .cases = cases,
    .flags = DNN_READS_A | DNN_IN_PLACE | DNN_STEP_BY_STEP,
    .forward = activation_forward,
    .elementwise = &forward_loops,
    .backward = activation_backward,
};
