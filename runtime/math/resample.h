/* resample.h: images of another size, whose rows and columns are each made of one or two of the
 * image's: padding and upsampling, forward and backward, channels last.
 *
 * An example is a column: height x width x channels elements, channels fastest, then width. Rows
 * and columns of the output are described apart, by taps; an element of the output is the sum over
 * its row's taps of the sum over its column's taps of weights times the element there. Matrices of a
 * call are of one type, float32 or float64, contiguous, and do not overlap. Results have the same
 * bits on any number of threads. */
#ifndef DNN_MATH_RESAMPLE_H
#define DNN_MATH_RESAMPLE_H

#include "math/matrix.h"

/* One row or column of the output. One tap: at[0], with weight 1, where weight[1] is 0; at[0] = -1 is
 * outside. Two taps: at[0] and at[1], which may be the same. */
typedef struct dnn_tap {
    ptrdiff_t at[2];
    double weight[2];
} dnn_tap;

typedef struct dnn_resample {
    size_t height, width, channels; /* of the input image */
    size_t out_height, out_width;
    const dnn_tap *rows, *cols; /* [out_height], [out_width] */
    double outside;             /* the value there */
} dnn_resample;

/* X is (height * width * channels) x m, A (out_height * out_width * channels) x m. */
dnn_status dnn_resample_forward(const dnn_resample *r, const dnn_matrix *X, dnn_matrix *A,
                                dnn_error *err);

/* dX = beta dX + the gradient of X. beta is 0 (dX is not read) or 1. */
dnn_status dnn_resample_backward(const dnn_resample *r, const dnn_matrix *dA, double beta,
                                 dnn_matrix *dX, dnn_error *err);

#endif
