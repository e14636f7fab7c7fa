/* linalg_support.h: what the functions of linalg.h share: checks, copies, LAPACK's answers.
 *
 * Internal to this folder. `what` is the function's name as users type it ("solve"), `name` that of
 * the matrix ("A"). */
#ifndef DNN_MATH_LINALG_SUPPORT_H
#define DNN_MATH_LINALG_SUPPORT_H

#include "math/blas_core.h"
#include "math/linalg.h"

/* Calls LAPACKE's float32 or float64 form of a function, by the type of matrix m. */
#define DNN_LAPACKE(m, name, ...)                                                                  \
    ((m)->dtype == DNN_FLOAT32 ? dnn_lapack.s##name(LAPACK_COL_MAJOR, __VA_ARGS__)                 \
                               : dnn_lapack.d##name(LAPACK_COL_MAJOR, __VA_ARGS__))

/* A is real and small enough for LAPACK; DNN_ERROR_SHAPE otherwise. Readies LAPACK on the way. */
dnn_status dnn_linalg_operand(const char *what, const char *name, const dnn_matrix *A,
                              dnn_error *err);

/* As dnn_linalg_operand, and square. `otherwise` says what serves a matrix that is not. */
dnn_status dnn_linalg_square(const char *what, const dnn_matrix *A, const char *otherwise,
                             dnn_error *err);

/* `out` has this shape and the type of A. */
dnn_status dnn_linalg_output(const char *what, const char *name, const dnn_matrix *out, size_t rows,
                             size_t cols, const dnn_matrix *A, dnn_error *err);

/* All elements are finite; else DNN_ERROR_NUMERIC names the first that is not. */
dnn_status dnn_linalg_finite(const char *what, const char *name, const dnn_matrix *A,
                             dnn_error *err);

/* A new contiguous copy of A, known to be finite; free it with dnn_matrix_free, also after a
 * failure. */
dnn_status dnn_linalg_copy(const char *what, const char *name, dnn_matrix *copy,
                           const dnn_matrix *A, dnn_error *err);

/* out = the lower triangle of A, checked to be finite, with zeros above it. */
dnn_status dnn_linalg_lower(const char *what, dnn_matrix *out, const dnn_matrix *A, dnn_error *err);

/* What a LAPACKE result below 0 means: no workspace, or an argument that is NaN,
 * which finite inputs become when numbers overflow. */
dnn_status dnn_linalg_failed(const char *what, lapack_int info, dnn_error *err);

/* DNN_ERROR_NUMERIC where an element of the result is not finite. */
dnn_status dnn_linalg_result(const char *what, const dnn_matrix *out, dnn_error *err);

/* max(rows, cols) times the epsilon of A's type: singular values up to that times the largest are
 * 0. */
double dnn_linalg_rcond(const dnn_matrix *A);

/* Number of singular values s (k x 1, descending) above rcond times the first; rcond < 0: the
 * usual. */
size_t dnn_linalg_count_above(const dnn_matrix *s, double rcond, const dnn_matrix *A);

#endif
