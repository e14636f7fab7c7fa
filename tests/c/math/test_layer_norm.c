/* Layer norm and RMS norm against the formula, and backward against differences. */
#include "random_matrix.h"

#include "core/threads.h"
#include "math/layer_norm.h"

static dnn_error err;

static double plain(const dnn_layer_norm *norm, const dnn_matrix *X, size_t i, size_t j) {
    double mean = 0, squares = 0, n = (double)X->rows;
    for (size_t k = 0; k < X->rows && !norm->rms; k++)
        mean += dnn_matrix_get(X, k, j) / n;
    for (size_t k = 0; k < X->rows; k++)
        squares += pow(dnn_matrix_get(X, k, j) - mean, 2) / n;
    double a = (dnn_matrix_get(X, i, j) - mean) / sqrt(squares + norm->eps);
    if (norm->weight != NULL)
        a *= dnn_matrix_get(norm->weight, i, 0);
    return norm->bias == NULL ? a : a + dnn_matrix_get(norm->bias, i, 0);
}

static void check_forward(dnn_dtype dtype, size_t rows, bool rms, bool affine) {
    dnn_matrix memory[5], X = random_matrix(&memory[0], dtype, rows, 30, 3, rows),
                          A = random_matrix(&memory[1], dtype, rows, 30, 1, 2),
                          weight = random_matrix(&memory[2], dtype, rows, 1, 0, 3),
                          bias = random_matrix(&memory[3], dtype, rows, 1, 0, 4),
                          stats = random_matrix(&memory[4], dtype, 2, 30, 1, 5);
    dnn_layer_norm norm = {rms, 1e-5, affine ? &weight : NULL, affine ? &bias : NULL};
    dnn_matrix_set(&X, rows / 2, 3, NAN);
    dnn_matrix_set(&X, rows - 1, 17, INFINITY);
    dnn_matrix_set(&X, 0, 29, -INFINITY);
    check_ok(dnn_layer_norm_forward(&norm, &X, &A, rms ? NULL : &stats, &err));
    for (size_t j = 0; j < 30; j++)
        for (size_t i = 0; i < rows; i++)
            check_close(dnn_matrix_get(&A, i, j), plain(&norm, &X, i, j),
                        dtype == DNN_FLOAT32 ? 2e-5 : 1e-12);
    for (size_t k = 0; k < 5; k++)
        dnn_matrix_free(&memory[k]);
}

static void forward_agrees_with_the_formula(void **state) {
    (void)state;
    const size_t rows[] = {1, 7, 16, 130};
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++)
        for (int form = 0; form < 8; form++)
            check_forward(form & 1 ? DNN_FLOAT64 : DNN_FLOAT32, rows[r], form & 2, form & 4);
}

typedef struct problem {
    dnn_layer_norm norm;
    dnn_matrix memory[10], X, A, R, weight, bias, stats, dX, dweight, dbias;
} problem;

static double loss(void *context) {
    problem *p = context;
    check_ok(dnn_layer_norm_forward(&p->norm, &p->X, &p->A, &p->stats, &err));
    return weighted_sum(&p->A, &p->R);
}

static void check_backward(bool rms, bool affine) {
    problem p = {
        .norm = {.rms = rms, .eps = 1e-3}
    };
    dnn_matrix *big[] = {&p.X, &p.A, &p.R, &p.dX},
               *small[] = {&p.weight, &p.bias, &p.dweight, &p.dbias};
    for (size_t k = 0; k < 4; k++) {
        *big[k] = random_matrix(&p.memory[k], DNN_FLOAT64, 21, 5, k, k + 1);
        *small[k] = random_matrix(&p.memory[4 + k], DNN_FLOAT64, 21, 1, 0, k + 7);
    }
    p.stats = random_matrix(&p.memory[8], DNN_FLOAT64, 2, 5, 0, 1);
    p.norm.weight = affine ? &p.weight : NULL;
    p.norm.bias = affine ? &p.bias : NULL;
    loss(&p);
    check_ok(dnn_layer_norm_backward(&p.norm, &p.X, &p.stats, &p.R, 0, &p.dX, 0,
                                     affine ? &p.dweight : NULL, affine ? &p.dbias : NULL, &err));
    check_gradient(&p.X, &p.dX, loss, &p);
    if (affine) {
        check_gradient(&p.weight, &p.dweight, loss, &p);
        check_gradient(&p.bias, &p.dbias, loss, &p);
        double once = dnn_matrix_get(&p.dweight, 3, 0), input = dnn_matrix_get(&p.dX, 3, 1);
        loss(&p);
        check_ok(dnn_layer_norm_backward(&p.norm, &p.X, &p.stats, &p.R, 1, &p.dX, 1, &p.dweight,
                                         NULL, &err));
        check_close(dnn_matrix_get(&p.dweight, 3, 0), 2 * once, 1e-12);
        check_close(dnn_matrix_get(&p.dX, 3, 1), 2 * input, 1e-12);
    }
    for (size_t k = 0; k < 9; k++)
        dnn_matrix_free(&p.memory[k]);
}

static void backward_agrees_with_differences(void **state) {
    (void)state;
    for (int form = 0; form < 4; form++)
        check_backward(form & 1, form & 2);
}

static void results_have_the_same_bits_on_any_number_of_threads(void **state) {
    (void)state;
    size_t usual = dnn_threads();
    dnn_matrix memory[9], X = random_matrix(&memory[0], DNN_FLOAT32, 100, 900, 0, 1),
                          weight = random_matrix(&memory[1], DNN_FLOAT32, 100, 1, 0, 2), A,
                          stats = random_matrix(&memory[2], DNN_FLOAT32, 2, 900, 0, 3), dX[2],
                          dW[2];
    dnn_layer_norm norm = {.eps = 1e-5, .weight = &weight};
    A = random_matrix(&memory[3], DNN_FLOAT32, 100, 900, 0, 4);
    for (size_t t = 0; t < 2; t++) {
        dnn_set_threads(t == 0 ? 1 : 3);
        dX[t] = random_matrix(&memory[4 + t], DNN_FLOAT32, 100, 900, 0, 5);
        dW[t] = random_matrix(&memory[6 + t], DNN_FLOAT32, 100, 1, 0, 6);
        check_ok(dnn_layer_norm_forward(&norm, &X, &A, &stats, &err));
        check_ok(dnn_layer_norm_backward(&norm, &X, &stats, &A, 0, &dX[t], 0, &dW[t], NULL, &err));
    }
    assert_true(dnn_matrix_equal(&dX[0], &dX[1]) && dnn_matrix_equal(&dW[0], &dW[1]));
    dnn_set_threads(usual);
    for (size_t k = 0; k < 8; k++)
        dnn_matrix_free(&memory[k]);
}

static void matrices_that_do_not_agree_are_refused(void **state) {
    (void)state;
    float x[12];
    dnn_matrix X = dnn_matrix_of(DNN_FLOAT32, 3, 4, x), w = dnn_matrix_of(DNN_FLOAT32, 4, 1, x);
    dnn_layer_norm norm = {.eps = 1e-5, .weight = &w};
    check_fails(dnn_layer_norm_forward(&norm, &X, &X, NULL, &err), DNN_ERROR_SHAPE,
                "expected the weight to be 3 x 1, got 4 x 1");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forward_agrees_with_the_formula),
        cmocka_unit_test(backward_agrees_with_differences),
        cmocka_unit_test(results_have_the_same_bits_on_any_number_of_threads),
        cmocka_unit_test(matrices_that_do_not_agree_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
