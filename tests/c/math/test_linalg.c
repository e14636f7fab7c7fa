/* What linear algebra refuses, what it takes when there is nothing in it, and memory that runs out.
 */
#include "linalg_cases.h"

static void what_is_not_finite_is_refused_by_name(void **state) {
    (void)state;
    dnn_matrix A = random_matrix(DNN_FLOAT32, 3, 3, 1), B = zeros(DNN_FLOAT32, 3, 1);
    dnn_matrix X = zeros(DNN_FLOAT32, 3, 1), Y = zeros(DNN_FLOAT32, 3, 3);
    dnn_matrix Z = zeros(DNN_FLOAT32, 3, 3);
    size_t rank;
    double det;
    dnn_matrix_set(&B, 1, 0, INFINITY);
    check_fails(dnn_solve(&X, &A, &B, NULL, &err), DNN_ERROR_NUMERIC, "solve: B(2, 1) is inf");
    check_fails(dnn_lstsq(&X, &A, &B, NULL, &err), DNN_ERROR_NUMERIC, "lstsq: B(2, 1) is inf");
    dnn_matrix_set(&A, 2, 1, NAN);
    check_fails(dnn_solve(&X, &A, &B, NULL, &err), DNN_ERROR_NUMERIC,
                "solve: A(3, 2) is nan, and all elements must be finite");
    check_fails(dnn_inv(&Y, &A, NULL, &err), DNN_ERROR_NUMERIC, "inv: A(3, 2)");
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
    check_fails(dnn_solve(&S, &A, &S, NULL, &err), DNN_ERROR_SHAPE,
                "solve: the matrix must be square, not 3 x 2 (lstsq takes any shape)");
    check_fails(dnn_inv(&S, &A, NULL, &err), DNN_ERROR_SHAPE,
                "inv: the matrix must be square, not 3 x 2 (pinv takes any shape)");
    check_fails(dnn_det(&det, &A, &err), DNN_ERROR_SHAPE,
                "det: the matrix must be square, not 3 x 2");
    check_fails(dnn_eig(&B, &B, NULL, NULL, &A, &err), DNN_ERROR_SHAPE, "eig: the matrix must be");
    check_fails(
        dnn_solve(&S, &S, &B, NULL, &err), DNN_ERROR_SHAPE,
        "solve: A is 3 x 3, so B must have 3 rows, not 1 (it is 1 x 3); transpose it: B:t()");
    check_fails(dnn_solve(&D, &S, &D, NULL, &err), DNN_ERROR_TYPE, "float64");
    check_fails(dnn_inv(&A, &S, NULL, &err), DNN_ERROR_SHAPE,
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
    check_ok(dnn_solve(&flat, &none, &flat, NULL, &err));
    check_ok(dnn_inv(&none, &none, NULL, &err));
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
        WITHOUT_NTH(dnn_solve(&x, &A, &B, NULL, &err));
        WITHOUT_NTH(dnn_lstsq(&x, &A, &B, &rank, &err));
        WITHOUT_NTH(dnn_inv(&P, &A, NULL, &err));
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
        cmocka_unit_test(what_is_not_finite_is_refused_by_name),
        cmocka_unit_test(shapes_and_types_that_do_not_fit_are_named),
        cmocka_unit_test(empty_matrices_are_taken),
        cmocka_unit_test(a_failed_allocation_is_reported_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
