/* linalg.c: dnn.linalg, linear algebra on matrices. Shapes: A is m x n, k = min(m, n). */
#include "math/linalg.h"

#include <float.h>
#include <stdio.h>

#include "bindings/tape/tape.h"

static const char *const vectors_option[] = {"vectors", NULL};
static const char *const rcond_option[] = {"rcond", NULL};

/* Whether {vectors = false} does not switch them off. */
static bool wants_vectors(lua_State *L, const char *function) {
    dnnlua_check_options(L, 2, function, vectors_option);
    return dnnlua_option_flag(L, 2, function, "vectors", true);
}

/* {rcond = r}, or -1 for the runtime's own. */
static double option_rcond(lua_State *L, const char *function) {
    dnnlua_check_options(L, 2, function, rcond_option);
    return dnnlua_option_number(L, 2, function, "rcond", -1);
}

/* Warns, once, where A is singular to working precision. */
static void warn_singular(lua_State *L, const char *function, const dnn_matrix *A, double rcond,
                          const char *instead) {
    char condition[32];

    if (rcond >= (A->dtype == DNN_FLOAT32 ? (double)FLT_EPSILON : DBL_EPSILON))
        return;
    snprintf(condition, sizeof condition, "%.1e", 1 / rcond);
    dnnlua_warn_once(
        L, function,
        lua_pushfstring(L,
                        "%s: A is singular to working precision (condition number %s): no digit "
                        "of the result is certain; %s",
                        function, condition, instead));
    lua_pop(L, 1);
}

static void refuse_gradient(lua_State *L, const dnn_matrix *A, const char *function) {
    if (dnnlua_is_recorded(A)) {
        luaL_error(L, "%s: its gradient is not known, and A requires one; %s(A:detach()) computes it "
                      "without",
                   function, function);
    }
}

/* Raises where the gradients of vectors are asked for that are not known. */
static void refuse_vectors(lua_State *L, const char *function) {
    luaL_error(L,
               "%s: A requires a gradient, and only the values have one: %s(A, {vectors = false}), "
               "or %s(A:detach())",
               function, function, function);
}

/* X = solve(A, B): A X = B. */
static int solve(lua_State *L) {
    dnn_error err;
    double rcond;
    const dnn_matrix *A = dnnlua_check_matrix(L, 1);
    const dnn_matrix *B = dnnlua_check_matrix(L, 2);
    if (dnnlua_is_recorded(A) || dnnlua_is_recorded(B)) {
        return dnnlua_record(
            L, &(dnnlua_operation){.op = DNN_OPERATOR_solve, .inputs = 2, .at = {1, 2}});
    }
    dnn_matrix *X = dnnlua_new_matrix(L, A->dtype, A->cols, B->cols);

    dnnlua_check(L, dnn_solve(X, A, B, &rcond, &err), &err);
    warn_singular(L, "solve", A, rcond, "dnn.linalg.lstsq finds the solution of least norm");
    return 1;
}

/* X, rank = lstsq(A, B): least squares. */
static int lstsq(lua_State *L) {
    dnn_error err;
    size_t rank;
    const dnn_matrix *A = dnnlua_check_matrix(L, 1);
    refuse_gradient(L, A, "lstsq");
    const dnn_matrix *B = dnnlua_check_matrix(L, 2);
    dnn_matrix *X = dnnlua_new_matrix(L, A->dtype, A->cols, B->cols);

    dnnlua_check(L, dnn_lstsq(X, A, B, &rank, &err), &err);
    lua_pushinteger(L, (lua_Integer)rank);
    return 2;
}

static int inv(lua_State *L) {
    dnn_error err;
    double rcond;
    const dnn_matrix *A = dnnlua_check_matrix(L, 1);
    if (dnnlua_is_recorded(A))
        return dnnlua_record_unary(L, DNN_OPERATOR_inv);
    dnn_matrix *out = dnnlua_new_matrix(L, A->dtype, A->cols, A->rows);

    dnnlua_check(L, dnn_inv(out, A, &rcond, &err), &err);
    warn_singular(L, "inv", A, rcond, "dnn.linalg.pinv leaves out what is not certain");
    return 1;
}

static int determinant(lua_State *L, dnn_operator op,
                       dnn_status (*of)(double *, const dnn_matrix *, dnn_error *)) {
    dnn_error err;
    double value;
    const dnn_matrix *A = dnnlua_check_matrix(L, 1);

    if (dnnlua_is_recorded(A))
        return dnnlua_record_unary(L, op);
    dnnlua_check(L, of(&value, A, &err), &err);
    lua_pushnumber(L, value);
    return 1;
}

static int det(lua_State *L) {
    return determinant(L, DNN_OPERATOR_det, dnn_det);
}

static int logdet(lua_State *L) {
    return determinant(L, DNN_OPERATOR_logdet, dnn_logdet);
}

static int cond(lua_State *L) {
    dnn_error err;
    double value;

    dnnlua_check(L, dnn_cond(&value, dnnlua_check_matrix(L, 1), &err), &err);
    lua_pushnumber(L, value);
    return 1;
}

/* L = cholesky(A): L L' = A. */
static int cholesky(lua_State *L) {
    dnn_error err;
    const dnn_matrix *A = dnnlua_check_matrix(L, 1);
    if (dnnlua_is_recorded(A))
        return dnnlua_record_unary(L, DNN_OPERATOR_cholesky);
    dnn_matrix *lower = dnnlua_new_matrix(L, A->dtype, A->rows, A->cols);

    dnnlua_check(L, dnn_cholesky(lower, A, &err), &err);
    return 1;
}

static size_t smaller_side(const dnn_matrix *A) {
    return A->rows < A->cols ? A->rows : A->cols;
}

/* Q (m x k), R (k x n) = qr(A). */
static int qr(lua_State *L) {
    dnn_error err;
    const dnn_matrix *A = dnnlua_check_matrix(L, 1);
    refuse_gradient(L, A, "qr");
    size_t k = smaller_side(A);
    dnn_matrix *Q = dnnlua_new_matrix(L, A->dtype, A->rows, k);
    dnn_matrix *R = dnnlua_new_matrix(L, A->dtype, k, A->cols);

    dnnlua_check(L, dnn_qr(Q, R, A, &err), &err);
    return 2;
}

/* U (m x k), s (k x 1), Vt (k x n) = svd(A), or s = svd(A, {vectors = false}). */
static int svd(lua_State *L) {
    dnn_error err;
    const dnn_matrix *A = dnnlua_check_matrix(L, 1);
    bool vectors = wants_vectors(L, "svd");
    size_t k = smaller_side(A);
    if (dnnlua_is_recorded(A)) {
        if (vectors)
            refuse_vectors(L, "svd");
        return dnnlua_record_unary(L, DNN_OPERATOR_svdvals);
    }
    dnn_matrix *U = vectors ? dnnlua_new_matrix(L, A->dtype, A->rows, k) : NULL;
    dnn_matrix *s = dnnlua_new_matrix(L, A->dtype, k, 1);
    dnn_matrix *Vt = vectors ? dnnlua_new_matrix(L, A->dtype, k, A->cols) : NULL;

    dnnlua_check(L, dnn_svd(U, s, Vt, A, &err), &err);
    return vectors ? 3 : 1;
}

/* Both are views of one result, the eigenvalues above the vectors. */
static int record_eigh(lua_State *L, bool vectors) {
    const dnn_matrix *A = dnnlua_check_matrix(L, 1);
    double n = (double)A->rows;

    dnnlua_record_unary(L, DNN_OPERATOR_eigh);
    int both = lua_gettop(L);
    dnnlua_record(L, &(dnnlua_operation){.op = DNN_OPERATOR_block,
                                         .inputs = 1,
                                         .at = {both},
                                         .argument = {0, 0, 1, n}});
    dnnlua_record(L, &(dnnlua_operation){
                         .op = DNN_OPERATOR_transpose, .inputs = 1, .at = {both + 1}});
    if (!vectors) {
        return 1;
    }
    dnnlua_record(L, &(dnnlua_operation){.op = DNN_OPERATOR_block,
                                         .inputs = 1,
                                         .at = {both},
                                         .argument = {1, 0, n, n}});
    return 2;
}

/* w (n x 1), V (n x n) = eigh(A), or w = eigh(A, {vectors = false}). */
static int eigh(lua_State *L) {
    dnn_error err;
    const dnn_matrix *A = dnnlua_check_matrix(L, 1);
    bool vectors = wants_vectors(L, "eigh");
    if (dnnlua_is_recorded(A))
        return record_eigh(L, vectors);
    dnn_matrix *w = dnnlua_new_matrix(L, A->dtype, A->rows, 1);
    dnn_matrix *V = vectors ? dnnlua_new_matrix(L, A->dtype, A->rows, A->cols) : NULL;

    dnnlua_check(L, dnn_eigh(w, V, A, &err), &err);
    return vectors ? 2 : 1;
}

/* wr, wi (n x 1), Vr, Vi (n x n) = eig(A), or wr, wi = eig(A, {vectors = false}). */
static int eig(lua_State *L) {
    dnn_error err;
    const dnn_matrix *A = dnnlua_check_matrix(L, 1);
    refuse_gradient(L, A, "eig");
    bool vectors = wants_vectors(L, "eig");
    dnn_matrix *wr = dnnlua_new_matrix(L, A->dtype, A->rows, 1);
    dnn_matrix *wi = dnnlua_new_matrix(L, A->dtype, A->rows, 1);
    dnn_matrix *Vr = vectors ? dnnlua_new_matrix(L, A->dtype, A->rows, A->cols) : NULL;
    dnn_matrix *Vi = vectors ? dnnlua_new_matrix(L, A->dtype, A->rows, A->cols) : NULL;

    dnnlua_check(L, dnn_eig(wr, wi, Vr, Vi, A, &err), &err);
    return vectors ? 4 : 2;
}

static int pinv(lua_State *L) {
    dnn_error err;
    const dnn_matrix *A = dnnlua_check_matrix(L, 1);
    refuse_gradient(L, A, "pinv");
    double rcond = option_rcond(L, "pinv");
    dnn_matrix *out = dnnlua_new_matrix(L, A->dtype, A->cols, A->rows);

    dnnlua_check(L, dnn_pinv(out, A, rcond, &err), &err);
    return 1;
}

static int rank(lua_State *L) {
    dnn_error err;
    size_t value;
    const dnn_matrix *A = dnnlua_check_matrix(L, 1);

    dnnlua_check(L, dnn_rank(&value, A, option_rcond(L, "rank"), &err), &err);
    lua_pushinteger(L, (lua_Integer)value);
    return 1;
}

static const dnnlua_function functions[] = {
    {"solve",    solve,    2},
    {"lstsq",    lstsq,    2},
    {"inv",      inv,      1},
    {"det",      det,      1},
    {"logdet",   logdet,   1},
    {"cholesky", cholesky, 1},
    {"qr",       qr,       1},
    {"svd",      svd,      2},
    {"eigh",     eigh,     2},
    {"eig",      eig,      2},
    {"pinv",     pinv,     2},
    {"rank",     rank,     2},
    {"cond",     cond,     1},
    {NULL,       NULL,     0},
};

void dnnlua_open_linalg(lua_State *L) {
    lua_newtable(L);
    dnnlua_register(L, functions);
    lua_setfield(L, -2, "linalg");
}
