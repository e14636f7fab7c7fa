/* conv2d.c: the convolution of images, channels last (math/conv.h). */
#include "nn/layers/convolution.h"

static const dnn_field fields[] = {
    DNN_CONVOLUTION_FIELDS(DNN_FIELD_PAIR, "height and width of the window", "pixels",
                           "pixels from one window to the next", dnn_convolution_paddings,
                           "pixels on each side of the image; same: as many as A "
                           "needs to be as large as X; valid: none",
                           "elements of a window"),
    DNN_CONVOLUTION_PADDING_MODE_FIELD,
    {.name = NULL},
};

static const dnn_case cases[] = {
    {.settings = "in_channels=2 out_channels=3 kernel_size=3",                      .in = {{3, {5, 4, 2}}}},
    {.settings = "in_channels=3 out_channels=4 kernel_size=3,2 stride=2,1 padding=1 bias=false",
     .in = {{3, {5, 4, 3}}}},
    {.settings = "in_channels=2 out_channels=2 kernel_size=1",                                                        .in = {{3, {2, 3, 2}}}},
    {.settings = "in_channels=4 out_channels=6 kernel_size=2 dilation=2 groups=2 init=xavier",
     .in = {{3, {4, 5, 4}}}},
    {.settings = "in_channels=3 out_channels=3 kernel_size=3 groups=3 padding=1,0",
     .in = {{3, {3, 4, 3}}}},
    {.settings = "in_channels=2 out_channels=3 kernel_size=2,3 padding=same",
     .in = {{3, {3, 4, 2}}}},
    {.settings =
         "in_channels=2 out_channels=3 kernel_size=3 padding=2,1 padding_mode=reflect stride=2", .in = {{3, {4, 3, 2}}}},
    {.settings = "in_channels=2 out_channels=2 kernel_size=3 dilation=1,2 padding=same "
                 "padding_mode=circular groups=2",                                                                             .in = {{3, {3, 4, 2}}}},
    {.settings = NULL                                                       },
};

const dnn_layer_class dnn_layer_conv2d = {
    .name = "Conv2d",
    .doc = "A = weight * X + bias over windows of an image",
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
