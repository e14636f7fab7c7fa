/* soft_margin.c: two classes, y = -1 or 1, of logits a.
 *
 *     cost = mean of log(1 + exp(-y a)),  da = -y sigmoid(-y a) / count */
#ifdef T /* elementwise.inc */

DNN_INLINE T K(cost)(T a, T y, T w, T p) {
    (void)w, (void)p;
    return K(dnn_softplus)(-y * a);
}

DNN_INLINE T K(slope)(T a, T y, T w, T p) {
    (void)w, (void)p;
    return -y * K(dnn_sigmoid)(-y * a);
}

#include "nn/losses/elementwise_loops.inc"

#else
#define KERNELS "nn/losses/soft_margin.c"
#include "nn/losses/elementwise.inc"

static const dnn_loss_case cases[] = {
    {"",               3, 4, 0, 0},
    {"reduction=sum",  2, 5, 0, 0},
    {"reduction=none", 1, 3, 0, 0},
    {NULL,             0, 0, 0, 0},
};

const dnn_loss_class dnn_loss_soft_margin = {
    .name = "SoftMarginLoss",
    .doc = "mean of log(1 + exp(-Y A)), with Y of -1 and 1",
    .fields = dnn_reduction_fields,
    .cases = cases,
    .targets = DNN_TARGETS_SIGNS,
    .elementwise = &kernels,
};

#endif
