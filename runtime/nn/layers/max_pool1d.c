/* max_pool1d.c: the largest element of each window of a sequence, channel by channel (math/pool.h).
 * Forward keeps which step that was; backward gives it all of the gradient. */
#include "nn/layers/pooling.h"

static const dnn_field fields[] = {
    DNN_POOLING_FIELDS(DNN_FIELD_COUNT, "steps of the window", "steps", "at each end"),
    DNN_POOLING_DILATION(DNN_FIELD_COUNT, "steps"),
    {.name = NULL},
};

static const dnn_case cases[] = {
    {.settings = "kernel_size=2", .in = {{2, {6, 3}}}},
    {.settings = "kernel_size=3 stride=1 padding=1", .in = {{2, {5, 2}}}},
    {.settings = "kernel_size=2 stride=2 dilation=3", .in = {{2, {7, 1}}}},
    {.settings = "kernel_size=3 ceil_mode=true", .in = {{2, {7, 2}}}},
    {.settings = NULL},
};

const dnn_layer_class dnn_layer_max_pool1d = {
    .name = "MaxPool1d",
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
