/* test_reduce.c: reductions against plain loops in long double, in every layout and at the extremes
 * of the types. */
#include "check.h"

#include <float.h>

#include "core/memory.h"
#include "core/random.h"
#include "core/threads.h"
#include "math/elementwise.h"
#include "math/fill.h"
#include "math/reduce.h"

static dnn_error err;

/* --- a second implementation, for one row, column or whole matrix --- */

static double plain(dnn_reduce_op op, const dnn_matrix *m, int correction) {
    size_t n = dnn_matrix_count(m), largest = 0, smallest = 0, nonzero = 0;
    long double sum = 0, squares = 0, deviations = 0;
    for (size_t k = 0; k < n; k++) {
        double x = dnn_matrix_get(m, k % m->rows, k / m->rows);
        double high = dnn_matrix_get(m, largest % m->rows, largest / m->rows);
        double low = dnn_matrix_get(m, smallest % m->rows, smallest / m->rows);
        sum += x;
        squares += (long double)x * x;
        nonzero += x != 0;
        largest = x > high || (isnan(x) && !isnan(high)) ? k : largest;
        smallest = x < low || (isnan(x) && !isnan(low)) ? k : smallest;
    }
    for (size_t k = 0; k < n; k++) {
        long double d = dnn_matrix_get(m, k % m->rows, k / m->rows) - sum / (long double)n;
        deviations += d * d;
    }
    switch (op) {
    case DNN_SUM:
        return (double)sum;
    case DNN_MEAN:
        return (double)(sum / (long double)n);
    case DNN_MAX:
        return dnn_matrix_get(m, largest % m->rows, largest / m->rows);
    case DNN_MIN:
        return dnn_matrix_get(m, smallest % m->rows, smallest / m->rows);
    case DNN_ARGMAX:
        return (double)(largest + 1);
    case DNN_ARGMIN:
        return (double)(smallest + 1);
    case DNN_NORM:
        return (double)sqrtl(squares);
    case DNN_STD:
        return (double)sqrtl(deviations / (long double)((double)n - correction));
    case DNN_ANY:
        return nonzero > 0;
    default:
        return nonzero == n;
    }
}

static dnn_matrix make(dnn_dtype dtype, size_t rows, size_t cols) {
    dnn_matrix m;
    check_ok(dnn_matrix_create(&m, dtype, rows, cols, &err));
    return m;
}

static dnn_matrix block(const dnn_matrix *m, size_t i, size_t j, size_t rows, size_t cols) {
    dnn_matrix view;
    check_ok(dnn_matrix_block(&view, m, i, j, rows, cols, &err));
    return view;
}

static double reduced(dnn_reduce_op op, const dnn_matrix *m) {
    double result;
    check_ok(dnn_reduce_all(op, &result, m, 1, &err));
    return result;
}

static const size_t shapes[][2] = {
    {1,    1   },
    {1,    50  },
    {50,   1   },
    {3,    7   },
    {7,    300 },
    {20,   209 },
    {300,  40  },
    {2500, 3   },
    {400,  1000},
    {9,    9000}
};
#define SHAPES (sizeof shapes / sizeof *shapes)

static void every_reduction_agrees_with_a_plain_loop_in_every_layout(void **state) {
    (void)state;
    dnn_random stream = dnn_random_seeded(11);
    for (size_t s = 0; s < SHAPES * 4; s++) {
        size_t rows = shapes[s / 4][0], cols = shapes[s / 4][1], margin = s / 2 % 2 ? 3 : 0;
        dnn_dtype dtype = s % 2 ? DNN_FLOAT64 : DNN_FLOAT32;
        dnn_matrix parent = make(dtype, rows + margin, cols);
        dnn_matrix a = block(&parent, margin / 2, 0, rows, cols);
        check_ok(dnn_fill_normal(&parent, &stream, 1, 2, &err));
        double precision = dtype == DNN_FLOAT32 ? 1e-7 : 1e-15;
        for (int op = 0; op < DNN_REDUCE_COUNT; op++) {
            double expected = plain((dnn_reduce_op)op, &a, 1);
            check_close(reduced((dnn_reduce_op)op, &a), expected, 1e-13 * (1 + fabs(expected)));
            for (int axis = 1; axis <= 2; axis++) {
                size_t n = axis == 1 ? cols : rows;
                dnn_matrix out = make(dtype, axis == 1 ? 1 : rows, axis == 1 ? cols : 1);
                check_ok(dnn_reduce((dnn_reduce_op)op, axis, &out, &a, 1, &err));
                for (size_t k = 0; k < n; k++) {
                    dnn_matrix v = axis == 1 ? block(&a, 0, k, rows, 1) : block(&a, k, 0, 1, cols);
                    expected = plain((dnn_reduce_op)op, &v, 1);
                    check_close(dnn_matrix_get(&out, axis == 1 ? 0 : k, axis == 1 ? k : 0),
                                expected,
                                precision * (fabs(expected) + (double)dnn_matrix_count(&v)));
                }
                dnn_matrix_free(&out);
            }
        }
        dnn_matrix_free(&parent);
    }
}

static void places_that_float32_does_not_hold_are_refused(void **state) {
    (void)state;
    dnn_matrix out, a = dnn_matrix_of(DNN_FLOAT32, 1, (1 << 24) + 1, &(double){0}); /* not read */
    check_ok(dnn_matrix_create(&out, DNN_FLOAT32, 1, 1, &err));
    check_fails(dnn_reduce(DNN_ARGMAX, 2, &out, &a, 0, &err), DNN_ERROR_TYPE,
                "argmax: float32 holds places up to 16777216 only, and axis 2 of this 1 x 16777217 "
                "matrix has more; convert it with :double()");
    dnn_matrix_free(&out);
}

static void argmax_and_argmin_give_the_first_of_equals(void **state) {
    (void)state;
    double memory[] = {1, 5, -2, 5, -2, 0};
    dnn_matrix m = dnn_matrix_of(DNN_FLOAT64, 6, 1, memory);
    check_close(reduced(DNN_ARGMAX, &m), 2, 0);
    check_close(reduced(DNN_ARGMIN, &m), 3, 0);
}

static void a_nan_is_the_extreme_and_its_first_position_is_found(void **state) {
    (void)state;
    for (int d = DNN_FLOAT32; d <= DNN_FLOAT64; d++) {
        for (size_t where = 0; where < 3000; where += 271) {
            dnn_matrix m = make((dnn_dtype)d, 3000, 1);
            check_ok(dnn_fill(&m, INFINITY, &err));
            dnn_matrix_set(&m, where, 0, NAN);
            dnn_matrix_set(&m, 2999, 0, NAN);
            check_close(reduced(DNN_MAX, &m), NAN, 0);
            check_close(reduced(DNN_MIN, &m), NAN, 0);
            check_close(reduced(DNN_ARGMAX, &m), (double)(where + 1), 0);
            check_close(reduced(DNN_ARGMIN, &m), (double)(where + 1), 0);
            check_close(reduced(DNN_NORM, &m), NAN, 0);
            check_close(reduced(DNN_STD, &m), NAN, 0);
            dnn_matrix_free(&m);
        }
    }
}

static void norm_and_std_neither_overflow_nor_underflow(void **state) {
    (void)state;
    static const double scales[] = {1, 1e-30, 1e30, 1e-160, 1e-300, 0x1p-1070, 1e160, 1e300};
    for (size_t s = 0; s < sizeof scales / sizeof *scales; s++) {
        double memory[] = {3 * scales[s], -4 * scales[s]};
        dnn_matrix m = dnn_matrix_of(DNN_FLOAT64, 2, 1, memory);
        check_close(reduced(DNN_NORM, &m) / scales[s], 5, 1e-14);
        /* 3 and -4 lie 3.5 from their mean: sqrt(2 * 3.5^2 / (2 - 1)) */
        if (s != 5) /* there the mean -1/2 is not a subnormal number */
            check_close(reduced(DNN_STD, &m) / scales[s], 3.5 * sqrt(2), 1e-14);
    }
    float single[] = {3e30f, -4e30f, 0};
    dnn_matrix m = dnn_matrix_of(DNN_FLOAT32, 3, 1, single);
    check_close(reduced(DNN_NORM, &m) / 5e30, 1, 1e-7);
    double infinite[] = {1, -INFINITY}, zero[] = {0, 0};
    m = dnn_matrix_of(DNN_FLOAT64, 2, 1, infinite);
    check_close(reduced(DNN_NORM, &m), INFINITY, 0);
    m = dnn_matrix_of(DNN_FLOAT64, 2, 1, zero);
    check_close(reduced(DNN_NORM, &m), 0, 0);
    check_close(reduced(DNN_STD, &m), 0, 0);
}

static void a_long_sum_of_floats_keeps_its_digits(void **state) {
    (void)state;
    dnn_matrix m = make(DNN_FLOAT32, 1 << 22, 1);
    check_ok(dnn_fill(&m, 0.1, &err));
    check_close(reduced(DNN_SUM, &m), (double)0.1f * (1 << 22), 1e-9);
    check_close(reduced(DNN_MEAN, &m), (double)0.1f, 1e-16);
    dnn_matrix_free(&m);
}

static void a_result_has_the_same_bits_in_any_layout_and_on_any_number_of_threads(void **state) {
    (void)state;
    dnn_random stream = dnn_random_seeded(5);
    size_t threads = dnn_threads();
    dnn_matrix parent = make(DNN_FLOAT32, 1003, 200), whole = make(DNN_FLOAT32, 1000, 200);
    dnn_matrix view = block(&parent, 2, 0, 1000, 200), many = make(DNN_FLOAT32, 1000, 1),
               one = make(DNN_FLOAT32, 1000, 1);
    check_ok(dnn_fill_normal(&parent, &stream, 0, 1, &err));
    check_ok(dnn_matrix_copy(&whole, &view, &err));
    for (int op = 0; op < DNN_REDUCE_COUNT; op++) {
        dnn_set_threads(3);
        double a = reduced((dnn_reduce_op)op, &whole);
        check_ok(dnn_reduce((dnn_reduce_op)op, 2, &many, &whole, 1, &err));
        dnn_set_threads(1);
        double b = reduced((dnn_reduce_op)op, &view);
        check_ok(dnn_reduce((dnn_reduce_op)op, 2, &one, &view, 1, &err));
        assert_memory_equal(&a, &b, sizeof a);
        assert_memory_equal(one.data, many.data, 1000 * sizeof(float));
    }
    dnn_set_threads(threads);
    dnn_matrix_free(&parent), dnn_matrix_free(&whole), dnn_matrix_free(&one),
        dnn_matrix_free(&many);
}

static void reductions_of_nothing_are_neutral_or_an_error(void **state) {
    (void)state;
    dnn_matrix m = make(DNN_FLOAT32, 0, 3), out = make(DNN_FLOAT32, 1, 3);
    check_close(reduced(DNN_SUM, &m), 0, 0);
    check_close(reduced(DNN_MEAN, &m), NAN, 0);
    check_close(reduced(DNN_NORM, &m), 0, 0);
    check_close(reduced(DNN_STD, &m), NAN, 0);
    check_close(reduced(DNN_ANY, &m), 0, 0);
    check_close(reduced(DNN_ALL, &m), 1, 0);
    check_ok(dnn_reduce(DNN_SUM, 1, &out, &m, 0, &err));
    check_close(dnn_matrix_get(&out, 0, 2), 0, 0);
    double number;
    check_fails(dnn_reduce_all(DNN_MAX, &number, &m, 0, &err), DNN_ERROR_SHAPE,
                "max: a 0 x 3 matrix has no elements");
    check_fails(dnn_reduce(DNN_ARGMIN, 1, &out, &m, 0, &err), DNN_ERROR_SHAPE,
                "argmin: a 0 x 3 matrix has no elements along axis 1");
    dnn_matrix_free(&m), dnn_matrix_free(&out);
}

static void whole_numbers_are_summed_up_exactly(void **state) {
    (void)state;
    dnn_matrix m = make(DNN_INT32, 300, 20);
    for (size_t k = 0; k < 6000; k++)
        dnn_matrix_set(&m, k % 300, k / 300, 2147483647 - (double)k);
    check_close(reduced(DNN_SUM, &m), 6000 * 2147483647.0 - 5999 * 3000.0, 0);
    check_close(reduced(DNN_MAX, &m), 2147483647, 0);
    check_close(reduced(DNN_MIN, &m), 2147483647 - 5999, 0);
    check_close(reduced(DNN_ALL, &m), 1, 0);
    dnn_matrix_free(&m);
}

static void bytes_can_be_summed_up_and_tested(void **state) {
    (void)state;
    dnn_matrix m = make(DNN_UINT8, 300, 20), any = make(DNN_UINT8, 1, 20),
               out = make(DNN_FLOAT32, 1, 20);
    for (size_t k = 300; k < 6000; k++)
        dnn_matrix_set(&m, k % 300, k / 300, (double)(k % 251));
    static const dnn_reduce_op ops[] = {DNN_SUM, DNN_MEAN, DNN_MAX, DNN_MIN, DNN_ANY, DNN_ALL};
    for (size_t k = 0; k < sizeof ops / sizeof *ops; k++)
        check_close(reduced(ops[k], &m), plain(ops[k], &m, 0), 1e-10);
    check_ok(dnn_reduce(DNN_ANY, 1, &any, &m, 0, &err));
    check_close(dnn_matrix_get(&any, 0, 0), 0, 0);
    check_close(dnn_matrix_get(&any, 0, 1), 1, 0);
    check_fails(dnn_reduce(DNN_SUM, 1, &out, &m, 0, &err), DNN_ERROR_TYPE,
                "sum: uint8 is for stored data only; convert with :float() or :double() first");
    double number;
    check_fails(dnn_reduce_all(DNN_STD, &number, &m, 0, &err), DNN_ERROR_TYPE, "std: uint8");
    dnn_matrix_free(&m), dnn_matrix_free(&any), dnn_matrix_free(&out);
}

static void wrong_axes_and_outputs_are_named(void **state) {
    (void)state;
    dnn_matrix m = make(DNN_FLOAT32, 4, 3), out = make(DNN_FLOAT32, 1, 3),
               d = make(DNN_FLOAT64, 1, 3);
    dnn_matrix inside = block(&m, 0, 0, 1, 3);
    check_fails(dnn_reduce(DNN_SUM, 0, &out, &m, 0, &err), DNN_ERROR_ARGUMENT,
                "sum: axis 0; 1 reduces over rows, 2 over columns");
    check_fails(dnn_reduce(DNN_SUM, 2, &out, &m, 0, &err), DNN_ERROR_SHAPE,
                "sum: the result is 4 x 1, the output 1 x 3");
    check_fails(dnn_reduce(DNN_SUM, 1, &d, &m, 0, &err), DNN_ERROR_TYPE,
                "sum: float32 and float64");
    check_fails(dnn_reduce(DNN_SUM, 1, &inside, &m, 0, &err), DNN_ERROR_ARGUMENT,
                "sum: the output overlaps the input");
    dnn_matrix_free(&m), dnn_matrix_free(&out), dnn_matrix_free(&d);
}

static void squares_are_summed_and_the_first_number_that_is_not_finite_is_found(void **state) {
    (void)state;
    static const double bad[] = {NAN, INFINITY, -INFINITY};
    for (int d = DNN_FLOAT32; d <= DNN_FLOAT64; d++) {
        dnn_matrix m = make((dnn_dtype)d, 100000, 1);
        size_t where = 0;
        check_ok(dnn_arange(&m, 0, 1, &err));
        double n = 99999;
        check_close(dnn_sum_squares((dnn_dtype)d, m.data, 100000) / (n * (n + 1) * (2 * n + 1) / 6),
                    1, 1e-14);
        dnn_matrix_set(&m, 5, 0, d == DNN_FLOAT32 ? FLT_MAX : DBL_MAX);
        assert_true(dnn_all_finite((dnn_dtype)d, m.data, 100000, &where));
        for (size_t k = 0; k < 3; k++) {
            dnn_matrix_set(&m, 99998 - k, 0, bad[k]);
            assert_false(dnn_all_finite((dnn_dtype)d, m.data, 100000, NULL));
            assert_false(dnn_all_finite((dnn_dtype)d, m.data, 100000, &where));
            assert_int_equal(where, 99998 - k);
        }
        assert_true(dnn_all_finite((dnn_dtype)d, NULL, 0, NULL));
        check_close(dnn_sum_squares((dnn_dtype)d, NULL, 0), 0, 0);
        dnn_matrix_free(&m);
    }
}

static void reductions_allocate_nothing(void **state) {
    (void)state;
    dnn_matrix m = make(DNN_FLOAT32, 512, 300), out = make(DNN_FLOAT32, 512, 1);
    uint64_t before = dnn_allocation_count();
    check_ok(dnn_reduce(DNN_SUM, 2, &out, &m, 0, &err));
    reduced(DNN_NORM, &m);
    assert_int_equal(dnn_allocation_count(), before);
    dnn_matrix_free(&m), dnn_matrix_free(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_reduction_agrees_with_a_plain_loop_in_every_layout),
        cmocka_unit_test(argmax_and_argmin_give_the_first_of_equals),
        cmocka_unit_test(places_that_float32_does_not_hold_are_refused),
        cmocka_unit_test(a_nan_is_the_extreme_and_its_first_position_is_found),
        cmocka_unit_test(norm_and_std_neither_overflow_nor_underflow),
        cmocka_unit_test(a_long_sum_of_floats_keeps_its_digits),
        cmocka_unit_test(a_result_has_the_same_bits_in_any_layout_and_on_any_number_of_threads),
        cmocka_unit_test(reductions_of_nothing_are_neutral_or_an_error),
        cmocka_unit_test(whole_numbers_are_summed_up_exactly),
        cmocka_unit_test(bytes_can_be_summed_up_and_tested),
        cmocka_unit_test(wrong_axes_and_outputs_are_named),
        cmocka_unit_test(squares_are_summed_and_the_first_number_that_is_not_finite_is_found),
        cmocka_unit_test(reductions_allocate_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
