/* broadcast.c: inputs that are repeated in forward, and whose gradients are summed in backward. Which
 * shapes fit is math/elementwise.c's. */
#ifdef T /* both_types.inc */

/* In double, four sums side by side, in an order that depends on n alone. */
static double K(total)(const T *x, size_t n) {
    double s[4] = {0};
    size_t i = 0;
    for (; i + 4 <= n; i += 4)
        for (size_t k = 0; k < 4; k++)
            s[k] += (double)x[i + k];
    for (; i < n; i++)
        s[i % 4] += (double)x[i];
    return (s[0] + s[1]) + (s[2] + s[3]);
}

/* Sums of `count` runs of n elements. */
static void K(sum_runs)(T *out, const T *x, size_t n, size_t count, bool add) {
    for (size_t j = 0; j < count; j++)
        out[j] = (T)((add ? (double)out[j] : 0) + K(total)(x + j * n, n));
}

#else
#include "core/memory.h"
#include "math/convert.h"
#include "math/walk.h"
#include "nn/layers/row_sums.h"
#include "nn/operators/operators.h"

#define KERNELS "nn/operators/broadcast.c"
#include "nn/both_types.inc"

dnn_status dnn_broadcast_result(const dnn_call *call, size_t *rows, size_t *cols, dnn_error *err) {
    dnn_matrix shape = call->X[0];
    dnn_status status = DNN_OK;
    for (size_t i = 1; i < call->inputs && status == DNN_OK; i++)
        status = dnn_broadcast_shape(dnn_operator_name(call->layer->kind), &shape, &call->X[i],
                                     &shape.rows, &shape.cols, err);
    *rows = shape.rows;
    *cols = shape.cols;
    return status;
}

dnn_status dnn_sum_back(dnn_matrix *dX, const dnn_matrix *G, bool add, dnn_error *err) {
    if (dX->rows == G->rows && dX->cols == G->cols)
        return dnn_spread(dX, G, add, err);
    if (dX->rows == G->rows && dX->rows > 1) {
        dnn_row_sums(dX, G, add);
        return DNN_OK;
    }
    size_t count = dnn_matrix_count(dX), n = count == 0 ? 0 : dnn_matrix_count(G) / count;
    if (dX->dtype == DNN_FLOAT32)
        sum_runs_f32(dX->data, G->data, n, count, add);
    else
        sum_runs_f64(dX->data, G->data, n, count, add);
    return DNN_OK;
}

dnn_status dnn_spread(dnn_matrix *out, const dnn_matrix *m, bool add, dnn_error *err) {
    if (add)
        return dnn_binary(DNN_ADD, out, out, m, err);
    return dnn_walk(dnn_convert[m->dtype][out->dtype], out, (const dnn_matrix *[]){m, NULL, NULL},
                    err);
}

size_t dnn_scratch_matrix_bytes(const dnn_call *call) {
    return dnn_align_up(dnn_matrix_count(&call->A) * dnn_dtype_info(call->A.dtype)->size);
}

dnn_matrix dnn_scratch_matrix(const dnn_call *call, size_t n) {
    return dnn_matrix_of(call->A.dtype, call->A.rows, call->A.cols,
                         (char *)call->scratch + n * dnn_scratch_matrix_bytes(call));
}

dnn_status dnn_spread_input(dnn_matrix *out, const dnn_call *call, const dnn_matrix *m, size_t n,
                            dnn_error *err) {
    *out = *m;
    if (m->rows == call->A.rows && m->cols == call->A.cols && dnn_matrix_is_contiguous(m))
        return DNN_OK;
    *out = dnn_scratch_matrix(call, n);
    return dnn_spread(out, m, false, err);
}

#endif
