/* mse.c: mean squared error.
 *
 *     cost = mean of (a - y)^2,  da = 2 (a - y) / count */
#ifdef T /* elementwise.inc */

DNN_INLINE T K(cost)(T a, T y, T w, T p) {
    (void)w, (void)p;
    return (a - y) * (a - y);
}

DNN_INLINE T K(slope)(T a, T y, T w, T p) {
    (void)w, (void)p;
    return 2 * (a - y);
}

#include "nn/losses/elementwise_loops.inc"

#else
#define KERNELS "nn/losses/mse.c"
#include "nn/losses/elementwise.inc"

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
    .elementwise = &kernels,
};

#endif
