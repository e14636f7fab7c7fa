/* conv_kernels.h: the inner loops of conv.c for two types and each instruction set, from one
 * source, conv_kernels.inc.
 *
 * Internal to this folder. Both work on a patch of an image that has been copied with its padding,
 * so that every window is whole, and on a block of one or two vectors of output channels. A window
 * is rows x cols runs of adjacent elements: where taps are neighbours, a run spans all of them. */
#ifndef DNN_MATH_CONV_KERNELS_H
#define DNN_MATH_CONV_KERNELS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/dtype.h"
#include "math/cpu.h"

#define DNN_CONV_VECTORS 2 /* most vectors of a block */
#define DNN_CONV_SHORT   6 /* most elements of a short run */

/* A row of adjacent outputs; steps are in elements. */
typedef struct dnn_conv_row {
    const void *in;            /* the first output's window */
    size_t in_step;            /* to the next output's */
    size_t rows, cols, length; /* the runs of a window */
    size_t row_step, col_step; /* between them */
    const void *weights;       /* packed: for each element of a run a block of channels */
    ptrdiff_t weight_row, weight_col;
    void *out;
    size_t out_step;
    size_t channels;  /* of the block that exist */
    const void *bias; /* for them, or NULL */
    bool add;         /* to what out holds */
    bool beyond;      /* with that: out has whole vectors; after the channels 0 is added */
} dnn_conv_row;

/* Weights' gradients: for `count` adjacent elements of a run, summed over a patch of outputs. */
typedef struct dnn_conv_sum {
    const void *in; /* the elements in the window of the first output */
    size_t in_step, in_row;
    const void *gradient; /* of the first output: whole vectors */
    size_t gradient_step, gradient_row;
    size_t height, width; /* of the patch */
    void *out;            /* added to */
    size_t out_step;      /* from one element of the run to the next */
    size_t runs;          /* 2: short ones together, for one vector; a few sums alone would ... */
    size_t in_run, out_run; /* ... wait for each other; steps between them */
    size_t channels;      /* of the block that exist */
} dnn_conv_sum;

typedef struct dnn_conv_kernels {
    size_t lanes;
    void (*row)(const dnn_conv_row *row, size_t outputs, size_t vectors);
    void (*sum)(const dnn_conv_sum *sum, size_t count, size_t vectors);
    /* Depthwise, every channel with its own weights: runs are one pixel's channels, and an element
     * of the weights stands for each. `sum` here is of `taps` neighbours, tap_step apart in `in`
     * and out_step in `out`. */
    void (*depth_row)(const dnn_conv_row *row, size_t outputs);
    void (*depth_sum)(const dnn_conv_sum *sum, size_t taps, size_t tap_step);
} dnn_conv_kernels;

/* The kernels for a real type on this CPU; where output channels are few, with vectors that are no
 * wider. All give the same bits where the CPU has fused multiply-adds. */
const dnn_conv_kernels *dnn_conv_kernels_for(dnn_dtype dtype, size_t channels);

#endif
