/* linalg.c: linear algebra with gradients (Giles 2008, "Collected matrix derivative results").
 *
 *     solve       A = X0^-1 X1           dX1 = X0^-T dA,  dX0 = -dX1 A'
 *     inv         A = X^-1               dX = -A' dA A'
 *     det         A = |X|                dX = dA A X^-T
 *     logdet      A = log |X|            dX = dA X^-T
 *     cholesky    A A' = X               dX = sym(A^-T P A^-1), P the lower triangle of A' dA with
 *                                        half of the diagonal
 *     svdvals     A = s of U s V' = X    dX = U dA V'
 *     eigh        A = w' above V, of X V = V w
 *                                        dX = sym(V (dw + F (V' dV)) V'), F(i, j) = 1 / (w(j) - w(i)),
 *                                        0 where that is 0
 *
 * cholesky and eigh read one triangle of a symmetric X; its gradient is symmetric, sym(S) being
 * (S + S') / 2. */
#include "math/linalg.h"

#include "core/memory.h"
#include "math/blas.h"
#include "nn/operators/operators.h"

/* The next rows x cols of call->scratch from `used` on. */
static dnn_matrix take(const dnn_call *call, size_t *used, size_t rows, size_t cols) {
    dnn_matrix m = dnn_matrix_of(call->dtype, rows, cols, (char *)call->scratch + *used);
    *used += dnn_align_up(rows * cols * dnn_dtype_info(call->dtype)->size);
    return m;
}

/* Four matrices of the size of X, or of the larger of its sides squared. */
static size_t scratch(const dnn_call *call) {
    const dnn_matrix *X = &call->X[0];
    size_t side = X->rows > X->cols ? X->rows : X->cols;
    size_t cols = call->inputs > 1 && call->X[1].cols > side ? call->X[1].cols : side;
    return 4 * dnn_align_up((side + 1) * cols * dnn_dtype_info(call->dtype)->size);
}

static dnn_status transposed(dnn_matrix *out, const dnn_call *call, size_t *used,
                             const dnn_matrix *m, dnn_error *err) {
    *out = take(call, used, m->cols, m->rows);
    return dnn_matrix_transpose(out, m, err);
}

/* dX = or += (S + S') / 2. */
static dnn_status symmetric_back(dnn_call *call, const dnn_matrix *S, size_t *used, dnn_error *err) {
    dnn_matrix sum;
    dnn_status status = transposed(&sum, call, used, S, err);
    if (status == DNN_OK)
        status = dnn_binary(DNN_ADD, &sum, &sum, S, err);
    if (status == DNN_OK)
        status = dnn_binary_scalar(DNN_MUL, &sum, &sum, 0.5, false, err);
    return status == DNN_OK ? dnn_spread(&call->dX[0], &sum, call->add[0], err) : status;
}

/* --- solve --- */

static dnn_status solve_result(const dnn_call *call, size_t *rows, size_t *cols, dnn_error *err) {
    (void)err; /* dnn_solve says what does not fit */
    *rows = call->X[0].cols;
    *cols = call->X[1].cols;
    return DNN_OK;
}

static dnn_status solve_forward(dnn_call *call, dnn_error *err) {
    return dnn_solve(&call->A, &call->X[0], &call->X[1], NULL, err);
}

static dnn_status solve_backward(dnn_call *call, dnn_error *err) {
    size_t used = 0;
    dnn_matrix T, G;
    dnn_status status = transposed(&T, call, &used, &call->X[0], err);
    G = take(call, &used, call->dA.rows, call->dA.cols);
    if (status == DNN_OK)
        status = dnn_solve(&G, &T, &call->dA, NULL, err);
    if (status == DNN_OK && call->dX[0].data != NULL)
        status = dnn_mm(false, true, -1, &G, &call->A, dnn_call_beta(call->add[0]), &call->dX[0], err);
    return status == DNN_OK && call->dX[1].data != NULL
               ? dnn_spread(&call->dX[1], &G, call->add[1], err)
               : status;
}

/* --- inv --- */

static dnn_status inv_forward(dnn_call *call, dnn_error *err) {
    return dnn_inv(&call->A, &call->X[0], NULL, err);
}

static dnn_status inv_backward(dnn_call *call, dnn_error *err) {
    size_t used = 0;
    dnn_matrix G = take(call, &used, call->A.rows, call->A.cols);
    dnn_status status = dnn_mm(false, true, 1, &call->dA, &call->A, 0, &G, err);
    return status == DNN_OK ? dnn_mm(true, false, -1, &call->A, &G, dnn_call_beta(call->add[0]),
                                     &call->dX[0], err)
                            : status;
}

/* --- det --- */

static dnn_status det_result(const dnn_call *call, size_t *rows, size_t *cols, dnn_error *err) {
    (void)call, (void)err;
    *rows = *cols = 1;
    return DNN_OK;
}

static dnn_status det_forward(dnn_call *call, dnn_error *err) {
    double value = 0;
    dnn_status status = dnn_det(&value, &call->X[0], err);
    if (status == DNN_OK)
        dnn_matrix_set(&call->A, 0, 0, value);
    return status;
}

/* dX = factor X^-T. */
static dnn_status inverse_back(dnn_call *call, double factor, dnn_error *err) {
    size_t used = 0;
    dnn_matrix inverse = take(call, &used, call->X[0].rows, call->X[0].cols), G;
    dnn_status status = dnn_inv(&inverse, &call->X[0], NULL, err);
    if (status == DNN_OK)
        status = transposed(&G, call, &used, &inverse, err);
    if (status == DNN_OK)
        status = dnn_binary_scalar(DNN_MUL, &G, &G, factor, false, err);
    return status == DNN_OK ? dnn_spread(&call->dX[0], &G, call->add[0], err) : status;
}

static dnn_status det_backward(dnn_call *call, dnn_error *err) {
    return inverse_back(call, dnn_matrix_get(&call->A, 0, 0) * dnn_matrix_get(&call->dA, 0, 0), err);
}

static dnn_status logdet_forward(dnn_call *call, dnn_error *err) {
    double value = 0;
    dnn_status status = dnn_logdet(&value, &call->X[0], err);
    if (status == DNN_OK)
        dnn_matrix_set(&call->A, 0, 0, value);
    return status;
}

static dnn_status logdet_backward(dnn_call *call, dnn_error *err) {
    return inverse_back(call, dnn_matrix_get(&call->dA, 0, 0), err);
}

/* --- cholesky --- */

static dnn_status cholesky_forward(dnn_call *call, dnn_error *err) {
    return dnn_cholesky(&call->A, &call->X[0], err);
}

static dnn_status cholesky_backward(dnn_call *call, dnn_error *err) {
    size_t used = 0, n = call->A.rows;
    dnn_matrix T, P = take(call, &used, n, n), S = take(call, &used, n, n), Pt;
    dnn_status status = transposed(&T, call, &used, &call->A, err);
    if (status == DNN_OK)
        status = dnn_mm(false, false, 1, &T, &call->dA, 0, &P, err);
    for (size_t j = 0; j < n && status == DNN_OK; j++) {
        for (size_t i = 0; i < j; i++)
            dnn_matrix_set(&P, i, j, 0);
        dnn_matrix_set(&P, j, j, dnn_matrix_get(&P, j, j) / 2);
    }
    if (status == DNN_OK)
        status = dnn_solve(&S, &T, &P, NULL, err); /* A^-T P */
    if (status == DNN_OK)
        status = transposed(&Pt, call, &used, &S, err);
    if (status == DNN_OK)
        status = dnn_solve(&S, &T, &Pt, NULL, err); /* (A^-T P A^-1)' */
    used = 0;
    return status == DNN_OK ? symmetric_back(call, &S, &used, err) : status;
}

/* --- svdvals --- */

static dnn_status svdvals_result(const dnn_call *call, size_t *rows, size_t *cols, dnn_error *err) {
    const dnn_matrix *X = &call->X[0];
    (void)err;
    *rows = X->rows < X->cols ? X->rows : X->cols;
    *cols = 1;
    return DNN_OK;
}

static dnn_status svdvals_forward(dnn_call *call, dnn_error *err) {
    return dnn_svd(NULL, &call->A, NULL, &call->X[0], err);
}

static dnn_status svdvals_backward(dnn_call *call, dnn_error *err) {
    const dnn_matrix *X = &call->X[0];
    size_t used = 0, k = call->A.rows;
    dnn_matrix U = take(call, &used, X->rows, k), s = take(call, &used, k, 1),
               Vt = take(call, &used, k, X->cols);
    dnn_status status = dnn_svd(&U, &s, &Vt, X, err);
    if (status == DNN_OK)
        status = dnn_binary(DNN_MUL, &Vt, &Vt, &call->dA, err);
    return status == DNN_OK ? dnn_mm(false, false, 1, &U, &Vt, dnn_call_beta(call->add[0]),
                                     &call->dX[0], err)
                            : status;
}

/* --- eigh --- */

static dnn_status eigh_result(const dnn_call *call, size_t *rows, size_t *cols, dnn_error *err) {
    (void)err;
    *rows = call->X[0].rows + 1;
    *cols = call->X[0].cols;
    return DNN_OK;
}

static dnn_status eigh_forward(dnn_call *call, dnn_error *err) {
    const dnn_matrix *X = &call->X[0];
    dnn_matrix w = {0}, V = {0}, row, below;
    dnn_status status = dnn_matrix_create(&w, call->dtype, X->rows, 1, err);
    if (status == DNN_OK)
        status = dnn_matrix_create(&V, call->dtype, X->rows, X->rows, err);
    if (status == DNN_OK)
        status = dnn_eigh(&w, &V, X, err);
    if (status == DNN_OK)
        status = dnn_matrix_block(&row, &call->A, 0, 0, 1, X->cols, err);
    if (status == DNN_OK)
        status = dnn_matrix_block(&below, &call->A, 1, 0, X->rows, X->cols, err);
    if (status == DNN_OK)
        status = dnn_matrix_transpose(&row, &w, err);
    if (status == DNN_OK)
        status = dnn_matrix_copy(&below, &V, err);
    dnn_matrix_free(&w);
    dnn_matrix_free(&V);
    return status;
}

/* C = V' dV, then dw + F C in place. */
static void spread_eigenvalues(const dnn_call *call, dnn_matrix *C) {
    for (size_t j = 0; j < C->cols; j++)
        for (size_t i = 0; i < C->rows; i++) {
            double gap = dnn_matrix_get(&call->A, 0, j) - dnn_matrix_get(&call->A, 0, i);
            dnn_matrix_set(C, i, j,
                           i == j     ? dnn_matrix_get(&call->dA, 0, j)
                           : gap == 0 ? 0
                                      : dnn_matrix_get(C, i, j) / gap);
        }
}

static dnn_status eigh_backward(dnn_call *call, dnn_error *err) {
    size_t used = 0, n = call->A.cols;
    dnn_matrix V, dV, C = take(call, &used, n, n), T = take(call, &used, n, n);
    dnn_status status = dnn_matrix_block(&V, &call->A, 1, 0, n, n, err);
    if (status == DNN_OK)
        status = dnn_matrix_block(&dV, &call->dA, 1, 0, n, n, err);
    if (status == DNN_OK)
        status = dnn_mm(true, false, 1, &V, &dV, 0, &C, err);
    if (status != DNN_OK)
        return status;
    spread_eigenvalues(call, &C);
    status = dnn_mm(false, false, 1, &V, &C, 0, &T, err);
    if (status == DNN_OK)
        status = dnn_mm(false, true, 1, &T, &V, 0, &C, err);
    return status == DNN_OK ? symmetric_back(call, &C, &used, err) : status;
}

#define CLASS(operation, reads, count, shape, formula)                                             \
    const dnn_layer_class dnn_operator_##operation = {                                             \
        .name = #operation,                                                                        \
        .doc = formula,                                                                            \
        .flags = (reads) | DNN_STRIDED,                                                            \
        .inputs = count,                                                                           \
        .result = shape,                                                                           \
        .scratch = scratch,                                                                        \
        .forward = operation##_forward,                                                            \
        .backward = operation##_backward,                                                          \
    };

CLASS(solve, DNN_READS_X | DNN_READS_A, 2, solve_result, "A = X0^-1 X1")
CLASS(inv, DNN_READS_A, 1, NULL, "A = X^-1")
CLASS(det, DNN_READS_X | DNN_READS_A, 1, det_result, "A = the determinant of X")
CLASS(logdet, DNN_READS_X, 1, det_result, "A = the logarithm of the determinant of X")
CLASS(cholesky, DNN_READS_A, 1, NULL, "A A' = X, A lower triangular")
CLASS(svdvals, DNN_READS_X, 1, svdvals_result, "A = the singular values of X")
CLASS(eigh, DNN_READS_A, 1, eigh_result, "A = the eigenvalues of X above its eigenvectors")
