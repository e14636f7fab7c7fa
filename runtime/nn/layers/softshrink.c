/* softshrink.c: X drawn towards 0 by lambd, A = X - lambd where X > lambd, X + lambd where
 * X < -lambd, else 0; dX = dA where A is not 0, else 0. */
#include "nn/call.h"

enum { LAMBD };

static const dnn_field fields[] = {
    [LAMBD] = {.name = "lambd",
               .kind = DNN_FIELD_REAL,
               .positional = true,
               .initial = 0.5,
               .low = 0,
               .high = 1e30,
               .doc = "how far X is drawn towards 0"},
    {.name = NULL},
};

#define SETTING            const T lambd = (T)s[LAMBD].number;
#define FORWARD(x)         ((x) > lambd ? (x)-lambd : (x) < -lambd ? (x) + lambd : (x) == (x) ? 0 : (x))
#define BACKWARD(x, a, da) ((void)lambd, (a) != 0 ? (da) : 0)
#include "nn/layers/activation.inc"

static const dnn_case cases[] = {
    {.in = {{1, {7}}}       },
    {.settings = "lambd=0.2", .in = {{3, {2, 3, 2}}}},
    {.settings = NULL                      },
};

const dnn_layer_class dnn_layer_softshrink = {
    .name = "Softshrink",
    .doc = "A = X - lambd where X > lambd, X + lambd where X < -lambd, else 0",
    .fields = fields,
    .cases = cases,
    .flags = DNN_READS_A | DNN_IN_PLACE | DNN_STEP_BY_STEP,
    .forward = activation_forward,
    .elementwise = &forward_loops,
    .backward = activation_backward,
};
