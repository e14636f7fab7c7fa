/* avg_pool1d.c: the mean of each window of a sequence, channel by channel (math/pool.h). */
#include "nn/layers/pooling.h"

static const dnn_field fields[] = {
    DNN_POOLING_FIELDS(DNN_FIELD_COUNT, "steps of the window", "steps", "at each end"),
    DNN_POOLING_COUNT_INCLUDE_PAD,
    {.name = NULL},
};

static const dnn_case cases[] = {
    {.settings = "kernel_size=2", .in = {{2, {6, 3}}}},
    {.settings = "kernel_size=3 stride=1 padding=1", .in = {{2, {5, 2}}}},
    {.settings = "kernel_size=3 stride=2 padding=1 count_include_pad=false", .in = {{2, {6, 1}}}},
    {.settings = "kernel_size=3 ceil_mode=true", .in = {{2, {7, 2}}}},
    {.settings = NULL},
};

const dnn_layer_class dnn_layer_avg_pool1d = {
    .name = "AvgPool1d",
    .doc = "A = the mean of each window",
    .fields = fields,
    .cases = cases,
    .flags = DNN_LINEAR,
    .wants = dnn_pooling_wants,
    .shape = dnn_pooling_shape,
    .forward = dnn_pooling_average_forward,
    .backward = dnn_pooling_average_backward,
};
