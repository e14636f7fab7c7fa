/* clamp.c: values kept within bounds; dX = dA where low <= X <= high, else 0. */
#ifdef T /* both_types.inc */

DNN_CLONES static void K(slope)(size_t n, T *out, const T *X, const T *dA, double low, double high,
                                bool add) {
    T l = (T)low, h = (T)high;
    DNN_INDEPENDENT
    for (size_t i = 0; i < n; i++)
        out[i] = (add ? out[i] : 0) + (X[i] < l || X[i] > h ? 0 : dA[i]);
}

#else
#include "math/simd.h"
#include "nn/operators/operators.h"

#define KERNELS "nn/operators/clamp.c"
#include "nn/both_types.inc"

enum { LOW, HIGH }; /* arguments */

static dnn_status forward(dnn_call *call, dnn_error *err) {
    return dnn_clamp(&call->A, &call->X[0], call->argument[LOW], call->argument[HIGH], err);
}

static dnn_status backward(dnn_call *call, dnn_error *err) {
    double low = call->argument[LOW], high = call->argument[HIGH];
    dnn_matrix *dX = &call->dX[0];
    size_t n = dnn_matrix_count(dX);
    (void)err;
    if (dX->data == NULL)
        return DNN_OK;
    if (call->dtype == DNN_FLOAT32)
        slope_f32(n, dX->data, call->X[0].data, call->dA.data, low, high, call->add[0]);
    else
        slope_f64(n, dX->data, call->X[0].data, call->dA.data, low, high, call->add[0]);
    return DNN_OK;
}

const dnn_layer_class dnn_operator_clamp = {
    .name = "clamp",
    .doc = "A = min(max(X, low), high)",
    .flags = DNN_READS_X,
    .forward = forward,
    .backward = backward,
};

#endif
