/* conv.h: convolutions of images, forward and backward, channels last.
 *
 * An example is a column: height x width x channels elements, channels fastest, then width. Columns
 * may be further apart than they are long (X.ld > X.rows). W is out_channels x (kernel height *
 * kernel width * channels / groups), so in memory [kh][kw][in][out] with `out` fastest; output
 * channel o of group g = o / (out_channels / groups) sees the input channels of that group, as in
 * PyTorch. As there, too, the kernel is not flipped, and padding is zeros (they count as such also
 * against an infinite weight).
 *
 *   A[y, x, o] = bias[o] + sum over kh, kw, i of
 *                W[kh, kw, i, o] X[y stride - padding + kh dilation, ..., i]
 *
 * All matrices of a call are of one type, float32 or float64, and do not overlap. Work is cut by
 * shapes alone, so results have the same bits on any number of threads. Sums of forward over a
 * window are taken in the order of kh, kw, i, but where Winograd's algorithm is used. */
#ifndef DNN_MATH_CONV_H
#define DNN_MATH_CONV_H

#include "math/matrix.h"

/* Pairs are {height, width}. */
typedef struct dnn_conv {
    size_t height, width, channels; /* of the input image */
    size_t out_channels;
    size_t kernel[2], stride[2], padding[2], dilation[2];
    size_t groups;
    size_t out_height, out_width; /* filled by dnn_conv_plan */
} dnn_conv;

/* Checks the settings and fills out_height and out_width. Counts other than padding are at least 1;
 * groups divides both channel counts (DNN_ERROR_ARGUMENT); the kernel, dilated, is no larger than
 * the padded image (DNN_ERROR_SHAPE). */
dnn_status dnn_conv_plan(dnn_conv *c, dnn_error *err);

/* Bytes of scratch that suffice for each of the functions below with that many examples or
 * fewer, at any number of threads. Scratch is aligned to 64 bytes (dnn_alloc); nothing in it
 * outlives a call.
 */
size_t dnn_conv_scratch(const dnn_conv *c, dnn_dtype dtype, size_t examples);

/* A = W * X + bias. X is (height * width * channels) x m, A (out_height * out_width *
 * out_channels) x m; bias is out_channels x 1, or NULL. */
dnn_status dnn_conv_forward(const dnn_conv *c, const dnn_matrix *X, const dnn_matrix *W,
                            const dnn_matrix *bias, dnn_matrix *A, void *scratch, dnn_error *err);

/* What follows a convolution, done to its outputs while they are in the caches. */
typedef struct dnn_conv_after {
    void (*apply)(const void *context, void *elements, size_t count); /* in place, on any thread */
    const void *context;      /* apply may be NULL: nothing */
    const dnn_matrix *pooled; /* then the maxima of windows of 2 x 2, side by side, or NULL: see
                           dnn_pool_max_forward */
    uint32_t *index;          /* of their winners, as there, or NULL */
} dnn_conv_after;

/* The same, and what follows, with the same bits as one after the other. Where that is a pooling, A
 * holds nothing afterwards. `after` may be NULL. */
dnn_status dnn_conv_forward_with(const dnn_conv *c, const dnn_matrix *X, const dnn_matrix *W,
                                 const dnn_matrix *bias, const dnn_conv_after *after, dnn_matrix *A,
                                 void *scratch, dnn_error *err);

/* dX = beta dX + the gradient of X, from dA (shaped as A). beta is 0 (dX is not read) or 1. */
dnn_status dnn_conv_backward_input(const dnn_conv *c, const dnn_matrix *W, const dnn_matrix *dA,
                                   double beta, dnn_matrix *dX, void *scratch, dnn_error *err);

/* dW = beta dW + the gradient of W, summed over the examples. beta is 0 (dW is not read) or 1. The
 * gradient of the bias is the row sums of dA seen as out_channels x pixels. */
dnn_status dnn_conv_backward_weight(const dnn_conv *c, const dnn_matrix *X, const dnn_matrix *dA,
                                    double beta, dnn_matrix *dW, void *scratch, dnn_error *err);

/* The transposed convolution: A = the gradient of the image that the convolution c has where that
 * of its output is X, + bias. X is (out_height * out_width * out_channels) x m, A (height * width *
 * channels) x m; bias is channels x 1, or NULL. out_height and out_width may be less than what
 * dnn_conv_plan gives. Its gradient of W is dnn_conv_backward_weight with dA for X and X for dA. */
dnn_status dnn_conv_transpose_forward(const dnn_conv *c, const dnn_matrix *X, const dnn_matrix *W,
                                      const dnn_matrix *bias, dnn_matrix *A, void *scratch,
                                      dnn_error *err);

/* dX = beta dX + the gradient of that X, from dA (shaped as that A). beta is 0 or 1. */
dnn_status dnn_conv_transpose_backward_input(const dnn_conv *c, const dnn_matrix *W,
                                             const dnn_matrix *dA, double beta, dnn_matrix *dX,
                                             void *scratch, dnn_error *err);

#endif
