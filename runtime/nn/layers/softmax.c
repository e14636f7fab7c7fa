/* softmax.c: A = exp(X) / sum of exp(X) over the channels of each position.
 *
 *     dX = A (dA - sum of A dA)
 *
 * The largest element is subtracted first, so no exponential overflows; sums run in double. */
#include <math.h>

#include "math/elementwise.h"
#include "nn/call.h"

#define LOOPS(T, suffix)                                                                           \
    static void shift_##suffix(T *a, const T *x, size_t n) {                                       \
        T top = x[0];                                                                              \
        for (size_t i = 1; i < n; i++)                                                             \
            top = x[i] > top ? x[i] : top;                                                         \
        for (size_t i = 0; i < n; i++)                                                             \
            a[i] = x[i] - top;                                                                     \
    }                                                                                              \
    static void divide_##suffix(T *a, size_t n) {                                                  \
        double sum = 0;                                                                            \
        for (size_t i = 0; i < n; i++)                                                             \
            sum += a[i];                                                                           \
        for (size_t i = 0; i < n; i++)                                                             \
            a[i] = (T)(a[i] / sum);                                                                \
    }                                                                                              \
    static void backward_##suffix(T *dx, const T *a, const T *da, size_t n, bool add) {            \
        double sum = 0;                                                                            \
        for (size_t i = 0; i < n; i++)                                                             \
            sum += (double)a[i] * da[i];                                                           \
        for (size_t i = 0; i < n; i++) {                                                           \
            T d = (T)(a[i] * (da[i] - sum));                                                       \
            dx[i] = add ? dx[i] + d : d;                                                           \
        }                                                                                          \
    }

LOOPS(float, f32)
LOOPS(double, f64)

static dnn_status forward(dnn_call *call, dnn_error *err) {
    dnn_matrix X = dnn_call_pixels(&call->X[0], &call->out), A = dnn_call_pixels(&call->A, &call->out);
    for (size_t j = 0; j < X.cols; j++) {
        if (call->dtype == DNN_FLOAT32)
            shift_f32(dnn_matrix_at(&A, 0, j), dnn_matrix_at(&X, 0, j), X.rows);
        else
            shift_f64(dnn_matrix_at(&A, 0, j), dnn_matrix_at(&X, 0, j), X.rows);
    }
    dnn_status status = dnn_unary(DNN_EXP, &A, &A, err); /* one call for all: vectorised */
    for (size_t j = 0; j < X.cols && status == DNN_OK; j++) {
        if (call->dtype == DNN_FLOAT32)
            divide_f32(dnn_matrix_at(&A, 0, j), X.rows);
        else
            divide_f64(dnn_matrix_at(&A, 0, j), X.rows);
    }
    return status;
}

static dnn_status backward(dnn_call *call, dnn_error *err) {
    (void)err;
    if (call->dX[0].data == NULL)
        return DNN_OK;
    dnn_matrix A = dnn_call_pixels(&call->A, &call->out), dA = dnn_call_pixels(&call->dA, &call->out),
               dX = dnn_call_pixels(&call->dX[0], &call->out);
    for (size_t j = 0; j < A.cols; j++) {
        if (call->dtype == DNN_FLOAT32)
            backward_f32(dnn_matrix_at(&dX, 0, j), dnn_matrix_at(&A, 0, j),
                         dnn_matrix_at(&dA, 0, j), A.rows, call->add[0]);
        else
            backward_f64(dnn_matrix_at(&dX, 0, j), dnn_matrix_at(&A, 0, j),
                         dnn_matrix_at(&dA, 0, j), A.rows, call->add[0]);
    }
    return DNN_OK;
}

static const dnn_case cases[] = {{.in = {{1, {5}}}}, {.in = {{3, {2, 2, 4}}}}, {.settings = NULL}};

const dnn_layer_class dnn_layer_softmax = {
    .name = "Softmax",
    .doc = "A = exp(X) / sum of exp(X) over the channels",
    .cases = cases,
    .flags = DNN_READS_A | DNN_IN_PLACE,
    .forward = forward,
    .backward = backward,
};
