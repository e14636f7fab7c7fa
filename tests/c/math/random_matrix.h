/* random_matrix.h: matrices with drawn elements, for the tests of kernels. `err` must be in scope
 * of the file that includes it. */
#ifndef DNN_TESTS_RANDOM_MATRIX_H
#define DNN_TESTS_RANDOM_MATRIX_H

#include "check.h"

#include "core/random.h"
#include "math/fill.h"

/* rows x cols in [-1, 1), always the same for a seed. Free the memory, which holds `gap` more
 * elements after each column. */
static inline dnn_matrix random_matrix(dnn_matrix *memory, dnn_dtype dtype, size_t rows,
                                       size_t cols, size_t gap, uint64_t seed) {
    dnn_error problem;
    dnn_matrix view;
    dnn_random stream = dnn_random_seeded(seed);
    assert_int_equal(dnn_matrix_create(memory, dtype, rows + gap, cols, &problem), DNN_OK);
    assert_int_equal(dnn_fill_uniform(memory, &stream, -1, 1, &problem), DNN_OK);
    assert_int_equal(dnn_matrix_block(&view, memory, 0, 0, rows, cols, &problem), DNN_OK);
    return view;
}

/* Sum of a[i] b[i] over all elements: a loss whose gradient of a is b. */
static inline double weighted_sum(const dnn_matrix *a, const dnn_matrix *b) {
    double sum = 0;
    for (size_t j = 0; j < a->cols; j++)
        for (size_t i = 0; i < a->rows; i++)
            sum += dnn_matrix_get(a, i, j) * dnn_matrix_get(b, i, j);
    return sum;
}

/* Checks an analytic gradient against central differences of `loss` in each element of x. */
static inline void check_gradient(dnn_matrix *x, const dnn_matrix *gradient,
                                  double (*loss)(void *context), void *context) {
    const double h = 1e-5;
    for (size_t j = 0; j < x->cols; j++)
        for (size_t i = 0; i < x->rows; i++) {
            double value = dnn_matrix_get(x, i, j);
            dnn_matrix_set(x, i, j, value + h);
            double up = loss(context);
            dnn_matrix_set(x, i, j, value - h);
            double down = loss(context);
            dnn_matrix_set(x, i, j, value);
            check_close(dnn_matrix_get(gradient, i, j), (up - down) / (2 * h), 1e-7);
        }
}

#endif
