/* Matrix products against a naive double loop, over shapes around every place where the engine
 * cuts. */
#include "check.h"
#include "fewer_cases.h"
#include "levels.h"

#include <stdlib.h>

#include "core/memory.h"
#include "core/random.h"
#include "core/threads.h"
#include "math/blas.h"
#include "math/cpu.h"

static dnn_error err;

/* A rows x cols view, with `gap` elements between its columns, of memory filled from the stream. */
static dnn_matrix random_matrix(dnn_dtype dtype, size_t rows, size_t cols, size_t gap,
                                dnn_random *stream) {
    dnn_matrix base, view;
    check_ok(dnn_matrix_create(&base, dtype, rows + gap, cols, &err));
    for (size_t j = 0; j < cols; j++)
        for (size_t i = 0; i < rows + gap; i++)
            dnn_matrix_set(&base, i, j, 2 * dnn_random_uniform(stream) - 1);
    check_ok(dnn_matrix_block(&view, &base, 0, 0, rows, cols, &err));
    return view;
}

/* The rows of op(m), or of its transpose, one after the other, as doubles. */
static double *rows_of(const dnn_matrix *m, bool transposed) {
    size_t rows = transposed ? m->cols : m->rows, cols = transposed ? m->rows : m->cols;
    double *copy = malloc((rows * cols + 1) * sizeof *copy);
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < cols; j++)
            copy[i * cols + j] = transposed ? dnn_matrix_get(m, j, i) : dnn_matrix_get(m, i, j);
    return copy;
}

typedef struct product_case {
    size_t m, n, k, gap;
    bool ta, tb;
    double alpha, beta;
} product_case;

/* The product that dnn_mm gives agrees with the definition, and the gaps between columns stay. */
static void check_product(dnn_dtype dtype, product_case c) {
    dnn_random stream = dnn_random_seeded(c.m * 1000003 + c.n * 1009 + c.k);
    dnn_matrix a = random_matrix(dtype, c.ta ? c.k : c.m, c.ta ? c.m : c.k, c.gap, &stream);
    dnn_matrix b = random_matrix(dtype, c.tb ? c.n : c.k, c.tb ? c.k : c.n, c.gap, &stream);
    dnn_matrix out = random_matrix(dtype, c.m, c.n, c.gap, &stream);
    dnn_matrix start, all = out;
    all.rows += c.gap;
    check_ok(dnn_matrix_create(&start, dtype, all.rows, all.cols, &err));
    check_ok(dnn_matrix_copy(&start, &all, &err));
    if (c.beta == 0)
        for (size_t j = 0; j < c.n; j++)
            for (size_t i = 0; i < c.m; i++)
                dnn_matrix_set(&out, i, j, NAN);

    check_ok(dnn_mm(c.ta, c.tb, c.alpha, &a, &b, c.beta, &out, &err));
    double *left = rows_of(&a, c.ta), *right = rows_of(&b, !c.tb);
    double epsilon = dtype == DNN_FLOAT32 ? 0x1p-23 : 0x1p-52;
    double tolerance = epsilon * (0.5 * (double)c.k + 4) * (fabs(c.alpha) + fabs(c.beta) + 1);
    for (size_t j = 0; j < c.n; j++) {
        for (size_t i = 0; i < c.m; i++) {
            double sum = 0;
            for (size_t k = 0; k < c.k; k++)
                sum += left[i * c.k + k] * right[j * c.k + k];
            double expected =
                c.alpha * sum + (c.beta == 0 ? 0 : c.beta * dnn_matrix_get(&start, i, j));
            if (!(fabs(dnn_matrix_get(&out, i, j) - expected) <= tolerance))
                fail_msg("%s %zu x %zu x %zu%s%s gap %zu: (%zu, %zu) is %.17g, expected %.17g",
                         dnn_dtype_info(dtype)->name, c.m, c.n, c.k, c.ta ? " A'" : "",
                         c.tb ? " B'" : "", c.gap, i, j, dnn_matrix_get(&out, i, j), expected);
        }
        for (size_t i = c.m; i < c.m + c.gap; i++)
            assert_true(dnn_matrix_get(&all, i, j) == dnn_matrix_get(&start, i, j));
    }
    dnn_matrix_free(&a);
    dnn_matrix_free(&b);
    dnn_matrix_free(&out);
    dnn_matrix_free(&start);
    free(left);
    free(right);
}

static void check_all_forms(size_t m, size_t n, size_t k) {
    for (int form = 0; form < 4; form++) {
        bool ta = (form & 1) != 0, tb = (form & 2) != 0;
        check_product(DNN_FLOAT32, (product_case){m, n, k, 0, ta, tb, 1, 0});
        check_product(DNN_FLOAT64, (product_case){m, n, k, 3, ta, tb, 1, 0});
        check_product(DNN_FLOAT32, (product_case){m, n, k, 1, ta, tb, -0.5, 2});
        check_product(DNN_FLOAT64, (product_case){m, n, k, 0, ta, tb, 2, 1});
    }
}

/* As check_all_forms, with fewer combinations: for products that take long to check. */
static void check_both_types(size_t m, size_t n, size_t k) {
    check_product(DNN_FLOAT32, (product_case){m, n, k, 1, false, false, 1, 0});
    check_product(DNN_FLOAT64, (product_case){m, n, k, 0, false, true, -0.5, 2});
    check_product(DNN_FLOAT32, (product_case){m, n, k, 0, false, true, 1, 0});
    check_product(DNN_FLOAT64, (product_case){m, n, k, 3, true, false, 2, 1});
}

static void small_products_agree_with_the_definition(void **state) {
    (void)state;
    static const size_t sides[] = {1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33};
    static const size_t depths[] = {1, 2, 5, 16, 33};
    size_t count = sizeof sides / sizeof *sides,
           all = count * count * sizeof depths / sizeof *depths;
    for (size_t i = 0; i < all; i += case_step(7))
        check_all_forms(sides[i % count], sides[i / count % count], depths[i / count / count]);
}

/* Of the kernels for small products: those of AVX2, and blocks of several widths. */
static void small_products_agree_on_lesser_cpus(void **state) {
    (void)state;
    static const size_t shapes[][3] = {
        {4,  4,  3  },
        {12, 9,  8  },
        {16, 16, 31 },
        {24, 18, 33 },
        {31, 17, 64 },
        {48, 5,  64 },
        {80, 23, 20 },
        {1,  33, 120},
        {70, 90, 130},
        {33, 66, 255},
    };
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++)
        for (levels at = each_level(); next_level(&at);)
            check_all_forms(shapes[s][0], shapes[s][1], shapes[s][2]);
}

static void products_that_are_cut_agree_with_the_definition(void **state) {
    (void)state;
    static const size_t shapes[][3] = {
        {20,   209,  2049 },
        {20,   2049, 209  },
        {1030, 20,   209  },
        {1,    3,    30011},
        {3,    1,    30011},
        {1,    4099, 1031 },
        {4099, 1,    1031 },
        {131,  1,    4001 },
        {193,  207,  211  },
        {300,  270,  517  },
        {32,   33,   4097 },
        {33,   32,   4095 },
        {128,  300,  129  },
        {7,    5000, 300  },
        {24,   48,   4095 },
        {31,   100,  3000 },
    };
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        check_both_types(shapes[i][0], shapes[i][1], shapes[i][2]);
}

static void products_with_few_rows_agree_with_the_definition(void **state) {
    (void)state;
    static const size_t rows[] = {1, 4, 7, 13, 25, 32};
    static const size_t sides[][2] = {
        {16, 512 },
        {17, 515 },
        {24, 1023},
        {25, 1040},
        {49, 2051}
    };
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++)
        for (size_t s = r % case_step(5); s < sizeof sides / sizeof *sides; s += case_step(5)) {
            check_all_forms(rows[r], sides[s][0], sides[s][1]);
            check_all_forms(rows[r], sides[s][1], sides[s][0]);
        }
}

/* Bits of the product on `threads` threads into out. */
static void multiply_on(size_t threads, bool ta, bool tb, const dnn_matrix *a, const dnn_matrix *b,
                        dnn_matrix *out) {
    dnn_set_threads(threads);
    check_ok(dnn_mm(ta, tb, 1, a, b, 0, out, &err));
}

static void the_number_of_threads_does_not_change_a_bit(void **state) {
    (void)state;
    static const size_t shapes[][3] = {
        {20,  209,  4100  },
        {20,  4100, 209   },
        {20,  70,   13001 },
        {512, 128,  784   },
        {96,  300,  784   },
        {2,   3,    100000},
        {700, 1,    600   },
        {1,   700,  600   }
    };
    size_t before = dnn_threads();
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
        size_t m = shapes[s][0], n = shapes[s][1], k = shapes[s][2];
        for (size_t form = s % case_step(4); form < 8; form += case_step(4)) {
            bool ta = (form & 1) != 0, tb = (form & 2) != 0;
            dnn_dtype dtype = (form & 4) != 0 ? DNN_FLOAT64 : DNN_FLOAT32;
            dnn_random stream = dnn_random_seeded(s);
            dnn_matrix a = random_matrix(dtype, ta ? k : m, ta ? m : k, 0, &stream);
            dnn_matrix b = random_matrix(dtype, tb ? n : k, tb ? k : n, 0, &stream);
            dnn_matrix one, many;
            check_ok(dnn_matrix_create(&one, dtype, m, n, &err));
            check_ok(dnn_matrix_create(&many, dtype, m, n, &err));
            multiply_on(1, ta, tb, &a, &b, &one);
            for (size_t threads = 1; threads <= 3; threads++) {
                multiply_on(threads, ta, tb, &a, &b, &many);
                assert_true(dnn_matrix_equal(&one, &many));
            }
            dnn_matrix_free(&a);
            dnn_matrix_free(&b);
            dnn_matrix_free(&one);
            dnn_matrix_free(&many);
        }
    }
    dnn_set_threads(before);
}

static void a_second_product_allocates_nothing(void **state) {
    (void)state;
    dnn_random stream = dnn_random_seeded(1);
    dnn_matrix a = random_matrix(DNN_FLOAT32, 20, 12288, 0, &stream);
    dnn_matrix b = random_matrix(DNN_FLOAT32, 12288, 209, 0, &stream);
    dnn_matrix out = random_matrix(DNN_FLOAT32, 20, 209, 0, &stream);
    check_ok(dnn_mm(false, false, 1, &a, &b, 0, &out, &err));
    check_ok(dnn_mm(false, true, 1, &out, &b, 0, &a, &err));
    uint64_t before = dnn_allocation_count();
    check_ok(dnn_mm(false, false, 1, &a, &b, 0, &out, &err));
    check_ok(dnn_mm(false, true, 1, &out, &b, 0, &a, &err));
    assert_int_equal(dnn_allocation_count(), before);
    dnn_matrix_free(&a);
    dnn_matrix_free(&b);
    dnn_matrix_free(&out);
}

/* Sizes that no test before has needed, so that the working memory must grow. */
static void check_out_of_memory(size_t m, size_t n, size_t k) {
    dnn_random stream = dnn_random_seeded(1);
    dnn_matrix a = random_matrix(DNN_FLOAT64, m, k, 0, &stream);
    dnn_matrix b = random_matrix(DNN_FLOAT64, k, n, 0, &stream);
    dnn_matrix out = random_matrix(DNN_FLOAT64, m, n, 0, &stream);
    dnn_fail_allocation(1);
    dnn_status status = dnn_mm(false, false, 1, &a, &b, 0, &out, &err);
    dnn_fail_allocation(0);
    assert_int_equal(status, DNN_ERROR_MEMORY);
    assert_non_null(strstr(err.text, "matrix product: not enough memory for"));
    check_ok(dnn_mm(false, false, 1, &a, &b, 0, &out, &err));
    dnn_matrix_free(&a);
    dnn_matrix_free(&b);
    dnn_matrix_free(&out);
}

static void a_product_without_memory_for_its_work_says_so_and_may_be_tried_again(void **state) {
    (void)state;
#ifdef __x86_64__ /* few rows have a kernel of their own */
    check_out_of_memory(32, 64, 60000);
#endif
    check_out_of_memory(100, 600, 20000);
}

static void row_views_multiply_as_they_stand(void **state) {
    (void)state;
    dnn_random stream = dnn_random_seeded(5);
    dnn_matrix a = random_matrix(DNN_FLOAT64, 6, 9, 2, &stream);
    dnn_matrix b = random_matrix(DNN_FLOAT64, 9, 4, 0, &stream);
    dnn_matrix all = random_matrix(DNN_FLOAT64, 6, 4, 0, &stream);
    dnn_matrix out = random_matrix(DNN_FLOAT64, 3, 4, 0, &stream), row, target;
    check_ok(dnn_mm(false, false, 1, &a, &b, 0, &all, &err));
    check_ok(dnn_matrix_block(&row, &a, 4, 0, 1, 9, &err));
    check_ok(dnn_matrix_block(&target, &out, 1, 0, 1, 4, &err));
    check_ok(dnn_mm(false, false, 1, &row, &b, 0, &target, &err));
    for (size_t j = 0; j < 4; j++)
        check_close(dnn_matrix_get(&target, 0, j), dnn_matrix_get(&all, 4, j), 1e-15);
    dnn_matrix_free(&a);
    dnn_matrix_free(&b);
    dnn_matrix_free(&all);
    dnn_matrix_free(&out);
}

static void an_empty_inner_dimension_gives_beta_times_out(void **state) {
    (void)state;
    double values[] = {1, NAN, 3, 4};
    dnn_matrix a = dnn_matrix_of(DNN_FLOAT64, 2, 0, NULL);
    dnn_matrix b = dnn_matrix_of(DNN_FLOAT64, 0, 2, NULL);
    dnn_matrix out = dnn_matrix_of(DNN_FLOAT64, 2, 2, values);
    check_ok(dnn_mm(false, false, 1, &a, &b, 3, &out, &err));
    assert_true(values[0] == 3 && isnan(values[1]) && values[2] == 9 && values[3] == 12);
    check_ok(dnn_mm(false, false, 1, &a, &b, 0, &out, &err));
    assert_true(values[0] == 0 && values[1] == 0 && values[2] == 0 && values[3] == 0);
    dnn_matrix none = dnn_matrix_of(DNN_FLOAT64, 0, 0, NULL);
    check_ok(dnn_mm(false, false, 1, &b, &a, 0, &none, &err));
}

static void nan_and_infinity_in_an_operand_reach_the_result(void **state) {
    (void)state;
    dnn_random stream = dnn_random_seeded(2);
    static const size_t sizes[] = {3, 20, 100};
    for (size_t s = 0; s < 3; s++) {
        size_t n = sizes[s];
        dnn_matrix a = random_matrix(DNN_FLOAT32, n, n, 0, &stream);
        dnn_matrix b = random_matrix(DNN_FLOAT32, n, n, 0, &stream);
        dnn_matrix out = random_matrix(DNN_FLOAT32, n, n, 0, &stream);
        for (size_t j = 0; j < n; j++)
            dnn_matrix_set(&b, 1, j, 0);
        dnn_matrix_set(&a, 0, 1, NAN);
        dnn_matrix_set(&a, 1, 1, INFINITY);
        check_ok(dnn_mm(false, false, 1, &a, &b, 0, &out, &err));
        for (size_t j = 0; j < n; j++) {
            assert_true(isnan(dnn_matrix_get(&out, 0, j))); /* NaN * 0 */
            assert_true(isnan(dnn_matrix_get(&out, 1, j))); /* infinity * 0 */
            assert_true(isfinite(dnn_matrix_get(&out, 2, j)));
        }
        dnn_matrix_free(&a);
        dnn_matrix_free(&b);
        dnn_matrix_free(&out);
    }
}

static void shapes_that_do_not_fit_are_named_with_the_fix(void **state) {
    (void)state;
    static float memory[64];
    dnn_matrix W = dnn_matrix_of(DNN_FLOAT32, 20, 12288, memory);
    dnn_matrix X = dnn_matrix_of(DNN_FLOAT32, 209, 12288, memory);
    dnn_matrix none = dnn_matrix_of(DNN_FLOAT32, 0, 0, memory);
    size_t m, n;
    dnn_mm_shape(false, false, &W, &X, &m, &n);
    assert_true(m == 0 && n == 0);
    check_fails(
        dnn_mm(false, false, 1, &W, &X, 0, &none, &err), DNN_ERROR_SHAPE,
        "matrix product: 20 x 12288 times 209 x 12288 do not fit: the left has 12288 columns, "
        "the right 209 rows (transpose the second: B:t(), 12288 x 209)");
    dnn_mm_shape(false, true, &W, &X, &m, &n);
    assert_true(m == 20 && n == 209);

    dnn_matrix T = dnn_matrix_of(DNN_FLOAT32, 12288, 20, memory);
    dnn_matrix Y = dnn_matrix_of(DNN_FLOAT32, 12288, 209, memory);
    check_fails(dnn_mm(false, false, 1, &T, &Y, 0, &none, &err), DNN_ERROR_SHAPE,
                "(transpose the first: A:t(), 20 x 12288)");
    check_fails(
        dnn_mm(true, true, 1, &T, &Y, 0, &none, &err), DNN_ERROR_SHAPE,
        "times 12288 x 209 (transposed) do not fit: the left has 12288 columns, the right 209 "
        "rows (do not transpose the second: B, 12288 x 209)");
    check_fails(
        dnn_mm(false, false, 1, &Y, &W, 0, &none, &err), DNN_ERROR_SHAPE,
        "12288 x 209 times 20 x 12288 do not fit: the left has 209 columns, the right 20 rows "
        "(exchanged they do: 20 x 12288 times 12288 x 209)");
}

static void a_wrong_output_is_refused(void **state) {
    (void)state;
    static float memory[64];
    dnn_matrix a = dnn_matrix_of(DNN_FLOAT32, 2, 3, memory);
    dnn_matrix b = dnn_matrix_of(DNN_FLOAT32, 3, 4, memory + 16);
    dnn_matrix small = dnn_matrix_of(DNN_FLOAT32, 2, 3, memory + 32);
    dnn_matrix shared = dnn_matrix_of(DNN_FLOAT32, 2, 4, memory + 20);
    check_fails(dnn_mm(false, false, 1, &a, &b, 0, &small, &err), DNN_ERROR_SHAPE,
                "matrix product: the result is 2 x 4, the matrix to write into 2 x 3");
    check_fails(dnn_mm(false, false, 1, &a, &b, 0, &shared, &err), DNN_ERROR_ARGUMENT,
                "shares memory with the second operand");
    dnn_matrix wide = dnn_matrix_of(DNN_FLOAT64, 2, 4, memory + 32);
    check_fails(dnn_mm(false, false, 1, &a, &b, 0, &wide, &err), DNN_ERROR_TYPE, "float64");
    dnn_matrix bytes = dnn_matrix_of(DNN_UINT8, 3, 4, memory + 16);
    check_fails(dnn_mm(false, false, 1, &a, &bytes, 0, &small, &err), DNN_ERROR_TYPE, "uint8");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_products_agree_with_the_definition),
        cmocka_unit_test(small_products_agree_on_lesser_cpus),
        cmocka_unit_test(products_that_are_cut_agree_with_the_definition),
        cmocka_unit_test(products_with_few_rows_agree_with_the_definition),
        cmocka_unit_test(the_number_of_threads_does_not_change_a_bit),
        cmocka_unit_test(a_second_product_allocates_nothing),
        cmocka_unit_test(a_product_without_memory_for_its_work_says_so_and_may_be_tried_again),
        cmocka_unit_test(row_views_multiply_as_they_stand),
        cmocka_unit_test(an_empty_inner_dimension_gives_beta_times_out),
        cmocka_unit_test(nan_and_infinity_in_an_operand_reach_the_result),
        cmocka_unit_test(shapes_that_do_not_fit_are_named_with_the_fix),
        cmocka_unit_test(a_wrong_output_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
