/* bce.c: binary cross entropy of probabilities.
 *
 *     cost = mean of -(Y log A + (1 - Y) log(1 - A)),  dA = (A - Y) / (A (1 - A)) / count
 *
 * As in PyTorch a logarithm counts as -100 at least and A (1 - A) as 1e-12 at least, so that both
 * stay finite where A has saturated to 0 or 1. */
#include "nn/kernels.h"
#include "nn/loss_parts.h"

static const dnn_elementwise_loss kernels = {dnn_bce_cost_f32, dnn_bce_cost_f64,
                                             dnn_bce_gradient_f32, dnn_bce_gradient_f64};

static dnn_status check(const double *settings, const dnn_matrix *A, const dnn_matrix *Y,
                        dnn_error *err) {
    (void)settings;
    return dnn_check_unit_targets("BCELoss", A, Y, true, err);
}

static double forward(const double *settings, const dnn_matrix *A, const dnn_matrix *Y) {
    return dnn_elementwise_forward(&kernels, settings, A, Y);
}

static void backward(const double *settings, const dnn_matrix *A, const dnn_matrix *Y,
                     dnn_matrix *dA) {
    dnn_elementwise_backward(&kernels, settings, A, Y, dA);
}

const dnn_loss_class dnn_loss_bce = {
    .name = "BCELoss",
    .doc = "mean of -(Y log A + (1 - Y) log(1 - A)), logarithms no less than -100",
    .fields = dnn_reduction_fields,
    .check = check,
    .forward = forward,
    .backward = backward,
};
