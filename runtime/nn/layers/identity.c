/* identity.c: A = X, for a place that needs a layer but no change. */
#include "nn/call.h"

static const dnn_case cases[] = {{.in = {{1, {4}}}}, {.in = {{3, {2, 3, 2}}}}, {.settings = NULL}};

const dnn_layer_class dnn_layer_identity = {
    .name = "Identity",
    .doc = "A = X",
    .cases = cases,
    .flags = DNN_VIEW | DNN_STEP_BY_STEP,
};
