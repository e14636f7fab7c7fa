/* glu.c: gated linear units (Dauphin et al. 2017). Of the channels of each position the first half
 * is multiplied by the sigmoid of the second, A = X1 sigmoid(X2).
 *
 *     dX1 = dA sigmoid(X2),  dX2 = dA X1 sigmoid(X2) (1 - sigmoid(X2)) */
#ifdef T

DNN_CLONES static void K(forward_column)(const T *x, T *a, size_t n) {
    DNN_INDEPENDENT
    for (size_t i = 0; i < n; i++)
        a[i] = x[i] * K(dnn_sigmoid)(x[n + i]);
}

DNN_CLONES static void K(backward_column)(const T *x, const T *da, T *dx, size_t n, bool add) {
    DNN_INDEPENDENT
    for (size_t i = 0; i < n; i++) {
        T gate = K(dnn_sigmoid)(x[n + i]), g = da[i] * gate;
        T h = g * x[i] * (1 - gate);
        dx[i] = add ? dx[i] + g : g;
        dx[n + i] = add ? dx[n + i] + h : h;
    }
}

#else

#include "math/functions.h"
#include "nn/call.h"
#include "nn/chunk.h"

#define KERNELS "nn/layers/glu.c"
#include "nn/both_types.inc"

static dnn_status shape(const dnn_layer *layer, const dnn_shape *in, size_t inputs, dnn_shape *out,
                        dnn_error *err) {
    char text[DNN_SHAPE_TEXT];
    (void)layer, (void)inputs;
    *out = *in;
    out->flat_channels = out->flat_positions = 0;
    out->size[in->rank - 1] /= 2;
    if (dnn_shape_channels(in) % 2 == 0)
        return DNN_OK;
    dnn_shape_text(in, text);
    return dnn_fail(err, DNN_ERROR_SHAPE, "needs an even number of channels, but its input is %s",
                    text);
}

static void forward_example(void *context, size_t example) {
    const dnn_call *call = context;
    size_t n = dnn_shape_channels(&call->out), positions = dnn_shape_positions(&call->out);
    for (size_t p = 0; p < positions; p++) {
        const void *x = dnn_matrix_at(&call->X[0], 2 * n * p, example);
        void *a = dnn_matrix_at(&call->A, n * p, example);
        (call->dtype == DNN_FLOAT32 ? forward_column_f32(x, a, n) : forward_column_f64(x, a, n));
    }
}

static void backward_example(void *context, size_t example) {
    const dnn_call *call = context;
    size_t n = dnn_shape_channels(&call->out), positions = dnn_shape_positions(&call->out);
    for (size_t p = 0; p < positions; p++) {
        const void *x = dnn_matrix_at(&call->X[0], 2 * n * p, example);
        const void *da = dnn_matrix_at(&call->dA, n * p, example);
        void *dx = dnn_matrix_at(&call->dX[0], 2 * n * p, example);
        (call->dtype == DNN_FLOAT32 ? backward_column_f32(x, da, dx, n, call->add[0])
                                    : backward_column_f64(x, da, dx, n, call->add[0]));
    }
}

static dnn_status forward(dnn_call *call, dnn_error *err) {
    (void)err;
    dnn_for_tasks(call->examples, dnn_matrix_count(&call->X[0]), forward_example, call);
    return DNN_OK;
}

static dnn_status backward(dnn_call *call, dnn_error *err) {
    (void)err;
    if (call->dX[0].data != NULL)
        dnn_for_tasks(call->examples, dnn_matrix_count(&call->X[0]), backward_example, call);
    return DNN_OK;
}

static const dnn_case cases[] = {
    {.in = {{1, {6}}}}, {.in = {{2, {3, 4}}}}, {.in = {{3, {2, 3, 2}}}}, {.settings = NULL}};

const dnn_layer_class dnn_layer_glu = {
    .name = "GLU",
    .doc = "A = the first half of the channels times the sigmoid of the second",
    .cases = cases,
    .flags = DNN_READS_X | DNN_STEP_BY_STEP,
    .shape = shape,
    .forward = forward,
    .backward = backward,
};

#endif
