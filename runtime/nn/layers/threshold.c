/* threshold.c: A = X where X > threshold, else value; dX = dA, or 0. */
#include "nn/call.h"

enum { THRESHOLD, VALUE };

static const dnn_field fields[] = {
    [THRESHOLD] = {.name = "threshold",
                   .kind = DNN_FIELD_REAL,
                   .positional = true,
                   .required = true,
                   .example = 0.1,
                   .low = -1e30,
                   .high = 1e30,
                   .doc = "what X must be above to be kept"},
    [VALUE] = {.name = "value",
                   .kind = DNN_FIELD_REAL,
                   .positional = true,
                   .required = true,
                   .example = 0,
                   .low = -1e30,
                   .high = 1e30,
                   .doc = "what replaces the others"},
    {.name = NULL     },
};

#define SETTING            const T threshold = (T)s[THRESHOLD].number, value = (T)s[VALUE].number;
#define FORWARD(x)         ((x) <= threshold ? value : (x))
#define BACKWARD(x, a, da) ((void)value, (x) <= threshold ? 0 : (da))
#include "nn/layers/activation.inc"

static const dnn_case cases[] = {
    {.settings = "threshold=0.1 value=0", .in = {{1, {7}}}},
    {.settings = "threshold=-0.5 value=2",                                   .in = {{3, {2, 3, 2}}}},
    {.settings = NULL},
};

const dnn_layer_class dnn_layer_threshold = {
    .name = "Threshold",
    .doc = "A = X where X > threshold, else value",
    .fields = fields,
    .cases = cases,
    .flags = DNN_READS_X | DNN_STEP_BY_STEP,
    .forward = activation_forward,
    .elementwise = &forward_loops,
    .backward = activation_backward,
};
