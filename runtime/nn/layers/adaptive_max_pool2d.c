/* adaptive_max_pool2d.c: the largest element of each of height x width parts of an image, channel
 * by channel. Part i of n of an extent E runs from floor(i E / n) to ceil((i + 1) E / n), as in
 * PyTorch: neighbours may overlap. */
#include "nn/layers/pooling.h"

static const dnn_field fields[] = {
    DNN_POOLING_OUTPUT_SIZE(DNN_FIELD_PAIR, "height and width of A"),
    {.name = NULL},
};

static const dnn_case cases[] = {
    {.settings = "output_size=2", .in = {{3, {4, 4, 3}}}},
    {.settings = "output_size=3,2", .in = {{3, {5, 7, 2}}}},
    {.settings = "output_size=1", .in = {{3, {3, 4, 5}}}},
    {.settings = "output_size=4,3", .in = {{3, {3, 2, 2}}}},
    {.settings = NULL},
};

const dnn_layer_class dnn_layer_adaptive_max_pool2d = {
    .name = "AdaptiveMaxPool2d",
    .doc = "A = the largest element of each of output_size parts of an image",
    .fields = fields,
    .cases = cases,
    .flags = DNN_GATES,
    .wants = dnn_pooling_wants,
    .shape = dnn_pooling_shape,
    .saved = dnn_pooling_max_saved,
    .forward = dnn_pooling_max_forward,
    .backward = dnn_pooling_max_backward,
};
