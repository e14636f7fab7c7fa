/* Softmax and its logarithm against the formula, and backward against differences. */
#include "random_matrix.h"

#include "core/threads.h"
#include "math/softmax.h"

static dnn_error err;

/* Columns of 1 to 600 elements of either type. */
static void check_forward(dnn_dtype dtype, size_t rows) {
    const size_t cols = 40;
    dnn_matrix memory[3], X = random_matrix(&memory[0], dtype, rows, cols, 3, rows),
                          A = random_matrix(&memory[1], dtype, rows, cols, 1, 2),
                          L = random_matrix(&memory[2], dtype, rows, cols, 0, 3);
    double tolerance = dtype == DNN_FLOAT32 ? 1e-6 : 1e-14;
    for (size_t j = 0; j < cols; j++)
        for (size_t i = 0; i < rows; i++)
            dnn_matrix_set(&X, i, j, 50 * dnn_matrix_get(&X, i, j) + 1000);
    check_ok(dnn_softmax(&X, &A, &err));
    check_ok(dnn_log_softmax(&X, &L, &err));
    for (size_t j = 0; j < cols; j++) {
        double top = -INFINITY, sum = 0;
        for (size_t i = 0; i < rows; i++)
            top = fmax(top, dnn_matrix_get(&X, i, j));
        for (size_t i = 0; i < rows; i++)
            sum += exp(dnn_matrix_get(&X, i, j) - top);
        for (size_t i = 0; i < rows; i++) {
            double expected = dnn_matrix_get(&X, i, j) - top - log(sum);
            check_close(dnn_matrix_get(&A, i, j), exp(expected), tolerance);
            check_close(dnn_matrix_get(&L, i, j), expected, tolerance * 1100);
        }
    }
    check_ok(dnn_softmax(&X, &X, &err)); /* in place */
    for (size_t j = 0; j < cols; j++)
        for (size_t i = 0; i < rows; i++)
            assert_true(dnn_matrix_get(&X, i, j) == dnn_matrix_get(&A, i, j));
    for (size_t k = 0; k < 3; k++)
        dnn_matrix_free(&memory[k]);
}

static void forward_agrees_with_the_formula(void **state) {
    (void)state;
    const size_t rows[] = {1, 2, 10, 16, 37, 600};
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        check_forward(DNN_FLOAT32, rows[r]);
        check_forward(DNN_FLOAT64, rows[r]);
    }
}

typedef struct problem {
    dnn_matrix *X, *A;
    const dnn_matrix *R;
    dnn_status (*forward)(const dnn_matrix *X, dnn_matrix *A, dnn_error *err);
} problem;

static double loss(void *context) {
    problem *p = context;
    check_ok(p->forward(p->X, p->A, &err));
    return weighted_sum(p->A, p->R);
}

typedef dnn_status forward(const dnn_matrix *X, dnn_matrix *A, dnn_error *err);
typedef dnn_status backward(const dnn_matrix *A, const dnn_matrix *dA, double beta, dnn_matrix *dX,
                            dnn_error *err);

static void check_backward(forward *run, backward *back) {
    dnn_matrix memory[4], X = random_matrix(&memory[0], DNN_FLOAT64, 19, 3, 1, 1),
                          A = random_matrix(&memory[1], DNN_FLOAT64, 19, 3, 2, 2),
                          R = random_matrix(&memory[2], DNN_FLOAT64, 19, 3, 0, 3),
                          dX = random_matrix(&memory[3], DNN_FLOAT64, 19, 3, 5, 4);
    problem p = {&X, &A, &R, run};
    check_ok(run(&X, &A, &err));
    check_ok(back(&A, &R, 0, &dX, &err));
    check_gradient(&X, &dX, loss, &p);
    double once = dnn_matrix_get(&dX, 4, 2);
    check_ok(run(&X, &A, &err));
    check_ok(back(&A, &R, 1, &dX, &err));
    check_close(dnn_matrix_get(&dX, 4, 2), 2 * once, 1e-12);
    for (size_t k = 0; k < 4; k++)
        dnn_matrix_free(&memory[k]);
}

static void backward_agrees_with_differences(void **state) {
    (void)state;
    check_backward(dnn_softmax, dnn_softmax_backward);
    check_backward(dnn_log_softmax, dnn_log_softmax_backward);
}

static void masked_elements_give_0_and_nan_spreads_in_its_column(void **state) {
    (void)state;
    float x[] = {1, -INFINITY, 1, 2, NAN, 1, 1, INFINITY, 3}, a[9];
    dnn_matrix X = dnn_matrix_of(DNN_FLOAT32, 3, 3, x), A = dnn_matrix_of(DNN_FLOAT32, 3, 3, a);
    check_ok(dnn_softmax(&X, &A, &err));
    assert_true(a[0] == 0.5f && a[1] == 0 && a[2] == 0.5f);
    for (size_t i = 3; i < 9; i++)
        assert_true(isnan(a[i]));
}

static void results_have_the_same_bits_on_any_number_of_threads(void **state) {
    (void)state;
    size_t usual = dnn_threads();
    dnn_matrix memory[3], X = random_matrix(&memory[0], DNN_FLOAT32, 100, 500, 0, 1), A[2];
    for (size_t t = 0; t < 2; t++) {
        dnn_set_threads(t == 0 ? 1 : 3);
        A[t] = random_matrix(&memory[1 + t], DNN_FLOAT32, 100, 500, 0, 1);
        check_ok(dnn_log_softmax(&X, &A[t], &err));
    }
    assert_true(dnn_matrix_equal(&A[0], &A[1]));
    dnn_set_threads(usual);
    for (size_t k = 0; k < 3; k++)
        dnn_matrix_free(&memory[k]);
}

static void matrices_that_do_not_agree_are_refused(void **state) {
    (void)state;
    float x[12];
    double y[12];
    dnn_matrix X = dnn_matrix_of(DNN_FLOAT32, 3, 4, x), A = dnn_matrix_of(DNN_FLOAT32, 4, 3, x),
               D = dnn_matrix_of(DNN_FLOAT64, 3, 4, y);
    check_fails(dnn_softmax(&X, &A, &err), DNN_ERROR_SHAPE, "got 3 x 4 and 4 x 3");
    check_fails(dnn_softmax(&X, &D, &err), DNN_ERROR_TYPE, "softmax");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forward_agrees_with_the_formula),
        cmocka_unit_test(backward_agrees_with_differences),
        cmocka_unit_test(masked_elements_give_0_and_nan_spreads_in_its_column),
        cmocka_unit_test(results_have_the_same_bits_on_any_number_of_threads),
        cmocka_unit_test(matrices_that_do_not_agree_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
