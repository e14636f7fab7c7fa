/* Decompositions against the identities that define them, in both float types. */
#include "linalg_cases.h"

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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cholesky_reads_the_lower_triangle_and_gives_L_with_L_Lt_equal_to_A),
        cmocka_unit_test(qr_gives_orthonormal_Q_and_triangular_R_with_Q_R_equal_to_A),
        cmocka_unit_test(svd_gives_U_diag_s_Vt_equal_to_A),
        cmocka_unit_test(eigh_gives_ascending_w_and_orthonormal_V_with_A_V_equal_to_V_diag_w),
        cmocka_unit_test(eig_satisfies_its_definition_for_any_real_matrix),
        cmocka_unit_test(the_eigenvalues_of_a_rotation_are_cosine_plus_and_minus_i_sine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
