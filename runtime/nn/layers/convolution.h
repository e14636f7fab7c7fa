/* convolution.h: what all layers of convolution share: their settings and starting weights, and of
 * those that are not transposed everything but the table of settings. A sequence is an image of
 * height 1; its settings are counts where those of images are pairs. */
#ifndef DNN_NN_CONVOLUTION_H
#define DNN_NN_CONVOLUTION_H

#include "math/conv.h"
#include "nn/call.h"

/* settings */
enum {
    DNN_CONVOLUTION_IN,
    DNN_CONVOLUTION_OUT,
    DNN_CONVOLUTION_KERNEL,
    DNN_CONVOLUTION_STRIDE,
    DNN_CONVOLUTION_PADDING,
    DNN_CONVOLUTION_DILATION,
    DNN_CONVOLUTION_GROUPS,
    DNN_CONVOLUTION_BIAS,
    DNN_CONVOLUTION_INIT,
    DNN_CONVOLUTION_OUTPUT_PADDING,                               /* of a transposed one */
    DNN_CONVOLUTION_PADDING_MODE = DNN_CONVOLUTION_OUTPUT_PADDING /* of one that is not */
};

/* values */
enum { DNN_CONVOLUTION_WEIGHT, DNN_CONVOLUTION_BIAS_COLUMN };

extern const char *const dnn_convolution_inits[], *const dnn_convolution_paddings[],
                                                      *const dnn_convolution_padding_modes[];

/* The rows of the table of fields. extents: DNN_FIELD_COUNT or DNN_FIELD_PAIR; places: "steps";
 * words: that may stand for padding, or NULL; the other texts say what differs. */
#define DNN_CONVOLUTION_FIELDS(extents, window, places, stride_doc, words, padding_doc, terms)     \
    [DNN_CONVOLUTION_IN] = {.name = "in_channels",                                                 \
                            .kind = DNN_FIELD_COUNT,                                               \
                            .low = 1,                                                              \
                            .positional = true,                                                    \
                            .required = true,                                                      \
                            .example = 2,                                                          \
                            .doc = "channels of X"},                                               \
    [DNN_CONVOLUTION_OUT] = {.name = "out_channels",                                               \
                             .kind = DNN_FIELD_COUNT,                                              \
                             .low = 1,                                                             \
                             .positional = true,                                                   \
                             .required = true,                                                     \
                             .example = 3,                                                         \
                             .doc = "channels of A"},                                              \
    [DNN_CONVOLUTION_KERNEL] = {.name = "kernel_size",                                             \
                                .kind = extents,                                                   \
                                .low = 1,                                                          \
                                .positional = true,                                                \
                                .required = true,                                                  \
                                .example = 3,                                                      \
                                .doc = window},                                                    \
    [DNN_CONVOLUTION_STRIDE] = {.name = "stride",                                                  \
                                .kind = extents,                                                   \
                                .low = 1,                                                          \
                                .initial = 1,                                                      \
                                .doc = stride_doc},                                                \
    [DNN_CONVOLUTION_PADDING] = {.name = "padding",                                                \
                                 .kind = extents,                                                  \
                                 .choices = words,                                                 \
                                 .doc = padding_doc},                                              \
    [DNN_CONVOLUTION_DILATION] = {.name = "dilation",                                              \
                                  .kind = extents,                                                 \
                                  .low = 1,                                                        \
                                  .initial = 1,                                                    \
                                  .doc = places " from one element of the window to the next"},    \
    [DNN_CONVOLUTION_GROUPS] = {.name = "groups",                                                  \
                                .kind = DNN_FIELD_COUNT,                                           \
                                .low = 1,                                                          \
                                .initial = 1,                                                      \
                                .doc = "parts of the channels that do not see each other"},        \
    [DNN_CONVOLUTION_BIAS] = {.name = "bias",                                                      \
                              .kind = DNN_FIELD_FLAG,                                              \
                              .initial = 1,                                                        \
                              .doc = "whether a bias is added; it starts at 0"},                   \
    [DNN_CONVOLUTION_INIT] = {.name = "init",                                                      \
                              .kind = DNN_FIELD_CHOICE,                                            \
                              .choices = dnn_convolution_inits,                                    \
                              .doc = "variance of the normal starting weights, with in = " terms   \
                                     ": he 2/in, xavier 2/(in + out), 1/sqrt(n) 1/in"}

/* What is in the padding. */
#define DNN_CONVOLUTION_PADDING_MODE_FIELD                                                         \
    [DNN_CONVOLUTION_PADDING_MODE] = {                                                             \
        .name = "padding_mode",                                                                    \
        .kind = DNN_FIELD_CHOICE,                                                                  \
        .choices = dnn_convolution_padding_modes,                                                  \
        .doc = "zeros; reflect: X mirrored at its edge; replicate: its edge; circular: its other " \
               "end"}

/* The settings of extents along an axis, 0 the height and 1 the width; of a sequence's height the
 * ones that change nothing. */
size_t dnn_convolution_extent(const dnn_layer *layer, int field, int axis);

/* The kernel's height as files have it: 0 of a sequence, which has none. */
size_t dnn_convolution_file_height(const dnn_layer *layer);

/* A convolution of images of that shape with the layer's kernel, stride, padding, dilation and
 * groups; without channels. */
dnn_conv dnn_convolution_of(const dnn_layer *layer, const dnn_shape *image);

/* groups divides both numbers of channels. */
dnn_status dnn_convolution_check(dnn_layer *layer, dnn_error *err);

/* Normal weights for sums of `in` terms, whose gradients are sums of `out`; the bias starts at 0.
 */
dnn_status dnn_convolution_initialise_for(const dnn_layer *layer, dnn_matrix *weight, double in,
                                          double out, dnn_random *random, dnn_error *err);

/* The rest of a class that is not transposed. */
dnn_shape dnn_convolution_wants(const dnn_layer *layer);
dnn_status dnn_convolution_shape(const dnn_layer *layer, const dnn_shape *in, size_t inputs,
                                 dnn_shape *out, dnn_error *err);
size_t dnn_convolution_values(const dnn_layer *layer, const dnn_shape *in,
                              dnn_value values[DNN_LAYER_VALUES]);
dnn_status dnn_convolution_initialise(const dnn_layer *layer, dnn_matrix *values,
                                      dnn_random *random, dnn_error *err);
size_t dnn_convolution_scratch(const dnn_call *call);
bool dnn_convolution_takes(const dnn_call *call, const dnn_call *next);
dnn_status dnn_convolution_forward(dnn_call *call, dnn_error *err);
dnn_status dnn_convolution_backward(dnn_call *call, dnn_error *err);

#endif
