/* linalg_decompose.c: a matrix as a product of simpler ones: cholesky, qr, svd, eigh, eig. */
#include <stdbool.h>

#include "core/interrupt.h"
#include "math/linalg_support.h"

static dnn_status fail_converge(const char *what, const dnn_matrix *A, dnn_error *err) {
    return dnn_fail(err, DNN_ERROR_NUMERIC,
                    "%s: the iteration did not converge for this %zu x %zu matrix", what, A->rows,
                    A->cols);
}

dnn_status dnn_cholesky(dnn_matrix *L, const dnn_matrix *A, dnn_error *err) {
    static const char what[] = "cholesky";
    dnn_status status = dnn_linalg_square(what, A, "", err);
    if (status == DNN_OK)
        status = dnn_linalg_output(what, "L", L, A->rows, A->rows, A, err);
    if (status == DNN_OK)
        status = dnn_linalg_lower(what, L, A, err);
    if (status != DNN_OK || A->rows == 0)
        return status;
    lapack_int info =
        DNN_LAPACKE(L, potrf, 'L', (int)L->rows, L->data, (int)L->ld);
    if (info > 0)
        return dnn_fail(err, DNN_ERROR_NUMERIC,
                        "cholesky: the matrix is not positive definite: its leading minor of order "
                        "%d is not positive",
                        info);
    return info < 0 ? dnn_linalg_failed(what, info, err) : DNN_OK;
}

/* Q and R out of Householder reflections: `work` (m x n) and `tau` (k x 1) are destroyed. */
static dnn_status unfold_reflections(dnn_matrix *Q, dnn_matrix *R, dnn_matrix *work,
                                     dnn_matrix *tau, dnn_error *err) {
    int m = (int)work->rows, n = (int)work->cols, k = (int)tau->rows, ld = (int)work->ld;
    lapack_int info =
        DNN_LAPACKE(work, geqrf, m, n, work->data, ld, tau->data);
    if (info != 0)
        return dnn_linalg_failed("qr", info, err);
    dnn_status status = dnn_interrupt_check(err);
    if (status != DNN_OK)
        return status;
    for (size_t j = 0; j < R->cols; j++)
        for (size_t i = 0; i < R->rows; i++)
            dnn_matrix_set(R, i, j, i <= j ? dnn_matrix_get(work, i, j) : 0);
    info = DNN_LAPACKE(work, orgqr, m, k, k, work->data, ld, tau->data);
    if (info != 0)
        return dnn_linalg_failed("qr", info, err);
    dnn_matrix first = *work;
    first.cols = Q->cols;
    return dnn_matrix_copy(Q, &first, err);
}

dnn_status dnn_qr(dnn_matrix *Q, dnn_matrix *R, const dnn_matrix *A, dnn_error *err) {
    static const char what[] = "qr";
    size_t k = A->rows < A->cols ? A->rows : A->cols;
    dnn_status status = dnn_linalg_operand(what, "A", A, err);
    if (status == DNN_OK)
        status = dnn_linalg_output(what, "Q", Q, A->rows, k, A, err);
    if (status == DNN_OK)
        status = dnn_linalg_output(what, "R", R, k, A->cols, A, err);
    if (status != DNN_OK || k == 0)
        return status;

    dnn_matrix work, tau = {0};
    status = dnn_linalg_copy(what, "A", &work, A, err);
    if (status == DNN_OK)
        status = dnn_matrix_create(&tau, A->dtype, k, 1, err);
    if (status == DNN_OK)
        status = unfold_reflections(Q, R, &work, &tau, err);
    dnn_matrix_free(&tau);
    dnn_matrix_free(&work);
    return status;
}

static dnn_status check_svd(const dnn_matrix *U, const dnn_matrix *s, const dnn_matrix *Vt,
                            const dnn_matrix *A, dnn_error *err) {
    static const char what[] = "svd";
    size_t k = A->rows < A->cols ? A->rows : A->cols;
    dnn_status status = dnn_linalg_operand(what, "A", A, err);
    if (status == DNN_OK && (U == NULL) != (Vt == NULL))
        status = dnn_fail(err, DNN_ERROR_ARGUMENT, "svd: ask for both U and Vt, or for neither");
    if (status == DNN_OK)
        status = dnn_linalg_output(what, "s", s, k, 1, A, err);
    if (status == DNN_OK && U != NULL)
        status = dnn_linalg_output(what, "U", U, A->rows, k, A, err);
    if (status == DNN_OK && Vt != NULL)
        status = dnn_linalg_output(what, "Vt", Vt, k, A->cols, A, err);
    return status;
}

dnn_status dnn_svd(dnn_matrix *U, dnn_matrix *s, dnn_matrix *Vt, const dnn_matrix *A,
                   dnn_error *err) {
    static const char what[] = "svd";
    dnn_status status = check_svd(U, s, Vt, A, err);
    if (status != DNN_OK || s->rows == 0)
        return status;

    dnn_matrix work, none = {.ld = 1};
    const dnn_matrix *left = U != NULL ? U : &none, *right = Vt != NULL ? Vt : &none;
    status = dnn_linalg_copy(what, "A", &work, A, err);
    if (status == DNN_OK) {
        lapack_int info =
            DNN_LAPACKE(&work, gesdd, U != NULL ? 'S' : 'N',
                        (int)work.rows, (int)work.cols, work.data, (int)work.ld, s->data,
                        left->data, (int)left->ld, right->data, (int)right->ld);
        if (info != 0)
            status = info > 0 ? fail_converge(what, A, err) : dnn_linalg_failed(what, info, err);
    }
    dnn_matrix_free(&work);
    return status;
}

dnn_status dnn_eigh(dnn_matrix *w, dnn_matrix *V, const dnn_matrix *A, dnn_error *err) {
    static const char what[] = "eigh";
    dnn_status status = dnn_linalg_square(what, A, " (svd takes any shape)", err);
    if (status == DNN_OK)
        status = dnn_linalg_output(what, "w", w, A->rows, 1, A, err);
    if (status == DNN_OK && V != NULL)
        status = dnn_linalg_output(what, "V", V, A->rows, A->rows, A, err);
    if (status != DNN_OK || A->rows == 0)
        return status;

    dnn_matrix own = {0}, *work = V;
    if (V == NULL) {
        work = &own;
        status = dnn_matrix_create(&own, A->dtype, A->rows, A->rows, err);
    }
    if (status == DNN_OK)
        status = dnn_linalg_lower(what, work, A, err);
    if (status == DNN_OK) {
        lapack_int info = DNN_LAPACKE(work, syevd, V != NULL ? 'V' : 'N',
                                      'L', (int)work->rows, work->data, (int)work->ld, w->data);
        if (info != 0)
            status = info > 0 ? fail_converge(what, A, err) : dnn_linalg_failed(what, info, err);
    }
    dnn_matrix_free(&own);
    return status;
}

static dnn_status check_eig(const dnn_matrix *wr, const dnn_matrix *wi, const dnn_matrix *Vr,
                            const dnn_matrix *Vi, const dnn_matrix *A, dnn_error *err) {
    static const char what[] = "eig";
    size_t n = A->rows;
    dnn_status status = dnn_linalg_square(what, A, " (svd takes any shape)", err);
    if (status == DNN_OK && (Vr == NULL) != (Vi == NULL))
        status = dnn_fail(err, DNN_ERROR_ARGUMENT, "eig: ask for both Vr and Vi, or for neither");
    if (status == DNN_OK)
        status = dnn_linalg_output(what, "wr", wr, n, 1, A, err);
    if (status == DNN_OK)
        status = dnn_linalg_output(what, "wi", wi, n, 1, A, err);
    if (status == DNN_OK && Vr != NULL)
        status = dnn_linalg_output(what, "Vr", Vr, n, n, A, err);
    if (status == DNN_OK && Vi != NULL)
        status = dnn_linalg_output(what, "Vi", Vi, n, n, A, err);
    return status;
}

/* LAPACK keeps a conjugate pair's vectors v, conj(v) as two columns Re v, Im v. */
static void unpack_vectors(dnn_matrix *Vr, dnn_matrix *Vi, const dnn_matrix *wi,
                           const dnn_matrix *packed) {
    size_t n = packed->rows;
    for (size_t j = 0; j < n; j++) {
        bool pair = dnn_matrix_get(wi, j, 0) != 0;
        for (size_t i = 0; i < n; i++) {
            double real = dnn_matrix_get(packed, i, j);
            double imaginary = pair ? dnn_matrix_get(packed, i, j + 1) : 0;
            dnn_matrix_set(Vr, i, j, real);
            dnn_matrix_set(Vi, i, j, imaginary);
            if (pair) {
                dnn_matrix_set(Vr, i, j + 1, real);
                dnn_matrix_set(Vi, i, j + 1, -imaginary);
            }
        }
        j += pair;
    }
}

dnn_status dnn_eig(dnn_matrix *wr, dnn_matrix *wi, dnn_matrix *Vr, dnn_matrix *Vi,
                   const dnn_matrix *A, dnn_error *err) {
    static const char what[] = "eig";
    dnn_status status = check_eig(wr, wi, Vr, Vi, A, err);
    if (status != DNN_OK || A->rows == 0)
        return status;

    dnn_matrix work, packed = {.ld = 1};
    status = dnn_linalg_copy(what, "A", &work, A, err);
    if (status == DNN_OK && Vr != NULL)
        status = dnn_matrix_create(&packed, A->dtype, A->rows, A->rows, err);
    if (status == DNN_OK) {
        lapack_int info = DNN_LAPACKE(
            &work, geev, 'N', Vr != NULL ? 'V' : 'N', (int)work.rows,
            work.data, (int)work.ld, wr->data, wi->data, NULL, 1, packed.data, (int)packed.ld);
        if (info != 0)
            status = info > 0 ? fail_converge(what, A, err) : dnn_linalg_failed(what, info, err);
        else if (Vr != NULL)
            unpack_vectors(Vr, Vi, wi, &packed);
    }
    dnn_matrix_free(&packed);
    dnn_matrix_free(&work);
    return status;
}
