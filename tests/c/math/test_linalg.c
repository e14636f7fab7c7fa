/* Linear algebra against the identities that define it, in both float types. */
#include "check.h"

#include "core/memory.h"
#include "core/random.h"
#include "math/blas.h"
#include "math/linalg.h"

static dnn_error err;
static const dnn_dtype types[] = {DNN_FLOAT32, DNN_FLOAT64};

/* Rounding errors of a well-conditioned problem of some 10 rows, with room. */
static double tolerance(dnn_dtype dtype) {
    return dtype == DNN_FLOAT32 ? 2e-5 : 2e-13;
}

static dnn_matrix zeros(dnn_dtype dtype, size_t rows, size_t cols) {
    dnn_matrix m;
    check_ok(dnn_matrix_create(&m, dtype, rows, cols, &err));
    return m;
}

static dnn_matrix random_matrix(dnn_dtype dtype, size_t rows, size_t cols, uint64_t seed) {
    dnn_random stream = dnn_random_seeded(seed);
    dnn_matrix m = zeros(dtype, rows, cols);
    for (size_t j = 0; j < cols; j++)
        for (size_t i = 0; i < rows; i++)
            dnn_matrix_set(&m, i, j, 2 * dnn_random_uniform(&stream) - 1);
    return m;
}

/* From values written row by row. */
static dnn_matrix from_rows(dnn_dtype dtype, size_t rows, size_t cols, const double *values) {
    dnn_matrix m = zeros(dtype, rows, cols);
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < cols; j++)
            dnn_matrix_set(&m, i, j, values[i * cols + j]);
    return m;
}

static dnn_matrix times(bool ta, bool tb, const dnn_matrix *a, const dnn_matrix *b) {
    size_t rows, cols;
    check_ok(dnn_gemm_shape(ta, tb, a, b, &rows, &cols, &err));
    dnn_matrix out = zeros(a->dtype, rows, cols);
    check_ok(dnn_gemm(ta, tb, 1, a, b, 0, &out, &err));
    return out;
}

/* m * diag(d), in place. */
static void scale_columns(dnn_matrix *m, const dnn_matrix *d) {
    for (size_t j = 0; j < m->cols; j++)
        for (size_t i = 0; i < m->rows; i++)
            dnn_matrix_set(m, i, j, dnn_matrix_get(m, i, j) * dnn_matrix_get(d, j, 0));
}

static void check_near(const dnn_matrix *a, const dnn_matrix *b, double limit) {
    assert_int_equal(a->rows, b->rows);
    assert_int_equal(a->cols, b->cols);
    for (size_t j = 0; j < a->cols; j++)
        for (size_t i = 0; i < a->rows; i++)
            check_close(dnn_matrix_get(a, i, j), dnn_matrix_get(b, i, j), limit);
}

static void check_identity(const dnn_matrix *m, double limit) {
    for (size_t j = 0; j < m->cols; j++)
        for (size_t i = 0; i < m->rows; i++)
            check_close(dnn_matrix_get(m, i, j), i == j ? 1 : 0, limit);
}

#define FREE(...)                                                                                  \
    do {                                                                                           \
        dnn_matrix *all[] = {__VA_ARGS__};                                                         \
        for (size_t f = 0; f < sizeof all / sizeof *all; f++)                                      \
            dnn_matrix_free(all[f]);                                                               \
    } while (0)

static void solve_gives_X_with_A_X_equal_to_B(void **state) {
    (void)state;
    for (size_t t = 0; t < 2; t++) {
        dnn_matrix A = random_matrix(types[t], 9, 9, 1), B = random_matrix(types[t], 9, 4, 2);
        dnn_matrix before = random_matrix(types[t], 9, 9, 1), wide = zeros(types[t], 12, 4), X;
        check_ok(dnn_matrix_block(&X, &wide, 2, 0, 9, 4, &err));
        check_ok(dnn_solve(&X, &A, &B, &err));
        dnn_matrix AX = times(false, false, &A, &X);
        check_near(&AX, &B, tolerance(types[t]));
        assert_true(dnn_matrix_equal(&A, &before));
        assert_true(dnn_matrix_get(&wide, 1, 1) == 0 && dnn_matrix_get(&wide, 11, 1) == 0);
        FREE(&A, &B, &before, &wide, &AX);
    }
}

static void a_singular_system_names_the_pivot(void **state) {
    (void)state;
    static const double rows[] = {1, 2, 3, 2, 4, 6, 0, 1, 1};
    for (size_t t = 0; t < 2; t++) {
        dnn_matrix A = from_rows(types[t], 3, 3, rows), B = zeros(types[t], 3, 1);
        dnn_matrix X = zeros(types[t], 3, 1), inverse = zeros(types[t], 3, 3);
        double det = 7;
        check_fails(dnn_solve(&X, &A, &B, &err), DNN_ERROR_NUMERIC,
                    "solve: the matrix is singular: pivot 3 of its LU decomposition is 0 (lstsq");
        check_fails(dnn_inv(&inverse, &A, &err), DNN_ERROR_NUMERIC,
                    "inv: the matrix is singular: pivot 3 of its LU decomposition is 0 (pinv");
        check_ok(dnn_det(&det, &A, &err));
        assert_true(det == 0);
        FREE(&A, &B, &X, &inverse);
    }
}

static void a_matrix_times_its_inverse_is_the_identity(void **state) {
    (void)state;
    for (size_t t = 0; t < 2; t++) {
        dnn_matrix A = random_matrix(types[t], 10, 10, 3), inverse = zeros(types[t], 10, 10);
        check_ok(dnn_inv(&inverse, &A, &err));
        dnn_matrix left = times(false, false, &inverse, &A);
        dnn_matrix right = times(false, false, &A, &inverse);
        check_identity(&left, 10 * tolerance(types[t]));
        check_identity(&right, 10 * tolerance(types[t]));
        FREE(&A, &inverse, &left, &right);
    }
}

/* The inverse of the Hilbert matrix has known whole elements; at 5 x 5 the corner is 25, det
 * 1/266716800000. */
static void the_hilbert_matrix_has_its_known_inverse_and_determinant(void **state) {
    (void)state;
    dnn_matrix H = zeros(DNN_FLOAT64, 5, 5), inverse = zeros(DNN_FLOAT64, 5, 5);
    for (size_t i = 0; i < 5; i++)
        for (size_t j = 0; j < 5; j++)
            dnn_matrix_set(&H, i, j, 1.0 / (double)(i + j + 1));
    check_ok(dnn_inv(&inverse, &H, &err));
    check_close(dnn_matrix_get(&inverse, 0, 0), 25, 1e-7);
    check_close(dnn_matrix_get(&inverse, 4, 4), 44100, 1e-5);
    check_close(dnn_matrix_get(&inverse, 0, 4), 630, 1e-6);
    double det;
    check_ok(dnn_det(&det, &H, &err));
    check_close(det * 266716800000.0, 1, 1e-9);
    size_t rank;
    check_ok(dnn_rank(&rank, &H, -1, &err));
    assert_int_equal(rank, 5);
    FREE(&H, &inverse);
}

static void determinants_have_their_known_values(void **state) {
    (void)state;
    static const double rows[] = {6, 1, 1, 4, -2, 5, 2, 8, 7}, swap[] = {0, 1, 1, 0};
    for (size_t t = 0; t < 2; t++) {
        dnn_matrix A = from_rows(types[t], 3, 3, rows), S = from_rows(types[t], 2, 2, swap);
        dnn_matrix none = zeros(types[t], 0, 0);
        double det;
        check_ok(dnn_det(&det, &A, &err));
        check_close(det, -306, 1e3 * tolerance(types[t]));
        check_ok(dnn_det(&det, &S, &err));
        assert_true(det == -1);
        check_ok(dnn_det(&det, &none, &err));
        assert_true(det == 1);
        FREE(&A, &S, &none);
    }
}

static void cholesky_reads_the_lower_triangle_and_gives_L_with_L_Lt_equal_to_A(void **state) {
    (void)state;
    for (size_t t = 0; t < 2; t++) {
        dnn_matrix B = random_matrix(types[t], 8, 12, 4);
        dnn_matrix A = times(false, true, &B, &B), half = times(false, true, &B, &B);
        dnn_matrix L = zeros(types[t], 8, 8);
        for (size_t j = 0; j < 8; j++)
            for (size_t i = 0; i < j; i++)
                dnn_matrix_set(&half, i, j, NAN);
        check_ok(dnn_cholesky(&L, &half, &err));
        dnn_matrix LLt = times(false, true, &L, &L);
        check_near(&LLt, &A, 10 * tolerance(types[t]));
        assert_true(dnn_matrix_get(&L, 0, 7) == 0);
        FREE(&A, &B, &L, &LLt, &half);
    }
    static const double rows[] = {1, 2, 2, 1};
    dnn_matrix A = from_rows(DNN_FLOAT32, 2, 2, rows), L = zeros(DNN_FLOAT32, 2, 2);
    check_fails(dnn_cholesky(&L, &A, &err), DNN_ERROR_NUMERIC,
                "cholesky: the matrix is not positive definite: its leading minor of order 2");
    FREE(&A, &L);
}

static const size_t shapes[][2] = {
    {7,  7 },
    {9,  4 },
    {4,  9 },
    {1,  5 },
    {5,  1 },
    {60, 35}
};

static void qr_gives_orthonormal_Q_and_triangular_R_with_Q_R_equal_to_A(void **state) {
    (void)state;
    for (size_t t = 0; t < 2; t++)
        for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
            size_t m = shapes[s][0], n = shapes[s][1], k = m < n ? m : n;
            dnn_matrix A = random_matrix(types[t], m, n, 5);
            dnn_matrix Q = zeros(types[t], m, k), R = zeros(types[t], k, n);
            check_ok(dnn_qr(&Q, &R, &A, &err));
            dnn_matrix QR = times(false, false, &Q, &R), QtQ = times(true, false, &Q, &Q);
            check_near(&QR, &A, tolerance(types[t]));
            check_identity(&QtQ, tolerance(types[t]));
            for (size_t j = 0; j < n; j++)
                for (size_t i = j + 1; i < k; i++)
                    assert_true(dnn_matrix_get(&R, i, j) == 0);
            FREE(&A, &Q, &R, &QR, &QtQ);
        }
}

static void svd_gives_U_diag_s_Vt_equal_to_A(void **state) {
    (void)state;
    for (size_t t = 0; t < 2; t++)
        for (size_t c = 0; c < sizeof shapes / sizeof *shapes; c++) {
            size_t m = shapes[c][0], n = shapes[c][1], k = m < n ? m : n;
            dnn_matrix A = random_matrix(types[t], m, n, 6), alone = zeros(types[t], k, 1);
            dnn_matrix U = zeros(types[t], m, k), s = zeros(types[t], k, 1);
            dnn_matrix Vt = zeros(types[t], k, n);
            check_ok(dnn_svd(&U, &s, &Vt, &A, &err));
            check_ok(dnn_svd(NULL, &alone, NULL, &A, &err));
            check_near(&alone, &s, 10 * tolerance(types[t]));
            dnn_matrix UtU = times(true, false, &U, &U), VtV = times(false, true, &Vt, &Vt);
            check_identity(&UtU, tolerance(types[t]));
            check_identity(&VtV, tolerance(types[t]));
            for (size_t i = 1; i < k; i++)
                assert_true(dnn_matrix_get(&s, i - 1, 0) >= dnn_matrix_get(&s, i, 0));
            scale_columns(&U, &s);
            dnn_matrix USVt = times(false, false, &U, &Vt);
            check_near(&USVt, &A, tolerance(types[t]));
            FREE(&A, &U, &s, &Vt, &alone, &UtU, &VtV, &USVt);
        }
}

static void eigh_gives_ascending_w_and_orthonormal_V_with_A_V_equal_to_V_diag_w(void **state) {
    (void)state;
    for (size_t t = 0; t < 2; t++) {
        dnn_matrix A = random_matrix(types[t], 8, 8, 7), lower = zeros(types[t], 8, 8);
        for (size_t j = 0; j < 8; j++)
            for (size_t i = 0; i < 8; i++)
                if (i < j)
                    dnn_matrix_set(&A, i, j, dnn_matrix_get(&A, j, i));
                else
                    dnn_matrix_set(&lower, i, j, dnn_matrix_get(&A, i, j));
        dnn_matrix w = zeros(types[t], 8, 1), alone = zeros(types[t], 8, 1);
        dnn_matrix V = zeros(types[t], 8, 8);
        check_ok(dnn_eigh(&w, &V, &lower, &err));
        check_ok(dnn_eigh(&alone, NULL, &lower, &err));
        check_near(&alone, &w, 10 * tolerance(types[t]));
        for (size_t i = 1; i < 8; i++)
            assert_true(dnn_matrix_get(&w, i - 1, 0) <= dnn_matrix_get(&w, i, 0));
        dnn_matrix AV = times(false, false, &A, &V), VtV = times(true, false, &V, &V);
        check_identity(&VtV, tolerance(types[t]));
        scale_columns(&V, &w);
        check_near(&AV, &V, 5 * tolerance(types[t]));
        FREE(&A, &lower, &w, &alone, &V, &AV, &VtV);
    }
}

/* A (Vr + i Vi) = (Vr + i Vi) diag(wr + i wi), real and imaginary parts apart. */
static void check_eigenvectors(const dnn_matrix *A, const dnn_matrix *wr, const dnn_matrix *wi,
                               const dnn_matrix *Vr, const dnn_matrix *Vi) {
    dnn_matrix real = times(false, false, A, Vr), imaginary = times(false, false, A, Vi);
    for (size_t j = 0; j < A->cols; j++) {
        double a = dnn_matrix_get(wr, j, 0), b = dnn_matrix_get(wi, j, 0), length = 0;
        for (size_t i = 0; i < A->rows; i++) {
            double x = dnn_matrix_get(Vr, i, j), y = dnn_matrix_get(Vi, i, j);
            check_close(dnn_matrix_get(&real, i, j), a * x - b * y, 20 * tolerance(A->dtype));
            check_close(dnn_matrix_get(&imaginary, i, j), a * y + b * x, 20 * tolerance(A->dtype));
            length += x * x + y * y;
        }
        check_close(length, 1, tolerance(A->dtype));
    }
    FREE(&real, &imaginary);
}

static void eig_satisfies_its_definition_for_any_real_matrix(void **state) {
    (void)state;
    for (size_t t = 0; t < 2; t++)
        for (size_t n = 1; n < 12; n++) {
            dnn_matrix A = random_matrix(types[t], n, n, n);
            dnn_matrix wr = zeros(types[t], n, 1), wi = zeros(types[t], n, 1);
            dnn_matrix Vr = zeros(types[t], n, n), Vi = zeros(types[t], n, n);
            check_ok(dnn_eig(&wr, &wi, &Vr, &Vi, &A, &err));
            check_eigenvectors(&A, &wr, &wi, &Vr, &Vi);
            check_ok(dnn_eig(&wr, &wi, NULL, NULL, &A, &err));
            FREE(&A, &wr, &wi, &Vr, &Vi);
        }
}

static void the_eigenvalues_of_a_rotation_are_cosine_plus_and_minus_i_sine(void **state) {
    (void)state;
    const double rows[] = {cos(0.7), -sin(0.7), sin(0.7), cos(0.7)};
    for (size_t t = 0; t < 2; t++) {
        dnn_matrix A = from_rows(types[t], 2, 2, rows);
        dnn_matrix wr = zeros(types[t], 2, 1), wi = zeros(types[t], 2, 1);
        dnn_matrix Vr = zeros(types[t], 2, 2), Vi = zeros(types[t], 2, 2);
        check_ok(dnn_eig(&wr, &wi, &Vr, &Vi, &A, &err));
        check_eigenvectors(&A, &wr, &wi, &Vr, &Vi);
        for (size_t i = 0; i < 2; i++) {
            check_close(dnn_matrix_get(&wr, i, 0), cos(0.7), tolerance(types[t]));
            check_close(fabs(dnn_matrix_get(&wi, i, 0)), sin(0.7), tolerance(types[t]));
        }
        check_close(dnn_matrix_get(&wi, 0, 0) + dnn_matrix_get(&wi, 1, 0), 0, 0);
        FREE(&A, &wr, &wi, &Vr, &Vi);
    }
}

/* A P A = A, P A P = P, and A P and P A are symmetric: Penrose's four conditions. */
static void check_penrose(const dnn_matrix *A, const dnn_matrix *P) {
    double limit = 50 * tolerance(A->dtype);
    dnn_matrix AP = times(false, false, A, P), PA = times(false, false, P, A);
    dnn_matrix APA = times(false, false, &AP, A), PAP = times(false, false, &PA, P);
    check_near(&APA, A, limit);
    check_near(&PAP, P, limit);
    for (size_t i = 0; i < AP.rows; i++)
        for (size_t j = 0; j < i; j++)
            check_close(dnn_matrix_get(&AP, i, j), dnn_matrix_get(&AP, j, i), limit);
    for (size_t i = 0; i < PA.rows; i++)
        for (size_t j = 0; j < i; j++)
            check_close(dnn_matrix_get(&PA, i, j), dnn_matrix_get(&PA, j, i), limit);
    FREE(&AP, &PA, &APA, &PAP);
}

/* m x n of rank r: a product of m x r and r x n. */
static dnn_matrix of_rank(dnn_dtype dtype, size_t m, size_t n, size_t r) {
    dnn_matrix left = random_matrix(dtype, m, r, 8), right = random_matrix(dtype, r, n, 9);
    dnn_matrix product = times(false, false, &left, &right);
    FREE(&left, &right);
    return product;
}

static void pinv_meets_the_four_penrose_conditions_at_any_rank(void **state) {
    (void)state;
    static const size_t cases[][3] = {
        {6, 6, 6},
        {8, 5, 5},
        {5, 8, 5},
        {8, 6, 3},
        {4, 7, 2}
    };
    for (size_t t = 0; t < 2; t++)
        for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
            size_t m = cases[c][0], n = cases[c][1], r = cases[c][2], rank;
            dnn_matrix A = of_rank(types[t], m, n, r), P = zeros(types[t], n, m);
            check_ok(dnn_pinv(&P, &A, -1, &err));
            check_penrose(&A, &P);
            check_ok(dnn_rank(&rank, &A, -1, &err));
            assert_int_equal(rank, r);
            FREE(&A, &P);
        }
}

static void rcond_decides_what_counts_as_zero(void **state) {
    (void)state;
    static const double rows[] = {1, 0, 0, 1e-3};
    dnn_matrix A = from_rows(DNN_FLOAT64, 2, 2, rows), P = zeros(DNN_FLOAT64, 2, 2);
    size_t rank;
    check_ok(dnn_rank(&rank, &A, 1e-2, &err));
    assert_int_equal(rank, 1);
    check_ok(dnn_pinv(&P, &A, 1e-2, &err));
    assert_true(dnn_matrix_get(&P, 1, 1) == 0);
    check_ok(dnn_pinv(&P, &A, -1, &err));
    check_close(dnn_matrix_get(&P, 1, 1), 1000, 1e-9);
    FREE(&A, &P);
}

/* The solution of least norm is pinv(A) B, whatever the shape and the rank. */
static void lstsq_gives_the_least_solution_and_the_rank(void **state) {
    (void)state;
    static const size_t cases[][3] = {
        {6, 6, 6},
        {9, 4, 4},
        {4, 9, 4},
        {8, 6, 3},
        {5, 7, 2}
    };
    for (size_t t = 0; t < 2; t++)
        for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
            size_t m = cases[c][0], n = cases[c][1], r = cases[c][2], rank;
            dnn_matrix A = of_rank(types[t], m, n, r), B = random_matrix(types[t], m, 3, 10);
            dnn_matrix X = zeros(types[t], n, 3), P = zeros(types[t], n, m);
            check_ok(dnn_lstsq(&X, &A, &B, &rank, &err));
            check_ok(dnn_pinv(&P, &A, -1, &err));
            dnn_matrix expected = times(false, false, &P, &B);
            check_near(&X, &expected, 50 * tolerance(types[t]));
            assert_int_equal(rank, r);
            FREE(&A, &B, &X, &P, &expected);
        }
}

static void lstsq_fits_a_line_through_points(void **state) {
    (void)state; /* y = 2 x + 1 with errors +1, -1, -1, +1, which no line can take up */
    static const double rows[] = {0, 1, 1, 1, 2, 1, 3, 1}, values[] = {2, 2, 4, 8};
    dnn_matrix A = from_rows(DNN_FLOAT64, 4, 2, rows), B = from_rows(DNN_FLOAT64, 4, 1, values);
    dnn_matrix X = zeros(DNN_FLOAT64, 2, 1);
    check_ok(dnn_lstsq(&X, &A, &B, NULL, &err));
    check_close(dnn_matrix_get(&X, 0, 0), 2, 1e-14);
    check_close(dnn_matrix_get(&X, 1, 0), 1, 1e-14);
    FREE(&A, &B, &X);
}

static void what_is_not_finite_is_refused_by_name(void **state) {
    (void)state;
    dnn_matrix A = random_matrix(DNN_FLOAT32, 3, 3, 1), B = zeros(DNN_FLOAT32, 3, 1);
    dnn_matrix X = zeros(DNN_FLOAT32, 3, 1), Y = zeros(DNN_FLOAT32, 3, 3);
    dnn_matrix Z = zeros(DNN_FLOAT32, 3, 3);
    size_t rank;
    double det;
    dnn_matrix_set(&B, 1, 0, INFINITY);
    check_fails(dnn_solve(&X, &A, &B, &err), DNN_ERROR_NUMERIC, "solve: B(2, 1) is inf");
    check_fails(dnn_lstsq(&X, &A, &B, NULL, &err), DNN_ERROR_NUMERIC, "lstsq: B(2, 1) is inf");
    dnn_matrix_set(&A, 2, 1, NAN);
    check_fails(dnn_solve(&X, &A, &B, &err), DNN_ERROR_NUMERIC,
                "solve: A(3, 2) is nan, and all elements must be finite");
    check_fails(dnn_inv(&Y, &A, &err), DNN_ERROR_NUMERIC, "inv: A(3, 2)");
    check_fails(dnn_det(&det, &A, &err), DNN_ERROR_NUMERIC, "det: A(3, 2)");
    check_fails(dnn_cholesky(&Y, &A, &err), DNN_ERROR_NUMERIC, "cholesky: A(3, 2)");
    check_fails(dnn_qr(&Y, &Z, &A, &err), DNN_ERROR_NUMERIC, "qr: A(3, 2)");
    check_fails(dnn_svd(NULL, &X, NULL, &A, &err), DNN_ERROR_NUMERIC, "svd: A(3, 2)");
    check_fails(dnn_eigh(&X, NULL, &A, &err), DNN_ERROR_NUMERIC, "eigh: A(3, 2)");
    check_fails(dnn_eig(&X, &B, NULL, NULL, &A, &err), DNN_ERROR_NUMERIC, "eig: A(3, 2)");
    check_fails(dnn_pinv(&Y, &A, -1, &err), DNN_ERROR_NUMERIC, "pinv: A(3, 2)");
    check_fails(dnn_rank(&rank, &A, -1, &err), DNN_ERROR_NUMERIC, "rank: A(3, 2)");
    FREE(&A, &B, &X, &Y, &Z);
}

static void shapes_and_types_that_do_not_fit_are_named(void **state) {
    (void)state;
    dnn_matrix A = zeros(DNN_FLOAT32, 3, 2), S = zeros(DNN_FLOAT32, 3, 3);
    dnn_matrix B = zeros(DNN_FLOAT32, 1, 3), D = zeros(DNN_FLOAT64, 3, 1);
    dnn_matrix bytes = zeros(DNN_UINT8, 3, 3);
    double det;
    check_fails(dnn_solve(&S, &A, &S, &err), DNN_ERROR_SHAPE,
                "solve: the matrix must be square, not 3 x 2 (lstsq takes any shape)");
    check_fails(dnn_inv(&S, &A, &err), DNN_ERROR_SHAPE,
                "inv: the matrix must be square, not 3 x 2 (pinv takes any shape)");
    check_fails(dnn_det(&det, &A, &err), DNN_ERROR_SHAPE,
                "det: the matrix must be square, not 3 x 2");
    check_fails(dnn_eig(&B, &B, NULL, NULL, &A, &err), DNN_ERROR_SHAPE, "eig: the matrix must be");
    check_fails(
        dnn_solve(&S, &S, &B, &err), DNN_ERROR_SHAPE,
        "solve: A is 3 x 3, so B must have 3 rows, not 1 (it is 1 x 3); transpose it: B:t()");
    check_fails(dnn_solve(&D, &S, &D, &err), DNN_ERROR_TYPE, "float64");
    check_fails(dnn_inv(&A, &S, &err), DNN_ERROR_SHAPE,
                "inv: the inverse must be 3 x 3 float32, not 3 x 2 float32");
    check_fails(dnn_eigh(&D, NULL, &S, &err), DNN_ERROR_TYPE,
                "eigh: w must be 3 x 1 float32, not 3 x 1 float64");
    check_fails(dnn_det(&det, &bytes, &err), DNN_ERROR_TYPE, "uint8");
    FREE(&A, &S, &B, &D, &bytes);
}

static void empty_matrices_are_taken(void **state) {
    (void)state;
    dnn_matrix none = zeros(DNN_FLOAT64, 0, 0), tall = zeros(DNN_FLOAT64, 3, 0);
    dnn_matrix flat = zeros(DNN_FLOAT64, 0, 3), column = zeros(DNN_FLOAT64, 0, 1);
    dnn_matrix X = random_matrix(DNN_FLOAT64, 3, 1, 1);
    size_t rank = 9;
    check_ok(dnn_solve(&flat, &none, &flat, &err));
    check_ok(dnn_inv(&none, &none, &err));
    check_ok(dnn_cholesky(&none, &none, &err));
    check_ok(dnn_qr(&tall, &none, &tall, &err));
    check_ok(dnn_svd(&tall, &column, &none, &tall, &err));
    check_ok(dnn_eigh(&column, &none, &none, &err));
    check_ok(dnn_eig(&column, &column, &none, &none, &none, &err));
    check_ok(dnn_pinv(&flat, &tall, -1, &err));
    check_ok(dnn_rank(&rank, &tall, -1, &err));
    assert_int_equal(rank, 0);
    check_ok(dnn_lstsq(&X, &flat, &column, &rank, &err));
    for (size_t i = 0; i < 3; i++)
        assert_true(dnn_matrix_get(&X, i, 0) == 0);
    FREE(&none, &tall, &flat, &column, &X);
}

static void a_failed_allocation_is_reported_and_leaks_nothing(void **state) {
    (void)state;
    dnn_matrix A = random_matrix(DNN_FLOAT64, 3, 3, 1), B = random_matrix(DNN_FLOAT64, 3, 1, 2);
    dnn_matrix x = zeros(DNN_FLOAT64, 3, 1), y = zeros(DNN_FLOAT64, 3, 1);
    dnn_matrix P = zeros(DNN_FLOAT64, 3, 3), Q = zeros(DNN_FLOAT64, 3, 3);
    uint64_t live = dnn_allocations_live();
    size_t failures = 0;
    double det;
    for (uint64_t n = 1; n <= 6; n++) {
        dnn_status got[11];
        size_t rank, calls = 0;
#define WITHOUT_NTH(call)                                                                          \
    do {                                                                                           \
        dnn_fail_allocation(n);                                                                    \
        got[calls++] = (call);                                                                     \
    } while (0)
        WITHOUT_NTH(dnn_solve(&x, &A, &B, &err));
        WITHOUT_NTH(dnn_lstsq(&x, &A, &B, &rank, &err));
        WITHOUT_NTH(dnn_inv(&P, &A, &err));
        WITHOUT_NTH(dnn_det(&det, &A, &err));
        WITHOUT_NTH(dnn_qr(&P, &Q, &A, &err));
        WITHOUT_NTH(dnn_svd(&P, &x, &Q, &A, &err));
        WITHOUT_NTH(dnn_eigh(&x, NULL, &A, &err));
        WITHOUT_NTH(dnn_eig(&x, &y, &P, &Q, &A, &err));
        WITHOUT_NTH(dnn_pinv(&P, &A, -1, &err));
        WITHOUT_NTH(dnn_rank(&rank, &A, -1, &err));
        dnn_fail_allocation(0);
        for (size_t i = 0; i < calls; i++) {
            assert_true(got[i] == DNN_OK || got[i] == DNN_ERROR_MEMORY);
            failures += got[i] == DNN_ERROR_MEMORY;
        }
    }
    assert_true(failures >= 15);
    assert_int_equal(dnn_allocations_live(), live);
    FREE(&A, &B, &x, &y, &P, &Q);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(solve_gives_X_with_A_X_equal_to_B),
        cmocka_unit_test(a_singular_system_names_the_pivot),
        cmocka_unit_test(a_matrix_times_its_inverse_is_the_identity),
        cmocka_unit_test(the_hilbert_matrix_has_its_known_inverse_and_determinant),
        cmocka_unit_test(determinants_have_their_known_values),
        cmocka_unit_test(cholesky_reads_the_lower_triangle_and_gives_L_with_L_Lt_equal_to_A),
        cmocka_unit_test(qr_gives_orthonormal_Q_and_triangular_R_with_Q_R_equal_to_A),
        cmocka_unit_test(svd_gives_U_diag_s_Vt_equal_to_A),
        cmocka_unit_test(eigh_gives_ascending_w_and_orthonormal_V_with_A_V_equal_to_V_diag_w),
        cmocka_unit_test(eig_satisfies_its_definition_for_any_real_matrix),
        cmocka_unit_test(the_eigenvalues_of_a_rotation_are_cosine_plus_and_minus_i_sine),
        cmocka_unit_test(pinv_meets_the_four_penrose_conditions_at_any_rank),
        cmocka_unit_test(rcond_decides_what_counts_as_zero),
        cmocka_unit_test(lstsq_gives_the_least_solution_and_the_rank),
        cmocka_unit_test(lstsq_fits_a_line_through_points),
        cmocka_unit_test(what_is_not_finite_is_refused_by_name),
        cmocka_unit_test(shapes_and_types_that_do_not_fit_are_named),
        cmocka_unit_test(empty_matrices_are_taken),
        cmocka_unit_test(a_failed_allocation_is_reported_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
