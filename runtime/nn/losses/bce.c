/* bce.c: binary cross entropy of probabilities.
 *
 *     cost = mean of -(y log a + (1 - y) log(1 - a)),  da = (a - y) / (a (1 - a)) / count
 *
 * As in PyTorch a logarithm counts as -100 at least and a (1 - a) as 1e-12 at least, so that both
 * stay finite where a has saturated to 0 or 1. */
#ifdef T /* elementwise.inc */

DNN_INLINE T K(cost)(T a, T y, T w, T p) {
    T log_a = K(dnn_log)(a), log_b = K(dnn_log1p)(-a);
    (void)w, (void)p;
    return -(y * (log_a < -100 ? -100 : log_a) + (1 - y) * (log_b < -100 ? -100 : log_b));
}

DNN_INLINE T K(slope)(T a, T y, T w, T p) {
    T derivative = a * (1 - a); /* of the sigmoid */
    (void)w, (void)p;
    return (a - y) / (derivative < (T)1e-12 ? (T)1e-12 : derivative);
}

#include "nn/losses/elementwise_loops.inc"

#else
#define KERNELS "nn/losses/bce.c"
#include "nn/losses/elementwise.inc"

static dnn_status check(const dnn_loss_call *call, dnn_error *err) {
    return dnn_check_unit_targets("BCELoss", call, true, err);
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
    .elementwise = &kernels,
};

#endif
