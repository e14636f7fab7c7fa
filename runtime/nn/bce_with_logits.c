/* bce_with_logits.c: binary cross entropy of logits Z, the Sigmoid included.
 *
 *     cost = mean of max(Z, 0) - Z Y + log(1 + exp(-|Z|)),  dZ = (sigmoid(Z) - Y) / count */
#include "nn/kernels.h"
#include "nn/loss_parts.h"

static const dnn_elementwise_loss kernels = {
    dnn_bce_with_logits_cost_f32, dnn_bce_with_logits_cost_f64, dnn_bce_with_logits_gradient_f32,
    dnn_bce_with_logits_gradient_f64};

static dnn_status check(const double *settings, const dnn_matrix *A, const dnn_matrix *Y,
                        dnn_error *err) {
    (void)settings;
    return dnn_check_unit_targets("BCEWithLogitsLoss", A, Y, false, err);
}

static double forward(const double *settings, const dnn_matrix *A, const dnn_matrix *Y) {
    return dnn_elementwise_forward(&kernels, settings, A, Y);
}

static void backward(const double *settings, const dnn_matrix *A, const dnn_matrix *Y,
                     dnn_matrix *dA) {
    dnn_elementwise_backward(&kernels, settings, A, Y, dA);
}

const dnn_loss_class dnn_loss_bce_with_logits = {
    .name = "BCEWithLogitsLoss",
    .doc = "mean of max(A, 0) - A Y + log(1 + exp(-|A|)): BCELoss after a Sigmoid, without its "
           "overflow",
    .fields = dnn_reduction_fields,
    .check = check,
    .forward = forward,
    .backward = backward,
};
