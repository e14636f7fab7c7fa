/* max_pool2d.c: the largest element of each window of an image, channel by channel (math/pool.h).
 * Forward keeps which pixel that was; backward gives it all of the gradient. */
#include "nn/layers/pooling.h"

static const dnn_field fields[] = {
    DNN_POOLING_FIELDS(DNN_FIELD_PAIR, "height and width of the window", "pixels", "on each side"),
    DNN_POOLING_DILATION(DNN_FIELD_PAIR, "pixels"),
    {.name = NULL},
};

static const dnn_case cases[] = {
    {.settings = "kernel_size=2", .in = {{3, {4, 4, 3}}}},
    {.settings = "kernel_size=3,2 stride=1,2 padding=1", .in = {{3, {5, 4, 2}}}},
    {.settings = "kernel_size=2 stride=1 dilation=2", .in = {{3, {4, 5, 1}}}},
    {.settings = "kernel_size=2 ceil_mode=true", .in = {{3, {5, 5, 2}}}},
    {.settings = NULL},
};

const dnn_layer_class dnn_layer_max_pool2d = {
    .name = "MaxPool2d",
    .doc = "A = the largest element of each window",
    .fields = fields,
    .cases = cases,
    .flags = DNN_GATES,
    .wants = dnn_pooling_wants,
    .shape = dnn_pooling_shape,
    .saved = dnn_pooling_max_saved,
    .forward = dnn_pooling_max_forward,
    .backward = dnn_pooling_max_backward,
};
