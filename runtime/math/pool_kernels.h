/* pool_kernels.h: the inner loops of pool.c for two types and each instruction set, from one
 * source, pool_kernels.inc.
 *
 * Internal to this folder. All run along a row of pixels, and inside it along the channels.
 * Backward gathers: for each pixel the windows that cover it. */
#ifndef DNN_MATH_POOL_KERNELS_H
#define DNN_MATH_POOL_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/dtype.h"
#include "math/cpu.h"

/* An arithmetic progression of pixels or windows: first, first + step, ... (modulo 2^64). */
typedef struct dnn_pool_span {
    size_t first, step, count;
} dnn_pool_span;

/* Along one direction: how many elements window o is averaged over. */
typedef struct dnn_pool_divisor {
    ptrdiff_t stride, padding, kernel;
    ptrdiff_t low, high; /* elements below low or from high on do not count */
    ptrdiff_t windows;   /* adaptive: how many windows share high elements; else 0 */
    ptrdiff_t given;     /* so many, whatever the window holds; else 0 */
} dnn_pool_divisor;

static inline ptrdiff_t dnn_pool_divisor_of(const dnn_pool_divisor *d, size_t o) {
    if (d->given > 0)
        return d->given;
    if (d->windows > 0) {
        ptrdiff_t at = (ptrdiff_t)o * d->high;
        return (at + d->high + d->windows - 1) / d->windows - at / d->windows;
    }
    ptrdiff_t first = (ptrdiff_t)o * d->stride - d->padding, end = first + d->kernel;
    return (end < d->high ? end : d->high) - (first > d->low ? first : d->low);
}

/* A row of results: windows forward, pixels backward. */
typedef struct dnn_pool_row {
    const void *in;          /* the example: pixels forward, windows backward */
    size_t in_count;         /* of its elements, and of the winners */
    void *out;               /* the row's first result */
    uint32_t *index;         /* forward: of the row's winners, or NULL */
    const uint32_t *winners; /* backward: of the example's windows */
    const void *gate;       /* maxima backward: where this is 0 or less `in` counts as 0; or NULL */
    size_t channels, width; /* width: of the rows of `in` */
    dnn_pool_span rows;     /* of `in` that the row of results meets */
    const dnn_pool_span *cols; /* for each result */
    bool pairs; /* windows are of 2 x 2 pixels, side by side, and the first result begins one */
    dnn_pool_divisor divisor[2]; /* averages */
    size_t y, x;                 /* of the row's first result */
    size_t results;
    uint32_t pixel; /* y and x as one number */
    bool add;       /* backward: to what out holds */
} dnn_pool_row;

typedef void dnn_pool_kernel(const dnn_pool_row *row);

/* Windows of 2 x 2 pixels, side by side, of a piece of an image that lies by itself without gaps;
 * steps are in elements. */
typedef struct dnn_pool_piece {
    const void *in; /* 2 height x 2 width pixels of so many channels; a vector after them is read */
    size_t height, width, channels;
    void *out; /* the first window's result */
    size_t out_row, out_pixel;
    uint32_t *index;                 /* of its winners, with the same steps, or NULL */
    size_t first_pixel, image_width; /* the piece's place in the image, for these */
} dnn_pool_piece;

typedef struct dnn_pool_kernels {
    dnn_pool_kernel *max, *max_back, *average, *average_back;
    void (*max_piece)(const dnn_pool_piece *piece);
} dnn_pool_kernels;

/* The kernels for a real type on this CPU; where channels are few, with vectors that are no wider.
 */
const dnn_pool_kernels *dnn_pool_kernels_for(dnn_dtype dtype, size_t channels);

#endif
