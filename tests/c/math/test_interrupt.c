/* Long operations end when they are asked to, leave what they must not half change as it was, and
 * then give the same bits as before. */
#include "interrupting.h"

#include "core/threads.h"
#include "math/bins.h"
#include "math/blas.h"
#include "math/elementwise.h"
#include "math/fill.h"
#include "math/linalg.h"
#include "math/reduce.h"

static dnn_error err;

static dnn_matrix random_matrix(dnn_dtype dtype, size_t rows, size_t cols, uint64_t seed) {
    dnn_matrix m;
    dnn_random stream = dnn_random_seeded(seed);
    check_ok(dnn_matrix_create(&m, dtype, rows, cols, &err));
    check_ok(dnn_fill_uniform(&m, &stream, -1, 1, &err));
    return m;
}

/* A product is interrupted, and then gives the same as before. */
static void check_product(dnn_dtype dtype, size_t m, size_t n, size_t k) {
    dnn_matrix a = random_matrix(dtype, m, k, 1), b = random_matrix(dtype, k, n, 2);
    dnn_matrix before = random_matrix(dtype, m, n, 3), after = random_matrix(dtype, m, n, 3);
    check_ok(dnn_mm(false, false, 1, &a, &b, 0, &before, &err));
    check_interrupted(dnn_mm(false, false, 1, &a, &b, 0, &after, &err));
    check_ok(dnn_mm(false, false, 1, &a, &b, 0, &after, &err));
    assert_true(dnn_matrix_equal(&before, &after));
    dnn_matrix_free(&a);
    dnn_matrix_free(&b);
    dnn_matrix_free(&before);
    dnn_matrix_free(&after);
}

static void products_end(void **state) {
    (void)state;
    size_t usual = dnn_threads();
    for (size_t threads = 1; threads <= 2; threads++) {
        dnn_set_threads(threads);
        for (dnn_dtype dtype = DNN_FLOAT32; dtype <= DNN_FLOAT64; dtype++) {
            check_product(dtype, 600, 600, 600);  /* pieces of the result */
            check_product(dtype, 24, 24, 20000);  /* slices of k */
            check_product(dtype, 255, 255, 9000); /* one piece, several calls */
            check_product(dtype, 20, 900, 900);   /* skinny */
            check_product(dtype, 1, 2000, 2000);  /* a vector */
        }
    }
    dnn_set_threads(usual);
}

static void a_product_of_several_calls_is_the_sum_over_its_halves(void **state) {
    (void)state;
    const size_t m = 255, n = 251, k = 9001, half = 4500;
    for (dnn_dtype dtype = DNN_FLOAT32; dtype <= DNN_FLOAT64; dtype++) {
        double tolerance = dtype == DNN_FLOAT32 ? 0.01 : 1e-10;
        dnn_matrix a = random_matrix(dtype, k, m, 1), b = random_matrix(dtype, n, k, 2);
        dnn_matrix whole = random_matrix(dtype, m, n, 3), sum = random_matrix(dtype, m, n, 3);
        dnn_matrix a1, a2, b1, b2;
        check_ok(dnn_matrix_block(&a1, &a, 0, 0, half, m, &err));
        check_ok(dnn_matrix_block(&a2, &a, half, 0, k - half, m, &err));
        check_ok(dnn_matrix_block(&b1, &b, 0, 0, n, half, &err));
        check_ok(dnn_matrix_block(&b2, &b, 0, half, n, k - half, &err));
        check_ok(dnn_mm(true, true, 2, &a, &b, 0.5, &whole, &err));
        check_ok(dnn_mm(true, true, 2, &a1, &b1, 0.5, &sum, &err));
        check_ok(dnn_mm(true, true, 2, &a2, &b2, 1, &sum, &err));
        for (size_t j = 0; j < n; j++)
            for (size_t i = 0; i < m; i++)
                check_close(dnn_matrix_get(&whole, i, j), dnn_matrix_get(&sum, i, j), tolerance);
        dnn_matrix_free(&a);
        dnn_matrix_free(&b);
        dnn_matrix_free(&whole);
        dnn_matrix_free(&sum);
    }
}

static void walks_that_write_elsewhere_end(void **state) {
    (void)state;
    enum { rows = 300, cols = 300 };
    dnn_matrix a = random_matrix(DNN_FLOAT64, rows, cols, 1),
               out = random_matrix(DNN_FLOAT64, rows, cols, 2);
    dnn_matrix expected = random_matrix(DNN_FLOAT64, rows, cols, 3);
    check_ok(dnn_unary(DNN_EXP, &expected, &a, &err));
    check_interrupted(dnn_unary(DNN_EXP, &out, &a, &err));
    check_ok(dnn_unary(DNN_EXP, &out, &a, &err));
    assert_true(dnn_matrix_equal(&out, &expected));

    check_interrupted(dnn_matrix_copy(&out, &a, &err));
    check_interrupted(dnn_matrix_transpose(&out, &a, &err));
    check_interrupted(dnn_fill(&out, 1, &err));
    check_interrupted(dnn_arange(&out, 1, 2, &err));
    uint32_t index[cols];
    for (uint32_t j = 0; j < cols; j++)
        index[j] = (uint32_t)cols - 1 - j;
    check_interrupted(dnn_matrix_gather_columns(&out, &a, index, 2, 0, &err));
    check_ok(dnn_matrix_gather_columns(&out, &a, index, 2, 0, &err));
    assert_true(dnn_matrix_get(&out, 3, 0) == 2 * dnn_matrix_get(&a, 3, cols - 1));
    dnn_matrix_free(&a);
    dnn_matrix_free(&out);
    dnn_matrix_free(&expected);
}

static void what_is_changed_in_place_has_changed_whole_or_not_at_all(void **state) {
    (void)state;
    dnn_matrix a = random_matrix(DNN_FLOAT32, 1000, 1000, 1),
               one = random_matrix(DNN_FLOAT32, 1, 1, 2);
    dnn_matrix_set(&one, 0, 0, 1);
    check_ok(dnn_fill(&a, 0, &err));
    double times = 0, low, high;
    dnn_status status;
    pthread_t requester;
    assert_int_equal(pthread_create(&requester, NULL, request_soon, (void *)(intptr_t)5), 0);
    while ((status = dnn_binary(DNN_ADD, &a, &a, &one, &err)) == DNN_OK)
        times++;
    pthread_join(requester, NULL);
    assert_int_equal(status, DNN_ERROR_INTERRUPTED);
    dnn_interrupt_clear();
    check_ok(dnn_reduce_all(DNN_MIN, &low, &a, 0, &err));
    check_ok(dnn_reduce_all(DNN_MAX, &high, &a, 0, &err));
    assert_true(low == times && high == times);
    dnn_matrix_free(&a);
    dnn_matrix_free(&one);
}

static void nothing_counts_as_drawn_where_drawing_ends(void **state) {
    (void)state;
    dnn_matrix out = random_matrix(DNN_FLOAT32, 1000, 300, 1),
               expected = random_matrix(DNN_FLOAT32, 1000, 300, 1);
    dnn_random stream = dnn_random_seeded(7), before;
    check_interrupted((before = stream, dnn_fill_normal(&out, &stream, 0, 1, &err)));
    assert_int_equal(stream.position, before.position);
    check_ok(dnn_fill_normal(&out, &stream, 0, 1, &err));
    check_ok(dnn_fill_normal(&expected, &before, 0, 1, &err));
    assert_true(dnn_matrix_equal(&out, &expected));
    assert_int_equal(stream.position, before.position);
    dnn_matrix_free(&out);
    dnn_matrix_free(&expected);
}

static void counting_ends_with_nothing_counted(void **state) {
    (void)state;
    dnn_matrix a = random_matrix(DNN_FLOAT32, 300, 300, 1);
    dnn_bins before, after;
    dnn_bins_count(&before, &a);
    check_interrupted((dnn_bins_count(&after, &a), dnn_interrupt_check(&err)));
    dnn_interrupt_request();
    dnn_bins_count(&after, &a);
    dnn_interrupt_clear();
    assert_int_equal(after.count, 0);
    assert_int_equal(after.not_finite, 0);
    dnn_bins_count(&after, &a);
    assert_memory_equal(&before, &after, sizeof before);
    dnn_matrix_free(&a);
}

static void reductions_end(void **state) {
    (void)state;
    dnn_matrix a = random_matrix(DNN_FLOAT32, 300, 300, 1);
    dnn_matrix row = random_matrix(DNN_FLOAT32, 1, 300, 2),
               column = random_matrix(DNN_FLOAT32, 300, 1, 2);
    for (dnn_reduce_op op = 0; op < DNN_REDUCE_COUNT; op++) {
        double before, after;
        check_ok(dnn_reduce_all(op, &before, &a, 0, &err));
        check_interrupted(dnn_reduce_all(op, &after, &a, 0, &err));
        check_ok(dnn_reduce_all(op, &after, &a, 0, &err));
        assert_true(before == after);
        check_interrupted(dnn_reduce(op, 1, &row, &a, 0, &err));
        check_interrupted(dnn_reduce(op, 2, &column, &a, 0, &err));
    }
    dnn_matrix_free(&a);
    dnn_matrix_free(&row);
    dnn_matrix_free(&column);
}

static void the_check_for_finite_numbers_is_no_long_operation(void **state) {
    (void)state;
    dnn_matrix a = random_matrix(DNN_FLOAT32, 1000, 1000, 1);
    dnn_interrupt_request();
    assert_true(dnn_all_finite(a.dtype, a.data, dnn_matrix_count(&a), NULL));
    dnn_interrupt_clear();
    dnn_matrix_free(&a);
}

static void linear_algebra_ends_between_its_steps(void **state) {
    (void)state;
    dnn_matrix A = random_matrix(DNN_FLOAT64, 60, 60, 1), B = random_matrix(DNN_FLOAT64, 60, 3, 2);
    dnn_matrix X = random_matrix(DNN_FLOAT64, 60, 3, 2), V = random_matrix(DNN_FLOAT64, 60, 60, 3);
    dnn_matrix s = random_matrix(DNN_FLOAT64, 60, 1, 3);
    double det;
    check_interrupted(dnn_solve(&X, &A, &B, NULL, &err));
    check_interrupted(dnn_lstsq(&X, &A, &B, NULL, &err));
    check_interrupted(dnn_inv(&V, &A, NULL, &err));
    check_interrupted(dnn_det(&det, &A, &err));
    check_interrupted(dnn_svd(NULL, &s, NULL, &A, &err));
    check_interrupted(dnn_eigh(&s, &V, &A, &err));
    check_ok(dnn_solve(&X, &A, &B, NULL, &err));
    check_ok(dnn_mm(false, false, 1, &A, &X, -1, &B, &err));
    for (size_t i = 0; i < 60; i++)
        check_close(dnn_matrix_get(&B, i, 1), 0, 1e-10);
    dnn_matrix_free(&A);
    dnn_matrix_free(&B);
    dnn_matrix_free(&X);
    dnn_matrix_free(&V);
    dnn_matrix_free(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(products_end),
        cmocka_unit_test(a_product_of_several_calls_is_the_sum_over_its_halves),
        cmocka_unit_test(walks_that_write_elsewhere_end),
        cmocka_unit_test(what_is_changed_in_place_has_changed_whole_or_not_at_all),
        cmocka_unit_test(nothing_counts_as_drawn_where_drawing_ends),
        cmocka_unit_test(counting_ends_with_nothing_counted),
        cmocka_unit_test(reductions_end),
        cmocka_unit_test(the_check_for_finite_numbers_is_no_long_operation),
        cmocka_unit_test(linear_algebra_ends_between_its_steps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
