/* linalg_cases.h: matrices and comparisons for the tests of linear algebra. */
#ifndef DNN_TESTS_LINALG_CASES_H
#define DNN_TESTS_LINALG_CASES_H

#include "check.h"

#include "core/memory.h"
#include "core/random.h"
#include "math/blas.h"
#include "math/linalg.h"

static dnn_error err;
static const dnn_dtype types[] = {DNN_FLOAT32, DNN_FLOAT64};

/* Rounding errors of a well-conditioned problem of some 10 rows, with room. */
static inline double tolerance(dnn_dtype dtype) {
    return dtype == DNN_FLOAT32 ? 2e-5 : 2e-13;
}

static inline dnn_matrix zeros(dnn_dtype dtype, size_t rows, size_t cols) {
    dnn_matrix m;
    check_ok(dnn_matrix_create(&m, dtype, rows, cols, &err));
    return m;
}

static inline dnn_matrix random_matrix(dnn_dtype dtype, size_t rows, size_t cols, uint64_t seed) {
    dnn_random stream = dnn_random_seeded(seed);
    dnn_matrix m = zeros(dtype, rows, cols);
    for (size_t j = 0; j < cols; j++)
        for (size_t i = 0; i < rows; i++)
            dnn_matrix_set(&m, i, j, 2 * dnn_random_uniform(&stream) - 1);
    return m;
}

/* From values written row by row. */
static inline dnn_matrix from_rows(dnn_dtype dtype, size_t rows, size_t cols,
                                   const double *values) {
    dnn_matrix m = zeros(dtype, rows, cols);
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < cols; j++)
            dnn_matrix_set(&m, i, j, values[i * cols + j]);
    return m;
}

static inline dnn_matrix times(bool ta, bool tb, const dnn_matrix *a, const dnn_matrix *b) {
    size_t rows, cols;
    dnn_mm_shape(ta, tb, a, b, &rows, &cols);
    dnn_matrix out = zeros(a->dtype, rows, cols);
    check_ok(dnn_mm(ta, tb, 1, a, b, 0, &out, &err));
    return out;
}

/* m * diag(d), in place. */
static inline void scale_columns(dnn_matrix *m, const dnn_matrix *d) {
    for (size_t j = 0; j < m->cols; j++)
        for (size_t i = 0; i < m->rows; i++)
            dnn_matrix_set(m, i, j, dnn_matrix_get(m, i, j) * dnn_matrix_get(d, j, 0));
}

static inline void check_near(const dnn_matrix *a, const dnn_matrix *b, double limit) {
    assert_int_equal(a->rows, b->rows);
    assert_int_equal(a->cols, b->cols);
    for (size_t j = 0; j < a->cols; j++)
        for (size_t i = 0; i < a->rows; i++)
            check_close(dnn_matrix_get(a, i, j), dnn_matrix_get(b, i, j), limit);
}

static inline void check_identity(const dnn_matrix *m, double limit) {
    for (size_t j = 0; j < m->cols; j++)
        for (size_t i = 0; i < m->rows; i++)
            check_close(dnn_matrix_get(m, i, j), i == j ? 1 : 0, limit);
}

#define FREE(...)                                                                                  \
    do {                                                                                           \
        dnn_matrix *all[] = {__VA_ARGS__};                                                         \
        for (size_t f = 0; f < sizeof all / sizeof *all; f++)                                      \
            dnn_matrix_free(all[f]);                                                               \
    } while (0)

#endif
