/* linalg_solve.c: linear systems: solve, lstsq, inv, det, pinv and rank. */
#include <math.h>

#include "core/interrupt.h"
#include "core/memory.h"
#include "math/blas.h"
#include "math/linalg_support.h"

/* LU decomposition with row exchanges, in place; `pivots` has room for A->rows. *zero_pivot is the
 * first pivot that is 0, counted from 1, or 0. */
static dnn_status factor(const char *what, dnn_matrix *A, lapack_int *pivots, size_t *zero_pivot,
                         dnn_error *err) {
    int n = (int)A->rows;
    lapack_int info =
        DNN_LAPACKE(A, getrf, n, n, A->data, (int)A->ld, pivots);
    *zero_pivot = info > 0 ? (size_t)info : 0;
    return info < 0 ? dnn_linalg_failed(what, info, err) : dnn_interrupt_check(err);
}

/* The largest sum of absolute values in a column of A. */
static double one_norm(const dnn_matrix *A) {
    int m = (int)A->rows, n = (int)A->cols;
    return DNN_LAPACKE(A, lange, '1', m, n, A->data, (int)A->ld);
}

/* *rcond (NULL: not wanted) from the LU decomposition of a matrix of that 1-norm. */
static dnn_status estimate_rcond(const char *what, const dnn_matrix *lu, double norm, double *rcond,
                                 dnn_error *err) {
    int n = (int)lu->rows;
    lapack_int info = 0;
    float estimate = 0;
    if (rcond == NULL)
        return DNN_OK;
    if (lu->dtype == DNN_FLOAT32)
        info =
            dnn_lapack.sgecon(LAPACK_COL_MAJOR, '1', n, lu->data, (int)lu->ld, (float)norm, &estimate);
    else
        info = dnn_lapack.dgecon(LAPACK_COL_MAJOR, '1', n, lu->data, (int)lu->ld, norm, rcond);
    if (lu->dtype == DNN_FLOAT32)
        *rcond = (double)estimate;
    return info < 0 ? dnn_linalg_failed(what, info, err) : DNN_OK;
}

static dnn_status fail_singular(const char *what, size_t pivot, const char *instead,
                                dnn_error *err) {
    return dnn_fail(err, DNN_ERROR_NUMERIC,
                    "%s: the matrix is singular: pivot %zu of its LU decomposition is 0 (%s)", what,
                    pivot, instead);
}

static dnn_status allocate_pivots(const char *what, lapack_int **pivots, size_t n, dnn_error *err) {
    *pivots = dnn_calloc(n, sizeof **pivots);
    return *pivots == NULL
               ? dnn_fail(err, DNN_ERROR_MEMORY, "%s: not enough memory for %zu pivots", what, n)
               : DNN_OK;
}

/* The same in a copy of the finite A; `lu` and `pivots` are the caller's to free, also after a
 * failure. */
static dnn_status factor_copy(const char *what, const dnn_matrix *A, dnn_matrix *lu,
                              lapack_int **pivots, size_t *zero_pivot, dnn_error *err) {
    *pivots = NULL;
    *zero_pivot = 0;
    dnn_status status = dnn_linalg_copy(what, "A", lu, A, err);
    if (status == DNN_OK)
        status = allocate_pivots(what, pivots, A->rows, err);
    return status == DNN_OK && A->rows > 0 ? factor(what, lu, *pivots, zero_pivot, err) : status;
}

/* The right-hand side of A X = B. */
static dnn_status check_right_side(const char *what, const dnn_matrix *X, const dnn_matrix *A,
                                   const dnn_matrix *B, dnn_error *err) {
    dnn_status status = dnn_linalg_operand(what, "B", B, err);
    if (status == DNN_OK)
        status = dnn_matrix_require_same_type(A, B, what, err);
    if (status != DNN_OK)
        return status;
    if (A->rows != B->rows)
        return dnn_fail(err, DNN_ERROR_SHAPE,
                        "%s: A is %zu x %zu, so B must have %zu rows, not %zu (it is %zu x %zu)%s",
                        what, A->rows, A->cols, A->rows, B->rows, B->rows, B->cols,
                        A->rows == B->cols ? "; transpose it: B:t()" : "");
    return dnn_linalg_output(what, "X", X, A->cols, B->cols, A, err);
}

/* X, the right-hand side, becomes the solution. */
static dnn_status substitute(const dnn_matrix *lu, const lapack_int *pivots, dnn_matrix *X,
                             dnn_error *err) {
    lapack_int info = DNN_LAPACKE(X, getrs, 'N', (int)lu->rows,
                                  (int)X->cols, lu->data, (int)lu->ld, pivots, X->data, (int)X->ld);
    return info < 0 ? dnn_linalg_failed("solve", info, err) : dnn_linalg_result("solve", X, err);
}

dnn_status dnn_solve(dnn_matrix *X, const dnn_matrix *A, const dnn_matrix *B, double *rcond,
                     dnn_error *err) {
    static const char what[] = "solve", instead[] = "lstsq finds the solution of least norm";
    if (rcond != NULL)
        *rcond = 1;
    dnn_status status = dnn_linalg_square(what, A, " (lstsq takes any shape)", err);
    if (status == DNN_OK)
        status = check_right_side(what, X, A, B, err);
    if (status != DNN_OK)
        return status;

    dnn_matrix lu;
    lapack_int *pivots;
    size_t zero_pivot;
    status = factor_copy(what, A, &lu, &pivots, &zero_pivot, err);
    if (status == DNN_OK)
        status = dnn_linalg_finite(what, "B", B, err);
    if (status == DNN_OK)
        status = dnn_matrix_copy(X, B, err);
    if (status == DNN_OK && zero_pivot > 0)
        status = fail_singular(what, zero_pivot, instead, err);
    if (status == DNN_OK && A->rows > 0)
        status = estimate_rcond(what, &lu, one_norm(A), rcond, err);
    if (status == DNN_OK && X->rows > 0 && X->cols > 0)
        status = substitute(&lu, pivots, X, err);
    dnn_free(pivots);
    dnn_matrix_free(&lu);
    return status;
}

/* The inverse of what was factored in place. */
static dnn_status invert(dnn_matrix *lu, const lapack_int *pivots, dnn_error *err) {
    lapack_int info = DNN_LAPACKE(lu, getri, (int)lu->rows, lu->data,
                                  (int)lu->ld, pivots);
    return info < 0 ? dnn_linalg_failed("inv", info, err) : dnn_linalg_result("inv", lu, err);
}

dnn_status dnn_inv(dnn_matrix *out, const dnn_matrix *A, double *rcond, dnn_error *err) {
    static const char what[] = "inv", instead[] = "pinv gives the pseudo-inverse";
    if (rcond != NULL)
        *rcond = 1;
    dnn_status status = dnn_linalg_square(what, A, " (pinv takes any shape)", err);
    if (status == DNN_OK)
        status = dnn_linalg_output(what, "the inverse", out, A->rows, A->rows, A, err);
    if (status == DNN_OK)
        status = dnn_linalg_finite(what, "A", A, err);
    if (status == DNN_OK)
        status = dnn_matrix_copy(out, A, err);
    if (status != DNN_OK || A->rows == 0)
        return status;

    lapack_int *pivots = NULL;
    size_t zero_pivot = 0;
    status = allocate_pivots(what, &pivots, A->rows, err);
    if (status == DNN_OK)
        status = factor(what, out, pivots, &zero_pivot, err);
    if (status == DNN_OK && zero_pivot > 0)
        status = fail_singular(what, zero_pivot, instead, err);
    if (status == DNN_OK)
        status = estimate_rcond(what, out, one_norm(A), rcond, err);
    if (status == DNN_OK)
        status = invert(out, pivots, err);
    dnn_free(pivots);
    return status;
}

/* Product of the pivots, with a sign for each exchange of rows, as a fraction of 1 whose exponent is
 * kept apart: no determinant leaves the range. */
static double product_of_pivots(const dnn_matrix *lu, const lapack_int *pivots, long *exponent) {
    double det = 1;
    *exponent = 0;
    for (size_t i = 0; i < lu->rows; i++) {
        int e;
        det = frexp(det * dnn_matrix_get(lu, i, i), &e);
        *exponent += e;
        if ((size_t)pivots[i] != i + 1)
            det = -det;
    }
    return det;
}

/* The determinant is *fraction times 2^*exponent. */
static dnn_status determinant(const char *what, const dnn_matrix *A, double *fraction,
                              long *exponent, dnn_error *err) {
    dnn_status status = dnn_linalg_square(what, A, "", err);
    if (status != DNN_OK)
        return status;

    dnn_matrix lu;
    lapack_int *pivots;
    size_t zero_pivot;
    *fraction = 0;
    *exponent = 0;
    status = factor_copy(what, A, &lu, &pivots, &zero_pivot, err);
    if (status == DNN_OK && zero_pivot == 0)
        *fraction = product_of_pivots(&lu, pivots, exponent);
    dnn_free(pivots);
    dnn_matrix_free(&lu);
    return status;
}

dnn_status dnn_det(double *out, const dnn_matrix *A, dnn_error *err) {
    double fraction;
    long exponent;
    dnn_status status = determinant("det", A, &fraction, &exponent, err);
    if (status != DNN_OK)
        return status;
    exponent = exponent > 100000 ? 100000 : exponent < -100000 ? -100000 : exponent;
    *out = ldexp(fraction, (int)exponent);
    return status;
}

dnn_status dnn_logdet(double *out, const dnn_matrix *A, dnn_error *err) {
    double fraction;
    long exponent;
    dnn_status status = determinant("logdet", A, &fraction, &exponent, err);
    if (status == DNN_OK)
        *out = log(fraction) + (double)exponent * log(2);
    return status;
}

/* xGELSD on copies: `a` is destroyed, `b` (max(m, n) x r) takes the solution in its first n rows.
 */
static dnn_status least_squares(dnn_matrix *a, dnn_matrix *b, size_t *rank, dnn_error *err) {
    size_t k = a->rows < a->cols ? a->rows : a->cols;
    dnn_matrix s;
    dnn_status status = dnn_matrix_create(&s, a->dtype, k, 1, err);
    if (status != DNN_OK)
        return status;
    lapack_int m = (int)a->rows, n = (int)a->cols, r = (int)b->cols, found = 0, info;
    double rcond = dnn_linalg_rcond(a);
    if (a->dtype == DNN_FLOAT32)
        info = dnn_lapack.sgelsd(LAPACK_COL_MAJOR, m, n, r, a->data, (int)a->ld, b->data, (int)b->ld,
                              s.data, (float)rcond, &found);
    else
        info = dnn_lapack.dgelsd(LAPACK_COL_MAJOR, m, n, r, a->data, (int)a->ld, b->data, (int)b->ld,
                              s.data, rcond, &found);
    dnn_matrix_free(&s);
    *rank = (size_t)found;
    if (info > 0)
        return dnn_fail(err, DNN_ERROR_NUMERIC,
                        "lstsq: the singular values of A (%d x %d) did not converge", m, n);
    return info < 0 ? dnn_linalg_failed("lstsq", info, err) : DNN_OK;
}

dnn_status dnn_lstsq(dnn_matrix *X, const dnn_matrix *A, const dnn_matrix *B, size_t *rank,
                     dnn_error *err) {
    static const char what[] = "lstsq";
    size_t m = A->rows, n = A->cols, found = 0;
    dnn_status status = dnn_linalg_operand(what, "A", A, err);
    if (status == DNN_OK)
        status = check_right_side(what, X, A, B, err);
    if (status != DNN_OK)
        return status;

    dnn_matrix a, work = {0}, top;
    status = dnn_linalg_copy(what, "A", &a, A, err);
    if (status == DNN_OK)
        status = dnn_linalg_finite(what, "B", B, err);
    if (status == DNN_OK)
        status = dnn_matrix_create(&work, A->dtype, m > n ? m : n, B->cols, err);
    if (status == DNN_OK)
        status = dnn_matrix_block(&top, &work, 0, 0, m, B->cols, err);
    if (status == DNN_OK)
        status = dnn_matrix_copy(&top, B, err);
    if (status == DNN_OK && m > 0 && n > 0)
        status = least_squares(&a, &work, &found, err);
    if (status == DNN_OK)
        status = dnn_matrix_block(&top, &work, 0, 0, n, B->cols, err);
    if (status == DNN_OK)
        status = dnn_matrix_copy(X, &top, err);
    if (rank != NULL)
        *rank = found;
    dnn_matrix_free(&work);
    dnn_matrix_free(&a);
    return status;
}

/* out = Vt' diag(1/s) U' over the first `rank` singular values; U is destroyed. */
static dnn_status assemble_inverse(dnn_matrix *out, dnn_matrix *U, const dnn_matrix *s,
                                   const dnn_matrix *Vt, size_t rank, dnn_error *err) {
    for (size_t j = 0; j < rank; j++)
        for (size_t i = 0; i < U->rows; i++)
            dnn_matrix_set(U, i, j, dnn_matrix_get(U, i, j) / dnn_matrix_get(s, j, 0));
    dnn_matrix left = *U, top = *Vt;
    left.cols = rank;
    top.rows = rank;
    return dnn_mm(true, true, 1, &top, &left, 0, out, err);
}

dnn_status dnn_pinv(dnn_matrix *out, const dnn_matrix *A, double rcond, dnn_error *err) {
    static const char what[] = "pinv";
    size_t m = A->rows, n = A->cols, k = m < n ? m : n;
    dnn_status status = dnn_linalg_operand(what, "A", A, err);
    if (status == DNN_OK)
        status = dnn_linalg_output(what, "the pseudo-inverse", out, n, m, A, err);
    if (status == DNN_OK)
        status = dnn_linalg_finite(what, "A", A, err);
    if (status != DNN_OK)
        return status;

    dnn_matrix U = {0}, s = {0}, Vt = {0};
    status = dnn_matrix_create(&U, A->dtype, m, k, err);
    if (status == DNN_OK)
        status = dnn_matrix_create(&s, A->dtype, k, 1, err);
    if (status == DNN_OK)
        status = dnn_matrix_create(&Vt, A->dtype, k, n, err);
    if (status == DNN_OK)
        status = dnn_svd(&U, &s, &Vt, A, err);
    if (status == DNN_OK)
        status = assemble_inverse(out, &U, &s, &Vt, dnn_linalg_count_above(&s, rcond, A), err);
    dnn_matrix_free(&U);
    dnn_matrix_free(&s);
    dnn_matrix_free(&Vt);
    return status;
}

/* The singular values of A into s (k x 1), which is the caller's to free, also after a failure. */
static dnn_status singular_values(const char *what, dnn_matrix *s, const dnn_matrix *A,
                                  dnn_error *err) {
    *s = (dnn_matrix){0};
    dnn_status status = dnn_linalg_operand(what, "A", A, err);
    if (status == DNN_OK)
        status = dnn_linalg_finite(what, "A", A, err);
    if (status == DNN_OK)
        status = dnn_matrix_create(s, A->dtype, A->rows < A->cols ? A->rows : A->cols, 1, err);
    if (status == DNN_OK)
        status = dnn_svd(NULL, s, NULL, A, err);
    return status;
}

dnn_status dnn_rank(size_t *rank, const dnn_matrix *A, double rcond, dnn_error *err) {
    dnn_matrix s;
    dnn_status status = singular_values("rank", &s, A, err);
    if (status == DNN_OK)
        *rank = dnn_linalg_count_above(&s, rcond, A);
    dnn_matrix_free(&s);
    return status;
}

dnn_status dnn_cond(double *out, const dnn_matrix *A, dnn_error *err) {
    dnn_matrix s;
    dnn_status status = singular_values("cond", &s, A, err);
    if (status == DNN_OK && s.rows == 0)
        *out = 1;
    else if (status == DNN_OK) {
        double largest = dnn_matrix_get(&s, 0, 0), smallest = dnn_matrix_get(&s, s.rows - 1, 0);
        *out = smallest == 0 ? INFINITY : largest / smallest;
    }
    dnn_matrix_free(&s);
    return status;
}
