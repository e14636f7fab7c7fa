/* conv_winograd.h: convolutions of 3 x 3 by Winograd's algorithm, 4 x 4 outputs at a time, with a
 * quarter of the multiplications.
 *
 * Internal to this folder. float32 only: results are within 1e-5 of the plain sum's scale. Where a
 * result would not be finite, the tile is computed plainly instead: a NaN or infinity reaches the
 * outputs that it reaches there, and no others. */
#ifndef DNN_MATH_CONV_WINOGRAD_H
#define DNN_MATH_CONV_WINOGRAD_H

#include "math/conv_patch.h"
#include "math/conv_run.h"

typedef struct dnn_winograd {
    const dnn_conv_gather *gather; /* whose weights have been packed */
    dnn_conv_axis y, x;
    size_t source_channels, target_channels;
    const dnn_conv_kernels *kernels;
    void *memory; /* of dnn_winograd_scratch */
    /* Computes outputs of one block of channels without this algorithm. */
    void (*plainly)(const void *plan, size_t example, size_t y0, size_t x0, size_t height,
                    size_t width, size_t block);
    const void *plan;
} dnn_winograd;

/* True when the algorithm applies and wins; by shape alone. */
bool dnn_winograd_suits(const dnn_conv *c, dnn_dtype dtype);

size_t dnn_winograd_scratch(const dnn_winograd *w, size_t examples);

dnn_status dnn_winograd_run(const dnn_winograd *w, dnn_error *err);

#endif
