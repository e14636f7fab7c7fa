/* conv1d.c: the convolution of sequences {steps, channels}: that of images of height 1. */
#include "nn/layers/convolution.h"

static const dnn_field fields[] = {
    DNN_CONVOLUTION_FIELDS(DNN_FIELD_COUNT, "steps of the window", "steps",
                           "steps from one window to the next", dnn_convolution_paddings,
                           "steps at each end of the sequence; same: as many as A "
                           "needs to be as large as X; valid: none",
                           "elements of a window"),
    DNN_CONVOLUTION_PADDING_MODE_FIELD,
    {.name = NULL},
};

static const dnn_case cases[] = {
    {.settings = "in_channels=2 out_channels=3 kernel_size=3",                                 .in = {{2, {6, 2}}}},
    {.settings = "in_channels=3 out_channels=4 kernel_size=4 stride=3 padding=2 bias=false",
     .in = {{2, {7, 3}}}},
    {.settings = "in_channels=4 out_channels=6 kernel_size=2 dilation=3 groups=2 init=xavier",
     .in = {{2, {6, 4}}}},
    {.settings = "in_channels=3 out_channels=3 kernel_size=3 groups=3 padding=1",
     .in = {{2, {4, 3}}}},
    {.settings = "in_channels=2 out_channels=2 kernel_size=1 init=1/sqrt(n)",                                                                                        .in = {{2, {1, 2}}}},
    {.settings = "in_channels=2 out_channels=3 kernel_size=4 padding=same",                                                                      .in = {{2, {5, 2}}}},
    {.settings =
         "in_channels=2 out_channels=3 kernel_size=3 padding=1 padding_mode=circular stride=2",                  .in = {{2, {6, 2}}}},
    {.settings = "in_channels=2 out_channels=2 kernel_size=5 padding=same padding_mode=replicate",
     .in = {{2, {4, 2}}}},
    {.settings = NULL},
};

const dnn_layer_class dnn_layer_conv1d = {
    .name = "Conv1d",
    .doc = "A = weight * X + bias over windows of a sequence",
    .fields = fields,
    .cases = cases,
    .flags = DNN_LINEAR | DNN_READS_X | DNN_FOLDS,
    .check = dnn_convolution_check,
    .wants = dnn_convolution_wants,
    .shape = dnn_convolution_shape,
    .values = dnn_convolution_values,
    .scratch = dnn_convolution_scratch,
    .initialise = dnn_convolution_initialise,
    .takes = dnn_convolution_takes,
    .forward = dnn_convolution_forward,
    .backward = dnn_convolution_backward,
};
