/* conv_scatter.h: the gradient of the input of small images, from the outputs' side.
 *
 * Internal to this folder. Where conv_gather.c lets each element of the target gather what its taps
 * meet, here each pixel of the source adds what it gives to the runs of the target that a row of the
 * kernel covers: kernel width x channels adjacent elements. So vectors are full where channels are
 * few, and there are no products with padding, of which a small image has as many as others. */
#ifndef DNN_MATH_CONV_SCATTER_H
#define DNN_MATH_CONV_SCATTER_H

#include "math/conv_run.h"

/* Whether this takes clearly fewer instructions than gathering. */
bool dnn_conv_scatter_suits(const dnn_conv *c, dnn_dtype dtype, bool backward);

/* Computes it; g->packed has room for dnn_conv_scatter_scratch bytes. */
dnn_status dnn_conv_scatter_run(const dnn_conv_gather *g, dnn_error *err);
size_t dnn_conv_scatter_scratch(const dnn_conv *c, dnn_dtype dtype);

#endif
