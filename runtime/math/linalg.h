/* linalg.h: linear algebra by LAPACKE.
 *
 * Inputs are float32 or float64 and are not changed; outputs are the caller's, of the input's type
 * and of the shape stated, and hold no alias of an input. An input that is not finite is
 * DNN_ERROR_NUMERIC, and so are a singular matrix (the text names the pivot), an iteration that
 * does not converge, and numbers that overflow on the way. A matrix that must be square and is not is DNN_ERROR_SHAPE. Below, k = min(m,
 * n). */
#ifndef DNN_MATH_LINALG_H
#define DNN_MATH_LINALG_H

#include "math/matrix.h"

/* X (n x r) with A X = B, for A (n x n), B (n x r). *rcond (may be NULL) is an estimate of 1 /
 * condition number in the 1-norm, 1 for 0 x 0: below the type's epsilon A is singular to working
 * precision, and no digit of X means anything. */
dnn_status dnn_solve(dnn_matrix *X, const dnn_matrix *A, const dnn_matrix *B, double *rcond,
                     dnn_error *err);

/* X (n x r) of least norm that minimises |A X - B|, for A (m x n), B (m x r), any rank (xGELSD).
 * rank (may be NULL) is the effective rank of A. */
dnn_status dnn_lstsq(dnn_matrix *X, const dnn_matrix *A, const dnn_matrix *B, size_t *rank,
                     dnn_error *err);

/* Inverse (n x n); rcond as for dnn_solve. */
dnn_status dnn_inv(dnn_matrix *out, const dnn_matrix *A, double *rcond, dnn_error *err);

/* Determinant of A (n x n); 0 for a singular one, 1 for 0 x 0. */
dnn_status dnn_det(double *out, const dnn_matrix *A, dnn_error *err);

/* Its logarithm: -INFINITY for a singular A, NaN for a negative determinant. It stays in range where
 * the determinant itself does not. */
dnn_status dnn_logdet(double *out, const dnn_matrix *A, dnn_error *err);

/* Lower triangular L (n x n) with L L' = A; A symmetric positive definite, only its lower triangle
 * is read; otherwise DNN_ERROR_NUMERIC names the leading minor. */
dnn_status dnn_cholesky(dnn_matrix *L, const dnn_matrix *A, dnn_error *err);

/* Q (m x k) with orthonormal columns and R (k x n) upper triangular, Q R = A. */
dnn_status dnn_qr(dnn_matrix *Q, dnn_matrix *R, const dnn_matrix *A, dnn_error *err);

/* U (m x k), s (k x 1, descending), Vt (k x n) with U diag(s) Vt = A. U and Vt may both be NULL. */
dnn_status dnn_svd(dnn_matrix *U, dnn_matrix *s, dnn_matrix *Vt, const dnn_matrix *A,
                   dnn_error *err);

/* Eigenvalues w (n x 1, ascending) and vectors V (n x n, columns; may be NULL) of a symmetric
 * matrix; only the lower triangle is read. */
dnn_status dnn_eigh(dnn_matrix *w, dnn_matrix *V, const dnn_matrix *A, dnn_error *err);

/* Eigenvalues wr + i wi (n x 1 each) and right vectors Vr + i Vi (n x n each; both may be NULL). */
dnn_status dnn_eig(dnn_matrix *wr, dnn_matrix *wi, dnn_matrix *Vr, dnn_matrix *Vi,
                   const dnn_matrix *A, dnn_error *err);

/* Moore-Penrose inverse (n x m); singular values up to rcond times the largest count as 0; rcond <
 * 0 means max(m, n) times the type's epsilon. */
dnn_status dnn_pinv(dnn_matrix *out, const dnn_matrix *A, double rcond, dnn_error *err);

/* Condition number in the 2-norm: the largest singular value of A (m x n) over the smallest;
 * infinity where that is 0, 1 for a matrix without elements. */
dnn_status dnn_cond(double *out, const dnn_matrix *A, dnn_error *err);

/* Number of singular values above rcond times the largest (rcond < 0: as in dnn_pinv). */
dnn_status dnn_rank(size_t *rank, const dnn_matrix *A, double rcond, dnn_error *err);

#endif
