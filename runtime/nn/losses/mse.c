/* mse.c: mean squared error; dA = 2 (A - Y) / count. */
#ifdef T /* both_types.inc */

static double K(cost)(const T *A, const T *Y, size_t n) {
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        double difference = (double)A[i] - Y[i];
        sum += difference * difference;
    }
    return sum;
}

DNN_CLONES static void K(gradient)(T *dA, const T *A, const T *Y, size_t n, double scale) {
    const T s = (T)(2 * scale);
    DNN_INDEPENDENT
    for (size_t i = 0; i < n; i++)
        dA[i] = (A[i] - Y[i]) * s;
}

#else
#include "math/simd.h"
#include "nn/losses/loss_parts.h"

#define KERNELS "nn/losses/mse.c"
#include "nn/both_types.inc"

static const dnn_elementwise_loss kernels = {cost_f32, cost_f64, gradient_f32, gradient_f64};

static dnn_status check(const dnn_loss_call *call, dnn_error *err) {
    return dnn_check_targets("MSELoss", call, err);
}

static double forward(const dnn_loss_call *call) {
    return dnn_elementwise_forward(&kernels, call);
}

static void backward(const dnn_loss_call *call, dnn_matrix *dA) {
    dnn_elementwise_backward(&kernels, call, dA);
}

static const dnn_loss_case cases[] = {
    {"",               3, 4, 0, 0},
    {"reduction=sum",  2, 5, 0, 0},
    {"reduction=none", 1, 3, 0, 0},
    {NULL,             0, 0, 0, 0},
};

const dnn_loss_class dnn_loss_mse = {
    .name = "MSELoss",
    .doc = "mean of (A - Y)^2",
    .fields = dnn_reduction_fields,
    .cases = cases,
    .check = check,
    .forward = forward,
    .backward = backward,
};

#endif
