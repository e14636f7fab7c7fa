/* A product with a bias has the bits of the product to which the bias is added afterwards, on every
 * way that a product may be computed. */
#include <stdlib.h>
#include <string.h>

#include "core/threads.h"
#include "levels.h"
#include "math/blas.h"
#include "random_matrix.h"

static dnn_error err;

static void add_column(dnn_matrix *out, const dnn_matrix *column) {
    for (size_t j = 0; j < out->cols; j++)
        for (size_t i = 0; i < out->rows; i++) {
            double sum = dnn_matrix_get(out, i, j) + dnn_matrix_get(column, i, 0);
            dnn_matrix_set(out, i, j, sum);
        }
}

static void check_shape(dnn_dtype dtype, size_t m, size_t n, size_t k, bool ta, bool tb) {
    dnn_matrix memory[5];
    size_t size = dnn_dtype_info(dtype)->size;
    dnn_matrix a = random_matrix(&memory[0], dtype, ta ? k : m, ta ? m : k, 0, 1);
    dnn_matrix b = random_matrix(&memory[1], dtype, tb ? n : k, tb ? k : n, 2, 2);
    dnn_matrix bias = random_matrix(&memory[2], dtype, m, 1, 0, 3);
    dnn_matrix plain = random_matrix(&memory[3], dtype, m, n, 1, 4);
    dnn_matrix out = random_matrix(&memory[4], dtype, m, n, 1, 4);
    dnn_matrix_set(&bias, 0, 0, -0.0);
    check_ok(dnn_mm(ta, tb, 1, &a, &b, 0, &plain, &err));
    add_column(&plain, &bias);
    check_ok(dnn_mm_bias(ta, tb, &a, &b, &bias, &out, &err));
    if (memcmp(memory[3].data, memory[4].data, (m + 1) * n * size) != 0)
        fail_msg("%s %zu x %zu x %zu%s%s", dnn_dtype_info(dtype)->name, m, n, k, ta ? " A'" : "",
                 tb ? " B'" : "");
    check_ok(dnn_mm(ta, tb, 1, &a, &b, 0, &plain, &err));
    check_ok(dnn_mm_bias(ta, tb, &a, &b, NULL, &out, &err));
    assert_memory_equal(memory[3].data, memory[4].data, (m + 1) * n * size);
    for (size_t i = 0; i < 5; i++)
        dnn_matrix_free(&memory[i]);
}

/* With a bias, into columns that follow each other and into those that do not: of few rows, the
 * first are put out whole vectors at a time. */
static void check_gaps(dnn_dtype dtype, size_t m, size_t n, size_t k) {
    dnn_matrix memory[5];
    dnn_matrix a = random_matrix(&memory[0], dtype, m, k, 0, 1);
    dnn_matrix b = random_matrix(&memory[1], dtype, k, n, 0, 2);
    dnn_matrix bias = random_matrix(&memory[2], dtype, m, 1, 0, 3);
    dnn_matrix apart = random_matrix(&memory[3], dtype, m, n, 2, 4);
    dnn_matrix whole = random_matrix(&memory[4], dtype, m, n + 1, 0, 5);
    dnn_matrix out = dnn_matrix_of(dtype, m, n, whole.data);
    double after = dnn_matrix_get(&whole, 0, n);
    check_ok(dnn_mm_bias(false, false, &a, &b, &bias, &apart, &err));
    check_ok(dnn_mm_bias(false, false, &a, &b, &bias, &out, &err));
    for (size_t j = 0; j < n; j++)
        for (size_t i = 0; i < m; i++)
            if (dnn_matrix_get(&out, i, j) != dnn_matrix_get(&apart, i, j))
                fail_msg("%s %zu x %zu x %zu: (%zu, %zu)", dnn_dtype_info(dtype)->name, m, n, k, i,
                         j);
    assert_true(dnn_matrix_get(&whole, 0, n) == after);
    for (size_t i = 0; i < 5; i++)
        dnn_matrix_free(&memory[i]);
}

static void gaps_between_columns_change_no_bits(void **state) {
    (void)state;
    for (size_t m = 1; m <= 5; m++)
        for (size_t n = 15; n <= 49; n += n == 15 || n == 32 || n == 48 ? 1 : 8)
            for (dnn_dtype dtype = DNN_FLOAT32; dtype <= DNN_FLOAT64; dtype++)
                check_gaps(dtype, m, n, 13);
}

/* Tiny, of few rows, small, in parts along k and n, skinny, of a vector, cut along its sides, along
 * k, and into several calls. */
static void a_bias_has_the_bits_of_an_addition(void **state) {
    (void)state;
    static const size_t shapes[][3] = {
        {1,   1,   1   },
        {3,   32,  16  },
        {4,   9,   300 },
        {17,  33,  5   },
        {40,  300, 270 },
        {20,  40,  1030},
        {300, 1,   900 },
        {1,   300, 900 },
        {300, 280, 320 },
        {9,   11,  4000},
        {20,  20,  9000},
    };
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++)
        for (int form = 0; form < 8; form++)
            check_shape(form & 4 ? DNN_FLOAT64 : DNN_FLOAT32, shapes[s][0], shapes[s][1],
                        shapes[s][2], (form & 1) != 0, (form & 2) != 0);
    check_shape(DNN_FLOAT32, 800, 900, 1000, false, false);
    check_shape(DNN_FLOAT64, 800, 900, 1000, true, false);
}

static void so_it_has_on_lesser_cpus(void **state) {
    (void)state;
    for (levels at = each_level(); next_level(&at);) {
        check_shape(DNN_FLOAT32, 3, 32, 16, false, true);
        check_shape(DNN_FLOAT64, 17, 33, 5, true, false);
    }
}

static void a_product_of_nothing_is_the_bias(void **state) {
    (void)state;
    double values[4], column[] = {1, 2};
    dnn_matrix a = dnn_matrix_of(DNN_FLOAT64, 2, 0, NULL),
               b = dnn_matrix_of(DNN_FLOAT64, 0, 2, NULL);
    dnn_matrix bias = dnn_matrix_of(DNN_FLOAT64, 2, 1, column);
    dnn_matrix out = dnn_matrix_of(DNN_FLOAT64, 2, 2, values);
    check_ok(dnn_mm_bias(false, false, &a, &b, &bias, &out, &err));
    assert_true(values[0] == 1 && values[1] == 2 && values[2] == 1 && values[3] == 2);
}

static void a_bias_that_does_not_fit_is_refused(void **state) {
    (void)state;
    static float memory[64];
    dnn_matrix a = dnn_matrix_of(DNN_FLOAT32, 2, 3, memory);
    dnn_matrix b = dnn_matrix_of(DNN_FLOAT32, 3, 4, memory + 16);
    dnn_matrix out = dnn_matrix_of(DNN_FLOAT32, 2, 4, memory + 32);
    dnn_matrix row = dnn_matrix_of(DNN_FLOAT32, 1, 2, memory + 48);
    dnn_matrix wide = dnn_matrix_of(DNN_FLOAT64, 2, 1, memory + 48);
    check_fails(dnn_mm_bias(false, false, &a, &b, &row, &out, &err), DNN_ERROR_SHAPE,
                "matrix product: the bias is 1 x 2; with 2 rows it must be 2 x 1");
    check_fails(dnn_mm_bias(false, false, &a, &b, &wide, &out, &err), DNN_ERROR_TYPE, "float64");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bias_has_the_bits_of_an_addition),
        cmocka_unit_test(so_it_has_on_lesser_cpus),
        cmocka_unit_test(gaps_between_columns_change_no_bits),
        cmocka_unit_test(a_product_of_nothing_is_the_bias),
        cmocka_unit_test(a_bias_that_does_not_fit_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
