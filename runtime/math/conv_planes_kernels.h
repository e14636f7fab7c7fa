/* conv_planes_kernels.h: convolutions to few channels, for two types and each instruction set, from
 * one source, conv_planes_kernels.inc.
 *
 * Internal to this folder. A vector holds one channel of adjacent outputs, where those of
 * conv_kernels.h hold channels of one output: too few of them would leave lanes empty. So the patch
 * is copied channel by channel, a plane each. The order of the sums is the same. */
#ifndef DNN_MATH_CONV_PLANES_KERNELS_H
#define DNN_MATH_CONV_PLANES_KERNELS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/dtype.h"
#include "math/cpu.h"

#define DNN_CONV_FEW 7 /* most channels of the target */

/* A tile of outputs; steps are in elements. A window is rows x cols x length elements. Vectors of
 * outputs reach beyond the tile's width: there is memory for as much after the last plane. */
typedef struct dnn_conv_planes {
    const void *in; /* the first output's window; the next output's is the next element */
    size_t in_row;  /* to the next row of outputs */
    size_t height, width;
    size_t rows, cols, length;
    size_t row_step, col_step, step;
    size_t top, bottom; /* of a plane, in elements: outside there are zeros, which add nothing */
    const void *weights; /* [row][col][element][channel] */
    size_t weight_row, weight_col;
    void *out;
    size_t out_row, out_step;
    const void *bias; /* or NULL */
    bool add;         /* to what out holds */
} dnn_conv_planes;

/* For `channels` of the target, 1 to DNN_CONV_FEW. */
typedef void dnn_conv_planes_kernel(const dnn_conv_planes *p, size_t channels);

/* The kernel for a real type on this CPU and rows of `width` outputs. All give the same bits where
 * the CPU has fused multiply-adds. */
dnn_conv_planes_kernel *dnn_conv_planes_for(dnn_dtype dtype, size_t width);

#endif
