/* bce_with_logits.c: binary cross entropy of logits z, the Sigmoid included.
 *
 *     cost = mean of w y log(1 + exp(-z)) + (1 - y) log(1 + exp(z))
 *     dz = ((1 - y + w y) sigmoid(z) - w y) / count
 *
 * with w, pos_weight, a weight of the targets 1 of a row. */
#ifdef T /* elementwise.inc */

DNN_INLINE T K(cost)(T a, T y, T w, T p) {
    T size = K(absolute)(a), rest = K(dnn_log1p)(K(dnn_exp)(-size));
    T below = a < 0 ? size : 0, above = a > 0 ? a : 0;
    (void)p;
    return w * y * (below + rest) + (1 - y) * (above + rest);
}

DNN_INLINE T K(slope)(T a, T y, T w, T p) {
    (void)p;
    return (1 - y + w * y) * K(dnn_sigmoid)(a) - w * y;
}

#include "nn/losses/elementwise_loops.inc"

#else
#define KERNELS "nn/losses/bce_with_logits.c"
#include "nn/losses/elementwise.inc"

static dnn_status check(const dnn_loss_call *call, dnn_error *err) {
    return dnn_check_unit_targets("BCEWithLogitsLoss", call, false, err);
}

static const dnn_loss_case cases[] = {
    {"",               1, 6, 0, 0},
    {"reduction=sum",  3, 4, 0, 3},
    {"reduction=none", 2, 3, 0, 0},
    {"",               2, 3, 0, 1},
    {NULL,             0, 0, 0, 0},
};

const dnn_loss_class dnn_loss_bce_with_logits = {
    .name = "BCEWithLogitsLoss",
    .doc =
        "mean of w Y log(1 + exp(-A)) + (1 - Y) log(1 + exp(A)): BCELoss after a Sigmoid, without "
        "its overflow",
    .fields = dnn_reduction_fields,
    .cases = cases,
    .vector = "pos_weight",
    .low = 0,
    .high = 1,
    .check = check,
    .elementwise = &kernels,
};

#endif
