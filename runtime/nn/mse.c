/* mse.c: mean squared error; dA = 2 (A - Y) / count. */
#include "nn/kernels.h"
#include "nn/loss_parts.h"

static const dnn_elementwise_loss kernels = {dnn_mse_cost_f32, dnn_mse_cost_f64,
                                             dnn_mse_gradient_f32, dnn_mse_gradient_f64};

static dnn_status check(const double *settings, const dnn_matrix *A, const dnn_matrix *Y,
                        dnn_error *err) {
    (void)settings;
    return dnn_check_targets("MSELoss", A, Y, err);
}

static double forward(const double *settings, const dnn_matrix *A, const dnn_matrix *Y) {
    return dnn_elementwise_forward(&kernels, settings, A, Y);
}

static void backward(const double *settings, const dnn_matrix *A, const dnn_matrix *Y,
                     dnn_matrix *dA) {
    dnn_elementwise_backward(&kernels, settings, A, Y, dA);
}

const dnn_loss_class dnn_loss_mse = {
    .name = "MSELoss",
    .doc = "mean of (A - Y)^2",
    .fields = dnn_reduction_fields,
    .check = check,
    .forward = forward,
    .backward = backward,
};
