/* adaptive_max_pool1d.c: the largest element of each of so many parts of a sequence, channel by
 * channel. Part i of n of an extent E runs from floor(i E / n) to ceil((i + 1) E / n), as in
 * PyTorch: neighbours may overlap. */
#include "nn/layers/pooling.h"

static const dnn_field fields[] = {
    DNN_POOLING_OUTPUT_SIZE(DNN_FIELD_COUNT, "steps of A"),
    {.name = NULL},
};

static const dnn_case cases[] = {
    {.settings = "output_size=2", .in = {{2, {4, 3}}}},
    {.settings = "output_size=3", .in = {{2, {7, 2}}}},
    {.settings = "output_size=1", .in = {{2, {5, 1}}}},
    {.settings = "output_size=4", .in = {{2, {3, 2}}}},
    {.settings = NULL},
};

const dnn_layer_class dnn_layer_adaptive_max_pool1d = {
    .name = "AdaptiveMaxPool1d",
    .doc = "A = the largest element of each of output_size parts of a sequence",
    .fields = fields,
    .cases = cases,
    .flags = DNN_GATES,
    .wants = dnn_pooling_wants,
    .shape = dnn_pooling_shape,
    .saved = dnn_pooling_max_saved,
    .forward = dnn_pooling_max_forward,
    .backward = dnn_pooling_max_backward,
};
