/* avg_pool2d.c: the mean of each window of an image, channel by channel (math/pool.h). */
#include "nn/layers/pooling.h"

static const dnn_field fields[] = {
    DNN_POOLING_FIELDS(DNN_FIELD_PAIR, "height and width of the window", "pixels", "on each side"),
    DNN_POOLING_COUNT_INCLUDE_PAD,
    DNN_POOLING_DIVISOR_OVERRIDE,
    {.name = NULL},
};

static const dnn_case cases[] = {
    {.settings = "kernel_size=2", .in = {{3, {4, 4, 3}}}},
    {.settings = "kernel_size=3,2 stride=1,2 padding=1", .in = {{3, {5, 4, 2}}}},
    {.settings = "kernel_size=3 stride=2 padding=1 count_include_pad=false", .in = {{3, {5, 4, 1}}}},
    {.settings = "kernel_size=2,3 padding=1 divisor_override=5", .in = {{3, {4, 5, 2}}}},
    {.settings = "kernel_size=2 ceil_mode=true", .in = {{3, {5, 5, 2}}}},
    {.settings = NULL},
};

const dnn_layer_class dnn_layer_avg_pool2d = {
    .name = "AvgPool2d",
    .doc = "A = the mean of each window",
    .fields = fields,
    .cases = cases,
    .flags = DNN_LINEAR,
    .wants = dnn_pooling_wants,
    .shape = dnn_pooling_shape,
    .forward = dnn_pooling_average_forward,
    .backward = dnn_pooling_average_backward,
};
