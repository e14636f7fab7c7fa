/* pooling.h: what all layers of pooling share (math/pool.h). Each has some of the settings
 * kernel_size, stride, padding, dilation, ceil_mode, count_include_pad and divisor_override, or
 * output_size. A
 * sequence is an image of height 1; its settings are counts where those of images are pairs. */
#ifndef DNN_NN_POOLING_H
#define DNN_NN_POOLING_H

#include "math/pool.h"
#include "nn/call.h"

/* The rows of the table of fields that poolings over windows have. extents: DNN_FIELD_COUNT or
 * DNN_FIELD_PAIR. */
#define DNN_POOLING_FIELDS(extents, window, places, sides)                                         \
    {.name = "kernel_size",                                                                        \
     .kind = extents,                                                                              \
     .low = 1,                                                                                     \
     .positional = true,                                                                           \
     .required = true,                                                                             \
     .example = 2,                                                                                 \
     .doc = window},                                                                               \
        {.name = "stride",                                                                         \
         .kind = extents,                                                                          \
         .low = 1,                                                                                 \
         .initial = -1,                                                                            \
         .optional = true,                                                                         \
         .doc = places " from one window to the next; kernel_size by default"},                    \
        {.name = "padding",                                                                        \
         .kind = extents,                                                                          \
         .doc = places " added " sides ", at most half of the window"},                            \
    {                                                                                              \
        .name = "ceil_mode", .kind = DNN_FIELD_FLAG,                                               \
        .doc = "whether a window may reach beyond the end, so that nothing is left out"            \
    }

#define DNN_POOLING_DILATION(extents, places)                                                      \
    {                                                                                              \
        .name = "dilation", .kind = extents, .low = 1, .initial = 1,                               \
        .doc = places " from one element of the window to the next"                                \
    }

#define DNN_POOLING_COUNT_INCLUDE_PAD                                                              \
    {                                                                                              \
        .name = "count_include_pad", .kind = DNN_FIELD_FLAG, .initial = 1,                         \
        .doc = "whether a mean counts the zeros of the padding in its window"                      \
    }

#define DNN_POOLING_DIVISOR_OVERRIDE                                                               \
    {                                                                                              \
        .name = "divisor_override", .kind = DNN_FIELD_COUNT, .low = 1, .initial = -1,              \
        .optional = true, .doc = "what the sum of a window is divided by, instead of its pixels"   \
    }

#define DNN_POOLING_OUTPUT_SIZE(extents, text)                                                     \
    {                                                                                              \
        .name = "output_size", .kind = extents, .low = 1, .positional = true, .required = true,    \
        .example = 2, .doc = text                                                                  \
    }

/* Images, or where kernel_size or output_size is a count sequences, of any size. */
dnn_shape dnn_pooling_wants(const dnn_layer *layer);

/* A's channels are X's. */
dnn_status dnn_pooling_shape(const dnn_layer *layer, const dnn_shape *in, size_t inputs,
                             dnn_shape *out, dnn_error *err);

/* Of maxima: forward keeps which place was the largest. */
size_t dnn_pooling_max_saved(const dnn_call *call);
dnn_status dnn_pooling_max_forward(dnn_call *call, dnn_error *err);
dnn_status dnn_pooling_max_backward(dnn_call *call, dnn_error *err);

/* Whether a call is one of maxima of windows of 2 x 2, side by side and whole. */
bool dnn_pooling_max_in_pairs(const dnn_call *call);

/* Of means. */
dnn_status dnn_pooling_average_forward(dnn_call *call, dnn_error *err);
dnn_status dnn_pooling_average_backward(dnn_call *call, dnn_error *err);

#endif
