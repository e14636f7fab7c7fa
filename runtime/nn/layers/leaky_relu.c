/* leaky_relu.c: the leaky rectifier, A = X where X > 0, else negative_slope X (Maas, Hannun & Ng
 * 2013); dX = dA where X > 0, else negative_slope dA. */
#include "nn/call.h"

enum { NEGATIVE_SLOPE };

static const dnn_field fields[] = {
    [NEGATIVE_SLOPE] = {.name = "negative_slope",
                        .kind = DNN_FIELD_REAL,
                        .positional = true,
                        .initial = 0.01,
                        .low = -1e6,
                        .high = 1e6,
                        .doc = "factor of negative elements"},
    {.name = NULL      },
};

#define SETTING            const T slope = (T)s[NEGATIVE_SLOPE].number;
#define FORWARD(x)         ((x) > 0 ? (x) : slope * (x))
#define BACKWARD(x, a, da) ((x) > 0 ? (da) : slope * (da))
#include "nn/layers/activation.inc"

static const dnn_case cases[] = {
    {.in = {{1, {7}}}                },
    {.settings = "negative_slope=0.3", .in = {{3, {2, 3, 2}}}},
    {.settings = "negative_slope=0",                                .in = {{1, {7}}}},
    {.settings = NULL},
};

const dnn_layer_class dnn_layer_leaky_relu = {
    .name = "LeakyReLU",
    .doc = "A = X where X > 0, else negative_slope * X",
    .fields = fields,
    .cases = cases,
    .flags = DNN_READS_X | DNN_STEP_BY_STEP,
    .forward = activation_forward,
    .elementwise = &forward_loops,
    .backward = activation_backward,
};
