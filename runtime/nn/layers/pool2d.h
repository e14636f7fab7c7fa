/* pool2d.h: the settings that both poolings of images have. */
#ifndef DNN_NN_POOL2D_H
#define DNN_NN_POOL2D_H

#include "math/pool.h"
#include "nn/layer.h"

enum {
    DNN_POOL2D_KERNEL,
    DNN_POOL2D_STRIDE,
    DNN_POOL2D_PADDING,
    DNN_POOL2D_CEIL_MODE,
    DNN_POOL2D_LAST /* dilation, or count_include_pad */
};

/* The first rows of the table of fields. */
#define DNN_POOL2D_FIELDS                                                                          \
    [DNN_POOL2D_KERNEL] = {.name = "kernel_size",                                                  \
                           .kind = DNN_FIELD_PAIR,                                                 \
                           .low = 1,                                                               \
                           .positional = true,                                                     \
                           .required = true,                                                       \
                           .example = 2,                                                           \
                           .doc = "height and width of the window"},                               \
    [DNN_POOL2D_STRIDE] = {.name = "stride",                                                       \
                           .kind = DNN_FIELD_PAIR,                                                 \
                           .low = 1,                                                               \
                           .initial = -1,                                                          \
                           .optional = true,                                                       \
                           .doc = "pixels from one window to the next; kernel_size when not given"}, \
    [DNN_POOL2D_PADDING] = {.name = "padding",                                                     \
                            .kind = DNN_FIELD_PAIR,                                                \
                            .low = 0,                                                              \
                            .doc = "pixels added on each side, at most half of the window"},       \
    [DNN_POOL2D_CEIL_MODE] = {                                                                     \
        .name = "ceil_mode",                                                                       \
        .kind = DNN_FIELD_FLAG,                                                                    \
        .doc = "whether a window may reach beyond the image, so that no pixel is left out"}

/* The pooling that the settings describe, not yet planned; `dilated`: the last field is dilation. */
dnn_pool dnn_pool2d_of(const dnn_layer *layer, const dnn_shape *in, bool dilated);

/* Images of any size. */
dnn_shape dnn_pool2d_wants(const dnn_layer *layer);

#endif
