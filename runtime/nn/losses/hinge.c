/* hinge.c: the hinge of support vector machines (Cortes & Vapnik 1995), y = -1 or 1.
 *
 *     cost = mean of max(0, margin - y a),  da = -y / count where the cost is above 0 */
#ifdef T /* elementwise.inc */

DNN_INLINE T K(cost)(T a, T y, T w, T p) {
    T gap = p - y * a;
    (void)w;
    return gap > 0 ? gap : 0;
}

DNN_INLINE T K(slope)(T a, T y, T w, T p) {
    (void)w;
    return p - y * a > 0 ? -y : 0;
}

#include "nn/losses/elementwise_loops.inc"

#else
#define KERNELS "nn/losses/hinge.c"
#include "nn/losses/elementwise.inc"

static const dnn_field fields[] = {
    DNN_REDUCTION_ROW,
    {.name = "margin",
      .kind = DNN_FIELD_REAL,
      .initial = 1,
      .low = 0,
      .high = 1e+30,
      .doc = "how far on the right side costs nothing"},
    {.name = NULL    }
};

static const dnn_loss_case cases[] = {
    {"",                         3, 4, 0, 0},
    {"margin=0.3 reduction=sum", 2, 5, 0, 0},
    {"margin=2 reduction=none",  2, 3, 0, 0},
    {NULL,                       0, 0, 0, 0},
};

const dnn_loss_class dnn_loss_hinge = {
    .name = "HingeLoss",
    .doc = "mean of max(0, margin - Y A), with Y of -1 and 1",
    .fields = fields,
    .cases = cases,
    .targets = DNN_TARGETS_SIGNS,
    .elementwise = &kernels,
};

#endif
