/* bce.c: binary cross entropy of probabilities.
 *
 *     cost = mean of -(Y log A + (1 - Y) log(1 - A)),  dA = (A - Y) / (A (1 - A)) / count
 *
 * As in PyTorch a logarithm counts as -100 at least and A (1 - A) as 1e-12 at least, so that both
 * stay finite where A has saturated to 0 or 1. */
#ifdef T /* both_types.inc */

static double K(cost)(const T *A, const T *Y, size_t n) {
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        double a = A[i], y = Y[i];
        double log_a = log(a), log_b = log1p(-a);
        sum -= y * (log_a < -100 ? -100 : log_a) + (1 - y) * (log_b < -100 ? -100 : log_b);
    }
    return sum;
}

DNN_CLONES static void K(gradient)(T *dA, const T *A, const T *Y, size_t n, double scale) {
    const T s = (T)scale;
    DNN_INDEPENDENT
    for (size_t i = 0; i < n; i++) {
        T derivative = A[i] * (1 - A[i]); /* of the sigmoid */
        dA[i] = (A[i] - Y[i]) / (derivative < (T)1e-12 ? (T)1e-12 : derivative) * s;
    }
}

#else
#include <math.h>

#include "math/simd.h"
#include "nn/losses/loss_parts.h"

#define KERNELS "nn/losses/bce.c"
#include "nn/both_types.inc"

static const dnn_elementwise_loss kernels = {cost_f32, cost_f64, gradient_f32, gradient_f64};

static dnn_status check(const dnn_loss_call *call, dnn_error *err) {
    return dnn_check_unit_targets("BCELoss", call, true, err);
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

const dnn_loss_class dnn_loss_bce = {
    .name = "BCELoss",
    .doc = "mean of -(Y log A + (1 - Y) log(1 - A)), logarithms no less than -100",
    .fields = dnn_reduction_fields,
    .cases = cases,
    .low = 0,
    .high = 1,
    .check = check,
    .forward = forward,
    .backward = backward,
};

#endif
