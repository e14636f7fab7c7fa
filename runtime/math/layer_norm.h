/* layer_norm.h: layer norm and RMS norm, of each column.
 *
 *     layer norm: A = (x - mean) / sqrt(variance + eps) weight + bias,  variance over n
 *     RMS norm:   A = x / sqrt(mean of x^2 + eps) weight + bias
 *
 * X and A are n x m, weight and bias n x 1 or NULL (then 1 and 0); columns may have gaps between
 * them. stats (2 x m) keeps for backward the mean (RMS norm: 0) and the factor 1 / sqrt(...) of
 * each column. All are of one real type; sums run in double, and results have the same bits on any
 * number of threads. */
#ifndef DNN_MATH_LAYER_NORM_H
#define DNN_MATH_LAYER_NORM_H

#include "math/matrix.h"

typedef struct dnn_layer_norm {
    bool rms; /* RMS norm */
    double eps;
    const dnn_matrix *weight, *bias; /* backward does not read the bias */
} dnn_layer_norm;

/* A may be X. stats may be NULL where no backward follows. */
dnn_status dnn_layer_norm_forward(const dnn_layer_norm *norm, const dnn_matrix *X, dnn_matrix *A,
                                  dnn_matrix *stats, dnn_error *err);

/* dX = beta_input dX + the gradient of X; dweight and dbias likewise with beta_values. A beta is 0
 * (the old content is not read) or 1. Gradients that are NULL are not wanted. dX may be dA. */
dnn_status dnn_layer_norm_backward(const dnn_layer_norm *norm, const dnn_matrix *X,
                                   const dnn_matrix *stats, const dnn_matrix *dA, double beta_input,
                                   dnn_matrix *dX, double beta_values, dnn_matrix *dweight,
                                   dnn_matrix *dbias, dnn_error *err);

#endif
