/* Numbers are counted into bins whose limits hold them. */
#include "check.h"

#include <stdlib.h>

#include "core/random.h"
#include "math/bins.h"

/* The bin of x by definition, in the order of the limits. */
static size_t bin_of(const dnn_bins *b, double x) {
    size_t k = 0;
    while (x > b->limits[k])
        k++;
    return k;
}

static void check_against_definition(const dnn_matrix *m) {
    dnn_bins b;
    double counts[DNN_BINS] = {0}, sum = 0, squares = 0, low = INFINITY, high = -INFINITY;
    size_t finite = 0;
    dnn_bins_count(&b, m);
    for (size_t j = 0; j < m->cols; j++)
        for (size_t i = 0; i < m->rows; i++) {
            double x = dnn_matrix_get(m, i, j);
            if (!isfinite(x))
                continue;
            counts[bin_of(&b, x)]++;
            finite++;
            sum += x;
            squares += x * x;
            low = fmin(low, x);
            high = fmax(high, x);
        }
    assert_int_equal(b.count, finite);
    assert_int_equal(b.not_finite, m->rows * m->cols - finite);
    check_close(b.min, low, 0);
    check_close(b.max, high, 0);
    check_close(b.sum, sum, 1e-9 * (double)finite);
    check_close(b.sum_squares, squares, 1e-9 * squares);
    for (size_t k = 0; k < DNN_BINS; k++) {
        check_close(b.counts[k], counts[k], 0);
        assert_true(k == 0 || b.limits[k] > b.limits[k - 1]);
    }
}

static void counts_are_those_of_the_definition(void **state) {
    (void)state;
    dnn_error err;
    dnn_random random;
    random = dnn_random_seeded(7);
    for (dnn_dtype dtype = DNN_FLOAT32; dtype <= DNN_UINT8; dtype++) {
        dnn_matrix m, rows;
        check_ok(dnn_matrix_create(&m, dtype, 60, 70, &err)); /* more than one run */
        for (size_t j = 0; j < 70; j++)
            for (size_t i = 0; i < 60; i++)
                dnn_matrix_set(&m, i, j, 20 * dnn_random_normal(&random));
        check_against_definition(&m);
        check_ok(dnn_matrix_block(&rows, &m, 3, 1, 7, 60, &err));
        check_against_definition(&rows);
        dnn_matrix_free(&m);
    }
}

static void numbers_on_the_limits_belong_to_the_lower_bin(void **state) {
    (void)state;
    double x[DNN_BINS + 1];
    dnn_matrix m = dnn_matrix_of(DNN_FLOAT64, DNN_BINS + 1, 1, x);
    dnn_bins b;
    for (size_t i = 0; i <= DNN_BINS; i++)
        x[i] = (double)i;
    dnn_bins_count(&b, &m);
    assert_true(b.counts[0] == 2);
    for (size_t k = 1; k < DNN_BINS; k++)
        assert_true(b.counts[k] == 1);
    check_against_definition(&m);
}

static void what_is_not_finite_is_counted_apart(void **state) {
    (void)state;
    float x[] = {1, NAN, 3, INFINITY, -INFINITY, 2};
    dnn_matrix m = dnn_matrix_of(DNN_FLOAT32, 6, 1, x);
    check_against_definition(&m);
    m.rows = 1;
    x[0] = NAN;
    dnn_bins b;
    dnn_bins_count(&b, &m);
    assert_int_equal(b.not_finite, 1);
    assert_int_equal(b.count, 0);
    assert_true(isnan(b.min) && isnan(b.max));
}

static void equal_numbers_and_extremes_have_bins(void **state) {
    (void)state;
    double equal[] = {-3e20, -3e20}, wide[] = {-1.7e308, 0, 1.7e308}, zero[] = {0},
           tiny[] = {0, 5e-324, 1e-323};
    dnn_matrix m = dnn_matrix_of(DNN_FLOAT64, 2, 1, equal);
    check_against_definition(&m);
    m = dnn_matrix_of(DNN_FLOAT64, 1, 1, zero);
    check_against_definition(&m);
    dnn_bins b;
    m = dnn_matrix_of(DNN_FLOAT64, 3, 1, wide);
    dnn_bins_count(&b, &m);
    assert_true(b.counts[0] == 1 && b.counts[DNN_BINS - 1] == 1 && b.count == 3);
    m = dnn_matrix_of(DNN_FLOAT64, 3, 1, tiny); /* narrower than bins can be */
    dnn_bins_count(&b, &m);
    double all = 0;
    for (size_t k = 0; k < DNN_BINS; k++)
        all += b.counts[k];
    assert_true(all == 3);
    m.rows = 0;
    dnn_bins_count(&b, &m);
    assert_true(b.count == 0 && b.not_finite == 0 && isnan(b.min));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_are_those_of_the_definition),
        cmocka_unit_test(numbers_on_the_limits_belong_to_the_lower_bin),
        cmocka_unit_test(what_is_not_finite_is_counted_apart),
        cmocka_unit_test(equal_numbers_and_extremes_have_bins),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
