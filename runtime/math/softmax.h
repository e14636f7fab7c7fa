/* softmax.h: softmax and its logarithm, of each column.
 *
 * Matrices of a call are of one real type and one shape; columns may have gaps between them. The
 * largest element is subtracted first, so nothing overflows; sums run in double. Results have the
 * same bits on any number of threads. A column with a NaN becomes NaN, and so does one without a
 * finite largest element, as in PyTorch. Elements of -infinity beside finite ones (masked) give 0.
 */
#ifndef DNN_MATH_SOFTMAX_H
#define DNN_MATH_SOFTMAX_H

#include "math/matrix.h"

/* A[:, j] = exp(X[:, j]) / sum of exp(X[:, j]). A may be X. */
dnn_status dnn_softmax(const dnn_matrix *X, dnn_matrix *A, dnn_error *err);

/* dX = beta dX + A (dA - sum of A dA), with A from forward. beta is 0 (dX is not read) or 1; with
 * 0, dX may be dA. */
dnn_status dnn_softmax_backward(const dnn_matrix *A, const dnn_matrix *dA, double beta,
                                dnn_matrix *dX, dnn_error *err);

/* A[:, j] = X[:, j] - log of sum of exp(X[:, j]). A may be X. */
dnn_status dnn_log_softmax(const dnn_matrix *X, dnn_matrix *A, dnn_error *err);

/* dX = beta dX + dA - exp(A) sum of dA. */
dnn_status dnn_log_softmax_backward(const dnn_matrix *A, const dnn_matrix *dA, double beta,
                                    dnn_matrix *dX, dnn_error *err);

#endif
