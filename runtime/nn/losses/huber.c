/* huber.c: squares near the target and lines away from it (Huber 1964).
 *
 *     cost = d^2 / 2 where |d| <= delta, else delta (|d| - delta / 2),  d = a - y
 *     da = d, or delta sign(d) */
#ifdef T /* elementwise.inc */

DNN_INLINE T K(cost)(T a, T y, T w, T p) {
    T d = K(absolute)(a - y);
    (void)w;
    return d <= p ? d * d / 2 : p * (d - p / 2);
}

DNN_INLINE T K(slope)(T a, T y, T w, T p) {
    T d = a - y;
    (void)w;
    return d > p ? p : d < -p ? -p : d;
}

#include "nn/losses/elementwise_loops.inc"

#else
#define KERNELS "nn/losses/huber.c"
#include "nn/losses/elementwise.inc"

static const dnn_field fields[] = {
    DNN_REDUCTION_ROW,
    {.name = "delta",
      .kind = DNN_FIELD_REAL,
      .initial = 1,
      .low = 1e-30,
      .high = 1e30,
      .doc = "where squares end"},
    {.name = NULL   }
};

static const dnn_loss_case cases[] = {
    {"",                        3, 4, 0, 0},
    {"delta=0.3 reduction=sum", 2, 5, 0, 0},
    {"delta=2 reduction=none",  2, 3, 0, 0},
    {NULL,                      0, 0, 0, 0},
};

const dnn_loss_class dnn_loss_huber = {
    .name = "HuberLoss",
    .doc = "mean of d^2 / 2 where |d| <= delta, else delta (|d| - delta / 2), with d = A - Y",
    .fields = fields,
    .cases = cases,
    .elementwise = &kernels,
};

#endif
