/* blas.h: matrix products, by OpenBLAS, which is asked and not trusted.
 *
 * OpenBLAS runs single-threaded here; big products are cut into pieces by their shape alone and the
 * pieces run on the pool of core/threads.h, so results have the same bits on any number of threads.
 * On x86-64 CPUs that the library does not know, its kernels are switched to the best the CPU can
 * run, unless the user has set OPENBLAS_CORETYPE. */
#ifndef DNN_MATH_BLAS_H
#define DNN_MATH_BLAS_H

#include "math/matrix.h"

/* The kernels in use after any switch, e.g. "SkylakeX". */
const char *dnn_blas_core(void);

/* out = alpha * op(a) * op(b) + beta * out, op transposing where asked. beta 0 never reads out.
 * Types must agree; DNN_ERROR_SHAPE names both shapes and the likely fix; out may not overlap a or
 * b. */
dnn_status dnn_mm(bool transpose_a, bool transpose_b, double alpha, const dnn_matrix *a,
                  const dnn_matrix *b, double beta, dnn_matrix *out, dnn_error *err);

/* out = op(a) * op(b) + bias, a column that is added to every column of the product; NULL: none. */
dnn_status dnn_mm_bias(bool transpose_a, bool transpose_b, const dnn_matrix *a, const dnn_matrix *b,
                       const dnn_matrix *bias, dnn_matrix *out, dnn_error *err);

/* out = a * b' + beta * out, as the gradient of a weight is made. Where the kernel that runs makes
 * them on the way, which those of small products do, sums += the sums of the rows of a, or is set
 * to them when beta is 0, in the type of the matrices, and *summed is true. `sums` is a column;
 * NULL: not wanted. */
dnn_status dnn_mm_outer(const dnn_matrix *a, const dnn_matrix *b, double beta, dnn_matrix *out,
                        dnn_matrix *sums, bool *summed, dnn_error *err);

/* Rows and cols of op(a) * op(b), for the matrix to write into; 0 x 0 where the shapes do not fit,
 * which dnn_mm then says. */
void dnn_mm_shape(bool transpose_a, bool transpose_b, const dnn_matrix *a, const dnn_matrix *b,
                  size_t *rows, size_t *cols);

#endif
