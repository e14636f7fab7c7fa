/* matrices.h: matrices with memory of their own, for the tests of this folder. */
#ifndef DNN_TESTS_NN_MATRICES_H
#define DNN_TESTS_NN_MATRICES_H

#include "check.h"

#include "math/fill.h"
#include "math/matrix.h"

/* Given row by row; zeros where `elements` is NULL. */
static inline dnn_matrix matrix(dnn_dtype dtype, size_t rows, size_t cols, const double *elements) {
    dnn_error err;
    dnn_matrix m;
    check_ok(dnn_matrix_create(&m, dtype, rows, cols, &err));
    for (size_t i = 0; i < rows && elements != NULL; i++)
        for (size_t j = 0; j < cols; j++)
            dnn_matrix_set(&m, i, j, elements[i * cols + j]);
    return m;
}

static inline dnn_matrix normal_matrix(dnn_dtype dtype, size_t rows, size_t cols, uint64_t seed) {
    dnn_error err;
    dnn_matrix m = matrix(dtype, rows, cols, NULL);
    dnn_random random = dnn_random_seeded(seed);
    check_ok(dnn_fill_normal(&m, &random, 0, 1, &err));
    return m;
}

/* Between low and high. */
static inline dnn_matrix uniform_matrix(dnn_dtype dtype, size_t rows, size_t cols, double low,
                                        double high, uint64_t seed) {
    dnn_error err;
    dnn_matrix m = matrix(dtype, rows, cols, NULL);
    dnn_random random = dnn_random_seeded(seed);
    check_ok(dnn_fill_uniform(&m, &random, low, high, &err));
    return m;
}

/* All elements agree within tolerance; the expected ones are given row by row. */
static inline void check_matrix(const dnn_matrix *m, const double *expected, double tolerance) {
    for (size_t i = 0; i < m->rows; i++)
        for (size_t j = 0; j < m->cols; j++)
            check_close(dnn_matrix_get(m, i, j), expected[i * m->cols + j], tolerance);
}

#endif
