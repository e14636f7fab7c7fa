/* Products on bfloat16 against a plain loop over operands that are rounded bit by bit. */
#include "check.h"

#include <stdlib.h>

#include "core/random.h"
#include "core/threads.h"
#include "math/blas.h"
#include "math/cpu.h"
#include "math/precision.h"

static dnn_error err;

/* To the nearest bfloat16, ties to even; what is below the least normal number to 0. */
static float rounded(float x) {
    uint32_t bits;
    if (isnan(x))
        return x;
    if (fabsf(x) < 0x1p-126f)
        return 0;
    memcpy(&bits, &x, sizeof bits);
    bits = (bits + 0x7fff + (bits >> 16 & 1)) & 0xffff0000;
    memcpy(&x, &bits, sizeof bits);
    return x;
}

static dnn_matrix random_matrix(size_t rows, size_t cols, size_t gap, dnn_random *stream) {
    dnn_matrix base, view;
    check_ok(dnn_matrix_create(&base, DNN_FLOAT32, rows + gap, cols, &err));
    for (size_t j = 0; j < cols; j++)
        for (size_t i = 0; i < rows + gap; i++)
            dnn_matrix_set(&base, i, j, 2 * dnn_random_uniform(stream) - 1);
    check_ok(dnn_matrix_block(&view, &base, 0, 0, rows, cols, &err));
    return view;
}

static double element(const dnn_matrix *m, bool transposed, size_t i, size_t j) {
    return rounded((float)(transposed ? dnn_matrix_get(m, j, i) : dnn_matrix_get(m, i, j)));
}

typedef struct product {
    size_t m, n, k, gap;
    bool ta, tb;
    double alpha, beta;
    dnn_matrix a, b, out, start; /* start: out before it was written */
} product;

static product product_of(size_t m, size_t n, size_t k, size_t gap, bool ta, bool tb, double alpha,
                          double beta) {
    product p = {
        .m = m, .n = n, .k = k, .gap = gap, .ta = ta, .tb = tb, .alpha = alpha, .beta = beta};
    dnn_random stream = dnn_random_seeded(m * 1000003 + n * 1009 + k);
    p.a = random_matrix(ta ? k : m, ta ? m : k, gap, &stream);
    p.b = random_matrix(tb ? n : k, tb ? k : n, gap, &stream);
    p.out = random_matrix(m, n, gap, &stream);
    check_ok(dnn_matrix_create(&p.start, DNN_FLOAT32, m, n, &err));
    check_ok(dnn_matrix_copy(&p.start, &p.out, &err));
    return p;
}

static void multiply(product *p) {
    check_ok(dnn_mm(p->ta, p->tb, p->alpha, &p->a, &p->b, p->beta, &p->out, &err));
}

static void free_product(product *p) {
    dnn_matrix_free(&p->a);
    dnn_matrix_free(&p->b);
    dnn_matrix_free(&p->out);
    dnn_matrix_free(&p->start);
}

static double expected_at(const product *p, size_t i, size_t j) {
    double sum = 0;
    for (size_t k = 0; k < p->k; k++)
        sum += element(&p->a, p->ta, i, k) * element(&p->b, p->tb, k, j);
    return p->alpha * sum + (p->beta == 0 ? 0 : p->beta * dnn_matrix_get(&p->start, i, j));
}

/* Every element agrees with the plain loop, what is not a number included. */
static void check_product(product *p) {
    double tolerance = 0x1p-23 * (0.5 * (double)p->k + 4) * (fabs(p->alpha) + fabs(p->beta) + 1);
    multiply(p);
    for (size_t j = 0; j < p->n; j++)
        for (size_t i = 0; i < p->m; i++) {
            double expected = expected_at(p, i, j), got = dnn_matrix_get(&p->out, i, j);
            bool same = isfinite(expected) ? fabs(got - expected) <= tolerance
                        : isnan(expected)  ? isnan(got)
                                           : got == expected;
            if (!same)
                fail_msg("%zu x %zu x %zu%s%s: (%zu, %zu) is %.9g, expected %.9g", p->m, p->n, p->k,
                         p->ta ? " A'" : "", p->tb ? " B'" : "", i, j, got, expected);
        }
}

/* Products on bfloat16 for one test. */
static int on_bfloat16(void **state) {
    (void)state;
    dnn_set_matmul_precision(DNN_MATMUL_MEDIUM);
    return 0;
}

static int as_at_first(void **state) {
    (void)state;
    dnn_set_matmul_precision(DNN_MATMUL_HIGHEST);
    return 0;
}

static void require_bfloat16(void) {
    if (!dnn_matmul_on_bfloat16()) {
        print_message("this CPU does not multiply bfloat16\n");
        skip();
    }
}

static void products_agree_with_a_loop_over_rounded_operands(void **state) {
    (void)state;
    require_bfloat16();
    static const size_t shapes[][3] = {
        {32,  32,  16 },
        {33,  35,  17 },
        {63,  41,  31 },
        {67,  129, 33 },
        {45,  257, 64 },
        {36,  40,  257},
        {96,  33,  515},
        {40,  520, 300},
        {300, 47,  129},
    };
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++)
        for (int form = 0; form < 8; form++) {
            bool add = (form & 4) != 0;
            product p = product_of(shapes[s][0], shapes[s][1], shapes[s][2], add ? 3 : 0,
                                   (form & 1) != 0, (form & 2) != 0, add ? -0.5 : 1, add ? 2 : 0);
            check_product(&p);
            free_product(&p);
        }
}

static void products_that_are_cut_agree_too(void **state) {
    (void)state;
    require_bfloat16();
    static const size_t shapes[][3] = {
        {33,  40,   5001},
        {530, 300,  70  },
        {40,  1030, 130 },
    };
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
        product p = product_of(shapes[s][0], shapes[s][1], shapes[s][2], 1, s == 1, s == 2, 1, 0);
        check_product(&p);
        free_product(&p);
    }
}

static void operands_are_rounded_to_the_nearest_ties_to_even(void **state) {
    (void)state;
    require_bfloat16();
    static const float values[] = {1.00390625f,   1.01171875f, 1.0039064f, -1.00390625f,
                                   3.3895314e38f, 1e-40f,      -1e-38f,    0x1p-126f,
                                   3.4e38f,       -0.f};
    static const float wanted[] = {1, 1.015625f, 1.0078125f, -1,       3.3895314e38f,
                                   0, 0,         0x1p-126f,  INFINITY, 0};
    for (size_t v = 0; v < sizeof values / sizeof *values; v++)
        for (int form = 0; form < 4; form++) {
            product p = product_of(40, 36, 19, 0, (form & 1) != 0, (form & 2) != 0, 1, 0);
            for (size_t i = 0; i < 40; i++)
                for (size_t k = 0; k < 19; k++)
                    dnn_matrix_set(&p.a, p.ta ? k : i, p.ta ? i : k, k == 18 ? values[v] : 0);
            for (size_t j = 0; j < 36; j++)
                for (size_t k = 0; k < 19; k++)
                    dnn_matrix_set(&p.b, p.tb ? j : k, p.tb ? k : j, 1);
            multiply(&p);
            for (size_t i = 0; i < 40; i++)
                assert_true((float)dnn_matrix_get(&p.out, i, 35) == wanted[v]);
            free_product(&p);
        }
}

static void nan_and_infinity_reach_the_result_and_no_other(void **state) {
    (void)state;
    require_bfloat16();
    for (int form = 0; form < 4; form++) {
        product p = product_of(37, 45, 50, 0, (form & 1) != 0, (form & 2) != 0, 1, 0);
        dnn_matrix_set(&p.a, p.ta ? 49 : 3, p.ta ? 3 : 49, NAN);
        dnn_matrix_set(&p.a, p.ta ? 7 : 36, p.ta ? 36 : 7, INFINITY);
        dnn_matrix_set(&p.b, p.tb ? 44 : 20, p.tb ? 20 : 44, -INFINITY);
        dnn_matrix_set(&p.b, p.tb ? 1 : 7, p.tb ? 7 : 1, 0);
        check_product(&p);
        free_product(&p);
    }
}

static void beta_0_does_not_read_the_result(void **state) {
    (void)state;
    require_bfloat16();
    product p = product_of(50, 34, 300, 0, false, false, 1, 0);
    for (size_t j = 0; j < 34; j++)
        for (size_t i = 0; i < 50; i++)
            dnn_matrix_set(&p.out, i, j, NAN);
    check_product(&p);
    free_product(&p);
}

static void the_number_of_threads_does_not_change_a_bit(void **state) {
    (void)state;
    require_bfloat16();
    static const size_t shapes[][3] = {
        {512, 128, 784 },
        {40,  48,  8000}
    };
    size_t before = dnn_threads();
    for (size_t s = 0; s < 2; s++)
        for (int form = 0; form < 4; form++) {
            product p = product_of(shapes[s][0], shapes[s][1], shapes[s][2], 0, (form & 1) != 0,
                                   (form & 2) != 0, 1, 0);
            dnn_set_threads(1);
            multiply(&p);
            check_ok(dnn_matrix_copy(&p.start, &p.out, &err));
            for (size_t threads = 2; threads <= 4; threads++) {
                dnn_set_threads(threads);
                multiply(&p);
                assert_true(dnn_matrix_equal(&p.start, &p.out));
            }
            free_product(&p);
        }
    dnn_set_threads(before);
}

static void a_bias_is_added_to_what_the_product_is_without_it(void **state) {
    (void)state;
    require_bfloat16();
    static const size_t shapes[][3] = {
        {33, 41,  40  },
        {67, 300, 520 },
        {45, 40,  5003},
    };
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++)
        for (int form = 0; form < 4; form++) {
            product p = product_of(shapes[s][0], shapes[s][1], shapes[s][2], 0, (form & 1) != 0,
                                   (form & 2) != 0, 1, 0);
            dnn_random stream = dnn_random_seeded(s);
            dnn_matrix bias = random_matrix(p.m, 1, 0, &stream);
            multiply(&p);
            check_ok(dnn_mm_bias(p.ta, p.tb, &p.a, &p.b, &bias, &p.start, &err));
            for (size_t j = 0; j < p.n; j++)
                for (size_t i = 0; i < p.m; i++)
                    assert_true((float)dnn_matrix_get(&p.start, i, j) ==
                                (float)dnn_matrix_get(&p.out, i, j) +
                                    (float)dnn_matrix_get(&bias, i, 0));
            dnn_matrix_free(&bias);
            free_product(&p);
        }
}

/* Bits of one product under two settings. */
static bool same_bits(size_t m, size_t n, size_t k, dnn_matmul_precision one,
                      dnn_matmul_precision other) {
    product p = product_of(m, n, k, 0, false, false, 1, 0);
    dnn_set_matmul_precision(one);
    multiply(&p);
    check_ok(dnn_matrix_copy(&p.start, &p.out, &err));
    dnn_set_matmul_precision(other);
    multiply(&p);
    bool same = dnn_matrix_equal(&p.start, &p.out);
    free_product(&p);
    return same;
}

static void small_products_and_those_of_other_cpus_stay_float32(void **state) {
    (void)state;
    assert_true(same_bits(64, 64, 64, DNN_MATMUL_HIGHEST, DNN_MATMUL_HIGH));
    assert_true(same_bits(31, 64, 64, DNN_MATMUL_HIGHEST, DNN_MATMUL_MEDIUM));
    assert_true(same_bits(64, 31, 64, DNN_MATMUL_HIGHEST, DNN_MATMUL_MEDIUM));
    assert_true(same_bits(64, 64, 15, DNN_MATMUL_HIGHEST, DNN_MATMUL_MEDIUM));
    bool has = dnn_matmul_on_bfloat16();
    assert_true(same_bits(64, 64, 64, DNN_MATMUL_HIGHEST, DNN_MATMUL_MEDIUM) == !has);
    dnn_cpu_limit = DNN_VECTORS_AVX2;
    assert_false(dnn_matmul_on_bfloat16());
    assert_true(same_bits(64, 64, 64, DNN_MATMUL_HIGHEST, DNN_MATMUL_MEDIUM));
    dnn_cpu_limit = DNN_VECTORS_AVX512;
}

static void float32_is_the_default(void **state) {
    (void)state;
    assert_int_equal(dnn_get_matmul_precision(), DNN_MATMUL_HIGHEST);
    assert_false(dnn_matmul_on_bfloat16());
}

int main(void) {
#define ROUNDED(test) cmocka_unit_test_setup_teardown(test, on_bfloat16, as_at_first)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(float32_is_the_default),
        ROUNDED(products_agree_with_a_loop_over_rounded_operands),
        ROUNDED(products_that_are_cut_agree_too),
        ROUNDED(operands_are_rounded_to_the_nearest_ties_to_even),
        ROUNDED(nan_and_infinity_reach_the_result_and_no_other),
        ROUNDED(beta_0_does_not_read_the_result),
        ROUNDED(the_number_of_threads_does_not_change_a_bit),
        ROUNDED(a_bias_is_added_to_what_the_product_is_without_it),
        ROUNDED(small_products_and_those_of_other_cpus_stay_float32),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
