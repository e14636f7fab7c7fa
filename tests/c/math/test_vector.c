/* A matrix times a vector against the definition, for every number of rows up to some vectors, in
 * all forms, and on several threads. Longer ones: test_blas.c. */
#include <math.h>
#include <string.h>

#include "core/threads.h"
#include "levels.h"
#include "math/blas.h"
#include "random_matrix.h"

static dnn_error err;

static double element(const dnn_matrix *m, bool transposed, size_t i, size_t j) {
    return transposed ? dnn_matrix_get(m, j, i) : dnn_matrix_get(m, i, j);
}

/* m or n is 1; the columns of all have gaps. */
static void check_product(dnn_dtype dtype, size_t m, size_t n, size_t k, int form) {
    bool ta = (form & 1) != 0, tb = (form & 2) != 0;
    double alpha = form & 4 ? -0.5 : 1, beta = form & 8 ? 2 : 0;
    dnn_matrix memory[4];
    dnn_matrix a = random_matrix(&memory[0], dtype, ta ? k : m, ta ? m : k, 1, 1);
    dnn_matrix b = random_matrix(&memory[1], dtype, tb ? n : k, tb ? k : n, 2, 2);
    dnn_matrix out = random_matrix(&memory[2], dtype, m, n, 3, 3);
    dnn_matrix start = random_matrix(&memory[3], dtype, m, n, 3, 3);
    double tolerance = (dtype == DNN_FLOAT32 ? 0x1p-23 : 0x1p-52) * (double)(k + 4);
    for (size_t i = 0; beta == 0 && i < m; i++)
        for (size_t j = 0; j < n; j++)
            dnn_matrix_set(&out, i, j, NAN);
    check_ok(dnn_mm(ta, tb, alpha, &a, &b, beta, &out, &err));
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++) {
            double sum = 0;
            for (size_t l = 0; l < k; l++)
                sum += element(&a, ta, i, l) * element(&b, tb, l, j);
            sum = alpha * sum + beta * dnn_matrix_get(&start, i, j);
            if (!(fabs(dnn_matrix_get(&out, i, j) - sum) <= tolerance))
                fail_msg("%s %zu x %zu x %zu form %d: (%zu, %zu) is %.17g, expected %.17g",
                         dnn_dtype_info(dtype)->name, m, n, k, form, i, j,
                         dnn_matrix_get(&out, i, j), sum);
        }
    size_t size = dnn_dtype_info(dtype)->size;
    for (size_t j = 0; j < n; j++)
        assert_memory_equal((char *)dnn_matrix_at(&memory[2], m, j),
                            (char *)dnn_matrix_at(&memory[3], m, j), 3 * size);
    for (size_t i = 0; i < 4; i++)
        dnn_matrix_free(&memory[i]);
}

static void check_lengths(void) {
    static const size_t depths[] = {1, 19, 300};
    for (size_t d = 0; d < 3; d++)
        for (size_t length = 1; length < 150; length += length < 40 ? 1 : 37)
            for (int form = 0; form < 16; form++) {
                check_product(DNN_FLOAT32, length, 1, depths[d], form);
                check_product(DNN_FLOAT64, length, 1, depths[d], form);
                check_product(DNN_FLOAT32, 1, length, depths[d], form);
            }
}

static void a_matrix_times_a_vector_agrees_with_the_definition(void **state) {
    (void)state;
    for (levels at = each_level(); next_level(&at);)
        check_lengths();
}

/* Some are cut into halves, and a matrix of few rows has several sums for each. */
static void check_threads(dnn_dtype dtype, size_t rows, size_t cols) {
    dnn_matrix memory[5];
    dnn_matrix a = random_matrix(&memory[0], dtype, rows, cols, 0, 1);
    dnn_matrix b = random_matrix(&memory[1], dtype, cols, 1, 0, 2);
    dnn_matrix one = random_matrix(&memory[2], dtype, rows, 1, 0, 3);
    dnn_matrix out = random_matrix(&memory[3], dtype, rows, 1, 0, 4);
    dnn_matrix bias = random_matrix(&memory[4], dtype, rows, 1, 0, 5);
    size_t before = dnn_threads();
    for (size_t threads = 1; threads <= 7; threads++) {
        dnn_set_threads(threads);
        check_ok(dnn_mm_bias(false, false, &a, &b, &bias, threads == 1 ? &one : &out, &err));
        if (threads > 1)
            assert_memory_equal(one.data, out.data, rows * dnn_dtype_info(dtype)->size);
    }
    dnn_set_threads(before);
    for (size_t i = 0; i < 5; i++)
        dnn_matrix_free(&memory[i]);
}

static void bits_do_not_depend_on_the_number_of_threads(void **state) {
    (void)state;
    for (levels at = each_level(); next_level(&at);) {
        check_threads(DNN_FLOAT32, 701, 900);
        check_threads(DNN_FLOAT32, 295, 200);
        check_threads(DNN_FLOAT64, 1037, 301);
        check_threads(DNN_FLOAT32, 13, 20001);
        check_threads(DNN_FLOAT64, 16, 9001);
        check_threads(DNN_FLOAT32, 70001, 3);
    }
}

/* In every place of a sum, and in both halves of a matrix that is cut. */
static void check_not_finite(size_t rows, size_t cols) {
    dnn_matrix memory[3];
    dnn_matrix a = random_matrix(&memory[0], DNN_FLOAT32, rows, cols, 0, 1);
    dnn_matrix b = random_matrix(&memory[1], DNN_FLOAT32, cols, 1, 0, 2);
    dnn_matrix out = random_matrix(&memory[2], DNN_FLOAT32, rows, 1, 0, 3);
    dnn_matrix_set(&a, 5, 7, INFINITY);
    dnn_matrix_set(&a, rows - 1, cols - 1, NAN);
    dnn_matrix_set(&b, 7, 0, 1);
    check_ok(dnn_mm(false, false, 1, &a, &b, 0, &out, &err));
    for (size_t i = 0; i < rows; i++)
        assert_true(isfinite(dnn_matrix_get(&out, i, 0)) == (i != 5 && i != rows - 1));
    assert_true(dnn_matrix_get(&out, 5, 0) == INFINITY && isnan(dnn_matrix_get(&out, rows - 1, 0)));
    for (size_t i = 0; i < 3; i++)
        dnn_matrix_free(&memory[i]);
}

static void what_is_not_finite_reaches_its_row_alone(void **state) {
    (void)state;
    for (levels at = each_level(); next_level(&at);) {
        check_not_finite(37, 20);
        check_not_finite(11, 20);
        check_not_finite(29, 23);
        check_not_finite(300, 500);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_matrix_times_a_vector_agrees_with_the_definition),
        cmocka_unit_test(bits_do_not_depend_on_the_number_of_threads),
        cmocka_unit_test(what_is_not_finite_reaches_its_row_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
