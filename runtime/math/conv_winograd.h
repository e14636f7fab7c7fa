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
#include "math/conv_winograd_kernels.h"

#define DNN_WINOGRAD_SIDE 4 /* of a tile's outputs */

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

/* True when the algorithm applies and wins: by the shapes alone, of which the number of examples is
 * one. */
bool dnn_winograd_suits(const dnn_conv *c, dnn_dtype dtype, size_t examples);

size_t dnn_winograd_scratch(const dnn_winograd *w, size_t examples);

dnn_status dnn_winograd_run(const dnn_winograd *w, dnn_error *err);

/* The gradient of the weights in the same way. *finite is false, and dW as it was, when a result is
 * not; then it must be computed plainly. */
size_t dnn_winograd_weight_scratch(const dnn_conv *c, size_t examples);
dnn_status dnn_winograd_weight_run(const dnn_conv *c, const dnn_matrix *X, const dnn_matrix *dA,
                                   bool add, dnn_matrix *dW, void *memory, bool *finite,
                                   dnn_error *err);

/* The source's side of the tile whose first output is (y, x): all but the positions. */
dnn_winograd_tile dnn_winograd_source(const dnn_conv_axis *axis_y, const dnn_conv_axis *axis_x,
                                      size_t channels, const dnn_matrix *source, size_t example,
                                      size_t y, size_t x);

#endif
