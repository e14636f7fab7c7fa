/* linalg_support.c: checks and copies around LAPACK's calls. */
#include "math/linalg_support.h"

#include <float.h>
#include <limits.h>

#include "core/interrupt.h"
#include "math/blas_core.h"
#include "math/reduce.h"

dnn_status dnn_linalg_operand(const char *what, const char *name, const dnn_matrix *A,
                              dnn_error *err) {
    dnn_status status = dnn_matrix_require_real(A, what, err);
    if (status == DNN_OK)
        status = dnn_lapack_prepare(err);
    if (status != DNN_OK)
        return status;
    if (A->rows > INT_MAX || A->cols > INT_MAX || A->ld > INT_MAX)
        return dnn_fail(err, DNN_ERROR_SHAPE,
                        "%s: %s is %zu x %zu (columns %zu apart), beyond LAPACK's limit of %d",
                        what, name, A->rows, A->cols, A->ld, INT_MAX);
    return dnn_interrupt_check(err);
}

dnn_status dnn_linalg_square(const char *what, const dnn_matrix *A, const char *otherwise,
                             dnn_error *err) {
    dnn_status status = dnn_linalg_operand(what, "A", A, err);
    if (status != DNN_OK || A->rows == A->cols)
        return status;
    return dnn_fail(err, DNN_ERROR_SHAPE, "%s: the matrix must be square, not %zu x %zu%s", what,
                    A->rows, A->cols, otherwise);
}

dnn_status dnn_linalg_output(const char *what, const char *name, const dnn_matrix *out, size_t rows,
                             size_t cols, const dnn_matrix *A, dnn_error *err) {
    if (out->rows == rows && out->cols == cols && out->dtype == A->dtype)
        return DNN_OK;
    return dnn_fail(err, out->dtype == A->dtype ? DNN_ERROR_SHAPE : DNN_ERROR_TYPE,
                    "%s: %s must be %zu x %zu %s, not %zu x %zu %s", what, name, rows, cols,
                    dnn_dtype_info(A->dtype)->name, out->rows, out->cols,
                    dnn_dtype_info(out->dtype)->name);
}

dnn_status dnn_linalg_finite(const char *what, const char *name, const dnn_matrix *A,
                             dnn_error *err) {
    for (size_t j = 0, i; j < A->cols; j++)
        if (!dnn_all_finite(A->dtype, dnn_matrix_at(A, 0, j), A->rows, &i))
            return dnn_fail(err, DNN_ERROR_NUMERIC,
                            "%s: %s(%zu, %zu) is %g, and all elements must be finite", what, name,
                            i + 1, j + 1, dnn_shown(dnn_matrix_get(A, i, j)));
    return DNN_OK;
}

dnn_status dnn_linalg_copy(const char *what, const char *name, dnn_matrix *copy,
                           const dnn_matrix *A, dnn_error *err) {
    *copy = (dnn_matrix){0};
    dnn_status status = dnn_linalg_finite(what, name, A, err);
    if (status == DNN_OK)
        status = dnn_matrix_create(copy, A->dtype, A->rows, A->cols, err);
    if (status == DNN_OK)
        status = dnn_matrix_copy(copy, A, err);
    return status;
}

dnn_status dnn_linalg_lower(const char *what, dnn_matrix *out, const dnn_matrix *A,
                            dnn_error *err) {
    for (size_t j = 0; j < A->cols; j++)
        for (size_t i = 0; i < A->rows; i++)
            dnn_matrix_set(out, i, j, i < j ? 0 : dnn_matrix_get(A, i, j));
    return dnn_linalg_finite(what, "A", out, err);
}

static dnn_status fail_overflow(const char *what, dnn_error *err) {
    return dnn_fail(err, DNN_ERROR_NUMERIC,
                    "%s: numbers overflow on the way; scale the matrix to elements of about 1",
                    what);
}

dnn_status dnn_linalg_failed(const char *what, lapack_int info, dnn_error *err) {
    if (info != LAPACK_WORK_MEMORY_ERROR && info != LAPACK_TRANSPOSE_MEMORY_ERROR)
        return fail_overflow(what, err);
    return dnn_fail(err, DNN_ERROR_MEMORY, "%s: not enough memory for LAPACK's workspace", what);
}

dnn_status dnn_linalg_result(const char *what, const dnn_matrix *out, dnn_error *err) {
    for (size_t j = 0; j < out->cols; j++)
        if (!dnn_all_finite(out->dtype, dnn_matrix_at(out, 0, j), out->rows, NULL))
            return fail_overflow(what, err);
    return DNN_OK;
}

double dnn_linalg_rcond(const dnn_matrix *A) {
    double epsilon = A->dtype == DNN_FLOAT32 ? (double)FLT_EPSILON : DBL_EPSILON;
    return epsilon * (double)(A->rows > A->cols ? A->rows : A->cols);
}

size_t dnn_linalg_count_above(const dnn_matrix *s, double rcond, const dnn_matrix *A) {
    size_t count = 0;
    if (rcond < 0)
        rcond = dnn_linalg_rcond(A);
    while (count < s->rows && dnn_matrix_get(s, count, 0) > rcond * dnn_matrix_get(s, 0, 0))
        count++;
    return count;
}
