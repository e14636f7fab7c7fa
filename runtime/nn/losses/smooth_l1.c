/* smooth_l1.c: squares near the target and absolute values away from it (Girshick 2015).
 *
 *     cost = d^2 / (2 beta) where |d| < beta, else |d| - beta / 2,  d = a - y
 *     da = d / beta, or sign(d) */
#ifdef T /* elementwise.inc */

DNN_INLINE T K(cost)(T a, T y, T w, T p) {
    T d = K(absolute)(a - y);
    (void)w;
    return d < p ? d * d / (2 * p) : d - p / 2;
}

DNN_INLINE T K(slope)(T a, T y, T w, T p) {
    T d = a - y, sign = (T)((d > 0) - (d < 0));
    (void)w;
    return K(absolute)(d) < p ? d / p : sign;
}

#include "nn/losses/elementwise_loops.inc"

#else
#define KERNELS "nn/losses/smooth_l1.c"
#include "nn/losses/elementwise.inc"

static const dnn_field fields[] = {
    DNN_REDUCTION_ROW,
    {.name = "beta",
      .kind = DNN_FIELD_REAL,
      .initial = 1,
      .low = 0,
      .high = 1e+30,
      .doc = "where squares end; 0: L1Loss"},
    {.name = NULL  }
};

static const dnn_loss_case cases[] = {
    {"",                       3, 4, 0, 0},
    {"beta=0.3 reduction=sum", 2, 5, 0, 0},
    {"beta=2 reduction=none",  2, 3, 0, 0},
    {NULL,                     0, 0, 0, 0},
};

const dnn_loss_class dnn_loss_smooth_l1 = {
    .name = "SmoothL1Loss",
    .doc = "mean of d^2 / (2 beta) where |d| < beta, else |d| - beta / 2, with d = A - Y",
    .fields = fields,
    .cases = cases,
    .elementwise = &kernels,
};

#endif
