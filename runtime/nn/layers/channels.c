/* channels.c: see channels.h. */
#include "nn/layers/channels.h"

#include "math/simd.h"

#define LOOPS(T, suffix)                                                                           \
    DNN_CLONES static void sum_##suffix(const T *x, size_t rows, size_t cols, double *sums) {      \
        for (size_t j = 0; j < cols; j++, x += rows)                                               \
            for (size_t c = 0; c < rows; c++)                                                      \
                sums[c] += x[c];                                                                   \
    }                                                                                              \
    DNN_CLONES static void squares_##suffix(const T *x, size_t rows, size_t cols,                  \
                                            const double *mean, double *sums) {                    \
        for (size_t j = 0; j < cols; j++, x += rows)                                               \
            for (size_t c = 0; c < rows; c++)                                                      \
                sums[c] += (x[c] - mean[c]) * (x[c] - mean[c]);                                    \
    }                                                                                              \
    DNN_CLONES static void scale_##suffix(T *a, const T *x, size_t rows, size_t cols,              \
                                          const T *factor, const T *shift) {                       \
        for (size_t j = 0; j < cols; j++, a += rows, x += rows) {                                  \
            DNN_INDEPENDENT                                                                        \
            for (size_t c = 0; c < rows; c++)                                                      \
                a[c] = x[c] * factor[c] + shift[c];                                                \
        }                                                                                          \
    }                                                                                              \
    DNN_CLONES static void products_##suffix(const T *x, const T *da, size_t rows, size_t cols,    \
                                             const double *mean, double *sums, double *products) { \
        for (size_t j = 0; j < cols; j++, x += rows, da += rows)                                   \
            for (size_t c = 0; c < rows; c++) {                                                    \
                sums[c] += da[c];                                                                  \
                products[c] += da[c] * (x[c] - mean[c]);                                           \
            }                                                                                      \
    }                                                                                              \
    DNN_CLONES static void combine_##suffix(T *dx, const T *x, const T *da, size_t rows,           \
                                            size_t cols, const T *factor, const T *slope,          \
                                            const T *shift, bool add) {                            \
        for (size_t j = 0; j < cols; j++, dx += rows, x += rows, da += rows) {                     \
            DNN_INDEPENDENT                                                                        \
            for (size_t c = 0; c < rows; c++) {                                                    \
                T d = da[c] * factor[c] + x[c] * slope[c] + shift[c];                              \
                dx[c] = add ? dx[c] + d : d;                                                       \
            }                                                                                      \
        }                                                                                          \
    }

LOOPS(float, f32)
LOOPS(double, f64)

static bool is_single(const dnn_matrix *X) {
    return X->dtype == DNN_FLOAT32;
}

void dnn_channel_sums(const dnn_matrix *X, double *sums) {
    (is_single(X) ? sum_f32(X->data, X->rows, X->cols, sums)
                  : sum_f64(X->data, X->rows, X->cols, sums));
}

void dnn_channel_squares(const dnn_matrix *X, const double *mean, double *sums) {
    (is_single(X) ? squares_f32(X->data, X->rows, X->cols, mean, sums)
                  : squares_f64(X->data, X->rows, X->cols, mean, sums));
}

void dnn_channel_scale(dnn_matrix *A, const dnn_matrix *X, const void *factor, const void *shift) {
    (is_single(X) ? scale_f32(A->data, X->data, X->rows, X->cols, factor, shift)
                  : scale_f64(A->data, X->data, X->rows, X->cols, factor, shift));
}

void dnn_channel_products(const dnn_matrix *X, const dnn_matrix *dA, const double *mean,
                          double *sums, double *products) {
    (is_single(X) ? products_f32(X->data, dA->data, X->rows, X->cols, mean, sums, products)
                  : products_f64(X->data, dA->data, X->rows, X->cols, mean, sums, products));
}

void dnn_channel_combine(dnn_matrix *dX, const dnn_matrix *X, const dnn_matrix *dA,
                         const void *factor, const void *slope, const void *shift, bool add) {
    (is_single(X)
         ? combine_f32(dX->data, X->data, dA->data, X->rows, X->cols, factor, slope, shift, add)
         : combine_f64(dX->data, X->data, dA->data, X->rows, X->cols, factor, slope, shift, add));
}
