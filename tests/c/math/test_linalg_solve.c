/* Systems, inverses and determinants against the identities that define them, in both float types.
 */
#include "linalg_cases.h"

static void solve_gives_X_with_A_X_equal_to_B(void **state) {
    (void)state;
    for (size_t t = 0; t < 2; t++) {
        dnn_matrix A = random_matrix(types[t], 9, 9, 1), B = random_matrix(types[t], 9, 4, 2);
        dnn_matrix before = random_matrix(types[t], 9, 9, 1), wide = zeros(types[t], 12, 4), X;
        check_ok(dnn_matrix_block(&X, &wide, 2, 0, 9, 4, &err));
        check_ok(dnn_solve(&X, &A, &B, NULL, &err));
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
        check_fails(dnn_solve(&X, &A, &B, NULL, &err), DNN_ERROR_NUMERIC,
                    "solve: the matrix is singular: pivot 3 of its LU decomposition is 0 (lstsq");
        check_fails(dnn_inv(&inverse, &A, NULL, &err), DNN_ERROR_NUMERIC,
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
        check_ok(dnn_inv(&inverse, &A, NULL, &err));
        dnn_matrix left = times(false, false, &inverse, &A);
        dnn_matrix right = times(false, false, &A, &inverse);
        check_identity(&left, 10 * tolerance(types[t]));
        check_identity(&right, 10 * tolerance(types[t]));
        FREE(&A, &inverse, &left, &right);
    }
}

/* diag(1, 1e-3, d): the estimate in the 1-norm is exact for a diagonal matrix. */
static void the_reciprocal_condition_number_tells_what_is_nearly_singular(void **state) {
    (void)state;
    for (size_t t = 0; t < 2; t++) {
        dnn_matrix A = zeros(types[t], 3, 3), B = zeros(types[t], 3, 1), X = zeros(types[t], 3, 1);
        dnn_matrix inverse = zeros(types[t], 3, 3), none = zeros(types[t], 0, 0);
        for (int e = 0; e <= 20; e += 5) {
            double d = pow(10, -e), of_solve, of_inv, condition;
            dnn_matrix_set(&A, 0, 0, 1);
            dnn_matrix_set(&A, 1, 1, 1e-3);
            dnn_matrix_set(&A, 2, 2, d);
            double expected = fmin(1e-3, d);
            check_ok(dnn_solve(&X, &A, &B, &of_solve, &err));
            check_ok(dnn_inv(&inverse, &A, &of_inv, &err));
            check_ok(dnn_cond(&condition, &A, &err));
            check_close(of_solve, expected, 1e-6 * expected);
            check_close(of_inv, expected, 1e-6 * expected);
            check_close(condition * expected, 1, 1e-6);
        }
        double one = 0;
        check_ok(dnn_solve(&none, &none, &none, &one, &err));
        assert_true(one == 1);
        check_ok(dnn_cond(&one, &none, &err));
        assert_true(one == 1);
        dnn_matrix_set(&A, 2, 2, 0);
        check_ok(dnn_cond(&one, &A, &err));
        assert_true(isinf(one));
        check_ok(dnn_cond(&one, &B, &err)); /* 3 x 1, of zeros */
        assert_true(isinf(one));
        FREE(&A, &B, &X, &inverse, &none);
    }
}

static void what_overflows_on_the_way_is_not_called_lack_of_memory(void **state) {
    (void)state;
    static const double tiny[] = {1e-42, 1e-310}; /* subnormal: 1 / tiny overflows */
    for (size_t t = 0; t < 2; t++) {
        dnn_matrix A = zeros(types[t], 2, 2), B = zeros(types[t], 2, 1), X = zeros(types[t], 2, 1);
        dnn_matrix inverse = zeros(types[t], 2, 2);
        dnn_matrix_set(&A, 0, 0, tiny[t]);
        dnn_matrix_set(&A, 1, 1, 1);
        dnn_matrix_set(&A, 0, 1, 1);
        dnn_matrix_set(&A, 1, 0, tiny[t]);
        dnn_matrix_set(&B, 0, 0, 1);
        check_fails(dnn_solve(&X, &A, &B, NULL, &err), DNN_ERROR_NUMERIC,
                    "solve: numbers overflow on the way; scale the matrix");
        check_fails(dnn_inv(&inverse, &A, NULL, &err), DNN_ERROR_NUMERIC,
                    "inv: numbers overflow on the way; scale the matrix");
        FREE(&A, &B, &X, &inverse);
    }
}

static void a_determinant_leaves_the_range_only_as_a_whole(void **state) {
    (void)state;
    dnn_matrix A = zeros(DNN_FLOAT64, 6, 6);
    static const double diagonal[] = {1e300, 1e300, 1e-300, 1e-300, 2, -3};
    for (size_t k = 0; k < 6; k++)
        dnn_matrix_set(&A, k, k, diagonal[k]);
    double det;
    check_ok(dnn_det(&det, &A, &err));
    check_close(det, -6, 1e-12);
    FREE(&A);
}

/* The inverse of the Hilbert matrix has known whole elements; at 5 x 5 the corner is 25, det
 * 1/266716800000. */
static void the_hilbert_matrix_has_its_known_inverse_and_determinant(void **state) {
    (void)state;
    dnn_matrix H = zeros(DNN_FLOAT64, 5, 5), inverse = zeros(DNN_FLOAT64, 5, 5);
    for (size_t i = 0; i < 5; i++)
        for (size_t j = 0; j < 5; j++)
            dnn_matrix_set(&H, i, j, 1.0 / (double)(i + j + 1));
    check_ok(dnn_inv(&inverse, &H, NULL, &err));
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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(solve_gives_X_with_A_X_equal_to_B),
        cmocka_unit_test(a_singular_system_names_the_pivot),
        cmocka_unit_test(a_matrix_times_its_inverse_is_the_identity),
        cmocka_unit_test(the_reciprocal_condition_number_tells_what_is_nearly_singular),
        cmocka_unit_test(what_overflows_on_the_way_is_not_called_lack_of_memory),
        cmocka_unit_test(a_determinant_leaves_the_range_only_as_a_whole),
        cmocka_unit_test(the_hilbert_matrix_has_its_known_inverse_and_determinant),
        cmocka_unit_test(determinants_have_their_known_values),
        cmocka_unit_test(pinv_meets_the_four_penrose_conditions_at_any_rank),
        cmocka_unit_test(rcond_decides_what_counts_as_zero),
        cmocka_unit_test(lstsq_gives_the_least_solution_and_the_rank),
        cmocka_unit_test(lstsq_fits_a_line_through_points),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
