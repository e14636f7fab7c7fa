/* reduce.c: sums, means, extremes, norms and standard deviations, of everything or along an axis.
 *
 *     sum, mean   dX = dA, or dA / n, repeated
 *     max, min    dA goes to the extreme element. Of equals it is the first one along an axis,
 *                 whose place argmax gives; of everything they share it. Both as in PyTorch
 *     norm        dX = dA X / A, 0 where A is 0
 *     std         dX = dA (X - mean) / (A (n - correction)), 0 where A is 0
 *
 * A group is what one element of A is made of: everything, a column (axis 1) or a row (axis 2). */
#ifdef T /* both_types.inc */

/* dX += or = scale[group] * (X - shift[group]), for norm and std. */
static void K(scaled)(const dnn_call *call, const double *scale, const double *shift) {
    const dnn_matrix *X = &call->X[0];
    int axis = (int)call->argument[AXIS];
    T *out = call->dX[0].data;
    for (size_t j = 0; j < X->cols; j++) {
        const T *x = (const T *)X->data + j * X->ld;
        for (size_t i = 0; i < X->rows; i++, out++) {
            size_t g = axis == 0 ? 0 : axis == 1 ? j : i;
            double d = scale[g] * ((double)x[i] - (shift == NULL ? 0 : shift[g]));
            *out = (T)((call->add[0] ? (double)*out : 0) + d);
        }
    }
}

static bool K(is_extreme)(T x, T extreme) {
    return x == extreme || (x != x && extreme != extreme);
}

/* dX += or = dA where the group's extreme is. */
static void K(extreme)(const dnn_call *call, size_t *seen) {
    const dnn_matrix *X = &call->X[0];
    int axis = (int)call->argument[AXIS];
    const T *A = call->A.data, *dA = call->dA.data;
    T *out = call->dX[0].data;
    for (size_t j = 0; axis == 0 && j < X->cols; j++)
        for (size_t i = 0; i < X->rows; i++)
            seen[0] += K(is_extreme)(((const T *)X->data)[i + j * X->ld], A[0]);
    for (size_t j = 0; j < X->cols; j++) {
        const T *x = (const T *)X->data + j * X->ld;
        for (size_t i = 0; i < X->rows; i++, out++) {
            size_t g = axis == 0 ? 0 : axis == 1 ? j : i;
            bool hit = K(is_extreme)(x[i], A[g]) && (axis == 0 || seen[g]++ == 0);
            T d = hit ? (axis == 0 ? dA[g] / (T)seen[0] : dA[g]) : 0;
            *out = (call->add[0] ? *out : 0) + d;
        }
    }
}

#else
#include <math.h>
#include <string.h>

#include "nn/operators/operators.h"

enum { AXIS, CORRECTION }; /* arguments */

#define KERNELS "nn/operators/reduce.c"
#include "nn/both_types.inc"

static dnn_status result(const dnn_call *call, size_t *rows, size_t *cols, dnn_error *err) {
    (void)err;
    *rows = call->argument[AXIS] == 2 ? call->X[0].rows : 1;
    *cols = call->argument[AXIS] == 1 ? call->X[0].cols : 1;
    return DNN_OK;
}

static dnn_status reduce(dnn_reduce_op op, const dnn_call *call, dnn_matrix *out, dnn_error *err) {
    int axis = (int)call->argument[AXIS], correction = (int)call->argument[CORRECTION];
    if (axis != 0)
        return dnn_reduce(op, axis, out, &call->X[0], correction, err);
    double value = 0;
    dnn_status status = dnn_reduce_all(op, &value, &call->X[0], correction, err);
    if (status == DNN_OK)
        dnn_matrix_set(out, 0, 0, value);
    return status;
}

/* Elements of a group. */
static double group(const dnn_call *call) {
    double groups = (double)dnn_matrix_count(&call->A);
    return groups == 0 ? 0 : (double)dnn_matrix_count(&call->X[0]) / groups;
}

/* Two numbers for each group: doubles, or places. */
static size_t scratch(const dnn_call *call) {
    return 2 * dnn_matrix_count(&call->A) * sizeof(double);
}

static dnn_status sum_backward(dnn_call *call, dnn_error *err) {
    return call->dX[0].data == NULL ? DNN_OK
                                    : dnn_spread(&call->dX[0], &call->dA, call->add[0], err);
}

static dnn_status mean_backward(dnn_call *call, dnn_error *err) {
    dnn_matrix share = dnn_matrix_of(call->dtype, call->A.rows, call->A.cols, call->scratch);
    if (call->dX[0].data == NULL)
        return DNN_OK;
    dnn_status status =
        dnn_binary_scalar(DNN_DIV, &share, &call->dA, group(call), false, err);
    return status == DNN_OK ? dnn_spread(&call->dX[0], &share, call->add[0], err) : status;
}

static dnn_status extreme_backward(dnn_call *call, dnn_error *err) {
    (void)err;
    if (call->dX[0].data == NULL)
        return DNN_OK;
    memset(call->scratch, 0, dnn_matrix_count(&call->A) * sizeof(size_t));
    if (call->dtype == DNN_FLOAT32)
        extreme_f32(call, call->scratch);
    else
        extreme_f64(call, call->scratch);
    return DNN_OK;
}

/* scale[g] = dA / (A divisor), 0 where A is 0. */
static void scales(const dnn_call *call, double divisor, double *scale) {
    for (size_t g = 0; g < dnn_matrix_count(&call->A); g++) {
        size_t i = call->A.rows == 1 ? 0 : g, j = call->A.rows == 1 ? g : 0;
        double a = dnn_matrix_get(&call->A, i, j) * divisor;
        scale[g] = a == 0 ? 0 : dnn_matrix_get(&call->dA, i, j) / a;
    }
}

static dnn_status scaled_backward(dnn_call *call, double divisor, const double *shift) {
    if (call->dX[0].data == NULL)
        return DNN_OK;
    scales(call, divisor, call->scratch);
    if (call->dtype == DNN_FLOAT32)
        scaled_f32(call, call->scratch, shift);
    else
        scaled_f64(call, call->scratch, shift);
    return DNN_OK;
}

static dnn_status norm_backward(dnn_call *call, dnn_error *err) {
    (void)err;
    return scaled_backward(call, 1, NULL);
}

static dnn_status std_backward(dnn_call *call, dnn_error *err) {
    size_t groups = dnn_matrix_count(&call->A);
    double *scale = call->scratch, *shift = scale + groups;
    dnn_matrix means = dnn_matrix_of(call->dtype, call->A.rows, call->A.cols, scale);
    dnn_status status = reduce(DNN_MEAN, call, &means, err);
    for (size_t g = 0; g < groups && status == DNN_OK; g++)
        shift[g] = dnn_matrix_get(&means, means.rows == 1 ? 0 : g, means.rows == 1 ? g : 0);
    return status == DNN_OK
               ? scaled_backward(call, group(call) - call->argument[CORRECTION], shift)
               : status;
}

#define CLASS(operation, op, kind, reads, formula)                                                 \
    static dnn_status operation##_forward(dnn_call *call, dnn_error *err) {                        \
        return reduce(op, call, &call->A, err);                                                    \
    }                                                                                              \
    const dnn_layer_class dnn_operator_##operation = {                                             \
        .name = #operation,                                                                        \
        .doc = formula,                                                                            \
        .flags = (reads) | DNN_STRIDED,                                                            \
        .result = result,                                                                          \
        .scratch = scratch,                                                                        \
        .forward = operation##_forward,                                                            \
        .backward = kind##_backward,                                                               \
    };

CLASS(sum, DNN_SUM, sum, 0, "A = the sum of X")
CLASS(mean, DNN_MEAN, mean, 0, "A = the mean of X")
CLASS(max, DNN_MAX, extreme, DNN_READS_X | DNN_READS_A, "A = the largest of X")
CLASS(min, DNN_MIN, extreme, DNN_READS_X | DNN_READS_A, "A = the smallest of X")
CLASS(norm, DNN_NORM, norm, DNN_READS_X | DNN_READS_A, "A = sqrt(sum of X^2)")
CLASS(std, DNN_STD, std, DNN_READS_X | DNN_READS_A, "A = the standard deviation of X")

#endif
