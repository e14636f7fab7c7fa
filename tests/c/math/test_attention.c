/* Attention against the formula, backward against differences, over sizes that blocks do not
 * divide.
 */
#include "random_matrix.h"

#include "core/threads.h"
#include "math/attention.h"
#include "math/elementwise.h"

static dnn_error err;

enum { Q, K, V, A, LOG_SUM, R, DQ, DK, DV, COUNT };

static dnn_attention attention(size_t heads, size_t queries, size_t keys, double scale, bool causal) {
    return (dnn_attention){
        .heads = heads, .queries = queries, .keys = keys, .scale = scale, .causal = causal};
}

static dnn_attention dropping(double dropout, dnn_attention a) {
    a.dropout = dropout;
    a.key = 3;
    return a;
}

typedef struct problem {
    dnn_attention a;
    dnn_matrix memory[COUNT], m[COUNT];
} problem;

static problem open_problem(dnn_attention a, dnn_dtype dtype, size_t feature, size_t value,
                            size_t examples) {
    problem p = {.a = a};
    const size_t q = a.queries * examples, k = a.keys * examples;
    const size_t rows[COUNT] = {feature, feature, value,   value, a.heads,
                                value,   feature, feature, value};
    const size_t cols[COUNT] = {q, k, k, q, q, q, q, k, k};
    for (size_t i = 0; i < COUNT; i++)
        p.m[i] = random_matrix(&p.memory[i], dtype, rows[i], cols[i], i % 3, i + 1);
    return p;
}

static void close_problem(problem *p) {
    for (size_t i = 0; i < COUNT; i++)
        dnn_matrix_free(&p->memory[i]);
}

static dnn_status forward(problem *p) {
    dnn_matrix *m = p->m;
    return dnn_attention_forward(&p->a, &m[Q], &m[K], &m[V], &m[A], &m[LOG_SUM], &err);
}

static dnn_status backward(problem *p, double beta) {
    dnn_matrix *m = p->m;
    return dnn_attention_backward(&p->a, &m[Q], &m[K], &m[V], &m[A], &m[LOG_SUM], &m[R], beta,
                                  &m[DQ], &m[DK], &m[DV], &err);
}

/* Row i of A for query q of an example: the sums over all keys, one after the other. */
static double plain(const problem *p, size_t i, size_t example, size_t q) {
    const dnn_matrix *m = p->m;
    size_t feature = m[Q].rows / p->a.heads, head = i / (m[V].rows / p->a.heads);
    double scale = p->a.scale != 0 ? p->a.scale : 1 / sqrt((double)feature), sum = 0, total = 0;
    size_t seen = p->a.causal ? q + 1 + p->a.keys - p->a.queries : p->a.keys;
    size_t length = p->a.lengths == NULL ? seen : p->a.lengths[example];
    for (size_t k = 0; k < seen && k < length; k++) {
        double product = 0, masked = p->a.mask == NULL ? 0 : dnn_matrix_get(p->a.mask, q, k);
        for (size_t f = head * feature; f < (head + 1) * feature; f++)
            product += dnn_matrix_get(&m[Q], f, example * p->a.queries + q) *
                       dnn_matrix_get(&m[K], f, example * p->a.keys + k);
        if (p->a.mask != NULL && p->a.mask->dtype == DNN_UINT8 && masked != 0)
            continue;
        double weight = exp(scale * product + (p->a.mask == NULL ? 0 : masked));
        sum += weight;
        total += weight * dnn_matrix_get(&m[V], i, example * p->a.keys + k);
    }
    return sum == 0 ? 0 : total / sum;
}

static void check_forward_of(dnn_attention a, size_t feature, size_t value, size_t examples,
                             dnn_dtype dtype) {
    problem p = open_problem(a, dtype, feature, value, examples);
    check_ok(forward(&p));
    for (size_t e = 0; e < examples; e++)
        for (size_t q = 0; q < a.queries; q++)
            for (size_t i = 0; i < value; i++)
                check_close(dnn_matrix_get(&p.m[A], i, e * a.queries + q), plain(&p, i, e, q),
                            dtype == DNN_FLOAT32 ? 1e-5 : 1e-13);
    close_problem(&p);
}

static void check_forward(dnn_attention a, size_t feature, size_t value, size_t examples) {
    for (dnn_dtype dtype = DNN_FLOAT32; dtype <= DNN_FLOAT64; dtype++)
        check_forward_of(a, feature, value, examples, dtype);
}

static void forward_agrees_with_the_formula(void **state) {
    (void)state;
    for (int causal = 0; causal < 2; causal++) {
        check_forward(attention(1, 1, 1, 0, causal), 1, 1, 1);
        check_forward(attention(2, 5, 7, 0, causal), 6, 4, 3);
        check_forward(attention(4, 64, 64, 0, causal), 32, 32, 2);
        check_forward(attention(3, 65, 65, 3, causal), 9, 12, 1);
        check_forward(attention(1, 70, 150, 2, causal), 5, 3, 2);
    }
    check_forward(attention(2, 150, 70, 0, false), 4, 6, 1);
}

/* A mask of zeros and ones or of numbers, in which a query of the first block sees nothing. */
static dnn_matrix mask_of(const dnn_attention *a, dnn_dtype dtype) {
    dnn_matrix memory, mask = random_matrix(&memory, DNN_FLOAT32, a->queries, a->keys, 0, 77), out;
    check_ok(dnn_matrix_create(&out, dtype, a->queries, a->keys, &err));
    for (size_t q = 0; q < a->queries; q++)
        for (size_t k = 0; k < a->keys; k++) {
            double x = 2 * dnn_matrix_get(&mask, q, k);
            bool hidden = x > 1 || q == 2 || (q == 1 && k < 64);
            dnn_matrix_set(&out, q, k, dtype == DNN_UINT8 ? hidden : hidden ? -INFINITY : x);
        }
    dnn_matrix_free(&memory);
    return out;
}

/* None of the first example, few less than all of the others. */
static void make_lengths(size_t lengths[3], size_t keys) {
    for (size_t e = 0; e < 3; e++)
        lengths[e] = e == 0 ? 0 : keys - e;
}

static void check_masked(dnn_attention a, size_t feature, size_t value, size_t examples) {
    for (dnn_dtype dtype = DNN_FLOAT32; dtype <= DNN_FLOAT64; dtype++) {
        dnn_matrix mask = mask_of(&a, DNN_UINT8), numbers = mask_of(&a, dtype);
        size_t lengths[3];
        make_lengths(lengths, a.keys);
        for (int which = 0; which < 4; which++) {
            a.mask = which == 0 ? &mask : which == 1 ? &numbers : NULL;
            a.lengths = which >= 1 && which <= 2 ? lengths : NULL;
            check_forward_of(a, feature, value, examples, dtype);
        }
        dnn_matrix_free(&mask);
        dnn_matrix_free(&numbers);
    }
}

static void masks_and_lengths_agree_with_the_formula(void **state) {
    (void)state;
    for (int causal = 0; causal < 2; causal++) {
        check_masked(attention(2, 5, 7, 0, causal), 6, 4, 3);
        check_masked(attention(2, 70, 150, 1, causal), 4, 6, 2);
    }
}

static double loss(void *context) {
    problem *p = context;
    check_ok(forward(p));
    return weighted_sum(&p->m[A], &p->m[R]);
}

static void check_backward(dnn_attention a, size_t feature, size_t value, size_t examples) {
    problem p = open_problem(a, DNN_FLOAT64, feature, value, examples);
    check_ok(forward(&p));
    check_ok(backward(&p, 0));
    check_gradient(&p.m[Q], &p.m[DQ], loss, &p);
    check_gradient(&p.m[K], &p.m[DK], loss, &p);
    check_gradient(&p.m[V], &p.m[DV], loss, &p);
    double once[3];
    for (size_t i = 0; i < 3; i++)
        once[i] = dnn_matrix_get(&p.m[DQ + i], 0, 0);
    check_ok(forward(&p));
    check_ok(backward(&p, 1));
    for (size_t i = 0; i < 3; i++)
        check_close(dnn_matrix_get(&p.m[DQ + i], 0, 0), 2 * once[i], 1e-12);
    close_problem(&p);
}

/* Each by itself and together, dropout always. */
static void check_masked_backward(dnn_attention a, size_t examples) {
    dnn_matrix mask = mask_of(&a, DNN_UINT8), numbers = mask_of(&a, DNN_FLOAT64);
    size_t lengths[3];
    make_lengths(lengths, a.keys);
    for (int which = 0; which < 5; which++) {
        a.mask = which == 1 ? &mask : which == 2 || which == 4 ? &numbers : NULL;
        a.lengths = which >= 3 ? lengths : NULL;
        check_backward(a, 2, 2, examples);
    }
    dnn_matrix_free(&mask);
    dnn_matrix_free(&numbers);
}

/* Of all weights 0.3 are dropped, others are divided by 0.7: with V = 1 the mean of A stays 1. */
static void dropout_keeps_the_mean(void **state) {
    (void)state;
    problem p = open_problem(dropping(0.3, attention(2, 100, 130, 0, false)),
                             DNN_FLOAT64, 4, 2, 3);
    check_ok(dnn_fill(&p.m[V], 1, &err));
    check_ok(forward(&p));
    double sum = 0, least = 1;
    for (size_t c = 0; c < p.m[A].cols; c++) {
        sum += dnn_matrix_get(&p.m[A], 0, c) / (double)p.m[A].cols;
        least = fmin(least, dnn_matrix_get(&p.m[A], 0, c));
    }
    check_close(sum, 1, 0.02);
    assert_true(least < 0.95);
    close_problem(&p);
}

static void backward_agrees_with_differences(void **state) {
    (void)state;
    for (int causal = 0; causal < 2; causal++) {
        check_backward(attention(2, 3, 4, 0, causal), 4, 6, 2);
        check_backward(attention(1, 66, 70, 2, causal), 1, 1, 1);
        check_backward(attention(1, 3, 131, 2, causal), 1, 2, 1);
        check_masked_backward(dropping(0.3, attention(2, 3, 4, 0, causal)), 2);
        check_masked_backward(dropping(0.5, attention(1, 6, 70, 2, causal)), 1);
    }
}

/* In float32 both ways, blocks against float64. */
static void backward_in_float32_agrees_with_float64(void **state) {
    (void)state;
    dnn_attention a = attention(4, 130, 130, 0, true);
    problem narrow = open_problem(a, DNN_FLOAT32, 32, 32, 2),
            wide = open_problem(a, DNN_FLOAT64, 32, 32, 2);
    for (size_t i = 0; i < COUNT; i++)
        check_ok(dnn_matrix_copy(&wide.m[i], &narrow.m[i], &err));
    check_ok(forward(&narrow));
    check_ok(forward(&wide));
    check_ok(backward(&narrow, 0));
    check_ok(backward(&wide, 0));
    for (size_t i = DQ; i <= DV; i++)
        for (size_t c = 0; c < wide.m[i].cols; c++)
            for (size_t r = 0; r < wide.m[i].rows; r++)
                check_close(dnn_matrix_get(&narrow.m[i], r, c), dnn_matrix_get(&wide.m[i], r, c),
                            1e-5);
    close_problem(&narrow);
    close_problem(&wide);
}

/* Products far beyond what exp can take, and a NaN that stays in its example. */
static void large_products_do_not_overflow_and_nan_stays_in_its_example(void **state) {
    (void)state;
    problem p = open_problem(attention(1, 70, 70, 1e6, false), DNN_FLOAT32, 4, 4, 2);
    dnn_matrix_set(&p.m[K], 2, 3, NAN);
    check_ok(forward(&p));
    for (size_t q = 0; q < 70; q++) {
        assert_true(isnan(dnn_matrix_get(&p.m[A], 1, q)));
        assert_true(fabs(dnn_matrix_get(&p.m[A], 1, 70 + q)) <= 1);
    }
    close_problem(&p);
}

static void results_have_the_same_bits_on_any_number_of_threads(void **state) {
    (void)state;
    size_t usual = dnn_threads();
    problem p[2];
    for (size_t t = 0; t < 2; t++) {
        dnn_set_threads(t == 0 ? 1 : 3);
        p[t] = open_problem(attention(2, 100, 100, 0, true), DNN_FLOAT32, 8, 8, 3);
        check_ok(forward(&p[t]));
        check_ok(backward(&p[t], 0));
    }
    for (size_t i = 0; i < COUNT; i++)
        assert_true(dnn_matrix_equal(&p[0].m[i], &p[1].m[i]));
    dnn_set_threads(usual);
    close_problem(&p[0]);
    close_problem(&p[1]);
}

static void settings_that_do_not_fit_are_refused_with_the_reason(void **state) {
    (void)state;
    problem p = open_problem(attention(2, 5, 4, 0, false), DNN_FLOAT32, 6, 6, 1);
    p.a.causal = true;
    check_fails(forward(&p), DNN_ERROR_ARGUMENT, "got 4 keys and 5 queries");
    p.a.causal = false;
    p.a.heads = 4;
    check_fails(forward(&p), DNN_ERROR_SHAPE, "4 heads do not divide 6 features");
    p.a.heads = 2;
    p.a.queries = 3;
    check_fails(forward(&p), DNN_ERROR_SHAPE, "not whole sequences of 3 queries");
    p.a.queries = 5;
    p.a.keys = 2;
    check_fails(forward(&p), DNN_ERROR_SHAPE, "expected K to be 6 x 2, got 6 x 4");
    p.a.keys = 4;
    dnn_matrix mask = mask_of(&(dnn_attention){.queries = 4, .keys = 5}, DNN_UINT8);
    p.a.mask = &mask;
    check_fails(forward(&p), DNN_ERROR_SHAPE,
                "the mask must be 5 x 4, queries by keys, got 4 x 5; is it transposed?");
    dnn_matrix_free(&mask);
    mask = mask_of(&p.a, DNN_FLOAT64);
    check_fails(forward(&p), DNN_ERROR_TYPE, "the mask is float64; it must be uint8");
    dnn_matrix_free(&mask);
    p.a.mask = NULL;
    p.a.lengths = (const size_t[]){5};
    check_fails(forward(&p), DNN_ERROR_ARGUMENT,
                "the length of example 1 is 5, and there are 4 keys");
    close_problem(&p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forward_agrees_with_the_formula),
        cmocka_unit_test(masks_and_lengths_agree_with_the_formula),
        cmocka_unit_test(dropout_keeps_the_mean),
        cmocka_unit_test(backward_agrees_with_differences),
        cmocka_unit_test(backward_in_float32_agrees_with_float64),
        cmocka_unit_test(large_products_do_not_overflow_and_nan_stays_in_its_example),
        cmocka_unit_test(results_have_the_same_bits_on_any_number_of_threads),
        cmocka_unit_test(settings_that_do_not_fit_are_refused_with_the_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
