/* bce_with_logits.c: binary cross entropy of logits Z, the Sigmoid included.
 *
 *     cost = mean of max(Z, 0) - Z Y + log(1 + exp(-|Z|)),  dZ = (sigmoid(Z) - Y) / count */
#ifdef T /* both_types.inc */

static double K(cost)(const T *Z, const T *Y, size_t n) {
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        double z = Z[i], y = Y[i];
        sum += (z > 0 ? z : 0) - z * y + log1p(exp(-fabs(z)));
    }
    return sum;
}

static void K(gradient)(T *dZ, const T *Z, const T *Y, size_t n, double scale) {
    for (size_t i = 0; i < n; i++) {
        double e = exp(-fabs((double)Z[i]));
        double a = (Z[i] < 0 ? e : 1) / (1 + e); /* sigmoid */
        dZ[i] = (T)((a - Y[i]) * scale);
    }
}

#else
#include <math.h>

#include "nn/losses/loss_parts.h"

#define KERNELS "nn/losses/bce_with_logits.c"
#include "nn/both_types.inc"

static const dnn_elementwise_loss kernels = {cost_f32, cost_f64, gradient_f32, gradient_f64};

static dnn_status check(const dnn_loss_call *call, dnn_error *err) {
    return dnn_check_unit_targets("BCEWithLogitsLoss", call, false, err);
}

static double forward(const dnn_loss_call *call) {
    return dnn_elementwise_forward(&kernels, call);
}

static void backward(const dnn_loss_call *call, dnn_matrix *dA) {
    dnn_elementwise_backward(&kernels, call, dA);
}

static const dnn_loss_case cases[] = {
    {"",               1, 6, 0, 0},
    {"reduction=sum",  3, 4, 0, 0},
    {"reduction=none", 2, 3, 0, 0},
    {NULL,             0, 0, 0, 0},
};

const dnn_loss_class dnn_loss_bce_with_logits = {
    .name = "BCEWithLogitsLoss",
    .doc = "mean of max(A, 0) - A Y + log(1 + exp(-|A|)): BCELoss after a Sigmoid, without its "
           "overflow",
    .fields = dnn_reduction_fields,
    .cases = cases,
    .low = 0,
    .high = 1,
    .check = check,
    .forward = forward,
    .backward = backward,
};

#endif
