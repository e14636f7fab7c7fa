/* test_fill.c: random matrices: their moments, their order and the checks of their parameters. */
#include "check.h"

#include "core/threads.h"
#include "math/fill.h"
#include "math/reduce.h"

static dnn_error err;

static dnn_matrix make(dnn_dtype dtype, size_t rows, size_t cols) {
    dnn_matrix m;
    check_ok(dnn_matrix_create(&m, dtype, rows, cols, &err));
    return m;
}

static double reduced(dnn_reduce_op op, const dnn_matrix *m) {
    double result;
    check_ok(dnn_reduce_all(op, &result, m, 0, &err));
    return result;
}

static void uniform_numbers_fill_their_interval_evenly(void **state) {
    (void)state;
    dnn_random stream = dnn_random_seeded(1);
    dnn_matrix m = make(DNN_FLOAT64, 1000, 200);
    check_ok(dnn_fill_uniform(&m, &stream, -3, 5, &err));
    assert_true(reduced(DNN_MIN, &m) >= -3);
    assert_true(reduced(DNN_MAX, &m) < 5);
    check_close(reduced(DNN_MEAN, &m), 1, 5 * (8 / sqrt(12)) / sqrt(200000));
    check_close(reduced(DNN_STD, &m), 8 / sqrt(12), 0.02);
    dnn_matrix_free(&m);
}

/* Word 476627 of stream 158 is 1 - 1.9e-8, which rounds to 1 in float32. */
static void uniform_numbers_stay_below_their_upper_end_in_every_type(void **state) {
    (void)state;
    static const double ends[][2] = {
        {0,   1          },
        {-1,  0          },
        {0.7, 1          },
        {5,   5          },
        {1,   1 + 0x1p-23}
    };
    for (int dtype = DNN_FLOAT32; dtype <= DNN_FLOAT64; dtype++)
        for (size_t k = 0; k < sizeof ends / sizeof *ends; k++) {
            double low = ends[k][0], high = ends[k][1];
            dnn_random stream = {.key = 158, .position = 476600};
            dnn_matrix m = make((dnn_dtype)dtype, 1000, 64);
            check_ok(dnn_fill_uniform(&m, &stream, low, high, &err));
            assert_true(reduced(DNN_MIN, &m) >= low);
            assert_true(low == high ? reduced(DNN_MAX, &m) == low : reduced(DNN_MAX, &m) < high);
            dnn_matrix_free(&m);
        }
    dnn_random stream = dnn_random_seeded(1);
    for (int k = 0; k < 100; k++) /* two numbers of the type: only the lower one is inside */
        assert_true(dnn_uniform_between(&stream, 1, 1 + 0x1p-52) == 1);
}

static void normal_numbers_have_their_mean_and_deviation(void **state) {
    (void)state;
    dnn_random stream = dnn_random_seeded(2);
    dnn_matrix m = make(DNN_FLOAT32, 1000, 200);
    check_ok(dnn_fill_normal(&m, &stream, 10, 2, &err));
    check_close(reduced(DNN_MEAN, &m), 10, 5 * 2 / sqrt(200000));
    check_close(reduced(DNN_STD, &m), 2, 5 * 2 / sqrt(400000));
    dnn_matrix_free(&m);
}

static void bernoulli_numbers_are_1_with_their_probability(void **state) {
    (void)state;
    dnn_random stream = dnn_random_seeded(3);
    dnn_matrix m = make(DNN_FLOAT32, 1000, 100);
    check_ok(dnn_fill_bernoulli(&m, &stream, 0.3, &err));
    double ones = 0;
    for (size_t k = 0; k < 100000; k++) {
        double x = dnn_matrix_get(&m, k % 1000, k / 1000);
        assert_true(x == 0 || x == 1);
        ones += x;
    }
    check_close(ones / 100000, 0.3, 5 * sqrt(0.3 * 0.7 / 100000));
    check_ok(dnn_fill_bernoulli(&m, &stream, 0, &err));
    check_close(reduced(DNN_MAX, &m), 0, 0);
    check_ok(dnn_fill_bernoulli(&m, &stream, 1, &err));
    check_close(reduced(DNN_MIN, &m), 1, 0);
    dnn_matrix_free(&m);
}

static void numbers_come_in_column_major_order_whatever_the_layout_and_type(void **state) {
    (void)state;
    dnn_random first = dnn_random_seeded(4), second = first, third = first;
    dnn_matrix whole = make(DNN_FLOAT64, 5, 7), parent = make(DNN_FLOAT32, 9, 7), view;
    check_ok(dnn_matrix_block(&view, &parent, 2, 0, 5, 7, &err));
    check_ok(dnn_fill_normal(&whole, &first, 0, 1, &err));
    check_ok(dnn_fill_normal(&view, &second, 0, 1, &err));
    for (size_t j = 0; j < 7; j++) {
        for (size_t i = 0; i < 5; i++) {
            double expected = dnn_random_normal(&third);
            check_close(dnn_matrix_get(&whole, i, j), expected, 0);
            check_close(dnn_matrix_get(&view, i, j), (float)expected, 0);
        }
        check_close(dnn_matrix_get(&parent, 1, j), 0, 0);
        check_close(dnn_matrix_get(&parent, 7, j), 0, 0);
    }
    assert_int_equal(first.position, third.position);
    assert_int_equal(second.position, third.position);
    dnn_matrix_free(&whole), dnn_matrix_free(&parent);
}

static void large_fills_are_the_stream_word_for_word_on_any_number_of_threads(void **state) {
    (void)state;
    const size_t rows = 1237, cols = 41, threads[] = {1, 2, 3};
    dnn_matrix m;
    for (size_t t = 0; t < sizeof threads / sizeof *threads; t++) {
        dnn_random stream = dnn_random_seeded(5), expected = stream;
        dnn_set_threads(threads[t]);
        check_ok(dnn_matrix_create(&m, DNN_FLOAT64, rows, cols, &err));
        check_ok(dnn_fill_normal(&m, &stream, 0, 1, &err));
        for (size_t j = 0; j < cols; j++)
            for (size_t i = 0; i < rows; i++)
                assert_true(dnn_matrix_get(&m, i, j) == dnn_random_normal(&expected));
        assert_true(stream.position == expected.position);
        dnn_matrix_free(&m);
    }
}

static void parameters_outside_their_range_are_named(void **state) {
    (void)state;
    dnn_random stream = dnn_random_seeded(5);
    dnn_matrix m = make(DNN_FLOAT32, 2, 2), bytes = make(DNN_UINT8, 2, 2);
    check_fails(dnn_fill_uniform(&m, &stream, 2, 1, &err), DNN_ERROR_ARGUMENT,
                "uniform: expected finite low <= high, got low = 2 and high = 1");
    check_fails(dnn_fill_uniform(&m, &stream, 0, INFINITY, &err), DNN_ERROR_ARGUMENT, "high = inf");
    check_fails(dnn_fill_normal(&m, &stream, 0, -1, &err), DNN_ERROR_ARGUMENT,
                "normal: expected a finite mean and a standard deviation >= 0, got 0 and -1");
    check_fails(dnn_fill_bernoulli(&m, &stream, 1.5, &err), DNN_ERROR_ARGUMENT,
                "bernoulli: expected a probability from 0 to 1, got 1.5");
    check_fails(dnn_fill_bernoulli(&m, &stream, NAN, &err), DNN_ERROR_ARGUMENT, "got nan");
    check_fails(dnn_fill_uniform(&bytes, &stream, 0, 1, &err), DNN_ERROR_TYPE,
                "uniform: uint8 is for stored data only");
    dnn_matrix_free(&m), dnn_matrix_free(&bytes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(uniform_numbers_fill_their_interval_evenly),
        cmocka_unit_test(uniform_numbers_stay_below_their_upper_end_in_every_type),
        cmocka_unit_test(normal_numbers_have_their_mean_and_deviation),
        cmocka_unit_test(bernoulli_numbers_are_1_with_their_probability),
        cmocka_unit_test(numbers_come_in_column_major_order_whatever_the_layout_and_type),
        cmocka_unit_test(large_fills_are_the_stream_word_for_word_on_any_number_of_threads),
        cmocka_unit_test(parameters_outside_their_range_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
