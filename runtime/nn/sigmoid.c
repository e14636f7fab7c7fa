/* sigmoid.c: the logistic function, A = 1 / (1 + exp(-X)); dX = dA A (1 - A). */
#include "math/elementwise.h"
#include "nn/activation.h"
#include "nn/kernels.h"
#include "nn/layer.h"

static dnn_status forward(dnn_layer *layer, const dnn_matrix *X, dnn_matrix *A, dnn_error *err) {
    (void)layer;
    return dnn_unary(DNN_SIGMOID, A, X, err);
}

static dnn_status backward(dnn_layer *layer, const dnn_matrix *X, const dnn_matrix *A,
                           const dnn_matrix *dA, dnn_matrix *dX, bool accumulate, dnn_error *err) {
    (void)layer, (void)X, (void)accumulate, (void)err;
    static const dnn_slope slope = {dnn_sigmoid_backward_f32, dnn_sigmoid_backward_f64};
    if (dX != NULL)
        dnn_slope_apply(&slope, dX, A, dA);
    return DNN_OK;
}

const dnn_layer_class dnn_layer_sigmoid = {
    .name = "Sigmoid",
    .doc = "A = 1 / (1 + exp(-X))",
    .forward = forward,
    .backward = backward,
};
