/* conv_winograd_kernels.h: the transforms of conv_winograd.c for each instruction set, from one
 * source, conv_winograd_kernels.inc; float32.
 *
 * Internal to this folder. F(4 x 4, 3 x 3): a tile of 6 x 6 elements of the source gives 4 x 4
 * outputs. After S. Winograd, as A. Lavin and S. Gray use it ("Fast algorithms for convolutional
 * neural networks", CVPR 2016), output = A' [(G w G') . (B' x B)] A, where . multiplies the 36
 * positions one by one, summed over the source's channels. */
#ifndef DNN_MATH_CONV_WINOGRAD_KERNELS_H
#define DNN_MATH_CONV_WINOGRAD_KERNELS_H

#include <stdbool.h>
#include <stddef.h>

#include "math/cpu.h"

#define DNN_WINOGRAD_POSITIONS 36

/* Both ways; steps are in elements. */
typedef struct dnn_winograd_tile {
    float *image; /* element (0, 0) of the tile, which may lie outside */
    size_t pixel, row;
    size_t top, bottom, left, right; /* elements [top, bottom) x [left, right) exist */
    size_t channels;
    float *positions; /* first of 36 */
    size_t position;  /* step */
} dnn_winograd_tile;

typedef struct dnn_winograd_kernels {
    /* positions = B' x B, elements outside being 0; channels is at least 16. */
    void (*source)(const dnn_winograd_tile *t);
    /* image = A' positions A + bias (or NULL), added to what is there when `add`. Positions hold
     * whole vectors of channels. False, with image untouched, when a result is not finite. */
    bool (*target)(const dnn_winograd_tile *t, const float *bias, bool add);
    /* out = G w G': w and out step by `step` from tap to tap and from position to position; count,
     * a multiple of 16 bytes' elements, is how many are there. */
    void (*weights)(const float *w, float *out, size_t step, size_t count);
    /* The gradients of the target and of the weights, which run the other way: positions = A image
     * A', elements outside and channels that fill the last vector being 0; and out = G' w G. */
    void (*target_back)(const dnn_winograd_tile *t);
    void (*weights_back)(const float *w, float *out, size_t step, size_t count);
} dnn_winograd_kernels;

const dnn_winograd_kernels *dnn_winograd_kernels_here(void);

#endif
